"""Statistics of attendance: by country, kind of organisation, day and session; nobody can be recognised in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.contributions import chatham
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan


class Scope(StrEnum):
    """The property by which people are grouped."""

    WORKSHOP = "workshop"
    COUNTRY = "country"
    ORGANISATION = "organisation"
    DAY = "day"
    SESSION = "session"


#: The group of people for whom the property isn't known.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AttendanceShare:
    """One person's minutes in the counted sessions."""

    person: int
    minutes: int
    observed: float
    """Scheduled minutes that count for or against the person."""
    complete: bool | None = None
    """Whether they reached the plan's share; None of a part of the workshop, for which there is no such rule."""


@dataclass(frozen=True, slots=True)
class AttendanceFigure:
    """One line of the statistics: a group of at least SMALLEST_GROUP persons."""

    scope: Scope
    group: str | None
    """None for several small groups that were merged."""
    people: int
    minutes: int
    """Whole minutes present, of all of them together."""
    percent: float | None
    """Minutes present in percent of minutes observed, one decimal; None if none were observed."""
    complete: int | None
    """The number of people who reached the plan's share; None where no share is asked for."""


def attendance_figures(
    plan: Plan, records: Sequence[AttendanceRecord], place_of: Callable[[int], Participant | None]
) -> tuple[AttendanceFigure, ...]:
    """The statistics. Of a day and of a session, those count who were there; else everybody of whom there is a record.

    Groups of fewer than SMALLEST_GROUP persons are merged: see `chatham.merge_small_groups`.
    """
    return tuple(figure for scope in Scope for figure in _figures(scope, _grouped(scope, plan, records, place_of)))


def _figures(scope: Scope, shares: Iterable[tuple[str, AttendanceShare]]) -> Iterator[AttendanceFigure]:
    groups: dict[str, list[AttendanceShare]] = {}
    for group, share in shares:
        groups.setdefault(group, []).append(share)
    for name, members in chatham.merge_small_groups(groups, lambda share: share.person):
        yield _figure(scope, name, members)


def _figure(scope: Scope, group: str | None, shares: Sequence[AttendanceShare]) -> AttendanceFigure:
    minutes = sum(share.minutes for share in shares)
    ruled = [share.complete for share in shares if share.complete is not None]
    return AttendanceFigure(
        scope,
        group,
        len({share.person for share in shares}),
        minutes,
        attendance.percent_present(minutes, sum(share.observed for share in shares)),
        sum(ruled) if ruled else None,
    )


def _grouped(
    scope: Scope, plan: Plan, records: Sequence[AttendanceRecord], place_of: Callable[[int], Participant | None]
) -> Iterator[tuple[str, AttendanceShare]]:
    """Everybody's shares, each with the name of its group, in the order of the groups."""
    counted = attendance.counted_sessions(plan)
    match scope:
        case Scope.WORKSHOP:
            yield from (("", _whole(record)) for record in records)
        case Scope.COUNTRY | Scope.ORGANISATION:
            shares = [(_group(scope, place_of(record.person)), _whole(record)) for record in records]
            yield from sorted(shares, key=lambda pair: (pair[0] == UNKNOWN, pair[0]))
        case Scope.DAY:
            for day in dict.fromkeys(session.day for session in counted):
                part = tuple(session for session in counted if session.day == day)
                yield from ((day.isoformat(), share) for share in _there(part, records))
        case Scope.SESSION:
            for session in counted:
                yield from ((session.id, share) for share in _there((session,), records))


def _group(scope: Scope, place: Participant | None) -> str:
    if place is None:
        return UNKNOWN
    return str(place.organisation) if scope is Scope.ORGANISATION else place.country or UNKNOWN


def _whole(record: AttendanceRecord) -> AttendanceShare:
    return AttendanceShare(record.person, record.minutes, record.observed, record.complete)


def _there(sessions: Sequence[Session], records: Iterable[AttendanceRecord]) -> Iterator[AttendanceShare]:
    for record in records:
        minutes = sum(record.minutes_by_session[session.id] for session in sessions)
        if minutes:
            observed = sum(record.observed_in(session) for session in sessions)
            yield AttendanceShare(record.person, minutes, observed)
