"""The roll call of one session, as moderators see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.attendance import CheckIn, counted_sessions
from bot.domain.attendance.corrections import Correction, corrections_in_force
from bot.domain.attendance.presence import Interval, Stay, within
from bot.domain.plan import Plan
from bot.domain.venue import meeting_room

People = Mapping[int, str]
"""Names by Discord id."""


@dataclass(frozen=True, slots=True)
class SessionRoll:
    """The people in a session, by the source of that knowledge. People with a correction are in `corrected` only."""

    checked_in: People
    in_room: People
    """Not checked in, but in the session's room: now, or during it if it is over."""
    corrected: Mapping[int, Correction]


def roll_call_of(
    session: Session,
    presences: Iterable[CheckIn],
    in_room: People,
    corrections: Iterable[Correction],
) -> SessionRoll:
    """Return the roll of a session. `in_room`: the people in its room."""
    corrected = {
        person: correction
        for (person, held), correction in corrections_in_force(corrections).items()
        if held == session.id
    }
    checked_in = {checkin.person: checkin.name for checkin in presences if checkin.session == session.id}
    return SessionRoll(
        {person: name for person, name in checked_in.items() if person not in corrected},
        {person: name for person, name in in_room.items() if person not in corrected and person not in checked_in},
        corrected,
    )


def people_in_room(session: Session, stays: Iterable[Stay]) -> dict[int, str]:
    """Return who was in a session's room while it was held."""
    held, room = Interval(session.starts_at, session.ends_at), meeting_room(session.room)
    return {stay.person: stay.name for stay in stays if stay.room == room and within((stay.time,), held)}


def sessions_by_nearness(plan: Plan, now: datetime) -> tuple[Session, ...]:
    """Return the sessions that count: the latest that began first, then earlier ones, then later ones."""
    counted = counted_sessions(plan)
    begun = [session for session in counted if session.starts_at <= now]
    return (*reversed(begun), *(session for session in counted if session.starts_at > now))
