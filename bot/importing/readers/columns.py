"""Reads a table as a schedule: finds the header, whose columns have names in English, French or Arabic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.languages import LANGUAGES
from bot.importing.readers import human_time
from bot.importing.readers.collector import RawSession, ScheduleCollector, make_id
from bot.importing.readers.headings import NAMES, Column
from bot.importing.readers.human_time import HumanTimeError, fold_letters
from bot.importing.readers.spreadsheet import Grid, SheetRow
from bot.importing.schedule import Schedule, ScheduleError, guess_kind

#: The sheet of the template that explains the columns.
EXPLANATIONS = "Columns"

#: How far down a header may stand, below a heading of the whole table.
_HEADER_WITHIN = 30
#: Characters of a column's name: the pattern for languages would take minutes for a cell of thousands.
_LONGEST_NAME = 100
_SUFFIX = re.compile(r"^(?P<name>.*?)[\s_\-]*[(\[_\s-]\s*(?P<language>" + "|".join(LANGUAGES) + r")\s*[)\]]?$")


@dataclass(frozen=True, slots=True)
class _Place:
    """A column of the table: what it holds, and in which language."""

    at: int
    column: Column
    language: str


@dataclass(frozen=True, slots=True)
class _Header:
    places: tuple[_Place, ...]
    below: int
    """The number of the last row of the header."""

    @property
    def named(self) -> int:
        """The number of different columns that it names."""
        return len({(place.column, place.language) for place in self.places})

    def __bool__(self) -> bool:
        """Return whether it names enough columns for a schedule."""
        columns = {place.column for place in self.places}
        return {Column.TITLE, Column.START} <= columns

    def cell(self, row: SheetRow, column: Column) -> str:
        """Return the row's cell under a column; of several such columns, the first filled one."""
        return next(
            (row[place.at].strip() for place in self.places if place.column is column and row[place.at].strip()), ""
        )

    def texts(self, row: SheetRow, column: Column) -> dict[str, str]:
        return {
            place.language: row[place.at]
            for place in reversed(self.places)
            if place.column is column and row[place.at].strip()
        }


@cache
def _known() -> dict[str, tuple[Column, str]]:
    return {
        _bare(name): (column, language)
        for column, names in NAMES.items()
        for language, synonyms in names.items()
        for name in synonyms
    }


def _bare(name: str) -> str:
    return " ".join(re.findall(r"\w+", fold_letters(name)))


def _column(name: str) -> tuple[Column, str] | None:
    """Return the column of that name; `title (fr)` and `title_fr` name the language. None for a long cell."""
    if len(name) > _LONGEST_NAME:
        return None
    if known := _known().get(_bare(name)):
        return known
    match = _SUFFIX.fullmatch(fold_letters(name).strip())
    known = _known().get(_bare(match["name"])) if match else None
    return (known[0], match["language"]) if match and known else None


def count_known_columns(grid: Grid) -> int:
    """Return how many columns of the table are known."""
    return len(_header(grid).places)


def _header(grid: Grid) -> _Header:
    """Return the row, or the two rows, that name the most columns: `Time` may stand over `from` and `to`."""
    best = _Header((), 0)
    top = grid.rows[:_HEADER_WITHIN]
    for index in range(len(top)):
        for rows in (top[index : index + 1], top[index : index + 2]):
            header = _Header(tuple(_places(rows)), rows[-1].number)
            if header.named > best.named:
                best = header
    return best


def _places(rows: tuple[SheetRow, ...]) -> Iterator[_Place]:
    """Yield the known columns; the lower of two rows is more exact. Of merged cells, the first has the name."""
    for at in range(max(len(row.cells) for row in rows)):
        named = next((column for row in reversed(rows) if (column := _column(row[at]))), None)
        if named:
            yield _Place(at, *named)


def read_grids(grids: tuple[Grid, ...], zone: ZoneInfo) -> Schedule:
    """Return the schedule in tables, such as a workbook's sheets. Raises ScheduleError with every fault at once."""
    collector = ScheduleCollector(zone)
    used = 0
    for grid in grids:
        if header := _header(grid):
            used += 1
            _Sheet(collector, grid, header).gather()
        elif any(any(row.cells) for row in grid.rows) and grid.name != EXPLANATIONS:
            collector.remark(f"The sheet '{grid.name}' has no columns for title and start; it was left out.")
    if not used:
        raise ScheduleError(
            "No row names the columns: a table needs at least date, start, end and title. "
            "`plenary import --template agenda.xlsx` writes one to fill in."
        )
    return collector.schedule()


