"""The run of show: the current and next sessions, the delay of the day, and the buttons that change it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda import reschedule
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.local_time import day_of

#: By how much a press of "+5" delays the rest of the day.
STEP = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)


class DayAction(StrEnum):
    """The actions of the panel's buttons."""

    HOLD = "hold"
    RESUME = "resume"
    LATER = "later"
    SKIP = "skip"
    START = "start"
    END = "end"


class ShowError(ValueError):
    """A button doesn't mean exactly one session. The reason is `none` or `several`."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A pause of the day by moderators, since an instant (UTC)."""

    id: str
    since: datetime


def next_sessions(agenda: Agenda, now: Now) -> tuple[Session, ...]:
    """The sessions that start next on today's agenda: several, if at the same instant."""
    today = [session for session in agenda.on(day_of(now.at, now.zone)) if session.starts_at > now.at]
    return tuple(session for session in today if session.starts_at == today[0].starts_at)


def lateness(held: Agenda, filed: Agenda, now: Now) -> timedelta | None:
    """Return how much later than in the plan's file the current session ends, or else the next one starts.

    Negative is early; None if the file has none of the sessions that are on or still to come today.
    """
    for session in held.live(now.at):
        if before := filed.find(session.id):
            return session.ends_at - before.ends_at
    for session in next_sessions(held, now):
        if before := filed.find(session.id):
            return session.starts_at - before.starts_at
    return None


def show_state(agenda: Agenda, sequences: Iterable[tuple[str, int]], hold: Hold | None, now: Now) -> str:
    """Return a hash of the sessions and the hold that a panel's button acts on; any change of them changes it.

    `sequences`: each session with a number that grows with each of its changes, so that a change that was undone still
    gives another hash.
    """
    standing = ([session.id for session in agenda.live(now.at)], [session.id for session in next_sessions(agenda, now)])
    seen = repr((standing, sorted(sequences), hold))
    return hashlib.blake2b(seen.encode(), digest_size=8).hexdigest()


def delay_day(agenda: Agenda, by: timedelta, now: Now) -> Agenda:
    """Extend the sessions under way and delay the rest of today; breaks absorb what they can."""
    live, rest = agenda.live(now.at), next_sessions(agenda, now)
    if not live and not rest:
        raise ShowError("none")
    if rest:  # first, while the next break still overlaps with no session, and so can absorb
        agenda = reschedule.delay_rest(agenda, rest[0].id, by, now, absorb=True)
    for session in live:
        agenda = reschedule.extend_session(agenda, session.id, session.ends_at + by, now)
    return agenda


def skip_next(agenda: Agenda, now: Now) -> Agenda:
    """Cancel the next session."""
    return reschedule.cancel_session(agenda, _the_one(next_sessions(agenda, now)).id, now)


def start_next(agenda: Agenda, now: Now) -> Agenda:
    """Start the next session, and end the one under way in its room."""
    following, at = _the_one(next_sessions(agenda, now)), _whole_second(now.at)
    for session in agenda.live(now.at):
        if session.room == following.room:
            agenda = reschedule.extend_session(agenda, session.id, at, now)
    return reschedule.move_session(agenda, following.id, at, now)


def end_current(agenda: Agenda, now: Now) -> Agenda:
    """End the session under way."""
    return reschedule.extend_session(agenda, _the_one(agenda.live(now.at)).id, _whole_second(now.at), now)


def resume_day(agenda: Agenda, hold: Hold, now: Now) -> Agenda:
    """Delay everything of the day that was to come when the hold began, by its length in whole minutes.

    Nothing changes where that is impossible: the hold lasted into another day, or nothing was to come.
    """
    held = now.at - hold.since
    by = -(-held // _MINUTE) * _MINUTE
    if day_of(now.at, now.zone) != day_of(hold.since, now.zone):
        return agenda
    try:
        return delay_day(agenda, by, Now(hold.since, now.zone))
    except (ChangeError, ShowError):
        return agenda


#: The change that each button makes to the agenda; those of a hold do more.
CHANGES: dict[DayAction, Callable[[Agenda, Now], Agenda]] = {
    DayAction.LATER: lambda agenda, now: delay_day(agenda, STEP, now),
    DayAction.SKIP: skip_next,
    DayAction.START: start_next,
    DayAction.END: end_current,
}


def _the_one(sessions: tuple[Session, ...]) -> Session:
    if len(sessions) != 1:
        raise ShowError("several" if sessions else "none")
    return sessions[0]


def _whole_second(at: datetime) -> datetime:
    """Round up to a whole second: no session may start in the past."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
