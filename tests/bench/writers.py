"""The yardstick of exports: the bare writer of each format, which is handed rows that are ready, a page at a time."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from bot.documents.export.subject import Format
from bot.documents.export.table import Cell, Row

Begun = tuple[Callable[[Sequence[Row]], None], Callable[[], object]]
"""How pages are added, and how the file is ended."""

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")


def _csv(out: BinaryIO, columns: Sequence[str]) -> Begun:
    text = io.TextIOWrapper(out, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    return writer.writerows, text.detach


def _xlsx(out: BinaryIO, columns: Sequence[str]) -> Begun:
    options = {"constant_memory": True, "remove_timezone": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    book: Any = xlsxwriter.Workbook(out, options | {"strings_to_urls": False, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, columns)
    at = iter(range(1, 10**9))

    def add(page: Sequence[Row]) -> None:
        for row in page:
            sheet.write_row(next(at), 0, row)

    return add, book.close


def _json(out: BinaryIO, columns: Sequence[str]) -> Begun:
    def plain(cell: object) -> str:
        assert isinstance(cell, date)
        return cell.isoformat()

    def add(page: Sequence[Row]) -> None:
        for row in page:
            told = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=plain)
            out.write(told.encode() + b",\n")

    return add, lambda: None


def _markdown(out: BinaryIO, columns: Sequence[str]) -> Begun:
    def shown(cell: Cell) -> str:
        return _MARKUP.sub(r"\\\1", str(cell)).replace("\n", "<br>")

    def add(page: Sequence[Row]) -> None:
        out.writelines(("| " + " | ".join(map(shown, row)) + " |\n").encode() for row in page)

    add([columns, ["---"] * len(columns)])
    return add, lambda: None


WRITERS: dict[Format, Callable[[BinaryIO, Sequence[str]], Begun]] = {
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.JSON: _json,
    Format.MARKDOWN: _markdown,
}
#: What each is called.
NAMES = {
    Format.CSV: "csv.writer",
    Format.XLSX: "XlsxWriter",
    Format.JSON: "json.dumps",
    Format.MARKDOWN: "str.join",
}
