"""The organisers' roster, a CSV or XLSX file: a row a participant; each fault with its row and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from bot.domain.languages import each_language, language_names
from bot.domain.people.participants import ADMINISTRATION_LENGTH, NAME_LENGTH, OrganisationKind, Participant, roster_id
from bot.domain.people.roles import Role
from bot.domain.text import fold, one_line
from bot.importing.readers import spreadsheet
from bot.importing.readers.spreadsheet import Grid, GridError, SheetRow
from bot.messages import i18n

Key = TypeVar("Key", OrganisationKind, Role)

MAX_BYTES = 1024 * 1024
#: How far down the headings may stand, below a title or a logo.
_DEEPEST_HEADING = 10


class RosterError(ValueError):
    """A roster that can't be used; `faults` has a sentence for each fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class RosterColumn(StrEnum):
    """What a column holds."""

    NAME = "name"
    ADMINISTRATION = "administration"
    COUNTRY = "country"
    ORGANISATION = "kind of organisation"
    LANGUAGE = "language"
    ROLE = "role"


#: The names of each column, kind of organisation and role, in every language.
_HEADINGS = {RosterColumn(column): words for column, words in each_language("roster_columns").items()}
_KINDS = {OrganisationKind(kind): words for kind, words in each_language("organisations").items()}
_ROLES = {Role[role.upper()]: words for role, words in each_language("roles").items()}


def read_roster(source: bytes, name: str, languages: Iterable[str]) -> tuple[Participant, ...]:
    """Return the places in a roster file, none of them taken. Raises RosterError with every fault at once."""
    if len(source) > MAX_BYTES:
        raise RosterError([f"the file has {len(source):,} bytes; a roster may have {MAX_BYTES:,}"])
    try:
        tables = _tables(source, name)
    except GridError as fault:
        raise RosterError([str(fault)]) from None
    table, heading = max(((table, _heading(table)) for table in tables), key=lambda pair: len(pair[1].columns))
    reader = _Reader(tuple(languages), heading.columns)
    missing = [column for column in (RosterColumn.NAME, RosterColumn.ADMINISTRATION) if column not in heading.columns]
    if missing:
        listed = ", ".join(f"'{column}'" for column in RosterColumn)
        lacking = " and ".join(f"'{column}'" for column in missing)
        raise RosterError([f"no column is headed {lacking}; the first row must name the columns: {listed}"])
    places = [place for row in table.rows if row.number > heading.row if (place := reader.place(row))]
    if not places and not reader.faults:
        reader.faults.append("there is nobody in it; write a row for each participant")
    if reader.faults:
        raise RosterError(reader.faults)
    return tuple(places)


def pack_roster(roster: Iterable[Participant]) -> str:
    """Serialize a roster as JSON."""
    return json.dumps(
        [(p.id, p.name, p.administration, p.country, p.organisation, p.language, p.role) for p in roster],
        ensure_ascii=False,
    )


def unpack_roster(text: str) -> tuple[Participant, ...]:
    """Parse the JSON that `pack_roster` made."""
    return tuple(
        Participant(key, name, administration, country, OrganisationKind(organisation), language, Role(role))
        for key, name, administration, country, organisation, language, role in json.loads(text)
    )


def _tables(source: bytes, name: str) -> tuple[Grid, ...]:
    if source.startswith(b"PK"):
        return spreadsheet.grids_from_workbook(source)
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise GridError("this is no XLSX workbook; save the table as XLSX or CSV")
    return (spreadsheet.grid_from_csv(source, lambda table: len(_heading(table).columns)),)


@dataclass(frozen=True, slots=True)
class _Heading:
    row: int
    columns: Mapping[RosterColumn, int]


def _heading(table: Grid) -> _Heading:
    """Return the row that names the most columns, among the first rows: few titles stand above a table."""
    known = {fold(word): column for column, words in _HEADINGS.items() for word in words}
    best = _Heading(0, {})
    for row in table.rows[:_DEEPEST_HEADING]:
        columns: dict[RosterColumn, int] = {}
        for place, cell in enumerate(row.cells):
            column = known.get(fold(cell))
            if column:
                columns.setdefault(column, place)
        if len(columns) > len(best.columns):
            best = _Heading(row.number, columns)
    return best


@dataclass(slots=True)
class _Reader:
    """Reads rows, and gathers their faults."""

    languages: tuple[str, ...]
    columns: Mapping[RosterColumn, int]
    faults: list[str] = field(default_factory=list[str])
    seen: dict[str, int] = field(default_factory=dict[str, int])

    def place(self, row: SheetRow) -> Participant | None:
        """Return the place in a row; None for an empty row, and for one with a fault."""
        if not any(one_line(cell) for cell in row.cells):
            return None
        before = len(self.faults)
        name = self._words(row, RosterColumn.NAME, NAME_LENGTH)
        administration = self._words(row, RosterColumn.ADMINISTRATION, ADMINISTRATION_LENGTH)
        place = Participant(
            id=roster_id(name, administration),
            name=name,
            administration=administration,
            country=self._country(row),
            organisation=self._one_of(row, RosterColumn.ORGANISATION, _KINDS, OrganisationKind.OTHER),
            language=self._language(row),
            role=self._one_of(row, RosterColumn.ROLE, _ROLES, Role.PARTICIPANT),
        )
        former = self.seen.setdefault(place.id, row.number)
        if len(self.faults) == before and former != row.number:
            self.faults.append(f"row {row.number}: '{name}' of '{administration}' is in row {former} already; keep one")
        return place if len(self.faults) == before else None

    def _cell(self, row: SheetRow, column: RosterColumn) -> str:
        return one_line(row[self.columns[column]]) if column in self.columns else ""

    def _wrong(self, row: SheetRow, column: RosterColumn, what: str) -> None:
        self.faults.append(f"row {row.number}, {column}: {what}")

    def _words(self, row: SheetRow, column: RosterColumn, longest: int) -> str:
        words = self._cell(row, column)
        if not fold(words):
            fault = f"found '{words}', which has no letter" if words else "it is empty"
            self._wrong(row, column, f"{fault}; write the {column}")
        elif len(words) > longest:
            self._wrong(row, column, f"found {len(words)} characters; it may have {longest}")
        return words

    def _country(self, row: SheetRow) -> str:
        words = self._cell(row, RosterColumn.COUNTRY)
        code = i18n.country(words) if words else ""
        if code is None:
            what = f"found '{words}'; write a country's name in {language_names()}, its code such as TN, or nothing"
            self._wrong(row, RosterColumn.COUNTRY, what)
        return code or ""

    def _language(self, row: SheetRow) -> str | None:
        words = self._cell(row, RosterColumn.LANGUAGE)
        code = i18n.language_named(words) if words else None
        if words and code not in self.languages:
            listed = ", ".join(self.languages)
            self._wrong(
                row, RosterColumn.LANGUAGE, f"found '{words}'; write one of the workshop's, {listed}, or nothing"
            )
            return None
        return code

    def _one_of(self, row: SheetRow, column: RosterColumn, known: Mapping[Key, tuple[str, ...]], left_out: Key) -> Key:
        words = self._cell(row, column)
        if not words:
            return left_out
        for key, names in known.items():
            if fold(words) in map(fold, names):
                return key
        listed = ", ".join(names[0] for names in known.values())
        self._wrong(row, column, f"found '{words}'; write one of: {listed}")
        return left_out
