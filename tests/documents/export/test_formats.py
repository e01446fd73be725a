"""What every format holds of a table, and that no spreadsheet takes any of it for a formula."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from bot.documents.export.formats import xlsx
from bot.documents.export.subject import TABULAR, Format
from bot.documents.export.table import Cell
from bot.domain.spreadsheet_formulas import guard_formulas, unguard_formulas
from bot.domain.text import all_writable, writable
from bot.importing.readers.spreadsheet import grid_from_csv
from tests.documents.export.readers import every_word, read_back, written

FORMULA_SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text(max_size=30) | st.text(f"{FORMULA_SIGNS}\n,;\"' |\\<ÉعA1", max_size=12)
CELLS = (
    TEXTS
    | st.integers(-(10**9), 10**9)
    | st.floats(0, 100).map(lambda share: round(share, 1))
    | st.none()
    | st.booleans()
    | st.dates(date(1900, 3, 1), date(2199, 1, 1))
    | st.datetimes(datetime(1900, 3, 1), datetime(2199, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - it gets one
        lambda moment: moment.replace(microsecond=0)
    )
)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5)
COLUMNS = ("a", "b")


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, as a program without any idea of spreadsheets reads them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def as_text(cell: Cell) -> str:
    """A cell as a CSV file must show it."""
    match cell:
        case None:
            return ""
        case True | False:
            return "yes" if cell else "no"
        case str():
            return writable(cell)
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


@given(ROWS)
def test_csv_reads_back_as_what_went_in(rows: Sequence[Sequence[Cell]]) -> None:
    """Whatever quotes, separators, line breaks and signs of formulas it holds: our own reader has the exact text."""
    columns, *found = csv_rows(written(Format.CSV, COLUMNS, [rows[:1], rows[1:]]))
    assert columns == list(COLUMNS)
    assert [list(map(unguard_formulas, row)) for row in found] == [[as_text(cell) for cell in row] for row in rows]


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=4))
@example([["a", "x;=cmd|' /C calc'!A0", "y"]])
@example([["a", 'x;"=1"', 'x;""=1']])
@example([["a", "b", "line\n=1"]])
@example([["x;", "=1", "b;"], ["=1", "", ""]])
def test_no_cell_is_a_formula_whatever_separates(rows: list[list[str]]) -> None:
    """Where the list separator is a semicolon, or a tab, a spreadsheet splits the lines of our file at that."""
    text = written(Format.CSV, ("a", "b", "c"), [rows]).decode("utf-8-sig")
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.startswith(tuple(FORMULA_SIGNS))], (delimiter, row)


@given(TEXTS)
def test_a_guard_is_taken_away_as_it_was_put(text: str) -> None:
    """Also from a text that was guarded already, and from one that has apostrophes of its own."""
    assert unguard_formulas(guard_formulas(text)) == text
    assert unguard_formulas(unguard_formulas(guard_formulas(guard_formulas(text)))) == text


@pytest.mark.parametrize("text", ["it's", "'tis", "a;b", "a; -b", "1;2", "", "'", "x;'y", "2023-02-20;-"])
def test_only_what_could_begin_a_formula_is_guarded(text: str) -> None:
    """Apostrophes of a text's own stay as they are, in both directions."""
    assert (guard_formulas(text), unguard_formulas(text)) == (text.replace(";-", ";'-"), text)


@given(st.lists(TEXTS.filter(lambda text: "\x00" not in text), min_size=2, max_size=2))
def test_our_import_reads_the_texts_of_our_export(texts: list[str]) -> None:
    """The reader of rosters and schedules, which finds the separator by itself."""
    content = written(Format.CSV, COLUMNS, [[texts]])
    rows = grid_from_csv(content, lambda table: table.rows[0].cells == COLUMNS).rows
    assert rows[1].cells == tuple(map(writable, texts))
    assert not rows[1].formulas


@given(TEXTS)
def test_no_text_of_a_csv_is_a_formula(cell: str) -> None:
    """Not in the first column, nor in the last (OWASP, `CSV Injection`)."""
    _, row = csv_rows(written(Format.CSV, COLUMNS, [[[cell, cell]]]))
    assert all(not shown.startswith(tuple(FORMULA_SIGNS)) for shown in row)


@pytest.mark.parametrize("sign", [sign for sign in FORMULA_SIGNS if sign != "\r"])
def test_each_sign_that_begins_a_formula_is_neutralised(sign: str) -> None:
    """A number that is below zero is a number, though."""
    _, row = csv_rows(written(Format.CSV, COLUMNS, [[[f"{sign}cmd|' /C calc'!A0", -5]]]))
    assert row == [f"'{sign}cmd|' /C calc'!A0", "-5"]


def test_csv_is_as_spreadsheets_want_it() -> None:
    """UTF-8 with its mark, every line ended as RFC 4180 says."""
    content = written(Format.CSV, COLUMNS, [[["é,", None], [True, 'x"y']]])
    assert content == b'\xef\xbb\xbfa,b\r\n"\xc3\xa9,",\r\nyes,"x""y"\r\n'