class _Sheet:
    def __init__(self, collector: ScheduleCollector, grid: Grid, header: _Header) -> None:
        self._gathering = collector
        self._grid = grid
        self._header = header
        self._day: date | None = None
        self._titles = Counter(header.cell(row, Column.TITLE) for row in grid.rows)

    def gather(self) -> None:
        for row in self._grid.rows:
            if row.number > self._header.below and any(cell.strip() for cell in row.cells):
                self._row(
                    row, f"sheet '{self._grid.name}', row {row.number}" if self._grid.name else f"row {row.number}"
                )
            elif row.number < self._header.below:
                self._heading(row)

    def _heading(self, row: SheetRow) -> bool:
        """Return whether the row only names a day, as a heading of that day's rows; remember the day."""
        texts = {cell.strip() for cell in row.cells} - {""}
        try:
            day = human_time.parse_day(next(iter(texts))) if len(texts) == 1 else None
        except HumanTimeError:
            day = None
        self._day = day or self._day
        return day is not None

    def _row(self, row: SheetRow, place: str) -> None:
        formulas = [column.column for column in self._header.places if column.at in row.formulas]
        if formulas:
            what = f"the cell under {', '.join(formulas)} is a formula; put its value there"
            self._gathering.fault(place, what)
            return
        if self._heading(row):
            return
        filled = {column for column in Column if self._header.cell(row, column)}
        if not filled & {Column.START, Column.END, Column.LENGTH}:
            what = (
                "it has no time, and was left out" if filled else "no column of the header is filled; it was left out"
            )
            self._gathering.remark(f"{place}: {what}.")
            return
        self._session(row, place)

    def _session(self, row: SheetRow, place: str) -> None:
        cell = self._header.cell
        start, end = self._times(row, place)
        titles = self._header.texts(row, Column.TITLE)
        kind = cell(row, Column.KIND)
        link = cell(row, Column.LINK)
        self._gathering.add(
            RawSession(
                place=place,
                id=self._id(row, start),
                title=titles,
                starts_at=start,
                ends_at=end,
                kind=guess_kind(kind) if kind else None,
                rooms=(cell(row, Column.ROOM),),
                track=cell(row, Column.TOPIC),
                description=self._header.texts(row, Column.DESCRIPTION),
                speakers=re.split(r"[;\n؛]", cell(row, Column.SPEAKERS)),
                materials=(("", link),) if link else (),
            )
        )

    def _id(self, row: SheetRow, start: datetime | None) -> str:
        """Return the row's id; else one made from its title, so that it may move; with its time if that repeats."""
        title = self._header.cell(row, Column.TITLE)
        when = f" {start:%Y%m%d %H%M}" if start and self._titles[title] > 1 else ""
        return make_id(self._header.cell(row, Column.ID) or title + when, "session")

    def _times(self, row: SheetRow, place: str) -> tuple[datetime | None, datetime | None]:
        try:
            return self._read_times(row, place)
        except HumanTimeError as fault:
            self._gathering.fault(place, str(fault))
            return None, None

    def _read_times(self, row: SheetRow, place: str) -> tuple[datetime | None, datetime | None]:
        cell = self._header.cell
        begins, ends, lasts = cell(row, Column.START), cell(row, Column.END), cell(row, Column.LENGTH)
        # A start may be a whole moment: `20/02/2023 09:30`.
        day = self._day_of(cell(row, Column.DATE) or begins)
        first, second = human_time.parse_clock_range(_without_day(begins))
        start = self._gathering.instant(datetime.combine(day, first), place)
        if ends:
            last_day = human_time.parse_day(ends) or day
            return start, self._gathering.instant(
                datetime.combine(last_day, human_time.parse_clock(_without_day(ends))), place
            )
        if second:
            return start, self._gathering.instant(datetime.combine(day, second), place)
        return start, self._gathering.after(start, lasts, place) if start else None

    def _day_of(self, typed: str) -> date:
        """Return the day in the row, or that of the rows above it. Raises HumanTimeError if there is none."""
        self._day = human_time.parse_day(typed) or self._day
        if self._day is None:
            raise HumanTimeError("there is no date; write one such as 20/02/2023, here or in a row above")
        return self._day


def _without_day(typed: str) -> str:
    """Return `2023-02-20 09:30` without its day."""
    return typed.split(maxsplit=1)[-1] if human_time.parse_day(typed) and " " in typed.strip() else typed
