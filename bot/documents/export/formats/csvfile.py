"""CSV that spreadsheets open correctly."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from datetime import datetime

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer, plain
from bot.documents.export.table import Cell, Row
from bot.domain.spreadsheet_formulas import guard_formulas
from bot.domain.text import writable


class CsvWriter(Writer):
    """RFC 4180, UTF-8 with the byte order mark that spreadsheets look for; no text is read as a formula.

    That holds also where a spreadsheet separates cells at semicolons or tabs: see bot.domain.spreadsheet_formulas.

    It cannot hold the rule: a line above the column names would be read as the column names.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        out.write(codecs.BOM_UTF8 + _line(heading.columns).encode())

    def add(self, rows: Iterable[Row]) -> int:
        lines = list(map(_line, rows))
        self._out.write("".join(lines).encode())
        return len(lines)

    def close(self) -> None:
        """Do nothing: every row is already written."""


def _line(row: Row) -> str:
    # NOTE: the csv module checks each character of a text on its own, and takes three times as long.
    # The common cell types are handled inline: a function call for each cell takes longer than writing it.
    cells = [
        ""
        if cell is None
        else (cell if cell.isalnum() else _text(cell))
        if type(cell) is str
        else cell.isoformat()
        if type(cell) is datetime
        else str(cell)
        if type(cell) is float
        else _other(cell)
        for cell in row
    ]
    # An empty line would not be read as a row.
    return (",".join(cells) or '""') + "\r\n"


def _text(cell: str) -> str:
    shown = guard_formulas(writable(cell))
    # Quoted also for programs that separate at any of the three, as LibreOffice proposes to.
    if any(mark in shown for mark in ',;\t"\n'):
        return '"' + shown.replace('"', '""') + '"'
    return shown


def _other(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    value = plain(cell)
    return _text(value) if isinstance(value, str) else str(value)