@given(ROWS)
def test_json_holds_every_cell_to_the_letter(rows: Sequence[Sequence[Cell]]) -> None:
    """With its type: a number stays one, nothing stays null, and no apostrophe is added; and the rule beside it."""
    found = json.loads(written(Format.JSON, COLUMNS, [rows[:2], rows[2:]]))
    plain = [[cell.isoformat() if isinstance(cell, date) else all_writable(cell) for cell in row] for row in rows]
    assert [list(row.values()) for row in found["rows"]] == plain
    assert all(list(row) == list(COLUMNS) for row in found["rows"])
    assert (found["workshop"], found["subject"], found["rule"], found["zone"]) == (
        "W", "notes", "The rule.", "Europe/Brussels",
    )  # fmt: skip


def test_json_is_legible() -> None:
    """Arabic as Arabic, rather than as numbers."""
    assert "جمارك".encode() in written(Format.JSON, ["a"], [[["جمارك"]]])


@given(ROWS)
def test_xlsx_holds_every_cell_with_its_type(rows: Sequence[Sequence[Cell]]) -> None:
    """Numbers are numbers, dates are dates, and a text is a text, whatever it begins with."""
    sheet = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, COLUMNS, [rows]))).worksheets[0]
    for number, row in enumerate(rows, 2):
        for cell, found in zip(row, sheet[number], strict=True):
            match cell:
                case None:
                    assert found.value is None
                case str() if not writable(cell):
                    assert found.value is None
                case bool() | int() | float():
                    assert found.data_type == ("b" if isinstance(cell, bool) else "n")
                    assert found.value == pytest.approx(cell)
                case datetime():
                    assert (found.data_type, found.value) == ("d", cell.replace(tzinfo=None))
                case date():
                    assert found.data_type == "d"
                    assert found.number_format == "yyyy-mm-dd"
                    assert isinstance(found.value, datetime)
                    assert found.value.date() == cell
                case str():
                    assert found.data_type in {"s", "inlineStr"}
                    assert unescape(str(found.value)) == writable(cell)


def test_a_formula_that_somebody_typed_is_text_in_a_spreadsheet() -> None:
    content = written(Format.XLSX, COLUMNS, [[["=1+1", '=HYPERLINK("http://a.example")'], ["http://b.example", 1]]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["=1+1", '=HYPERLINK("http://a.example")'],
        ["http://b.example", 1],
    ]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    words = every_word(Format.XLSX, content)
    assert "<f>" not in words
    assert "<hyperlink" not in words


@pytest.mark.parametrize(("language", "reversed_"), [("en", False), ("fr", False), ("ar", True)])
def test_a_workbook_has_a_frozen_header_filters_and_its_language_direction(language: str, *, reversed_: bool) -> None:
    content = written(Format.XLSX, COLUMNS, [[["x", 1]], [["y", 2]]], language=language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows, about = book.worksheets
    assert rows.freeze_panes == "A2"
    assert rows.auto_filter.ref == "A1:B3"
    assert all(cell.font.b for cell in rows[1])
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in (rows, about)] == [reversed_] * 2
    assert [cell.value for cell in about["A"]] == ["W", "The rule.", "Europe/Brussels"]


def test_more_rows_than_a_sheet_holds_go_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, ["a"], [[[n] for n in range(7)]])))
    assert [[cell.value for cell in sheet["A"]] for sheet in book.worksheets[:-1]] == [
        ["a", 0, 1, 2],
        ["a", 3, 4, 5],
        ["a", 6],
    ]


@pytest.mark.parametrize("form", TABULAR)
def test_the_same_rows_are_the_same_file(form: Format) -> None:
    assert written(form, COLUMNS, [[["x", 1]]]) == written(form, COLUMNS, [[["x", 1]]])


@pytest.mark.parametrize("form", [form for form in TABULAR if form is not Format.JSON])
def test_a_table_without_rows_still_names_its_columns(form: Format) -> None:
    """In JSON each row names them, and so none does."""
    content = written(form, ["a", "other column"], [])
    assert read_back(form, content) == []
    assert "other column" in every_word(form, content)


@given(st.lists(TEXTS.map(lambda typed: " ".join(writable(typed).split())), min_size=2, max_size=2))
def test_markdown_holds_the_text_and_none_of_it_is_markup(row: list[str]) -> None:
    content = written(Format.MARKDOWN, COLUMNS, [[row]])
    assert read_back(Format.MARKDOWN, content) == [
        {name: cell for name, cell in zip(COLUMNS, row, strict=True) if cell}
    ]
    assert "*The rule.* (Europe/Brussels)" in content.decode()


@pytest.mark.parametrize("form", TABULAR)
def test_memory_does_not_grow_with_the_rows(form: Format) -> None:
    """Five times the rows take no more than what the file itself has more."""

    def peak(pages: int) -> int:
        tracemalloc.start()
        size = len(written(form, COLUMNS, ([["x" * 50, n] for n in range(500)] for _ in range(pages))))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found - 3 * size  # the file is in memory here, and copied at the end

    peak(1)
    assert peak(20) < peak(4) + 200_000
