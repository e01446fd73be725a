"""CSV, as spreadsheets want it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable

from bot.exporting.formats.writer import Heading, Opened, Writer, plain
from bot.exporting.table import Cell, Row

#: A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection").
_FORMULA_SIGNS = frozenset("=+-@\t\r")


class CsvWriter(Writer):
    """RFC 4180, UTF-8 with the byte order mark by which spreadsheets know it; nothing is taken for a formula.

    It has no place for the rule: a line above the columns would be taken for them.
    """

    def __init__(self, out: Opened, heading: Heading) -> None:
        super().__init__(out, heading)
        out.write(codecs.BOM_UTF8)
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text, lineterminator="\r\n")
        self._rows.writerow(heading.columns)

    def add(self, rows: Iterable[Row]) -> None:
        self._rows.writerows(map(_shown, row) for row in rows)
        self._flush()

    def _flush(self) -> None:
        self._out.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    def close(self) -> None:
        self._flush()


def _shown(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(cell, str):
        return f"'{cell}" if cell[:1] in _FORMULA_SIGNS else cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return plain(cell)
