"""JSON, to the letter."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from json.encoder import encode_basestring

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
        names = (_written(column).replace("%", "%%") for column in heading.columns)
        self._row = "{" + ", ".join(f"{name}: %s" for name in names) + "}"

    def add(self, rows: Iterable[Row]) -> int:
        # NOTE: an encoder that is handed a row as a dict takes twice as long: it writes the names anew each time.
        # Most cells are told apart here: to call something for each takes longer than to write it.
        lines = [
            self._row
            % tuple(
                [
                    "null"
                    if cell is None
                    else encode_basestring(cell)
                    if type(cell) is str
                    else f'"{cell.isoformat()}"'
                    if type(cell) is datetime
                    else repr(cell)
                    if type(cell) is float
                    else _written(plain(cell))
                    for cell in row
                ]
            )
            for row in rows
        ]
        if lines:
            self._out.write(self._separator + ",\n".join(lines).encode())
            self._separator = b",\n"
        return len(lines)

    def close(self) -> None:
        self._out.write(b"]}\n")


#: Made once: json.dumps would make one for each cell.
_written = json.JSONEncoder(ensure_ascii=False).encode
