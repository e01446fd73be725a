"""What those who missed a day read at its end, in each of the workshop's languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.agenda.daily_digest import SHOWN, DailyDigest
from bot.domain.plan import Plan
from bot.domain.text import escape, escape_within, shorten
from bot.messages.i18n import day_name, every, text
from bot.messages.post import Button, Post, custom_id, joined, label, left_out, moment

_TITLE = 60
_LINE = 90
_SESSIONS = 10


def digest(plan: Plan, told: DailyDigest, links: Mapping[str, str], mark: str) -> Post:
    """A day in short. `links` has the address of each note's card."""
    title, *others = (text(code, "digest.heading", date=day_name(code, told.day)) for code in plan.languages)
    # Once attendance is purged, there are no figures to tell.
    numbers = every(plan.languages, "digest.numbers", people=told.people, minutes=told.minutes) if told.people else ()
    blocks = [
        "\n".join([f"## 🌙 {title}", *(f"-# {other}" for other in others)]),
        "\n".join([*_sessions(plan, told), *(f"-# {line}" for line in numbers)]),
    ]
    if told.notes:
        named = [f"💡 {_note(note.title, links.get(note.id))}" for note in told.notes[:SHOWN]]
        blocks.append("\n".join([f"**{joined(plan.languages, 'digest.notes')}**", *_counted(named, len(told.notes))]))
    if told.questions:
        asked = [f"🙋 {escape_within(' '.join(one.text.split()), _LINE)}" for one in told.questions[:SHOWN]]
        heading = f"**{joined(plan.languages, 'digest.questions')}**"
        blocks.append("\n".join([heading, *_counted(asked, len(told.questions))]))
    blocks.append("\n".join(_tomorrow(plan, told)))
    return Post(tuple(blocks), (Button(custom_id("now", mark), label(plan.languages, "button.now")),))


def _sessions(plan: Plan, told: DailyDigest) -> Iterator[str]:
    """In the workshop's first language: the agenda has every title in all of them."""
    held = [one for one in told.sessions if plan.counts_for_attendance(one)] or list(told.sessions)
    lines = [f"✅ {escape(shorten(one.title[plan.languages[0]], _LINE))}" for one in held[:_SESSIONS]]
    yield from _counted(lines, len(held))


def _counted(lines: list[str], of: int) -> list[str]:
    """What isn't named is counted, without words."""
    return lines if len(lines) == of else [*lines, left_out(of - len(lines))]


def _note(title: str, link: str | None) -> str:
    shown = escape(shorten(title, _TITLE))
    return f"[{shown}]({link})" if link else shown


def _tomorrow(plan: Plan, told: DailyDigest) -> Iterator[str]:
    if told.tomorrow is None:
        yield from every(plan.languages, "digest.over")
        return
    title = {code: f"**{escape(shorten(told.tomorrow.title[code], _LINE))}**" for code in plan.languages}
    yield from every(plan.languages, "digest.tomorrow", title=title, when=moment(told.tomorrow.starts_at, "F"))
