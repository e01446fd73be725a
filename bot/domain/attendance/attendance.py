"""Attendance: when a session takes check-ins, and the record that a person's check-ins and stays give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.corrections import Correction, Mark, corrections_in_force
from bot.domain.attendance.presence import ALIVE_MARK, Interval, Stay, gaps, total, within
from bot.domain.plan import Plan
from bot.domain.venue import is_room_of

_MINUTE = timedelta(minutes=1)

Doors = Mapping[str, bool]
"""The sessions whose check-in moderators opened (true) or closed (false) by hand; the others follow the plan."""
BY_PLAN: Doors = {}
_UNCORRECTED: Mapping[str, Correction] = {}


class CheckinRefusal(StrEnum):
    """Why a check-in is refused."""

    NOT_YET = "not_yet"
    CLOSED = "closed"
    """By a moderator."""
    OVER = "over"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in: the person counts as present from `since` (UTC) to the end of the session."""

    session: str
    person: int
    name: str
    """The person's display name on Discord at the time."""
    since: datetime


def counted_sessions(plan: Plan) -> tuple[Session, ...]:
    """Return the sessions that count, in order of their start."""
    return tuple(session for session in plan.agenda if plan.counts_for_attendance(session))


def checkin_opens_at(plan: Plan, session: Session) -> datetime:
    """Return when check-in to a session opens (UTC)."""
    return session.starts_at - timedelta(minutes=plan.attendance.opens_before)


def checkin_refusal(plan: Plan, session: Session, now: datetime, doors: Doors = BY_PLAN) -> CheckinRefusal | None:
    """Return why a session refuses a check-in at `now`; None if it doesn't. Nobody can reopen one that is over."""
    if not plan.counts_for_attendance(session):
        return CheckinRefusal.NOT_COUNTED
    if now >= session.ends_at:
        return CheckinRefusal.OVER
    by_hand = doors.get(session.id)
    if by_hand is None:
        return CheckinRefusal.NOT_YET if now < checkin_opens_at(plan, session) else None
    return None if by_hand else CheckinRefusal.CLOSED


def open_sessions(plan: Plan, now: datetime, doors: Doors = BY_PLAN) -> tuple[Session, ...]:
    """Return the sessions that are open for check-in at `now`, in order of their start."""
    return tuple(session for session in plan.agenda if checkin_refusal(plan, session, now, doors) is None)


def next_opening(plan: Plan, now: datetime, doors: Doors = BY_PLAN) -> Session | None:
    """Return the session whose check-in opens next by the plan."""
    return next(
        (s for s in counted_sessions(plan) if checkin_refusal(plan, s, now, doors) is CheckinRefusal.NOT_YET), None
    )


def minutes_present(session: Session, presence: CheckIn | None, stays: Iterable[Stay] = ()) -> int:
    """Return for how many whole scheduled minutes of a session one person was present, by check-in or stays."""
    return round(total(_present(session, presence, stays)) / _MINUTE)


def unwatched_times(plan: Plan, watches: Iterable[Interval], now: datetime) -> tuple[Interval, ...]:
    """Return when the bot was not watching the rooms, between the first session's start and the last one's end.

    The time since two alive marks before `now` is left out: the end of a watch is recorded up to one mark late.
    """
    begins, ends = plan.agenda.sessions[0].starts_at, plan.agenda.ends_at
    return gaps(watches, Interval(begins, min(ends, now - 2 * ALIVE_MARK)))


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """The attendance of one person over the workshop.

    Each scheduled minute of a session is one of three. *Present*: the person was in the session's room, or had checked
    in (which counts until the session's end). *Unobserved*: neither is known, because the bot was not watching then.
    *Absent*: the rest. A moderator's correction makes all of a session present, or all of it absent, or excuses what is
    not present. Minutes unobserved or excused count neither for nor against anybody: shares are those of the present
    among the scheduled minutes less these.
    """

    person: int
    name: str
    minutes_by_session: Mapping[str, int]
    """Whole minutes present."""
    voice_by_session: Mapping[str, float]
    """Minutes (one decimal) in the session's room, or in a room of its breakouts."""
    unobserved_by_session: Mapping[str, float]
    """Minutes (one decimal) while the bot was not watching."""
    excused_by_session: Mapping[str, float]
    """Minutes (one decimal) that were missed with an excuse."""
    corrections: Mapping[str, Correction]
    """The corrections in force, by session."""
    spans: Mapping[str, Interval]
    """From the first to the last moment of the person in each session that they attended, gaps included."""
    scheduled: int
    """Total scheduled minutes of the sessions that count."""
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
    def observed(self) -> float:
        """Scheduled minutes (one decimal) that count for or against the person."""
        return round(self.scheduled - self.unobserved - sum(self.excused_by_session.values()), 1)

    def observed_in(self, session: Session) -> float:
        """Scheduled minutes (one decimal) of a session that count for or against the person."""
        missed = self.unobserved_by_session[session.id] + self.excused_by_session[session.id]
        return round(scheduled_minutes(session) - missed, 1)

    @property
    def percent(self) -> float | None:
        """Minutes present in percent of those observed, one decimal; None if none were observed."""
        return percent_present(self.minutes, self.observed)

    @property
    def whole_percent(self) -> int:
        """`percent` without decimals, rounded down: a person who reads 80 % has reached 80 %."""
        return min(100, int(100 * self.minutes / self.observed)) if self.observed > 0 else 0


