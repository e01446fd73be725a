"""XLSX, for spreadsheets: typed cells, a frozen header with filters, and from right to left in Arabic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer
from bot.documents.export.table import Cell, Row
from bot.domain.text import shorten, writable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel's limits: 2**20 rows a sheet, including the header, and 32,767 characters a cell.
_MOST_ROWS, _MOST_CHARACTERS = 1_048_575, 32_767
_WIDEST, _NARROWEST = 60, 8
#: Spreadsheet dates begin in 1900.
_FIRST_YEAR = 1900
#: The creation date of every file, so that the same rows give the same file.
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)


class WorkbookWriter(Writer):
    """The rows in one sheet (in several, if one can't hold them), and the rule and the zone in a last one.

    A text is never read as a formula. Instants are wall times of the zone, because spreadsheets have no zones.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        from xlsxwriter import Workbook  # noqa: PLC0415 - a bot that starts doesn't need it yet

        # NOTE: with constant_memory, rows must be written in order; each is flushed to a temporary file.
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book: Any = Workbook(out, options)  # its own types are partial
        self._book.set_properties({"title": self._heading.title, "created": _MADE_AT})
        self._bold = self._book.add_format({"bold": True})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._widths: list[int] = []
        self._sheets = 0
        self._sheet = self._begun()

    def _begun(self) -> Worksheet:
        self._sheets += 1
        name = self._heading.subject if self._sheets == 1 else f"{self._heading.subject} {self._sheets}"
        sheet: Worksheet = self._book.add_worksheet(name)
        if self._heading.right_to_left:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(self._heading.columns):
            sheet.write_string(0, column, title, self._bold)
        self._rows = 0
        return sheet

    def add(self, rows: Iterable[Row]) -> int:
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last value is the number of rows
            if self._rows == _MOST_ROWS:
                self._end()
                self._sheet = self._begun()
            self._rows += 1
            for column, cell in enumerate(row):
                self._put(column, cell)
            if not self._widths:
                self._widths = _widths(self._heading.columns, row)
        return count

    def _put(self, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self._put_text(column, shorten(writable(cell), _MOST_CHARACTERS))
        elif cell is None:
            return
        elif isinstance(cell, bool):
            self._sheet.write_boolean(self._rows, column, cell)
        elif isinstance(cell, date):
            self._put_date(column, cell)
        else:
            self._sheet.write_number(self._rows, column, cell)

    def _put_text(self, column: int, cell: str) -> None:
        if cell:
            self._sheet.write_string(self._rows, column, cell)

    def _put_date(self, column: int, cell: date) -> None:
        form: Format = self._instant if isinstance(cell, datetime) else self._day
        if cell.year < _FIRST_YEAR:
            self._sheet.write_string(self._rows, column, cell.isoformat())
        else:
            bare = cell.replace(tzinfo=None) if isinstance(cell, datetime) else datetime.combine(cell, time())
            self._sheet.write_datetime(self._rows, column, bare, form)

    def _end(self) -> None:
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)
        self._sheet.autofilter(0, 0, self._rows, len(self._heading.columns) - 1)

    def close(self) -> None:
        self._end()
        about: Worksheet = self._book.add_worksheet("about")
        if self._heading.right_to_left:
            about.right_to_left()
        about.set_column(0, 0, 2 * _WIDEST, self._book.add_format({"text_wrap": True, "valign": "top"}))
        for row, line in enumerate((self._heading.title, self._heading.rule, self._heading.zone)):
            about.write_string(row, 0, line)
        self._book.close()


def _widths(columns: Sequence[str], row: Row) -> list[int]:
    """Column widths, in characters, that fit the heading and the first row, within bounds."""
    wanted = (max(len(title), len(str(cell))) + 2 for title, cell in zip(columns, row, strict=True))
    return [min(_WIDEST, max(_NARROWEST, width)) for width in wanted]
