"""Reads CSV and XLSX files as rows of text: detects encoding and delimiter, and limits sizes before unpacking."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.domain.languages import RECORDS
from bot.domain.spreadsheet_formulas import unguard_formulas
from bot.importing.readers import xml_tree

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 5_000
MAX_COLUMNS = 60
#: Characters of one cell (Excel's own limit), and of all cells together.
MAX_CELL, _MAX_CHARACTERS = 32_767, 8 * 1024 * 1024
#: Limits of an unpacked XLSX file: parts, sheets, bytes.
_MAX_MEMBERS, _MAX_SHEETS = 500, 50
_MAX_UNPACKED = 32 * 1024 * 1024

_DELIMITERS = (",", ";", "\t", "|")
#: The code pages of Windows for scripts other than Latin, each with the pattern of a word in that script.
_CODEPAGES = {record.codepage: re.compile(f"[{record.script}]{{2,}}") for record in RECORDS.values() if record.script}


class GridError(ValueError):
    """A file that can't be read as a table; the message says why."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; `number` as spreadsheets count, from 1."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    """The columns whose cells are formulas, not texts that only begin with `=`."""

    def __getitem__(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a sheet of a workbook, or a CSV file."""

    name: str
    rows: tuple[SheetRow, ...]


# --- CSV -------------------------------------------------------------------------------------------------------


def grid_from_csv(source: bytes, promise: Callable[[Grid], int]) -> Grid:
    """Return the table in a CSV file, split at the delimiter with the highest `promise`. Raises GridError."""
    text = decode_text(source)
    grids: list[Grid] = []
    broken: GridError | None = None
    for delimiter in _DELIMITERS:
        try:
            grids.append(Grid("", tuple(_split(text, delimiter))))
        except GridError as fault:
            broken = broken or fault
    best = max(grids, key=promise, default=None)
    if best is None or (broken and not promise(best)):
        raise broken or GridError("it is empty")
    return best


def decode_text(source: bytes) -> str:
    """Decode a file in UTF-8, in UTF-16 with its mark, or in a Windows code page of one of our languages."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return source.decode("utf-16", "replace")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        # NOTE: Windows-1256 holds the small letters of French where Windows-1252 has them, so only words in Arabic
        # distinguish the two.
        texts = ((source.decode(codepage, "replace"), word) for codepage, word in _CODEPAGES.items())
        return next((text for text, word in texts if word.search(text)), source.decode("cp1252", "replace"))


def _split(text: str, delimiter: str) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    limits = _Limits()
    number = 0
    try:
        for number, fields in enumerate(reader, 1):
            cells = fields[:MAX_COLUMNS]
            limits.check(number, cells)
            formulas = frozenset(column for column, cell in enumerate(cells) if cell.startswith("="))
            yield SheetRow(number, tuple(map(unguard_formulas, cells)), formulas)
    except csv.Error as broken:
        # The csv module has a limit of its own, above ours.
        fault = f"a cell has more than {csv.field_size_limit():,} characters; it may have {MAX_CELL:,}"
        if "field limit" not in str(broken):
            fault = f"this is not CSV ({broken}); save the table again as CSV"
        raise GridError(f"row {number + 1}: {fault}") from None


class _Limits:
    """Counts the content of a table while it is read, and enforces the limits."""

    def __init__(self) -> None:
        self._characters = 0

    def check_sheets(self, count: int) -> None:
        """Raise GridError if a workbook has too many sheets."""
        if count > _MAX_SHEETS:
            raise GridError(f"it has {count} sheets; a workbook may have {_MAX_SHEETS}")

    def check(self, number: int, cells: Sequence[str]) -> None:
        """Raise GridError if the row of that number exceeds the limit of rows, or of characters."""
        if number > MAX_ROWS:
            raise GridError(f"it has more than {MAX_ROWS:,} rows; a workshop's agenda has fewer")
        longest = max(map(len, cells), default=0)
        if longest > MAX_CELL:
            raise GridError(f"row {number}: a cell has {longest:,} characters; it may have {MAX_CELL:,}")
        self._characters += sum(map(len, cells))
        if self._characters > _MAX_CHARACTERS:
            raise GridError(f"up to row {number} it has more than {_MAX_CHARACTERS:,} characters; shorten the table")


# --- XLSX ------------------------------------------------------------------------------------------------------


def grids_from_workbook(source: bytes) -> tuple[Grid, ...]:
    """Return the sheets of a workbook; of a formula, its text and not its value. Raises GridError."""
    # NOTE: python-calamine 0.9.1 is faster, but holds a sheet as one dense table: a file of 2 KB with cells in A1 and
    # XFD1048576 aborts the process. It also gives a formula's saved value, and not that the cell is a formula.
    import openpyxl  # noqa: PLC0415 - a bot that starts doesn't need it yet

    _inspect(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the library leaves out: styles, checks of entries, pictures
            book = openpyxl.load_workbook(io.BytesIO(source), read_only=True, keep_links=False)
            limits = _Limits()
            limits.check_sheets(len(book.worksheets))
            return tuple(Grid(sheet.title, tuple(_rows(sheet, limits))) for sheet in book.worksheets)
    except GridError:
        raise
    except Exception as broken:  # noqa: BLE001 - a damaged workbook makes the library fail in any way
        raise GridError(f"this workbook is damaged ({type(broken).__name__}); save it again as XLSX") from None


def _inspect(source: bytes) -> None:
    """Refuse a workbook that unpacks to too much, or whose XML could attack a careless parser. Raises GridError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source))
        members = archive.infolist()
    except Exception as broken:  # noqa: BLE001 - a damaged archive fails in any way
        raise GridError(f"this workbook is damaged ({type(broken).__name__}); save it again as XLSX") from None
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise GridError("this is no Excel workbook; save the table as XLSX or CSV")
    # zipfile never unpacks more bytes than the archive declares, so the declared sizes can be trusted as limits.
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED:
        raise GridError(
            f"it unpacks to more than {_MAX_MEMBERS} parts or {_MAX_UNPACKED // 1024**2} MiB; "
            "copy the table into a workbook of its own"
        )
    for member in members:
        try:
            content = archive.read(member)
        except Exception as broken:  # noqa: BLE001 - as above
            raise GridError(f"this workbook is damaged ({type(broken).__name__}); save it again as XLSX") from None
        _inspect_part(member.filename, content)


def _inspect_part(name: str, content: bytes) -> None:
    try:
        xml_tree.inspect_xml(content)
    except xml_tree.MarkupError as fault:
        # A part that isn't XML, such as a picture, is fine.
        if fault.forbidden:
            raise GridError(f"its part {name!r} is not used: {fault}") from None


def _rows(sheet: Worksheet, limits: _Limits) -> Iterator[SheetRow]:
    for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), 1):
        shown = tuple(_shown(cell.value) for cell in cells)
        if any(shown):
            limits.check(number, shown)
            yield SheetRow(number, shown, frozenset(at for at, cell in enumerate(cells) if cell.data_type == "f"))


def _shown(value: object) -> str:
    """Return a cell as a person would type it; days as 2023-02-20, times without seconds."""
    match value:
        case datetime():
            shown = f"{value:%Y-%m-%d}" if value.time() == time(0) else f"{value:%Y-%m-%d %H:%M}"
        case date():
            shown = value.isoformat()
        case time():
            shown = f"{value:%H:%M}"
        case timedelta():
            hours, minutes = divmod(round(value.total_seconds() / 60), 60)
            shown = f"{hours}:{minutes:02}"
        case float() if value.is_integer():
            shown = str(int(value))
        case None | str() | int() | float():
            shown = str("" if value is None else value)
        case _:  # a formula that fills several cells
            shown = f"={getattr(value, 'text', '') or 'a formula'}"
    return shown
