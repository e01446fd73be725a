"""Rows of the audit: who did what, but nothing that leads to what was said under the Chatham House Rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.documents.export.subjects import audit
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.store.audit import AuditEntry

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
RACHID = Participant("r", "Rachid", "Douane", "MA", OrganisationKind.CUSTOMS, None, Role.MODERATOR, 9)
ENTRIES = [
    AuditEntry("review/1", NOON, 9, "note reviewed", "note 1073741824000000001", "draft", "approved"),
    AuditEntry("export/1", NOON, 0, "exported", "notes", latter="csv for public, 3 rows, by root"),
    AuditEntry("session/1", NOON, 9, "agenda changed", "talk", "room plenary", "room hall"),
]


def rows(plan: Plan, *secret_ids: str) -> list[tuple[Any, ...]]:
    unlinked = "#".join
    entries = audit.audit_rows(plan, ENTRIES, {9: RACHID}.get, frozenset(secret_ids), lambda part: unlinked(part[:4]))
    return [tuple(row) for row in entries]


def test_an_entry_is_one_row_with_who_did_it(example: Plan) -> None:
    """Ids are taken out of what is about notes and questions alone; the shell has no account."""
    assert rows(example) == [
        (NOON, "9", "Rachid", "note reviewed", "n#o#t#e", "d#r#a#f", "a#p#p#r"),
        (NOON, None, None, "exported", "notes", None, "csv for public, 3 rows, by root"),
        (NOON, "9", "Rachid", "agenda changed", "talk", "room plenary", "room hall"),
    ]


def test_of_a_confidential_session_there_is_only_what_was_done(example: Plan, tiny: Callable[..., Plan]) -> None:
    """Last; and of a workshop that is wholly confidential, of every entry."""
    bare = (None, None, None, "agenda changed", None, None, None)
    assert [row[3] for row in rows(example, "talk")] == ["note reviewed", "exported", "agenda changed"]
    assert rows(example, "talk")[-1] == bare
    everything = rows(tiny(chatham_house=True))
    assert len(everything) == len(ENTRIES)
    assert {cell for row in everything for column, cell in enumerate(row) if column != 3} == {None}
