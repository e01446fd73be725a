"""Longer answers to one person, in their language: their own attendance, and the manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain import attendance, limits
from bot.domain.access import Role
from bot.domain.agenda import Session
from bot.domain.attendance import Presence, Reason, Record
from bot.domain.plan import Plan
from bot.domain.text import RIGHT_TO_LEFT, escape_within, isolate, measure
from bot.i18n import command_wording, day_name, text
from bot.posts import Post, moment

_SIGNS = {
    Reason.CHECKED_IN: "✅",
    Reason.IN_ROOM: "✅",
    Reason.UNOBSERVED: "❔",
    Reason.OPEN: "🔴",
    Reason.AHEAD: "▫️",
    Reason.ABSENT: "⚪",
}
#: Of a title, so many characters are shown.
_TITLE = 150


def pages(blocks: Iterable[str]) -> tuple[Post, ...]:
    """Blocks of lines in as few posts as Discord takes; a block that is too long goes on in the next post."""
    filled: list[list[str]] = [[]]
    for block in blocks:
        for part in _cut(block):
            length = sum(measure(each) for each in (*filled[-1], part))
            # Each block is a text with a rule above it, and the whole a component too.
            if length > limits.MESSAGE_TEXT or 2 * len(filled[-1]) + 2 > limits.MESSAGE_COMPONENTS:
                filled.append([])
            filled[-1].append(part)
    return tuple(Post(tuple(page)) for page in filled)


def _cut(block: str) -> Iterator[str]:
    """A block in pieces that each fit a post, cut between lines."""
    piece = ""
    for line in block.split("\n"):
        longer = f"{piece}\n{line}" if piece else line
        if measure(longer) > limits.MESSAGE_TEXT:
            yield piece
            longer = line
        piece = longer
    yield piece


# --- attendance ------------------------------------------------------------------------------------------------


def own_attendance(
    plan: Plan, own: Record, checked: Mapping[str, Presence], now: datetime, language: str
) -> tuple[Post, ...]:
    """Somebody's attendance so far: where they stand against the plan's rule, then each session with its reasons."""
    observed = round(own.scheduled - own.unobserved)
    total = text(language, "me.total", percent=own.whole_percent, scheduled=observed, rule=plan.attendance.percent)
    stands = text(language, f"me.outlook.{attendance.outlook(plan, own, checked, now)}")
    days = groupby(attendance.counting(plan), key=lambda session: session.day)
    return pages(
        (
            f"## {text(language, 'me.heading')}\n{total}\n{stands}",
            *(
                "\n".join(
                    (
                        f"**{day_name(language, day)}**",
                        *(_own_session(plan, session, own, checked.get(session.id), now, language) for session in held),
                    )
                )
                for day, held in days
            ),
        )
    )


def _own_session(  # noqa: PLR0913, PLR0917 - one person, one session, one moment, one language
    plan: Plan, session: Session, own: Record, presence: Presence | None, now: datetime, language: str
) -> str:
    reasons = attendance.reasons(plan, session, own, presence, now)
    told = [_reason(reason, session, own, presence, language) for reason in reasons]
    minutes = own.minutes_by_session[session.id]
    if minutes:
        length = round(session.length.total_seconds() / 60)
        told.append(text(language, "me.counts", n=minutes, length=length))
    title = escape_within(session.title[language], _TITLE)
    return f"{_SIGNS[reasons[0]]} {moment(session.starts_at)} **{title}**\n-# {' · '.join(told)}"


def _reason(reason: Reason, session: Session, own: Record, presence: Presence | None, language: str) -> str:
    match reason:
        case Reason.CHECKED_IN:
            return text(language, "me.checked_in", when=moment(presence.since) if presence else "")
        case Reason.IN_ROOM:
            return text(language, "me.in_room", n=round(own.voice_by_session[session.id]))
        case Reason.UNOBSERVED:
            return text(language, "me.unobserved", n=round(own.unobserved_by_session[session.id]))
        case Reason.OPEN:
            return text(language, "me.open")
        case Reason.AHEAD:
            return text(language, "me.ahead")
        case Reason.ABSENT:
            return text(language, "me.absent")


# --- the manual ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A command in the manual. `purpose` and `description` are its English wordings, as in the cogs."""

    mention: str
    """What Discord shows as a command to be clicked."""
    description: str
    purpose: str
    """What one wants to do with it and its like."""
    role: Role


def manual(entries: Sequence[Entry], role: Role, language: str) -> tuple[Post, ...]:
    """What somebody of that role can do here: participants' commands first, then moderators' and organisers'."""
    hint = "help.hint" if role > Role.VISITOR else "help.visitor"
    blocks = [f"## {text(language, 'help.heading')}\n{text(language, hint)}"]
    for lowest, highest in (
        (Role.VISITOR, Role.PARTICIPANT),
        *((one, one) for one in (Role.MODERATOR, Role.ORGANISER)),
    ):
        own = [entry for entry in entries if lowest <= entry.role <= min(highest, role)]
        heading = f"### {text(language, f'help.role.{lowest.name.lower()}')}\n" if lowest > Role.VISITOR else ""
        for number, purpose in enumerate(dict.fromkeys(entry.purpose for entry in own)):
            lines = (_line(entry, language) for entry in own if entry.purpose == purpose)
            named = f"**{command_wording(language, purpose) or purpose}**"
            blocks.append(("" if number else heading) + "\n".join((named, *lines)))
    return pages(blocks)


def _line(entry: Entry, language: str) -> str:
    mention = isolate(entry.mention) if language in RIGHT_TO_LEFT else entry.mention
    return f"{mention} · {command_wording(language, entry.description) or entry.description}"
