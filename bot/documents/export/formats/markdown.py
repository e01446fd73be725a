"""Markdown, for reading or for pasting into a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer, plain
from bot.documents.export.table import Cell, Row
from bot.domain.text import writable

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")


class MarkdownWriter(Writer):
    """A GitHub-style table below the workshop's title and the rule. Markup in cells is escaped."""

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        made = self._heading
        parts = (
            f"# {_text(made.title)}: {made.subject}",
            f"*{_text(made.rule)}* ({made.zone})",
            _line(heading.columns) + "\n" + _line(["---"] * len(heading.columns)),
        )
        out.write(("\n\n".join(parts) + "\n").encode())

    def add(self, rows: Iterable[Row]) -> int:
        # The common cell types are handled inline: a function call for each cell takes longer than writing it.
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
        """Do nothing: every row is already written."""


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(cell: str) -> str:
    return "<br>".join(_MARKUP.sub(r"\\\1", writable(cell)).splitlines())


def _other(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    value = plain(cell)
    return _text(value) if isinstance(value, str) else str(value)
