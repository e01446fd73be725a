"""The table that organisers fill in: an example of one morning, and what each column holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, time
from typing import TYPE_CHECKING

from bot.domain.languages import LANGUAGES
from bot.importing.readers.columns import EXPLANATIONS
from bot.importing.readers.headings import NAMES, Column

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def _in_more_languages(column: str) -> str:
    return f"In more languages: {', '.join(f'{column} ({code})' for code in LANGUAGES[1:])}."


#: What each column holds.
MEANINGS: Mapping[Column, str] = {
    Column.ID: "Stays when the title changes: small letters, digits, hyphens. Left out, the title is taken.",
    Column.DATE: "Day before month: 20/02/2023, 20 February 2023; also 2023-02-20. Left out, the day of the row above.",
    Column.START: "Hours and minutes on a clock in the workshop's zone: 09:30, 9h30, 2 pm; also 09:30 - 10:15.",
    Column.END: "As the start, on the same day.",
    Column.LENGTH: "Instead of an end: minutes, such as 45, or hours and minutes, such as 1:30.",
    Column.KIND: "opening, presentation, discussion, panel, break or closing. Left out, a short title decides.",
    Column.TITLE: f"What the session is called. {_in_more_languages('title')}",
    Column.ROOM: "Where it is held. Left out, in the plenary.",
    Column.TOPIC: "The id or the title of one of the plan's topics.",
    Column.SPEAKERS: "By office, with the organisation in brackets; a semicolon between two.",
    Column.DESCRIPTION: f"What it is about. {_in_more_languages('description')}",
    Column.LINK: "The address of a document or a page that goes with it: https://...",
}

_Cell = date | time | int | str | None
_DAY = date(2023, 2, 20)
_EXAMPLE: tuple[Mapping[Column, _Cell], ...] = (
    {
        Column.ID: "welcome",
        Column.DATE: _DAY,
        Column.START: time(9, 30),
        Column.END: time(10, 0),
        Column.KIND: "opening",
        Column.TITLE: "Welcome",
    },
    {
        Column.ID: "first-talk",
        Column.DATE: _DAY,
        Column.START: time(10, 0),
        Column.END: time(10, 45),
        Column.KIND: "presentation",
        Column.TITLE: "What we tried, and what we learnt",
        Column.SPEAKERS: "Director of Transformation (Customs of Atlantis); Head of Projects (Customs of Utopia)",
    },
    {
        Column.ID: "coffee-1",
        Column.DATE: _DAY,
        Column.START: time(10, 45),
        Column.LENGTH: 15,
        Column.KIND: "break",
        Column.TITLE: "Coffee",
    },
)


def template_csv() -> bytes:
    """The template as CSV, with a byte order mark, so that spreadsheets show every script."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Column)
    writer.writerows([_typed(row.get(column)) for column in Column] for row in _EXAMPLE)
    return text.getvalue().encode("utf-8-sig")


def _typed(cell: _Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:%H:%M}" if isinstance(cell, time) else str(cell or "")


def template_xlsx() -> bytes:
    """The template as a workbook, with a second sheet that explains the columns."""
    import openpyxl  # noqa: PLC0415 - it takes a sixth of a second, and only a workbook needs it

    book = openpyxl.Workbook()
    agenda = book.create_sheet("Agenda", 0)
    agenda.append(list(map(str, Column)))
    for row in _EXAMPLE:
        agenda.append([row.get(column) for column in Column])
    columns = list(Column)
    for cell in next(agenda.iter_cols(min_col=columns.index(Column.DATE) + 1, max_col=columns.index(Column.DATE) + 1)):
        cell.number_format = "dd/mm/yyyy"
    explanations = book.create_sheet(EXPLANATIONS, 1)
    explanations.append(["column", "what it holds", "also called"])
    for column in Column:
        also = ", ".join(name for names in NAMES[column].values() for name in names)
        explanations.append([str(column), MEANINGS[column], also])
    _dress(agenda, dict.fromkeys("ABCDEF", 13) | {"G": 40, "H": 16, "I": 16, "J": 40, "K": 40, "L": 30})
    _dress(explanations, {"A": 13, "B": 90, "C": 90})
    for sheet in book.worksheets[2:]:
        book.remove(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _dress(sheet: Worksheet, widths: Mapping[str, int]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - as above

    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
