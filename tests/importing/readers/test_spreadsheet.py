"""Tables of odd and hostile files: read within bounds, or refused in a sentence."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from bot.importing.readers.spreadsheet import GridError, grids_from_workbook
from tests.importing.samples import xlsx_of

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def with_last_cell(reference: str, inside: str = "<v>1</v>") -> bytes:
    """A workbook of one row, and one more cell at the end of its sheet."""
    source = zipfile.ZipFile(io.BytesIO(xlsx_of((("title", "start"),))))
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><c r="{reference}">{inside}</c></row></sheetData>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b"</sheetData>", cell.encode()) if name == SHEET else part)
    return content.getvalue()


def test_the_helper_adds_a_cell() -> None:
    """Else the tests below would read a workbook as it was."""
    sheet = zipfile.ZipFile(io.BytesIO(with_last_cell("C3"))).read(SHEET)
    assert [cell.get("r") for cell in ET.fromstring(sheet).iter(f"{NAMESPACE}c")] == ["A1", "B1", "C3"]  # noqa: S314
    (grid,) = grids_from_workbook(with_last_cell("C3"))
    assert [row.cells[:3] for row in grid.rows] == [("title", "start", ""), ("", "", "1")]


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "CV1048576"])
def test_a_cell_far_away_takes_no_memory_for_the_cells_between(reference: str) -> None:
    """A reader that makes a table of the whole sheet, such as calamine, asks for up to 400 GB and aborts."""
    (grid,) = grids_from_workbook(with_last_cell(reference))
    assert [row.cells[:2] for row in grid.rows] == [("title", "start")]


def test_a_formula_is_known_from_its_value() -> None:
    """Whoever imports a table reads that the cell holds a formula; the value saved with it may be out of date."""
    (grid,) = grids_from_workbook(with_last_cell("B2", "<f>1+1</f><v>2</v>"))
    assert grid.rows[1].formulas == {1}


def test_a_column_that_no_sheet_has_is_refused_in_a_sentence() -> None:
    with pytest.raises(GridError, match="this workbook is damaged"):
        grids_from_workbook(with_last_cell("ZZZZZZZ2"))
