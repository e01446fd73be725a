"""The answer about a person's own attendance, in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from bot.domain.agenda.sessions import Session
from bot.domain.attendance import own_attendance as own_attendance_rules
from bot.domain.attendance.attendance import AttendanceRecord, CheckIn, Doors, counted_sessions, scheduled_minutes
from bot.domain.attendance.own_attendance import AttendanceReason
from bot.domain.plan import Plan
from bot.domain.text import escape, escape_within
from bot.messages.i18n import day_name, text
from bot.messages.post import Post, moment

_SIGNS = {
    AttendanceReason.MARKED_PRESENT: "✅",
    AttendanceReason.EXCUSED: "☑️",
    AttendanceReason.MARKED_ABSENT: "⚪",
    AttendanceReason.CHECKED_IN: "✅",
    AttendanceReason.IN_ROOM: "✅",
    AttendanceReason.UNOBSERVED: "❔",
    AttendanceReason.OPEN: "🔴",
    AttendanceReason.CLOSED: "🔒",
    AttendanceReason.AHEAD: "▫️",
    AttendanceReason.ABSENT: "⚪",
}
#: Characters of a title that are shown.
_TITLE = 150


# --- attendance ------------------------------------------------------------------------------------------------


def own_attendance(  # noqa: PLR0913, PLR0917 - one person, one moment, one language, and what is known
    plan: Plan, own: AttendanceRecord, checked: Mapping[str, CheckIn], now: datetime, language: str, doors: Doors
) -> Post:
    """A person's attendance so far: compared with the plan's rule, then each session with its reasons."""
    observed, rule = round(own.observed), plan.attendance.percent
    total = text(language, "me.total", percent=own.whole_percent, scheduled=observed, rule=rule)
    stands = text(language, f"me.outlook.{own_attendance_rules.outlook(plan, own, checked, now)}")
    days = groupby(counted_sessions(plan), key=lambda session: session.day)

    def shown(session: Session) -> str:
        presence = checked.get(session.id)
        reasons = own_attendance_rules.attendance_reasons(plan, session, own, presence, now, doors)
        return _own_session(session, own, presence, reasons, language)

    return Post(
        (
            f"## {text(language, 'me.heading')}\n{total}\n{stands}",
            *("\n".join((f"**{day_name(language, day)}**", *map(shown, held))) for day, held in days),
        )
    )


def _own_session(
    session: Session,
    own: AttendanceRecord,
    presence: CheckIn | None,
    reasons: Sequence[AttendanceReason],
    language: str,
) -> str:
    reason_lines = [_reason(reason, session, own, presence, language) for reason in reasons]
    minutes = own.minutes_by_session[session.id]
    if minutes:
        reason_lines.append(text(language, "me.counts", n=minutes, length=scheduled_minutes(session)))
    title = escape_within(session.title[language], _TITLE)
    return f"{_SIGNS[reasons[0]]} {moment(session.starts_at)} **{title}**\n-# {' · '.join(reason_lines)}"


def _reason(
    reason: AttendanceReason, session: Session, own: AttendanceRecord, presence: CheckIn | None, language: str
) -> str:
    correction = own.corrections.get(session.id)
    match reason:
        case AttendanceReason.CHECKED_IN:
            return text(language, "me.checked_in", when=moment(presence.since) if presence else "")
        case AttendanceReason.IN_ROOM:
            return text(language, "me.in_room", n=round(own.voice_by_session[session.id]))
        case AttendanceReason.UNOBSERVED:
            return text(language, "me.unobserved", n=round(own.unobserved_by_session[session.id]))
        case _:
            return text(language, f"me.{reason}", reason=escape(correction.reason) if correction else "")
