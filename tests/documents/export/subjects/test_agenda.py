"""Rows of the agenda: what was held beside what was planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.documents.export.subjects import agenda
from bot.domain.plan import Plan
from bot.store.agenda import HeldSession
from tests.documents.export.readers import in_columns

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=UTC)


def agenda_rows(plan: Plan, held: Iterable[HeldSession], begun: dict[str, datetime]) -> list[dict[str, Any]]:
    return in_columns(agenda.columns(plan), agenda.agenda_rows(plan, held, plan.agenda, begun, "en"))


def test_the_agendas_table_has_a_row_a_session_in_order(example: Plan) -> None:
    session = example.agenda.sessions[0]
    late = HeldSession(example.agenda.sessions[-1], 4, NOON)
    first, last = agenda_rows(example, [late, HeldSession(session, 0, None)], {"opening": at(9, 0)})
    assert "Director, Compliance and Facilitation (WCO Secretariat)" in first.pop("speakers")
    assert first == {
        "id": "opening",
        "kind": "opening",
        "day": date(2023, 2, 20),
        "starts_at": at(9),
        "ends_at": at(9, 20),
        "room": "Plenary",
        "topic": None,
        "title_en": session.title["en"],
        "title_fr": session.title["fr"],
        "title_ar": session.title["ar"],
        "state": "planned",
        "sequence": 0,
        "planned_starts_at": at(9),
        "planned_ends_at": at(9, 20),
        "planned_room": "Plenary",
        "minutes_late": 0,
        "announced_at": at(9),
    }
    assert (last["state"], last["sequence"], last["announced_at"]) == ("cancelled", 4, None)


def test_what_was_moved_or_added_is_told_beside_what_was_planned(example: Plan) -> None:
    session = example.agenda.sessions[0]
    moved = replace(session, starts_at=at(9, 45), ends_at=at(10, 5))
    added = replace(session, id="extra", starts_at=at(17), ends_at=at(18))
    rows = agenda_rows(example, [HeldSession(moved, 1, None), HeldSession(added, 0, None)], {})
    shown = ("id", "starts_at", "planned_starts_at", "planned_ends_at", "planned_room", "minutes_late")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("opening", at(9, 45), at(9), at(9, 20), "Plenary", 45),
        ("extra", at(17), None, None, None, None),
    ]
