"""The participants' panel in the help desk, and a person's own page: a button for every command of participants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.plan import Plan
from bot.messages.announcements import share_button
from bot.messages.i18n import every, language_name, text
from bot.messages.post import Button, Lines, Post, custom_id, joined, label, now_button


def panel(plan: Plan, now: datetime, mark: str) -> Post:
    """The message that stays in the help desk: what participants can do there, true at `now` (UTC)."""
    heading = f"## {joined(plan.languages, 'help_desk.heading')}"
    return Post((heading, Lines(every(plan.languages, "help_desk.line"))), tuple(_panel_buttons(plan, now, mark)))


def _panel_buttons(plan: Plan, now: datetime, mark: str) -> Iterator[Button]:
    over = now >= plan.agenda.ends_at
    yield _button(plan, "join", "button.join", mark, primary=not over)
    if over:
        yield _button(plan, "certificate", "button.certificate", mark, primary=True)
    else:
        yield Button(custom_id("checkin", "", mark), label(plan.languages, "button.checkin"), primary=True)
    yield now_button(plan, mark)
    yield Button(custom_id("day", "", mark), label(plan.languages, "button.agenda"))
    yield _button(plan, "ask", "button.ask", mark)
    if plan.topics:
        yield share_button(plan, None, mark)
    yield _button(plan, "me", "button.me", mark)
    yield _button(plan, "manual", "button.manual", mark)


def _button(plan: Plan, kind: str, key: str, mark: str, *, primary: bool = False) -> Button:
    return Button(custom_id(kind, mark), label(plan.languages, key), primary)


#: What a person's own page offers to participants, by custom id; the label's key is the same word.
_OWN = ("attendance", "certificate", "pledge", "mine", "search", "contacts")
#: What it also offers to people who are not, or no longer, participants: the store may hold data about them.
_OWN_DATA = ("export", "delete")


def my_page(plan: Plan, language: str, *, participant: bool) -> Post:
    """A person's own page: attendance, notes, data and language; without a place in the workshop, joining and data."""
    own = _OWN if participant else ("join",)
    buttons = [Button(custom_id(kind), text(language, f"button.{kind}")) for kind in (*own, *_OWN_DATA)]
    if participant:
        buttons.append(Button(custom_id("calendar", "*"), text(language, "button.calendar")))
    if len(plan.languages) > 1:
        buttons += [Button(custom_id("language", code), language_name(code)) for code in plan.languages]
    line = "me.page" if participant else "me.page_visitor"
    return Post((f"## {text(language, 'me.page_heading')}", text(language, line)), tuple(buttons))
