"""The invitation to pledge, and the reminder months later."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.contributions.pledges import Pledge, PledgeState
from bot.domain.plan import Plan
from bot.domain.text import escape_within
from bot.messages.i18n import every, short_day
from bot.messages.post import Button, Lines, Post, custom_id, joined, label, left_out

#: Characters of one pledge in a list, and pledges in it.
_QUOTED, _LISTED = 200, 12
PLEDGE_SIGN = {PledgeState.DONE: "✅", PledgeState.UNDER_WAY: "🔧", PledgeState.NOT_YET: "⏳", None: "🤝"}


def pledge(plan: Plan, mark: str) -> Post:
    """The workshop is nearly over, and what will be applied."""
    button = Button(custom_id("pledge", mark), label(plan.languages, "button.pledge"), primary=True)
    heading = f"## {joined(plan.languages, 'pledge.heading')}"
    return Post((heading, "\n".join(every(plan.languages, "pledge.line"))), (button,))


def follow_up(plan: Plan, months: int, pledged: Sequence[Pledge], mark: str) -> Post:
    """Months after the workshop, what was pledged in it, by nobody; the first due, if they are many."""
    heading = f"## {joined(plan.languages, 'follow_up.heading')}"
    told = "\n".join(every(plan.languages, "follow_up.line", n=months))
    lines = [
        f"{PLEDGE_SIGN[one.progress.state if one.progress else None]} "
        f"{escape_within(' '.join(one.text.split()), _QUOTED)} · {short_day(plan.languages[0], one.by)} {one.by.year}"
        for one in pledged[:_LISTED]
    ]
    if len(pledged) > len(lines):
        lines.append(left_out(len(pledged) - len(lines)))
    button = Button(custom_id("progress", str(months), mark), label(plan.languages, "button.progress"), primary=True)
    return Post((heading, told, Lines(lines)) if lines else (heading, told), (button,))
