"""Longer answers to one person, in their language: their own attendance, and the manual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain import limits, standing
from bot.domain.access import Role
from bot.domain.agenda import Session
from bot.domain.attendance import Doors, Presence, Record, counting, scheduled_minutes
from bot.domain.plan import Plan
from bot.domain.standing import Reason
from bot.domain.text import RIGHT_TO_LEFT, escape, escape_within, isolate, measure, shorten
from bot.i18n import command_wording, day_name, text
from bot.posts import Post, moment

_SIGNS = {
    Reason.MARKED_PRESENT: "✅",
    Reason.EXCUSED: "☑️",
    Reason.MARKED_ABSENT: "⚪",
    Reason.CHECKED_IN: "✅",
    Reason.IN_ROOM: "✅",
    Reason.UNOBSERVED: "❔",
    Reason.OPEN: "🔴",
    Reason.CLOSED: "🔒",
    Reason.AHEAD: "▫️",
    Reason.ABSENT: "⚪",
}
#: Of a title, so many characters are shown.
_TITLE = 150
#: Of a fault, so many.
_FAULT = 300


def faults_post(heading: str, faults: Sequence[str]) -> tuple[Post, bool]:
    """The faults of a file, as many and as much of each as a message shows; and whether that is everything."""
    lines: list[str] = []
    for fault in faults:
        line = f"- {escape(shorten(fault, _FAULT))}"
        if measure("\n".join([heading, *lines, line])) > limits.MESSAGE_TEXT - 100:
            lines.append("- …")
            break
        lines.append(line)
    whole = len(lines) == len(faults) and lines[-1:] != ["- …"] and all(len(fault) <= _FAULT for fault in faults)
    return Post((heading, "\n".join(lines))), whole


# --- attendance ------------------------------------------------------------------------------------------------


def own_attendance(  # noqa: PLR0913, PLR0917 - one person, one moment, one language, and what is known
    plan: Plan, own: Record, checked: Mapping[str, Presence], now: datetime, language: str, doors: Doors
) -> Post:
    """Somebody's attendance so far: where they stand against the plan's rule, then each session with its reasons."""
    observed, rule = round(own.observed), plan.attendance.percent
    total = text(language, "me.total", percent=own.whole_percent, scheduled=observed, rule=rule)
    stands = text(language, f"me.outlook.{standing.outlook(plan, own, checked, now)}")
    days = groupby(counting(plan), key=lambda session: session.day)

    def shown(session: Session) -> str:
        presence = checked.get(session.id)
        reasons = standing.reasons(plan, session, own, presence, now, doors)
        return _own_session(session, own, presence, reasons, language)

    return Post(
        (
            f"## {text(language, 'me.heading')}\n{total}\n{stands}",
            *("\n".join((f"**{day_name(language, day)}**", *map(shown, held))) for day, held in days),
        )
    )


def _own_session(
    session: Session, own: Record, presence: Presence | None, reasons: Sequence[Reason], language: str
) -> str:
    told = [_reason(reason, session, own, presence, language) for reason in reasons]
    minutes = own.minutes_by_session[session.id]
    if minutes:
        told.append(text(language, "me.counts", n=minutes, length=scheduled_minutes(session)))
    title = escape_within(session.title[language], _TITLE)
    return f"{_SIGNS[reasons[0]]} {moment(session.starts_at)} **{title}**\n-# {' · '.join(told)}"


def _reason(reason: Reason, session: Session, own: Record, presence: Presence | None, language: str) -> str:
    correction = own.corrections.get(session.id)
    match reason:
        case Reason.CHECKED_IN:
            return text(language, "me.checked_in", when=moment(presence.since) if presence else "")
        case Reason.IN_ROOM:
            return text(language, "me.in_room", n=round(own.voice_by_session[session.id]))
        case Reason.UNOBSERVED:
            return text(language, "me.unobserved", n=round(own.unobserved_by_session[session.id]))
        case _:
            return text(language, f"me.{reason}", reason=escape(correction.reason) if correction else "")


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


def manual(entries: Sequence[Entry], role: Role, language: str) -> Post:
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
    return Post(tuple(blocks))


def _line(entry: Entry, language: str) -> str:
    mention = isolate(entry.mention) if language in RIGHT_TO_LEFT else entry.mention
    return f"{mention} · {command_wording(language, entry.description) or entry.description}"
