"""JSON, to the letter."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.exporting.formats.writer import Heading, Opened, Writer, plain
from bot.exporting.table import Row

#: To look here is faster than to call something for each cell.
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


class JsonWriter(Writer):
    """One object: what the file says of itself, and `rows`, a list of objects of which each stands on a line."""

    def __init__(self, out: Opened, heading: Heading) -> None:
        super().__init__(out, heading)
        told = {"workshop": heading.title, "subject": heading.subject, "rule": heading.rule, "zone": heading.zone}
        # Left open behind its last entry: the rows follow.
        out.write(f"{_written(told)[:-1]},\n".encode() + b'"rows": [')
        self._separator = b"\n"

    def add(self, rows: Iterable[Row]) -> int:
        columns = self._heading.columns
        records = (
            dict(zip(columns, [cell if type(cell) in _AS_IT_IS else plain(cell) for cell in row], strict=True))
            for row in rows
        )
        lines = list(map(_written, records))
        if lines:
            self._out.write(self._separator + ",\n".join(lines).encode())
            self._separator = b",\n"
        return len(lines)

    def close(self) -> None:
        self._out.write(b"]}\n")


#: Made once: json.dumps would make one for each row.
_written = json.JSONEncoder(ensure_ascii=False).encode
