"""Attendance: when a session takes check-ins, and what a person's check-ins add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda import Session
from bot.domain.plan import Plan
from bot.domain.presence import ALIVE_MARK, Interval, Stay, gaps, total, within
from bot.domain.venue import is_room_of

_MINUTE = timedelta(minutes=1)


class Refusal(StrEnum):
    """Why a check-in is not taken."""

    NOT_YET = "not_yet"
    OVER = "over"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class Presence:
    """A stay in a session, from `since` (UTC) to its end, as told by a check-in."""

    session: str
    person: int
    name: str
    """How Discord showed the person then."""
    since: datetime


def counting(plan: Plan) -> tuple[Session, ...]:
    """The sessions that count, in order of their start."""
    return tuple(session for session in plan.agenda if plan.counts_for_attendance(session))


def opens_at(plan: Plan, session: Session) -> datetime:
    """When check-in to a session opens."""
    return session.starts_at - timedelta(minutes=plan.attendance.opens_before)


def refusal(plan: Plan, session: Session, now: datetime) -> Refusal | None:
    """Why a session takes no check-in at `now`; None if it does."""
    if not plan.counts_for_attendance(session):
        return Refusal.NOT_COUNTED
    if now < opens_at(plan, session):
        return Refusal.NOT_YET
    return Refusal.OVER if now >= session.ends_at else None


def open_sessions(plan: Plan, now: datetime) -> tuple[Session, ...]:
    """The sessions that take check-ins at `now`, the one that started first in front."""
    return tuple(session for session in plan.agenda if refusal(plan, session, now) is None)


def next_opening(plan: Plan, now: datetime) -> Session | None:
    """The session that takes check-ins next."""
    return next((session for session in counting(plan) if opens_at(plan, session) > now), None)


def minutes(session: Session, presence: Presence | None, stays: Iterable[Stay] = ()) -> int:
    """Whole scheduled minutes of a session for which one person was there, by their check-in or their stays."""
    return round(total(_present(session, presence, stays)) / _MINUTE)


def blind(plan: Plan, watches: Iterable[Interval], now: datetime) -> tuple[Interval, ...]:
    """When the bot was not watching the rooms, from the first session's start to the last one's end, as of `now`.

    What is younger than two alive marks isn't known yet: a watch under way lags behind by up to one.
    """
    begins, ends = plan.agenda.sessions[0].starts_at, plan.agenda.ends_at
    return gaps(watches, Interval(begins, min(ends, now - 2 * ALIVE_MARK)))


@dataclass(frozen=True, slots=True)
class Record:
    """What one person's presences add up to.

    Each scheduled minute of a session is one of three. *Present*: the person was in the session's room, or had checked
    in (which counts until the session's end). *Unobserved*: neither is known, because the bot was not watching then.
    *Absent*: the rest. Unobserved minutes count neither for nor against anybody: shares are those of the present among
    the scheduled minutes less the unobserved ones.
    """

    person: int
    name: str
    minutes_by_session: Mapping[str, int]
    """Whole minutes present."""
    voice_by_session: Mapping[str, float]
    """Minutes (one decimal) in the session's room, or in a room of its breakouts."""
    unobserved_by_session: Mapping[str, float]
    """Minutes (one decimal) of which nothing is known."""
    scheduled: int
    """Scheduled minutes of all sessions that count."""
    complete: bool
    """Whether the plan's share is reached."""

    @property
    def minutes(self) -> int:
        """Minutes in all sessions that count."""
        return sum(self.minutes_by_session.values())

    @property
    def unobserved(self) -> float:
        """Unobserved minutes (one decimal) of all sessions that count."""
        return round(sum(self.unobserved_by_session.values()), 1)

    @property
    def percent(self) -> float | None:
        """Share present of what was observed; None if nothing was."""
        return share(self.minutes, self.scheduled, self.unobserved)

    @property
    def whole_percent(self) -> int:
        """The same without decimals, never rounded up: who is told of 80 % has 80 %."""
        observed = self.scheduled - self.unobserved
        return min(100, int(100 * self.minutes / observed)) if observed > 0 else 0


def share(present: int, scheduled: int, unobserved: float) -> float | None:
    """Minutes present as a share of those observed, in percent, one decimal; None if none was observed."""
    observed = scheduled - unobserved
    # Present minutes are whole ones, so that rounding may carry them past what was observed.
    return round(min(100.0, 100 * present / observed), 1) if observed > 0 else None


def records(
    plan: Plan, presences: Iterable[Presence], stays: Iterable[Stay] = (), blind: Sequence[Interval] = ()
) -> tuple[Record, ...]:
    """One record a person who ever checked in or was in the room of a session that counts.

    In order of their names (the latest that Discord showed). `blind`: when nobody was watching; see the function.
    """
    counted = counting(plan)
    checked: dict[int, dict[str, Presence]] = {}
    for presence in presences:
        checked.setdefault(presence.person, {})[presence.session] = presence
    stayed: dict[int, list[Stay]] = {}
    for stay in stays:
        if any(_in_room(session, (stay,)) for session in counted):
            stayed.setdefault(stay.person, []).append(stay)
    people = checked.keys() | stayed.keys()
    told = (_named(plan, person, checked.get(person, {}), stayed.get(person, []), blind) for person in people)
    return tuple(sorted(told, key=lambda one: (one.name.casefold(), one.person)))


def record(  # noqa: PLR0913, PLR0917 - all that is known of one person
    plan: Plan,
    person: int,
    name: str,
    checked: Mapping[str, Presence],
    stays: Sequence[Stay] = (),
    blind: Sequence[Interval] = (),
) -> Record:
    """What one person's check-ins (by session) and stays add up to, also if there are none."""
    counted = counting(plan)
    scheduled = round(sum((s.length for s in counted), timedelta()) / _MINUTE)
    present = {s.id: minutes(s, checked.get(s.id), stays) for s in counted}
    unseen = {s.id: _tenths(_unobserved(s, checked.get(s.id), stays, blind)) for s in counted}
    there = sum(present.values())
    return Record(
        person,
        name,
        present,
        {s.id: _tenths(_in_room(s, stays)) for s in counted},
        unseen,
        scheduled,
        complete=there > 0 and 100 * there >= plan.attendance.percent * (scheduled - sum(unseen.values())),
    )


class Reason(StrEnum):
    """Why a session counts as it does for one person."""

    CHECKED_IN = "checked_in"
    IN_ROOM = "in_room"
    UNOBSERVED = "unobserved"
    """Neither is known of some of it, because the bot was not watching."""
    OPEN = "open"
    """They can still check in."""
    AHEAD = "ahead"
    ABSENT = "absent"


def reasons(plan: Plan, session: Session, own: Record, presence: Presence | None, now: datetime) -> tuple[Reason, ...]:
    """Every reason that is true of a session that counts, for the person whose record it is; never none."""
    known = {
        Reason.CHECKED_IN: presence is not None,
        Reason.IN_ROOM: own.voice_by_session[session.id] > 0,
        Reason.UNOBSERVED: own.unobserved_by_session[session.id] > 0,
    }
    told = [reason for reason, true in known.items() if true]
    if presence is None:
        match refusal(plan, session, now):
            case None:
                told.append(Reason.OPEN)
            case Refusal.NOT_YET:
                told.append(Reason.AHEAD)
            case _ if not told:
                told.append(Reason.ABSENT)
            case _:
                pass
    return tuple(told)


class Outlook(StrEnum):
    """Where somebody stands, against the plan's share."""

    REACHED = "reached"
    WITHIN_REACH = "within_reach"
    MISSED = "missed"


def outlook(plan: Plan, own: Record, checked: Mapping[str, Presence], now: datetime) -> Outlook:
    """Whether the plan's share is reached, or still can be by attending all that is left."""
    if own.complete:
        return Outlook.REACHED
    left = sum(
        (s.ends_at - max(s.starts_at, now) for s in counting(plan) if s.ends_at > now and s.id not in checked),
        timedelta(),
    )
    possible = own.minutes + left / _MINUTE
    return Outlook.WITHIN_REACH if 100 * possible >= _needed(plan, own) and left else Outlook.MISSED


def _needed(plan: Plan, own: Record) -> float:
    return plan.attendance.percent * (own.scheduled - own.unobserved)


def _named(
    plan: Plan, person: int, checked: Mapping[str, Presence], stays: Sequence[Stay], blind: Sequence[Interval]
) -> Record:
    return record(plan, person, _latest_name(checked.values(), stays), checked, stays, blind)


def _latest_name(presences: Iterable[Presence], stays: Iterable[Stay]) -> str:
    shown = [(one.since, one.name) for one in presences] + [(one.time.since, one.name) for one in stays]
    return max(shown)[1]


def _present(session: Session, presence: Presence | None, stays: Iterable[Stay]) -> tuple[Interval, ...]:
    checked_in = [Interval(presence.since, session.ends_at)] if presence else []
    return within([*_in_room(session, stays), *checked_in], _time(session))


def _in_room(session: Session, stays: Iterable[Stay]) -> tuple[Interval, ...]:
    return within((stay.time for stay in stays if is_room_of(session, stay.room)), _time(session))


def _unobserved(
    session: Session, presence: Presence | None, stays: Iterable[Stay], blind: Iterable[Interval]
) -> tuple[Interval, ...]:
    unseen = within(blind, _time(session))
    covered = _present(session, presence, stays)
    return tuple(gap for one in unseen for gap in gaps(covered, one))


def _time(session: Session) -> Interval:
    return Interval(session.starts_at, session.ends_at)


def _tenths(intervals: Iterable[Interval]) -> float:
    return round(total(intervals) / _MINUTE, 1)
