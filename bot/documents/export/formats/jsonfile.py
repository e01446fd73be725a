"""JSON, with typed cells."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer
from bot.documents.export.table import Row
from bot.domain.text import writable


class JsonWriter(Writer):
    """One object: the file's description, and `rows`, a list of objects, one per line.

    Instants are ISO-8601 text with the offset of their zone.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        super().__init__(out, heading)
        heading = self._heading
        header = {"workshop": heading.title, "subject": heading.subject, "rule": heading.rule, "zone": heading.zone}
        # The closing brace is cut off: the rows follow.
        out.write(orjson.dumps(header)[:-1] + b',\n"rows": [')
        self._separator = b"\n"

    def add(self, rows: Iterable[Row]) -> int:
        columns = self._heading.columns
        lines = [
            orjson.dumps(
                {
                    name: writable(cell) if isinstance(cell, str) else cell
                    for name, cell in zip(columns, row, strict=True)
                }
            )
            for row in rows
        ]
        if lines:
            self._out.write(self._separator + b",\n".join(lines))
            self._separator = b",\n"
        return len(lines)

    def close(self) -> None:
        self._out.write(b"]}\n")
