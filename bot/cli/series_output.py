"""`plenary series`: from several databases to the terminal, or to a file."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from bot.cli.export import put, user
from bot.documents.export.files import write_table
from bot.documents.export.formats import ColumnHeading
from bot.documents.export.subject import TABULAR, Format
from bot.documents.export.subjects import NOTES
from bot.documents.export.table import Cell, Row, Table
from bot.documents.series import tables
from bot.documents.series.workshops import SeriesWorkshop, opened
from bot.domain.contributions.notes import Audience
from bot.domain.text import clean, fold
from bot.messages.i18n import text
from bot.settings import SettingsError
from bot.store.audit import AuditEntry

#: A note in the terminal begins with these.
_HEAD = ("workshop", "topic", "kind")


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """Of which databases, for whom, where to; without a file, to the terminal."""

    databases: Sequence[Path]
    audience: Audience
    out: Path | None
    now: datetime


async def figures(asked: SeriesRequest) -> None:
    """Figures of each workshop side by side. Raises SettingsError where that can't be done."""
    async with opened(asked.databases, asked.audience, asked.now) as workshops:
        rule = text(_language(workshops), f"series.rule.{asked.audience}")
        await _hand_over("figures", workshops, await tables.figures(workshops), rule, asked, _grid)


async def recommendations(asked: SeriesRequest) -> None:
    """Every recommendation, by topic and workshop. Raises as `figures` does."""
    async with opened(asked.databases, asked.audience, asked.now) as workshops:
        found = await tables.recommendations(workshops)
        await _hand_over("recommendations", workshops, found, _rule(workshops), asked, _list)


async def search(words: str, asked: SeriesRequest) -> None:
    """Notes that hold all the words. Raises as `figures` does."""
    if not fold(words):
        raise SettingsError("Name at least one word to look for.")
    async with opened(asked.databases, asked.audience, asked.now) as workshops:
        found = tables.holding(workshops, words)
        await _hand_over("notes", workshops, found, _rule(workshops), asked, _list)


def _language(workshops: Sequence[SeriesWorkshop]) -> str:
    return workshops[0].plan.languages[0]


def _rule(workshops: Sequence[SeriesWorkshop]) -> str:
    """That of the notes; of several, one that says more."""
    strictest = max(workshops, key=lambda one: bool(one.plan.confidential_sessions))
    return NOTES.rule(strictest.source.audience, strictest.plan, _language(workshops))


Shown = Callable[[Console, Sequence[str], Sequence[Row]], None]


async def _hand_over(  # noqa: PLR0913, PLR0917 - what of whom, by which rule, where to, and how it is shown there
    what: str, workshops: Sequence[SeriesWorkshop], table: Table, rule: str, asked: SeriesRequest, shown: Shown
) -> None:
    if asked.out is None:
        rows = [row async for page in table.pages for row in page]
        await _record(what, workshops, asked, "terminal", len(rows))
        console = Console(highlight=False, soft_wrap=True)
        shown(console, table.columns, rows)
    else:
        form = _form(asked.out)
        with tempfile.TemporaryFile() as made:
            rows = await write_table(form, _heading(what, workshops, rule, table), table.pages, made)
            await _record(what, workshops, asked, form, rows)
            made.seek(0)
            try:
                await asyncio.to_thread(put, made, asked.out)
            except OSError as failure:
                raise SettingsError(
                    f"{asked.out} can't be written ({failure.strerror}). Name another place with --out."
                ) from None
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(rule))


def _form(out: Path) -> Format:
    found = next((form for form in TABULAR if out.suffix.lower() == f".{form}"), None)
    if found is None:
        raise SettingsError(f"{out}: let its name say how to write it; it may end with .{', .'.join(TABULAR)}.")
    return found


def _heading(what: str, workshops: Sequence[SeriesWorkshop], rule: str, table: Table) -> ColumnHeading:
    language = _language(workshops)
    series = workshops[0].plan.series
    title = series.title[language] if series else ", ".join(one.plan.title[language] for one in workshops)
    zones = {one.plan.zone for one in workshops}
    zone = zones.pop() if len(zones) == 1 else ", ".join(f"{one.id}: {one.plan.zone}" for one in workshops)
    return ColumnHeading(what, title, rule, zone, language, table.columns)


async def _record(what: str, workshops: Iterable[SeriesWorkshop], asked: SeriesRequest, form: str, rows: int) -> None:
    """Keep in the audit of each workshop that somebody takes this away, as of any export."""
    latter = f"{form} for {asked.audience}, {rows} rows, by {user()}"
    for one in workshops:
        deed = AuditEntry(f"export/{secrets.token_hex(8)}", asked.now, 0, "exported", f"series {what}", latter=latter)
        try:
            await one.source.store.audit.record_aside(deed)
        except OSError as failure:
            raise SettingsError(
                f"What is exported is recorded beside {one.path}, where this user can't write ({failure.strerror}). "
                "Let this user write there, or copy the database to a folder where they may."
            ) from None


# --- in the terminal -------------------------------------------------------------------------------------------------


def _grid(console: Console, columns: Sequence[str], rows: Sequence[Row]) -> None:
    grid = Grid(*columns[:2])
    for column in columns[2:]:
        grid.add_column(column, justify="right")
    for row in rows:
        grid.add_row(*(Text(_told(cell)) for cell in row))
    console.print(grid)


def _list(console: Console, columns: Sequence[str], rows: Sequence[Row]) -> None:
    for row in rows:
        known = {name: _told(cell) for name, cell in zip(columns, row, strict=True) if cell not in {None, ""}}
        console.print(Text(" · ".join(known.pop(name) for name in _HEAD if name in known), "bold"))
        for name, told in known.items():
            console.print(Text(f"  {name}: " + told.replace("\n", "\n    ")))
    console.print(Text(f"{len(rows)} found"))


def _told(cell: Cell) -> str:
    """Without what would steer the terminal."""
    return "" if cell is None else clean(str(cell))
