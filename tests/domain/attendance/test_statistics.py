"""Statistics of attendance: their sums are right, and nobody can be recognised in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord, CheckIn
from bot.domain.attendance.statistics import UNKNOWN, Scope, attendance_figures
from bot.domain.contributions.feedback import SMALLEST_GROUP
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]


def place(person: int, country: str, organisation: OrganisationKind = OrganisationKind.CUSTOMS) -> Participant:
    return Participant(str(person), f"P{person}", "A", country, organisation, None, Role.PARTICIPANT, person)


#: Each person's country (empty: an organisation of none; None: no place taken), and when they checked in to which.
PEOPLE = st.dictionaries(
    st.integers(1, 12),
    st.tuples(
        st.sampled_from([None, "", "TN", "MA", "BH"]),
        st.sampled_from(OrganisationKind),
        st.dictionaries(st.sampled_from(["welcome", "talk"]), st.integers(0, 29), min_size=1),
    ),
)
People = Mapping[int, tuple[str | None, OrganisationKind, Mapping[str, int]]]


def made(plan: Plan, people: People) -> tuple[tuple[AttendanceRecord, ...], Mapping[int, Participant]]:
    starts = {session.id: session.starts_at for session in plan.agenda}
    presences = [
        CheckIn(session, person, f"P{person}", starts[session].replace(minute=(starts[session].minute + late) % 60))
        for person, (_, _, sessions) in people.items()
        for session, late in sessions.items()
    ]
    places = {n: place(n, country, kind) for n, (country, kind, _) in people.items() if country is not None}
    return attendance.attendance_records(plan, presences), places


@given(PEOPLE)
def test_nobody_can_be_recognised_and_nobody_counts_twice(tiny: Tiny, people: People) -> None:
    records, places = made(tiny(), people)
    told = attendance_figures(tiny(), records, places.get)
    assert all(figure.people >= SMALLEST_GROUP for figure in told)
    for scope in (Scope.WORKSHOP, Scope.COUNTRY, Scope.ORGANISATION):
        mine = [figure for figure in told if figure.scope is scope]
        if len(records) >= SMALLEST_GROUP:
            assert sum(figure.people for figure in mine) == len(records)
            assert sum(figure.minutes for figure in mine) == sum(record.minutes for record in records)
            assert sum(figure.complete or 0 for figure in mine) == sum(record.complete for record in records)
        else:
            assert mine == []


@given(PEOPLE)
def test_a_percent_is_one_and_only_the_whole_workshop_has_a_rule(tiny: Tiny, people: People) -> None:
    records, places = made(tiny(), people)
    for figure in attendance_figures(tiny(), records, places.get):
        assert figure.percent is None or 0 <= figure.percent <= 100
        assert (figure.complete is None) is (figure.scope in {Scope.DAY, Scope.SESSION})


@given(PEOPLE)
def test_those_who_were_in_a_session_are_counted_in_it(tiny: Tiny, people: People) -> None:
    records, places = made(tiny(), people)
    told = {
        figure.group: figure
        for figure in attendance_figures(tiny(), records, places.get)
        if figure.scope is Scope.SESSION
    }
    for session in ("welcome", "talk"):
        there = [record for record in records if record.minutes_by_session[session]]
        if session in told:
            assert told[session].people == len(there)
            assert told[session].minutes == sum(record.minutes_by_session[session] for record in there)
        else:
            assert len(there) < SMALLEST_GROUP or None in told


def test_countries_of_one_are_told_together_and_the_smallest_other_joins_them(tiny: Tiny) -> None:
    plan = tiny()
    start = plan.agenda.sessions[0].starts_at
    countries = {1: "TN", 2: "TN", 3: "TN", 4: "MA", 5: "MA", 6: "MA", 7: "MA", 8: "BH"}
    records = attendance.attendance_records(plan, [CheckIn("welcome", n, f"P{n}", start) for n in countries])
    told = attendance_figures(plan, records, lambda n: place(n, countries[n]))
    assert [(f.group, f.people, f.minutes) for f in told if f.scope is Scope.COUNTRY] == [
        ("MA", 4, 120),
        (None, 4, 120),
    ]
    whole = next(figure for figure in told if figure.scope is Scope.WORKSHOP)
    assert (whole.people, whole.minutes, whole.complete) == (8, 240, 0)
    assert whole.percent == pytest.approx(100 * 30 / 105, abs=0.05)
    assert [(f.group, f.percent) for f in told if f.scope is Scope.DAY] == [("2023-02-20", whole.percent)]


def test_those_without_a_place_are_told_as_such(tiny: Tiny) -> None:
    plan = tiny()
    at = datetime(2023, 2, 20, 9, tzinfo=UTC)
    records = attendance.attendance_records(plan, [CheckIn("welcome", n, f"P{n}", at) for n in range(1, 4)])
    told = attendance_figures(plan, records, lambda _: None)
    assert [f.group for f in told if f.scope in {Scope.COUNTRY, Scope.ORGANISATION}] == [UNKNOWN, UNKNOWN]
