"""Files of every format read back, as other programs have them."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from bot.documents.export.formats import TABLE_WRITERS, ColumnHeading
from bot.documents.export.subject import Format
from bot.documents.export.table import Row

#: Rows by column; what is empty is left out.
Rows = list[dict[str, Any]]


def _csv(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _json(content: bytes) -> Rows:
    return json.loads(content)["rows"]


def _xlsx(content: bytes) -> Rows:
    columns, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, columns), row, strict=True)) for row in rows]


def _markdown(content: bytes) -> Rows:
    def cells(line: str) -> list[str]:
        return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]

    columns, _, *rows = (cells(line) for line in content.decode().splitlines() if line.startswith("|"))
    return [dict(zip(columns, row, strict=True)) for row in rows]


_READERS = {Format.CSV: _csv, Format.JSON: _json, Format.XLSX: _xlsx, Format.MARKDOWN: _markdown}


def read_back(form: Format, content: bytes) -> Rows:
    """The rows of a table's file."""
    return [{name: cell for name, cell in row.items() if cell not in {None, ""}} for row in _READERS[form](content)]


def every_word(form: Format, content: bytes) -> str:
    """All that can be read in a file, whatever part of it."""
    if form is not Format.XLSX:
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


def written(form: Format, columns: Sequence[str], pages: Iterable[Iterable[Row]], **about: str) -> bytes:
    """A table as a file."""
    told = {"subject": "notes", "title": "W", "rule": "The rule.", "zone": "Europe/Brussels", "language": "en"} | about
    out = io.BytesIO()
    writer = TABLE_WRITERS[form](out, ColumnHeading(**told, columns=columns))
    for page in pages:
        writer.add(page)
    writer.close()
    return out.getvalue()


def in_columns(columns: Sequence[str], rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Each row by column."""
    return [dict(zip(columns, row, strict=True)) for row in rows]