def percent_present(present: int, observed: float) -> float | None:
    """Return minutes present as a percentage of those observed, one decimal; None if none was observed."""
    # Minutes present are rounded to whole ones, and so may exceed the minutes observed.
    return round(min(100.0, 100 * present / observed), 1) if observed > 0 else None


def attendance_records(
    plan: Plan,
    presences: Iterable[CheckIn],
    stays: Iterable[Stay] = (),
    blind: Sequence[Interval] = (),
    corrections: Iterable[Correction] = (),
) -> tuple[AttendanceRecord, ...]:
    """Return a record of each person who checked in, was in the room of a session that counts, or was corrected.

    In order of their latest names on Discord. `blind`: the `unwatched_times`.
    """
    counted = counted_sessions(plan)
    checked: dict[int, dict[str, CheckIn]] = {}
    for presence in presences:
        checked.setdefault(presence.person, {})[presence.session] = presence
    stayed: dict[int, list[Stay]] = {}
    for stay in stays:
        if any(_in_room(session, (stay,)) for session in counted):
            stayed.setdefault(stay.person, []).append(stay)
    corrected: dict[int, dict[str, Correction]] = {}
    for (person, session), correction in corrections_in_force(corrections).items():
        corrected.setdefault(person, {})[session] = correction
    people = checked.keys() | stayed.keys() | corrected.keys()
    records = (
        _named(plan, person, checked.get(person, {}), stayed.get(person, []), blind, corrected.get(person, {}))
        for person in people
    )
    return tuple(sorted(records, key=lambda record: (record.name.casefold(), record.person)))


def times_present(
    plan: Plan, presences: Iterable[CheckIn], stays: Sequence[Stay] = (), corrections: Iterable[Correction] = ()
) -> dict[str, dict[int, tuple[Interval, ...]]]:
    """Return when people were in each session that counts: session id, then person, then intervals.

    It agrees with `attendance_records`: a person corrected to present counts from start to end.
    """
    checked = {(checkin.session, checkin.person): checkin for checkin in presences}
    corrected = corrections_in_force(corrections)
    times: dict[str, dict[int, tuple[Interval, ...]]] = {}
    for session in counted_sessions(plan):
        inside: dict[int, list[Stay]] = {}
        for stay in stays:
            if is_room_of(session, stay.room):
                inside.setdefault(stay.person, []).append(stay)
        people = {person for key, person in (*checked, *((s, p) for p, s in corrected)) if key == session.id}
        intervals = {
            person: _marked(session, corrected.get((person, session.id)))
            or _present(session, checked.get((session.id, person)), inside.get(person, ()))
            for person in sorted(people | inside.keys())
        }
        absent = {
            p for p in intervals if (correction := corrected.get((p, session.id))) and correction.mark is Mark.ABSENT
        }
        times[session.id] = {person: when for person, when in intervals.items() if when and person not in absent}
    return times


def _marked(session: Session, correction: Correction | None) -> tuple[Interval, ...]:
    return (_time(session),) if correction and correction.mark is Mark.PRESENT else ()


