"""Rows of people: what each attended in all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.documents.export.attendance_records import AttendanceRecords
from bot.documents.export.subjects import people
from bot.domain.attendance.attendance import CheckIn
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns

Tiny = Callable[..., Plan]


def at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=UTC)


AMINA = Participant("a", "Amina Z", "Douane Z", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, 1)


def test_a_person_is_one_row_with_all_that_they_attended(tiny: Tiny) -> None:
    kept = AttendanceRecords([CheckIn("talk", 1, "Amina", at(9, 45)), CheckIn("welcome", 2, "Bilal", at(9))])
    rows = in_columns(people.COLUMNS, people.person_rows(tiny(), kept, {1: AMINA}.get))
    shown = ("person", "administration", "country", "sessions", "sessions_attended", "minutes", "percent", "rule_met")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "Douane Z", "TN", 2, 1, 75, 71.4, False),
        ("Bilal", None, None, 2, 1, 30, 28.6, False),
    ]
