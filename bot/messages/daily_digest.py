"""The digest of a day, in each of the workshop's languages."""

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


def digest(plan: Plan, day: DailyDigest, links: Mapping[str, str], mark: str) -> Post:
    """The digest of a day. `links`: the address of each note's card, by the note's id."""
    title, *others = (text(code, "digest.heading", date=day_name(code, day.day)) for code in plan.languages)
    # Once attendance is purged, there are no figures to tell.
    numbers = every(plan.languages, "digest.numbers", people=day.people, minutes=day.minutes) if day.people else ()
    blocks = [
        "\n".join([f"## 🌙 {title}", *(f"-# {other}" for other in others)]),
        "\n".join([*_sessions(plan, day), *(f"-# {line}" for line in numbers)]),
    ]
    if day.notes:
        named = [f"💡 {_note(note.title, links.get(note.id))}" for note in day.notes[:SHOWN]]
        blocks.append("\n".join([f"**{joined(plan.languages, 'digest.notes')}**", *_counted(named, len(day.notes))]))
    if day.questions:
        asked = [f"🙋 {escape_within(' '.join(question.text.split()), _LINE)}" for question in day.questions[:SHOWN]]
        heading = f"**{joined(plan.languages, 'digest.questions')}**"
        blocks.append("\n".join([heading, *_counted(asked, len(day.questions))]))
    blocks.append("\n".join(_tomorrow(plan, day)))
    return Post(tuple(blocks), (Button(custom_id("now", mark), label(plan.languages, "button.now")),))


def _sessions(plan: Plan, day: DailyDigest) -> Iterator[str]:
    """Yield the day's sessions in the workshop's first language: the agenda has every title in all of them."""
    held = [session for session in day.sessions if plan.counts_for_attendance(session)] or list(day.sessions)
    lines = [f"✅ {escape(shorten(session.title[plan.languages[0]], _LINE))}" for session in held[:_SESSIONS]]
    yield from _counted(lines, len(held))


def _counted(lines: list[str], of: int) -> list[str]:
    """The lines, and the number of those left out, without words."""
    return lines if len(lines) == of else [*lines, left_out(of - len(lines))]


def _note(title: str, link: str | None) -> str:
    shown = escape(shorten(title, _TITLE))
    return f"[{shown}]({link})" if link else shown


def _tomorrow(plan: Plan, day: DailyDigest) -> Iterator[str]:
    if day.tomorrow is None:
        yield from every(plan.languages, "digest.over")
        return
    title = {code: f"**{escape(shorten(day.tomorrow.title[code], _LINE))}**" for code in plan.languages}
    yield from every(plan.languages, "digest.tomorrow", title=title, when=moment(day.tomorrow.starts_at, "F"))
