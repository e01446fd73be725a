"""Tables hold what was kept, to the letter, and no spreadsheet takes any of it for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Role
from bot.domain.attendance import Presence
from bot.domain.corrections import Correction, Mark
from bot.domain.feedback import WORKSHOP, Answer
from bot.domain.notes import Attribution, Audience, Detail, Note, NoteKind, Visibility
from bot.domain.participants import OrganisationKind, Participant
from bot.domain.plan import Plan
from bot.domain.pledges import Pledge
from bot.domain.questions import Question
from bot.exporting.tables import (
    Cell,
    Format,
    Table,
    as_csv,
    as_json,
    as_records,
    attendance_table,
    feedback_table,
    notes_table,
    pledges_table,
    questions_table,
    rendered,
)

Tiny = Callable[..., Plan]
FORMULA_SIGNS = "=+-@\t\r"
NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)

TEXTS = st.text(max_size=30) | st.text("=+-@\t\r\n,;\"' ÉعA1", max_size=12)
CELLS = (
    TEXTS
    | st.integers(-(10**9), 10**9)
    | st.floats(0, 100).map(lambda share: round(share, 1))
    | st.none()
    | st.booleans()
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5).map(
        lambda rows: Table([f"column {number}" for number in range(width)], rows)
    )
)


def read_back(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, as a program without any idea of spreadsheets reads them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def as_text(cell: Cell) -> str:
    """A cell as a CSV file must show it."""
    match cell:
        case None:
            return ""
        case True | False:
            return "yes" if cell else "no"
        case str() if cell[:1] and cell[0] in FORMULA_SIGNS:
            return f"'{cell}"
        case _:
            return str(cell)


@given(TABLES)
def test_csv_reads_back_as_what_went_in(content: Table) -> None:
    """Whatever quotes, commas and line breaks it holds; a dangerous cell has one apostrophe in front, no more."""
    columns, *rows = read_back(as_csv(content))
    assert columns == content.columns
    assert rows == [[as_text(cell) for cell in row] for row in content.rows]


@given(TEXTS)
def test_no_text_of_a_csv_is_a_formula(cell: str) -> None:
    """Not in the first column, nor in the last (OWASP, `CSV Injection`)."""
    _, row = read_back(as_csv(Table(["a", "b"], [[cell, cell]])))
    assert all(not shown.startswith(tuple(FORMULA_SIGNS)) for shown in row)


@pytest.mark.parametrize("sign", list(FORMULA_SIGNS))
def test_each_sign_that_begins_a_formula_is_neutralised(sign: str) -> None:
    """A number that is below zero is a number, though."""
    _, row = read_back(as_csv(Table(["text", "number"], [[f"{sign}cmd|' /C calc'!A0", -5]])))
    assert row == [f"'{sign}cmd|' /C calc'!A0", "-5"]


def test_csv_is_as_spreadsheets_want_it() -> None:
    """UTF-8 with its mark, every line ended as RFC 4180 says."""
    assert (
        as_csv(Table(["a", "b"], [["é,", None], [True, 'x"y']])) == b'\xef\xbb\xbfa,b\r\n"\xc3\xa9,",\r\nyes,"x""y"\r\n'
    )


@given(TABLES)
def test_json_holds_every_cell_to_the_letter(content: Table) -> None:
    """With its type: a number stays one, nothing stays null, and no apostrophe is added."""
    rows = json.loads(as_json(content))
    assert [list(row.values()) for row in rows] == [list(row) for row in content.rows]
    assert all(list(row) == content.columns for row in rows)


def test_json_is_legible() -> None:
    """Arabic as Arabic, rather than as numbers."""
    assert "جمارك".encode() in as_json(Table(["a"], [["جمارك"]]))


@pytest.mark.parametrize(("form", "writer"), [(Format.CSV, as_csv), (Format.JSON, as_json)])
async def test_a_table_is_rendered_in_the_format_asked_for(form: Format, writer: Callable[[Table], bytes]) -> None:
    """In a thread or not, it is the same file."""
    content = Table(["a"], [["=1"]])
    assert await rendered(content, form) == writer(content)


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
    table = notes_table(example, [note], Audience.ORGANISERS, {}.get, {"12": 3})
    assert dict(zip(table.columns, *table.rows, strict=True)) == {
        "id": "12",
        "written_at": "2023-02-20T12:05:09+01:00",
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
    }


AUTHOR = Participant("a", "Amina Z", "Douane Z", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT)
NOTE = Note(
    "1", 77, "Ami Z", "t", NoteKind.WORKED, "T", "D", "L", Visibility.PRIVATE, datetime(2023, 2, 20, tzinfo=UTC)
)

#: What each attribution lets out, by column.
TOLD = {
    Attribution.NAME: {"author": "Amina Z", "author_id": "77", "administration": "Douane Z", "country": "TN"}
    | {"organisation": "customs"},
    Attribution.ADMINISTRATION: {"administration": "Douane Z", "country": "TN", "organisation": "customs"},
    Attribution.COUNTRY: {"country": "TN"},
    Attribution.REGION: {"organisation": "customs", "region": "MENA region"},
    Attribution.ANONYMOUS: {},
}


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("attribution", Attribution)
@pytest.mark.parametrize("visibility", Visibility)
def test_nothing_leaves_that_an_author_did_not_allow(
    example: Plan, audience: Audience, visibility: Visibility, attribution: Attribution
) -> None:
    """Every audience, visibility, attribution and format."""
    note = replace(NOTE, visibility=visibility, attribution=attribution)
    table = notes_table(example, [note], audience, {77: AUTHOR}.get, {})
    allowed = visibility in list(Visibility)[list(Audience).index(audience) + 1 :]
    assert len(table.rows) == allowed
    for row in as_records(table):
        who = ("author", "author_id", "administration", "country", "organisation", "region")
        assert {column: row[column] for column in who if row[column] is not None} == TOLD[attribution]
    secrets = {"Amina Z", "Ami Z", "77", "Douane Z"} - set(TOLD[attribution].values())
    for written in (as_csv(table).decode(), as_json(table).decode()):
        assert not [secret for secret in secrets if secret in written]


def test_attendance_has_a_row_for_every_person_and_session_that_counts(tiny: Tiny) -> None:
    """Also for the session to which the person did not come; the break is no row."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [
        Presence("talk", 2, "Bilal", talk.starts_at + timedelta(minutes=15)),
        Presence("welcome", 1, "Amina", plan.agenda.sessions[0].starts_at),
    ]
    table = attendance_table(plan, presences)
    assert all(len(row) == len(table.columns) for row in table.rows)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    shown = ("person", "person_id", "session", "checked_in_at", "minutes", "percent", "workshop_minutes", "rule_met")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "1", "welcome", "2023-02-20T10:00:00+01:00", 30, 100.0, 30, False),
        ("Amina", "1", "talk", None, 0, 0.0, 30, False),
        ("Bilal", "2", "welcome", None, 0, 0.0, 60, False),
        ("Bilal", "2", "talk", "2023-02-20T11:00:00+01:00", 60, 80.0, 60, False),
    ]
    assert {(row["scheduled_minutes"], row["rule_percent"]) for row in rows} == {(30, 80), (75, 80)}


