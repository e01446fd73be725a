"""JSON, to the letter."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.exporting.formats.writer import Heading, Opened, Writer, plain
from bot.exporting.table import Row


class JsonWriter(Writer):
    """One object: what the file says of itself, and `rows`, a list of objects of which each stands on a line."""

    def __init__(self, out: Opened, heading: Heading) -> None:
        super().__init__(out, heading)
        told = {"workshop": heading.title, "subject": heading.subject, "rule": heading.rule, "zone": heading.zone}
        # Left open behind its last entry: the rows follow.
        out.write(f"{_written(told)[:-1]},\n".encode() + b'"rows": [')
        self._separator = b"\n"

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            record = dict(zip(self._heading.columns, map(plain, row), strict=True))
            self._out.write(self._separator + _written(record).encode())
            self._separator = b",\n"

    def close(self) -> None:
        self._out.write(b"]}\n")


def _written(record: object) -> str:
    return json.dumps(record, ensure_ascii=False)
