"""Files made to harm whatever reads schedules: too large, too deep, or with references that must not be followed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.importing.samples import CALENDAR, FRAB, TABLE, csv_of, xlsx_of

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BOMB = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><schedule>&l8;</schedule>'
OUTSIDE = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>'
REMOTE = '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/s.dtd"><schedule/>'


def packed(**parts: bytes) -> bytes:
    """A workbook with some of its parts replaced; `sheet` is the first sheet."""
    source = zipfile.ZipFile(io.BytesIO(xlsx_of(TABLE)))
    named = {"sheet": "xl/worksheets/sheet1.xml", "more": "xl/more.xml"}
    held = {name: source.read(name) for name in source.namelist()} | {named[key]: part for key, part in parts.items()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in held.items():
            target.writestr(name, part)
    return content.getvalue()


def _one_cell(text: str, rows: int = 1) -> bytes:
    """A sheet with that text in one cell of each of its rows."""
    cell = f'<c t="inlineStr"><is><t>{text}</t></is></c>'
    held = "".join(f'<row r="{row}">{cell}</row>' for row in range(1, rows + 1))
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{held}</sheetData></worksheet>"
    ).encode()


#: Kind of attack to the file, and to what is said of it.
HOSTILE: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "laughs": (lambda: BOMB, "it declares a document type (DTD), which no schedule needs; remove that line"),
    "outside file": (lambda: OUTSIDE, "it declares a document type (DTD)"),
    "remote": (lambda: REMOTE, "it declares a document type (DTD)"),
    "utf-16": (lambda: REMOTE.encode("utf-16"), "it declares a document type (DTD)"),
    "deep xml": (lambda: "<schedule>" + "<day>" * 100_000, "its elements are nested deeper than in any schedule"),
    "deep list": (lambda: "[" * 100_000, "this is not JSON: recursion limit exceeded"),
    "deep keys": (lambda: '{"slots":' * 100_000, "this is not JSON: recursion limit exceeded"),
    "number": (lambda: "1" * 1_000_000, "row 1: a cell has more than 131,072 characters; it may have 32,767."),
    "year 9999": (
        lambda: FRAB.replace("2023-02-20", "9999-12-30"),
        "is on 9999-12-30; correct its date: workshops are",
    ),
    "year 1066": (
        lambda: csv_of(TABLE).replace("20/02/2023", "1066-01-02"),
        "is on 1066-01-02; correct its date: workshops are",
    ),
    "years long": (
        lambda: CALENDAR.replace(":20230220T100000", ":20330220T100000"),
        "hours; correct its end: a session may last 24.",
    ),
    "31 MB cell": (
        lambda: packed(sheet=_one_cell("x" * (31 * 1024 * 1024))),
        "row 1: a cell has 32,505,856 characters; it may have 32,767.",
    ),
    "wide row": (
        lambda: packed(sheet=b"<worksheet><sheetData><row>" + b"<c/>" * 20_000 + b"</row></sheetData></worksheet>"),
        "a row has more than 16,384 cells, which Excel can't have either",
    ),
    "many cells": (
        lambda: packed(sheet=_one_cell("x" * 32_000, rows=900)),
        "it has more than 8,388,608 characters; shorten the table.",
    ),
    "blank cells": (
        lambda: csv_of((TABLE[0], ("id", *(" " * 32_000 for _ in range(11))))),
        "There is no session in the file; export the schedule once it has sessions with times",
    ),
    "many elements": (
        lambda: "<schedule>" + "<day/>" * 300_000 + "</schedule>",
        "it has more than 200,000 elements; a schedule has fewer",
    ),
    "many lines": (lambda: "BEGIN:VCALENDAR\n" + "A:1\n" * 1_000_000, "the calendar has more than 100,000 lines"),
    "long line": (
        lambda: "BEGIN:VCALENDAR\nA:" + "1" * 1_000_000,
        "line 2 has 1,000,002 characters; it may have 100,000.",
    ),
    "long number": (lambda: '{"days": ' + "9" * 100_000 + "}", "this is not JSON: number out of range"),
    "100 MB": (lambda: b" " * (100 * 1024 * 1024), "the file has 104,857,600 bytes; a schedule may have 8,388,608."),
    "zip bomb": (lambda: packed(more=b"0" * (200 * 1024 * 1024)), "it unpacks to more than 500 parts or 32 MiB"),
    "laughs in xlsx": (
        lambda: packed(sheet=BOMB.encode()),
        "its part 'xl/worksheets/sheet1.xml' is not used: it declares a document",
    ),
    "dtd in xlsx": (
        lambda: packed(more=REMOTE.encode("utf-16")),
        "its part 'xl/more.xml' is not used: it declares a document type",
    ),
    "deep xlsx": (
        lambda: packed(sheet=b"<a>" * 10_000),
        "its part 'xl/worksheets/sheet1.xml' is not used: its elements are",
    ),
    "cut xlsx": (lambda: xlsx_of(TABLE)[:900], "this workbook is damaged (BadZipFile); save it again as XLSX."),
    "broken xlsx": (lambda: packed(sheet=b"<sheet"), "this workbook is damaged (ParseError); save it again as XLSX."),
    "recurrence": (
        lambda: CALENDAR.replace("SUMMARY:Coffee", "RRULE:FREQ=SECONDLY\nSUMMARY:Coffee"),
        "(Coffee): the event is repeat",
    ),
    "deep calendar": (
        lambda: "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 99_000,
        "this VEVENT doesn't end; export it again.",
    ),
    "formula in csv": (
        lambda: csv_of(TABLE).replace('"Ledgers"', '"=HYPERLINK(1)"'),
        "row 3: the cell under title is a formula; put its",
    ),
    "formula": (
        lambda: xlsx_of((*TABLE, ("x", "=TODAY()", "=A1"))),
        "row 5: the cell under date, start is a formula; put its",
    ),
    "rows": (
        lambda: csv_of((TABLE[0], *(("",) * 12 for _ in range(6000)))),
        "it has more than 5,000 rows; a workshop's ",
    ),
    "sessions": (
        lambda: csv_of((TABLE[0], *((f"s{n}", *TABLE[1][1:]) for n in range(1500)))),
        "There are 1,500 sessions; a plan ",
    ),
}