def test_a_correction_is_told_with_who_made_it_and_why_beside_the_check_in(tiny: Tiny) -> None:
    """Also of somebody of whom nothing else is known."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [Presence("talk", 1, "Amina", talk.starts_at)]
    said = [
        Correction("1", "talk", 1, "Amina", Mark.ABSENT, "=Left", 9, "Rachid", talk.starts_at),
        Correction("2", "talk", 2, "Bilal", Mark.EXCUSED, "Ill", 9, "Rachid", talk.starts_at),
    ]
    rows = in_columns(attendance_table(plan, presences, corrections=said))
    shown = ("person", "session", "checked_in_at", "minutes", "excused_minutes", "percent", "status", "reason")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Amina", "talk", "2023-02-20T10:45:00+01:00", 0, 0, 0.0, "absent", "=Left"),
        ("Bilal", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Bilal", "talk", None, 0, 75, None, "excused", "Ill"),
    ]
    assert [row["corrected_by"] for row in rows] == [None, "Rachid", None, "Rachid"]


def test_nobody_there_is_a_table_without_rows(tiny: Tiny) -> None:
    """Its columns are still named."""
    assert len(read_back(as_csv(attendance_table(tiny(), [])))) == 1


def in_columns(table: Table) -> list[dict[str, Cell]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


@given(st.text(max_size=200))
def test_a_question_is_one_row_and_who_asked_anonymously_is_not_in_it(example: Plan, text: str) -> None:
    asked = Question("7", 42, "Amina", anonymous=False, session="keynote", text=text, written_at=NOON, votes=3)
    named, hidden = in_columns(questions_table(example, [asked, replace(asked, anonymous=True)]))
    assert named == {
        "id": "7",
        "written_at": "2023-02-20T13:00:00+01:00",
        "session": "keynote",
        "author": "Amina",
        "author_id": "42",
        "anonymous": False,
        "text": text,
        "state": "waiting",
        "votes": 3,
        **dict.fromkeys(("answer", "owner", "due", "merged_into", "hidden_for")),
    }
    assert hidden == named | {"author": None, "author_id": None, "anonymous": True}


def test_feedback_names_nobody_nor_the_sessions_that_few_rated(example: Plan) -> None:
    """In an order that tells nothing of who was first."""

    def pulse(subject: str, person: int, useful: str) -> Answer:
        at = NOON + timedelta(minutes=person)
        return Answer(subject, person, {"useful": useful, "pace": "right", "remark": "=x"}, at)

    evaluation = Answer(WORKSHOP, 9001, {"overall": "5", "recommend": "yes"}, NOON)
    answers = [
        pulse("keynote", 9003, "5"),
        pulse("keynote", 9002, "1"),
        pulse("keynote", 9001, "3"),
        pulse("ai-risk", 9001, "4"),
        pulse("gone", 9001, "2"),
        evaluation,
    ]
    rows = in_columns(feedback_table(example, answers))
    assert [(row["about"], row["session"], row["useful"]) for row in rows] == [
        ("workshop", None, ""),
        ("session", "keynote", "1"),
        ("session", "keynote", "3"),
        ("session", "keynote", "5"),
        ("session", None, "2"),
        ("session", None, "4"),
    ]
    assert rows[0]["overall"] == "5"
    for form in (as_csv, as_json):
        written = form(feedback_table(example, answers)).decode()
        assert "900" not in written
        assert "ai-risk" not in written


def test_only_who_agreed_to_be_asked_is_named_beside_a_pledge(example: Plan) -> None:
    pledge = Pledge(42, "Amina", "Publish", date(2023, 6, 30), follow_up=True, written_at=NOON)
    agreed, silent = in_columns(pledges_table(example, [pledge, replace(pledge, follow_up=False)]))
    assert (agreed["person"], agreed["person_id"], agreed["by"]) == ("Amina", "42", "2023-06-30")
    assert (silent["person"], silent["person_id"], silent["text"]) == (None, None, "Publish")