def attendance_record(  # noqa: PLR0913, PLR0917 - all that is known of one person
    plan: Plan,
    person: int,
    name: str,
    checked: Mapping[str, CheckIn],
    stays: Sequence[Stay] = (),
    blind: Sequence[Interval] = (),
    corrected: Mapping[str, Correction] = _UNCORRECTED,
) -> AttendanceRecord:
    """Return the record of one person. `checked` and `corrected` are by session id; all may be empty."""
    counted = counted_sessions(plan)
    tallies = {s.id: _tally(s, checked.get(s.id), stays, blind, corrected.get(s.id)) for s in counted}
    present = sum(tally.present for tally in tallies.values())
    scheduled = round(sum((s.length for s in counted), timedelta()) / _MINUTE)
    uncounted = sum(tally.unobserved + tally.excused for tally in tallies.values())
    return AttendanceRecord(
        person,
        name,
        {key: tally.present for key, tally in tallies.items()},
        {s.id: _tenths(_in_room(s, stays)) for s in counted},
        {key: tally.unobserved for key, tally in tallies.items()},
        {key: tally.excused for key, tally in tallies.items()},
        {key: corrected[key] for key in tallies if key in corrected},
        {s.id: span for s in counted if (span := _span(_present(s, checked.get(s.id), stays)))},
        scheduled,
        complete=present > 0 and 100 * present >= plan.attendance.percent * (scheduled - uncounted),
    )


@dataclass(frozen=True, slots=True)
class _Tally:
    """Minutes of one session."""

    present: int
    unobserved: float = 0.0
    excused: float = 0.0


def _tally(
    session: Session,
    presence: CheckIn | None,
    stays: Sequence[Stay],
    blind: Sequence[Interval],
    correction: Correction | None,
) -> _Tally:
    length = scheduled_minutes(session)
    present, unseen = minutes_present(session, presence, stays), _tenths(_unobserved(session, presence, stays, blind))
    match correction.mark if correction else None:
        case Mark.PRESENT:
            return _Tally(length)
        case Mark.ABSENT:
            return _Tally(0)
        case Mark.EXCUSED:
            # At least the unobserved minutes, which have decimals: an excuse must never lower a percentage.
            return _Tally(present, excused=max(float(length - present), unseen))
        case None:
            return _Tally(present, unseen)


def scheduled_minutes(session: Session) -> int:
    """Return the scheduled length of a session in whole minutes."""
    return round(session.length / _MINUTE)


def _named(  # noqa: PLR0913, PLR0917 - as record
    plan: Plan,
    person: int,
    checked: Mapping[str, CheckIn],
    stays: Sequence[Stay],
    blind: Sequence[Interval],
    corrected: Mapping[str, Correction],
) -> AttendanceRecord:
    name = _latest_name(checked.values(), stays, corrected.values())
    return attendance_record(plan, person, name, checked, stays, blind, corrected)


def _latest_name(presences: Iterable[CheckIn], stays: Iterable[Stay], corrections: Iterable[Correction]) -> str:
    """Return the latest name on Discord, or the name in a correction if the person was never seen there."""
    shown = [(checkin.since, checkin.name) for checkin in presences] + [(stay.time.since, stay.name) for stay in stays]
    return max(shown or [(correction.at, correction.name) for correction in corrections])[1]


def _present(session: Session, presence: CheckIn | None, stays: Iterable[Stay]) -> tuple[Interval, ...]:
    checked_in = [Interval(presence.since, session.ends_at)] if presence else []
    return within([*_in_room(session, stays), *checked_in], _time(session))


def _span(intervals: Sequence[Interval]) -> Interval | None:
    return Interval(intervals[0].since, intervals[-1].until) if intervals else None


def _in_room(session: Session, stays: Iterable[Stay]) -> tuple[Interval, ...]:
    return within((stay.time for stay in stays if is_room_of(session, stay.room)), _time(session))


def _unobserved(
    session: Session, presence: CheckIn | None, stays: Iterable[Stay], blind: Iterable[Interval]
) -> tuple[Interval, ...]:
    unseen = within(blind, _time(session))
    covered = _present(session, presence, stays)
    return tuple(gap for interval in unseen for gap in gaps(covered, interval))


def _time(session: Session) -> Interval:
    return Interval(session.starts_at, session.ends_at)


def _tenths(intervals: Iterable[Interval]) -> float:
    return round(total(intervals) / _MINUTE, 1)
