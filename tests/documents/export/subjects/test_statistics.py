"""Rows of statistics: groups of at least three people, the smaller ones together."""

from __future__ import annotations

from collections.abc import Callable

from bot.documents.export.attendance_records import AttendanceRecords
from bot.documents.export.subjects import statistics
from bot.domain.attendance.attendance import CheckIn
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns

COUNTRIES = dict(enumerate(["TN", "TN", "TN", "TN", "MA", "EG", "JO"]))


def place_of(person: int) -> Participant:
    name = f"Person {person}"
    return Participant(name, name, "D", COUNTRIES[person], OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, person)


def test_a_group_is_one_row_and_small_groups_are_counted_together(tiny: Callable[..., Plan]) -> None:
    plan = tiny()
    talk = plan.agenda.sessions[-1]
    kept = AttendanceRecords([CheckIn("talk", person, f"P{person}", talk.starts_at) for person in COUNTRIES])
    rows = in_columns(statistics.COLUMNS, statistics.statistics_rows(plan, kept, place_of))
    by_country = {row["group"]: row["people"] for row in rows if row["by"] == "country"}
    assert by_country == {"TN": 4, "several": 3}
    (everybody,) = (row for row in rows if row["group"] == "everybody")
    assert (everybody["people"], everybody["minutes"]) == (7, 7 * 75)
