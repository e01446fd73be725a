"""CSV, as spreadsheets want it."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from datetime import datetime

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer, plain
from bot.documents.export.table import Cell, Row
from bot.domain.spreadsheet_formulas import guard_formulas
from bot.domain.text import writable


class CsvWriter(Writer):
    """RFC 4180, UTF-8 with the byte order mark by which spreadsheets know it; no text is taken for a formula.

    That holds also where a spreadsheet separates cells at semicolons or tabs: see bot.domain.spreadsheet_formulas.

    It has no place for the rule: a line above the columns would be taken for them.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        out.write(codecs.BOM_UTF8 + _line(heading.columns).encode())

    def add(self, rows: Iterable[Row]) -> int:
        lines = list(map(_line, rows))
        self._out.write("".join(lines).encode())
        return len(lines)

    def close(self) -> None:
        """Nothing is left."""


def _line(row: Row) -> str:
    # NOTE: the csv module looks at each sign of a text by itself, and takes three times as long.
    # Most cells are told apart here: to call something for each takes longer than to write it.
    told = [
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
    # A line with nothing on it would be no row.
    return (",".join(told) or '""') + "\r\n"


def _text(cell: str) -> str:
    shown = guard_formulas(writable(cell))
    # Quoted also for programs that separate at any of the three, as LibreOffice proposes to.
    if any(mark in shown for mark in ',;\t"\n'):
        return '"' + shown.replace('"', '""') + '"'
    return shown


def _other(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    told = plain(cell)
    return _text(told) if isinstance(told, str) else str(told)
