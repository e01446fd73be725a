"""A person's own attendance: each session with its reasons, and the outlook on the plan's rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.attendance import (
    BY_PLAN,
    AttendanceRecord,
    CheckIn,
    CheckinRefusal,
    Doors,
    checkin_refusal,
    counted_sessions,
    scheduled_minutes,
)
from bot.domain.attendance.corrections import Mark
from bot.domain.plan import Plan

_MINUTE = timedelta(minutes=1)


class AttendanceStatus(StrEnum):
    """The status of a session in one person's record."""

    PRESENT = "present"
    """For at least the share that the plan asks for of the whole workshop."""
    PARTLY = "partly"
    ABSENT = "absent"
    EXCUSED = "excused"
    UNOBSERVED = "unobserved"
    """The bot observed nothing of it."""


def attendance_status(plan: Plan, session: Session, own: AttendanceRecord) -> AttendanceStatus:
    """The status of a session that counts, in the person's record."""
    correction = own.corrections.get(session.id)
    if correction and correction.mark is Mark.EXCUSED:
        return AttendanceStatus.EXCUSED
    present = own.minutes_by_session[session.id]
    observed = scheduled_minutes(session) - own.unobserved_by_session[session.id]
    if present and 100 * present >= plan.attendance.percent * observed:
        return AttendanceStatus.PRESENT
    if present:
        return AttendanceStatus.PARTLY
    return AttendanceStatus.ABSENT if observed > 0 else AttendanceStatus.UNOBSERVED


class AttendanceReason(StrEnum):
    """The reasons for which a session counts, or doesn't, for one person."""

    MARKED_PRESENT = "marked_present"
    """By a moderator; so the next two."""
    EXCUSED = "excused"
    MARKED_ABSENT = "marked_absent"
    CHECKED_IN = "checked_in"
    IN_ROOM = "in_room"
    UNOBSERVED = "unobserved"
    """Unknown for a part of it, because the bot was not watching."""
    OPEN = "open"
    """They can still check in."""
    CLOSED = "closed"
    """They could check in if a moderator opened it."""
    AHEAD = "ahead"
    ABSENT = "absent"


_SAID = {
    Mark.PRESENT: AttendanceReason.MARKED_PRESENT,
    Mark.EXCUSED: AttendanceReason.EXCUSED,
    Mark.ABSENT: AttendanceReason.MARKED_ABSENT,
}


def attendance_reasons(  # noqa: PLR0913, PLR0917 - all that is known of one session
    plan: Plan,
    session: Session,
    own: AttendanceRecord,
    presence: CheckIn | None,
    now: datetime,
    doors: Doors = BY_PLAN,
) -> tuple[AttendanceReason, ...]:
    """Every reason that is true of a session that counts, for the person whose record it is; never none.

    A moderator's correction comes first, and the other reasons stay true.
    """
    correction = own.corrections.get(session.id)
    known = {
        **({_SAID[correction.mark]: True} if correction else {}),
        AttendanceReason.CHECKED_IN: presence is not None,
        AttendanceReason.IN_ROOM: own.voice_by_session[session.id] > 0,
        AttendanceReason.UNOBSERVED: own.unobserved_by_session[session.id] > 0,
    }
    reasons = [reason for reason, true in known.items() if true]
    if presence is None and correction is None:
        match checkin_refusal(plan, session, now, doors):
            case None:
                reasons.append(AttendanceReason.OPEN)
            case CheckinRefusal.CLOSED:
                reasons.append(AttendanceReason.CLOSED)
            case CheckinRefusal.NOT_YET:
                reasons.append(AttendanceReason.AHEAD)
            case _ if not reasons:
                reasons.append(AttendanceReason.ABSENT)
            case _:
                pass
    return tuple(reasons)


def minutes_missing(plan: Plan, own: AttendanceRecord) -> int:
    """Whole minutes that somebody who hasn't reached the plan's share lacks; one at least."""
    return max(1, math.ceil(plan.attendance.percent * own.observed / 100 - own.minutes))


class Outlook(StrEnum):
    """Whether the plan's share is reached, can be reached, or can't be reached any more."""

    REACHED = "reached"
    WITHIN_REACH = "within_reach"
    MISSED = "missed"


def outlook(plan: Plan, own: AttendanceRecord, checked: Mapping[str, CheckIn], now: datetime) -> Outlook:
    """Whether the plan's share is reached, or still can be by attending all that is left."""
    if own.complete:
        return Outlook.REACHED
    left = sum(
        (
            s.ends_at - max(s.starts_at, now)
            for s in counted_sessions(plan)
            if s.ends_at > now and s.id not in checked and s.id not in own.corrections
        ),
        timedelta(),
    )
    possible = own.minutes + left / _MINUTE
    needed = plan.attendance.percent * own.observed
    return Outlook.WITHIN_REACH if 100 * possible >= needed and left else Outlook.MISSED
