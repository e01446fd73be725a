"""Rows of notes: word for word, with no more of the author than they allow."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.documents.export.subjects import notes
from bot.domain.contributions.notes import Audience, Detail, Note, NoteKind, Visibility
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns


def test_a_note_is_one_row_to_the_letter(example: Plan) -> None:
    """Numbers of people as text, because spreadsheets round them; times with the workshop's offset."""
    note = Note(
        id="12",
        author=1073741824000000001,
        author_name="=Amina",
        topic="blockchain",
        kind=NoteKind.FAILED,
        title="**Seals**",
        did="Line\nbreak",
        learned="@everyone",
        visibility=Visibility.ORGANISERS,
        written_at=datetime(2023, 2, 20, 11, 5, 9, 999999, tzinfo=UTC),
        details={Detail.COST: "-5 %"},
    )
    (row,) = in_columns(notes.COLUMNS, notes.NoteRows(example, Audience.ORGANISERS, {}.get, {"12": 3}).all([note]))
    assert row == {
        "id": "12",
        "written_at": datetime(2023, 2, 20, 11, 5, 9, tzinfo=UTC),
        "author": "=Amina",
        "author_id": "1073741824000000001",
        "administration": None,
        "country": None,
        "organisation": None,
        "region": None,
        "topic": "blockchain",
        "kind": "failed",
        "title": "**Seals**",
        "did": "Line\nbreak",
        "learned": "@everyone",
        **dict.fromkeys(map(str, Detail)),
        "cost": "-5 %",
        "echoes": 3,
        "visibility": "organisers",
        "attribution": "name",
        "files": None,
    }
