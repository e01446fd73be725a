"""Markdown, to be read or pasted into a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer, plain
from bot.documents.export.table import Cell, Row
from bot.domain.text import writable

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")


class MarkdownWriter(Writer):
    """A table as GitHub and most editors have it, below the workshop's title and the rule. No cell is markup."""

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        made = self._heading
        told = (
            f"# {_text(made.title)}: {made.subject}",
            f"*{_text(made.rule)}* ({made.zone})",
            _line(heading.columns) + "\n" + _line(["---"] * len(heading.columns)),
        )
        out.write(("\n\n".join(told) + "\n").encode())

    def add(self, rows: Iterable[Row]) -> int:
        # Most cells are told apart here: to call something for each takes longer than to write it.
        lines = [
            _line(
                [
                    ""
                    if cell is None
                    else (cell if cell.isalnum() else _text(cell))
                    if type(cell) is str
                    else cell.isoformat()
                    if type(cell) is datetime
                    else _other(cell)
                    for cell in row
                ]
            )
            + "\n"
            for row in rows
        ]
        self._out.write("".join(lines).encode())
        return len(lines)

    def close(self) -> None:
        """Nothing is left."""


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(cell: str) -> str:
    return "<br>".join(_MARKUP.sub(r"\\\1", writable(cell)).splitlines())


def _other(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    told = plain(cell)
    return _text(told) if isinstance(told, str) else str(told)
