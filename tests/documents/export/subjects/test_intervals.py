"""Rows of intervals: stays and check-ins as they were recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.documents.export.subjects import intervals
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]


def at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=UTC)


def test_an_interval_is_one_row_as_it_was_seen(tiny: Tiny) -> None:
    plan = tiny()
    stay = Stay(
        1,
        "Amina",
        "room:plenary",
        Interval(
            at(8, 50),
            at(
                9,
                10,
            )
            + timedelta(seconds=30),
        ),
    )
    rows = [
        *intervals.stay_rows(plan, [stay]),
        *intervals.check_in_rows(plan, [CheckIn("talk", 2, "Bilal", at(10, 30))]),
    ]
    assert rows == [
        ("Amina", "1", "voice", "room:plenary", at(8, 50), at(9, 10) + timedelta(seconds=30), 20.5),
        ("Bilal", "2", "check-in", "talk", at(10, 30), at(11), 30.0),
    ]
