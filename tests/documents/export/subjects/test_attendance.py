"""Rows of attendance: one a person and session that counts, with what was corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.documents.export.attendance_records import AttendanceRecords
from bot.documents.export.subjects import attendance
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns

Tiny = Callable[..., Plan]


def at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=UTC)


def by_session(plan: Plan, kept: AttendanceRecords) -> list[dict[str, Any]]:
    return in_columns(attendance.COLUMNS, attendance.attendance_rows(plan, kept, "en"))


def test_attendance_has_a_row_for_every_person_and_session_that_counts(tiny: Tiny) -> None:
    """Also for the session to which the person did not come; the break is no row."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [
        CheckIn("talk", 2, "Bilal", talk.starts_at + timedelta(minutes=15)),
        CheckIn("welcome", 1, "Amina", plan.agenda.sessions[0].starts_at),
    ]
    rows = by_session(plan, AttendanceRecords(presences))
    shown = ("person", "person_id", "session", "checked_in_at", "minutes", "percent", "workshop_minutes", "rule_met")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "1", "welcome", at(9), 30, 100.0, 30, False),
        ("Amina", "1", "talk", None, 0, 0.0, 30, False),
        ("Bilal", "2", "welcome", None, 0, 0.0, 60, False),
        ("Bilal", "2", "talk", at(10), 60, 80.0, 60, False),
    ]
    assert {(row["scheduled_minutes"], row["rule_percent"]) for row in rows} == {(30, 80), (75, 80)}


def test_a_correction_is_told_with_who_made_it_and_why_beside_the_check_in(tiny: Tiny) -> None:
    """Also of somebody of whom nothing else is known."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [CheckIn("talk", 1, "Amina", talk.starts_at)]
    said = [
        Correction("1", "talk", 1, "Amina", Mark.ABSENT, "=Left", 9, "Rachid", talk.starts_at),
        Correction("2", "talk", 2, "Bilal", Mark.EXCUSED, "Ill", 9, "Rachid", talk.starts_at),
    ]
    rows = by_session(plan, AttendanceRecords(presences, corrections=said))
    shown = ("person", "session", "checked_in_at", "minutes", "excused_minutes", "percent", "status", "reason")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Amina", "talk", at(9, 45), 0, 0, 0.0, "absent", "=Left"),
        ("Bilal", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Bilal", "talk", None, 0, 75, None, "excused", "Ill"),
    ]
    assert [row["corrected_by"] for row in rows] == [None, "Rachid", None, "Rachid"]


def test_first_in_and_last_out_are_told_of_each_session_however_often_somebody_left(tiny: Tiny) -> None:
    plan = tiny()
    room = "room:plenary"
    stays = [
        Stay(1, "Amina", room, Interval(at(8, 50), at(9, 10))),
        Stay(1, "Amina", room, Interval(at(9, 20), at(9, 25))),
        Stay(2, "Bilal", room, Interval(at(9, 15), at(12))),
    ]
    rows = by_session(plan, AttendanceRecords([CheckIn("talk", 1, "Amina", at(10))], stays))
    assert [(row["person"], row["session"], row["first_in"], row["last_out"], row["minutes"]) for row in rows] == [
        ("Amina", "welcome", at(9), at(9, 25), 15),
        ("Amina", "talk", at(10), at(11), 60),
        ("Bilal", "welcome", at(9, 15), at(9, 30), 15),
        ("Bilal", "talk", at(9, 45), at(11), 75),
    ]
