"""The changes that moderators make: each a function from an agenda to the next. Raises ChangeError with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Agenda, Material, Session, SessionKind, Speaker
from bot.domain.local_time import day_of
from bot.domain.text import Text

#: A break that absorbs a delay stays at least as long (or as long as it was, if that is shorter).
SHORTEST_BREAK = timedelta(minutes=5)


class Objection(StrEnum):
    """Why an agenda isn't changed."""

    UNKNOWN = "unknown"
    """The agenda has no such session."""
    TAKEN = "taken"
    """The agenda has a session of that id."""
    OVER = "over"
    UNDER_WAY = "under_way"
    """It can be extended or ended, but is nowhere else any more."""
    PAST = "past"
    """The time is before now."""
    OVERNIGHT = "overnight"
    """It would end on another day than it starts, or be delayed into another day."""
    BACKWARDS = "backwards"
    """It would end before it starts, or a delay of nothing or less."""
    OVERTAKES = "overtakes"
    """Delayed alone, it would no longer start before another that it starts before."""
    SAME = "same"
    """A session can't be swapped with itself."""
    LAST = "last"
    """A workshop keeps one session."""


class ChangeError(ValueError):
    """An agenda that stays as it is. `session` is the one to name to people, where there is one."""

    def __init__(self, reason: Objection, session: Session | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.session = session


@dataclass(frozen=True, slots=True)
class Now:
    """A moment (UTC) in a workshop whose clocks are those of `zone`."""

    at: datetime
    zone: ZoneInfo


class SessionDetails(TypedDict, total=False):
    """The details of a session that can be changed at any time, even afterwards: all but its time."""

    kind: SessionKind
    room: str
    topic: str | None
    title: Text
    description: Text | None
    speakers: tuple[Speaker, ...]
    materials: tuple[Material, ...]


def delay_session(agenda: Agenda, session_id: str, by: timedelta, now: Now) -> Agenda:
    """The session starts and ends later; no other does. Refused where it would be overtaken by another of its day."""
    session = _to_delay(agenda, session_id, by, now)
    later = _later(session, by, session.length, now)
    for other in agenda.on(session.day):
        if session.starts_at < other.starts_at <= later.starts_at:
            raise ChangeError(Objection.OVERTAKES, other)
    return _with(agenda, later)


def delay_rest(agenda: Agenda, session_id: str, by: timedelta, now: Now, *, absorb: bool) -> Agenda:
    """The session and all of its day that don't start before it are later, in the same order.

    With `absorb`, a break that everybody is on is shortened to SHORTEST_BREAK before what comes after it is delayed;
    what is absorbed entirely leaves the rest of the day as it is.
    """
    session = _to_delay(agenda, session_id, by, now)
    day = agenda.on(session.day)
    rest = [other for other in day if other.starts_at >= session.starts_at]
    later = _absorbing(rest, day, by) if absorb else ((other, by, other.length) for other in rest)
    return _with(agenda, *(_later(other, lag, length, now) for other, lag, length in later if lag))


def _absorbing(
    rest: list[Session], day: tuple[Session, ...], by: timedelta
) -> Iterator[tuple[Session, timedelta, timedelta]]:
    """Each session with its delay and its new length."""
    lag = by
    for _, together in groupby(rest, key=lambda session: session.starts_at):
        sessions = tuple(together)
        pause = sessions[0]
        if not _everybody_pauses(pause, day):
            yield from ((session, lag, session.length) for session in sessions)
            continue
        length = max(pause.length - lag, min(pause.length, SHORTEST_BREAK))
        yield from ((session, lag, length) for session in sessions)
        lag -= pause.length - length


def _everybody_pauses(pause: Session, day: tuple[Session, ...]) -> bool:
    """Whether nothing but breaks of the same times is on during this break."""
    during = (other for other in day if other.starts_at < pause.ends_at and pause.starts_at < other.ends_at)
    return all(
        other.kind is SessionKind.BREAK and (other.starts_at, other.ends_at) == (pause.starts_at, pause.ends_at)
        for other in during
    )


def move_session(agenda: Agenda, session_id: str, start: datetime, now: Now) -> Agenda:
    """The session starts at another instant (UTC), on whatever day, and lasts as long as before."""
    session = _ahead(agenda, session_id, now)
    return _with(agenda, _placed(session, start, start + session.length, now))


def swap_sessions(agenda: Agenda, one_id: str, other_id: str, now: Now) -> Agenda:
    """Each session takes the other's time and room, so that nothing overlaps that didn't before."""
    first, second = _ahead(agenda, one_id, now), _ahead(agenda, other_id, now)
    if first.id == second.id:
        raise ChangeError(Objection.SAME, first)
    return _with(agenda, _in_place_of(first, second), _in_place_of(second, first))


def _in_place_of(session: Session, other: Session) -> Session:
    return replace(session, day=other.day, starts_at=other.starts_at, ends_at=other.ends_at, room=other.room)


def extend_session(agenda: Agenda, session_id: str, end: datetime, now: Now) -> Agenda:
    """The session ends at another instant (UTC), later or earlier but not before now; no other moves."""
    session = _found(agenda, session_id)
    if session.ends_at <= now.at:
        raise ChangeError(Objection.OVER, session)
    if end < now.at:
        raise ChangeError(Objection.PAST, session)
    return _with(agenda, _within_a_day(replace(session, ends_at=end), now))


def cancel_session(agenda: Agenda, session_id: str, now: Now) -> Agenda:
    """The agenda without the session. One under way is rather ended: people were in it."""
    session = _ahead(agenda, session_id, now)
    if len(agenda.sessions) == 1:
        raise ChangeError(Objection.LAST, session)
    return Agenda(tuple(other for other in agenda if other.id != session.id))


def add_session(agenda: Agenda, session: Session, now: Now) -> Agenda:
    """The agenda with one session more; its day follows from its start."""
    taken = agenda.find(session.id)
    if taken is not None:
        raise ChangeError(Objection.TAKEN, taken)
    return _with(agenda, _placed(session, session.starts_at, session.ends_at, now))


def edit_session(agenda: Agenda, session_id: str, **details: Unpack[SessionDetails]) -> Agenda:
    """The session with other details, at the same time."""
    return _with(agenda, replace(_found(agenda, session_id), **details))


def adopt_agenda(agenda: Agenda, wanted: Agenda, now: Now) -> tuple[Agenda, tuple[Session, ...]]:
    """The wanted agenda, without changes to the past; and the sessions that therefore differ from it.

    A session that has begun keeps its time and is held, and only its details follow; none is moved before now.
    """
    held = {session.id: session for session in agenda}
    begun = {key: session for key, session in held.items() if session.starts_at <= now.at}
    followed: dict[str, Session] = {}
    left: list[Session] = []
    for session in wanted:
        started = begun.get(session.id)
        if started is not None:
            kept = replace(session, day=started.day, starts_at=started.starts_at, ends_at=started.ends_at)
        elif session.starts_at < now.at:
            kept = held.get(session.id)
        else:
            kept = session
        if kept is not None:
            followed[session.id] = kept
        if kept != session:
            left.append(kept or session)
    gone = [session for key, session in begun.items() if key not in followed]
    return Agenda((*followed.values(), *gone)), (*left, *gone)


def _found(agenda: Agenda, session_id: str) -> Session:
    session = agenda.find(session_id)
    if session is None:
        raise ChangeError(Objection.UNKNOWN)
    return session


def _ahead(agenda: Agenda, session_id: str, now: Now) -> Session:
    """The session, if it has not begun."""
    session = _found(agenda, session_id)
    if session.ends_at <= now.at:
        raise ChangeError(Objection.OVER, session)
    if session.starts_at <= now.at:
        raise ChangeError(Objection.UNDER_WAY, session)
    return session


def _to_delay(agenda: Agenda, session_id: str, by: timedelta, now: Now) -> Session:
    session = _ahead(agenda, session_id, now)
    if by <= timedelta(0):
        raise ChangeError(Objection.BACKWARDS, session)
    return session


def _later(session: Session, by: timedelta, length: timedelta, now: Now) -> Session:
    start = session.starts_at + by
    later = _placed(session, start, start + length, now)
    if later.day != session.day:
        raise ChangeError(Objection.OVERNIGHT, session)
    return later


def _placed(session: Session, start: datetime, end: datetime, now: Now) -> Session:
    if start < now.at:
        raise ChangeError(Objection.PAST, session)
    return _within_a_day(replace(session, day=day_of(start, now.zone), starts_at=start, ends_at=end), now)


def _within_a_day(session: Session, now: Now) -> Session:
    if session.ends_at <= session.starts_at:
        raise ChangeError(Objection.BACKWARDS, session)
    if day_of(session.ends_at, now.zone) != session.day:
        raise ChangeError(Objection.OVERNIGHT, session)
    return session


def _with(agenda: Agenda, *sessions: Session) -> Agenda:
    """The agenda with these in place of those of the same ids."""
    replaced = {session.id for session in sessions}
    return Agenda((*(session for session in agenda if session.id not in replaced), *sessions))
