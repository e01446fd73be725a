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
    """The databases to read, the readers, and the file to write; None: the terminal."""

    databases: Sequence[Path]
    audience: Audience
    out: Path | None
    now: datetime


async def figures(request: SeriesRequest) -> None:
    """Show the figures of each workshop side by side. Raises SettingsError if that can't be done."""
    async with opened(request.databases, request.audience, request.now) as workshops:
        rule = text(_language(workshops), f"series.rule.{request.audience}")
        await _hand_over("figures", workshops, await tables.figures(workshops), rule, request, _grid)


async def recommendations(request: SeriesRequest) -> None:
    """Show every recommendation, by topic and workshop. Raises as `figures` does."""
    async with opened(request.databases, request.audience, request.now) as workshops:
        table = await tables.recommendations(workshops)
        await _hand_over("recommendations", workshops, table, _rule(workshops), request, _list)


async def search(words: str, request: SeriesRequest) -> None:
    """Show the notes that hold all the words. Raises as `figures` does."""
    if not fold(words):
        raise SettingsError("Name at least one word to look for.")
    async with opened(request.databases, request.audience, request.now) as workshops:
        table = tables.holding(workshops, words)
        await _hand_over("notes", workshops, table, _rule(workshops), request, _list)


def _language(workshops: Sequence[SeriesWorkshop]) -> str:
    return workshops[0].plan.languages[0]


def _rule(workshops: Sequence[SeriesWorkshop]) -> str:
    """Return the rule of the notes; a workshop with confidential sessions has the longer one."""
    strictest = max(workshops, key=lambda workshop: bool(workshop.plan.confidential_sessions))
    return NOTES.rule(strictest.source.audience, strictest.plan, _language(workshops))


Shown = Callable[[Console, Sequence[str], Sequence[Row]], None]


async def _hand_over(  # noqa: PLR0913, PLR0917 - subject, workshops, table, rule, request, and how to show it
    what: str, workshops: Sequence[SeriesWorkshop], table: Table, rule: str, request: SeriesRequest, shown: Shown
) -> None:
    if request.out is None:
        rows = [row async for page in table.pages for row in page]
        await _record(what, workshops, request, "terminal", len(rows))
        console = Console(highlight=False, soft_wrap=True)
        shown(console, table.columns, rows)
    else:
        form = _form(request.out)
        with tempfile.TemporaryFile() as made:
            rows = await write_table(form, _heading(what, workshops, rule, table), table.pages, made)
            await _record(what, workshops, request, form, rows)
            made.seek(0)
            try:
                await asyncio.to_thread(put, made, request.out)
            except OSError as failure:
                raise SettingsError(
                    f"{request.out} can't be written ({failure.strerror}). Name another place with --out."
                ) from None
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(rule))


def _form(out: Path) -> Format:
    form = next((known for known in TABULAR if out.suffix.lower() == f".{known}"), None)
    if form is None:
        raise SettingsError(f"{out}: let its name say how to write it; it may end with .{', .'.join(TABULAR)}.")
    return form


def _heading(what: str, workshops: Sequence[SeriesWorkshop], rule: str, table: Table) -> ColumnHeading:
    language = _language(workshops)
    series = workshops[0].plan.series
    title = series.title[language] if series else ", ".join(workshop.plan.title[language] for workshop in workshops)
    zones = {workshop.plan.zone for workshop in workshops}
    zone = (
        zones.pop() if len(zones) == 1 else ", ".join(f"{workshop.id}: {workshop.plan.zone}" for workshop in workshops)
    )
    return ColumnHeading(what, title, rule, zone, language, table.columns)


async def _record(what: str, workshops: Iterable[SeriesWorkshop], request: SeriesRequest, form: str, rows: int) -> None:
    """Record in the audit of each workshop that somebody took this away, as for any export."""
    latter = f"{form} for {request.audience}, {rows} rows, by {user()}"
    for workshop in workshops:
        deed = AuditEntry(f"export/{secrets.token_hex(8)}", request.now, 0, "exported", f"series {what}", latter=latter)
        try:
            await workshop.source.store.audit.record_aside(deed)
        except OSError as failure:
            raise SettingsError(
                f"What is exported is recorded next to {workshop.path}, where this user can't write "
                f"({failure.strerror}). Let this user write there, or copy the database to a folder where they may."
            ) from None


# --- in the terminal -------------------------------------------------------------------------------------------------


def _grid(console: Console, columns: Sequence[str], rows: Sequence[Row]) -> None:
    grid = Grid(*columns[:2])
    for column in columns[2:]:
        grid.add_column(column, justify="right")
    for row in rows:
        grid.add_row(*(Text(_cell_text(cell)) for cell in row))
    console.print(grid)


def _list(console: Console, columns: Sequence[str], rows: Sequence[Row]) -> None:
    for row in rows:
        known = {name: _cell_text(cell) for name, cell in zip(columns, row, strict=True) if cell not in {None, ""}}
        console.print(Text(" · ".join(known.pop(name) for name in _HEAD if name in known), "bold"))
        for name, words in known.items():
            console.print(Text(f"  {name}: " + words.replace("\n", "\n    ")))
    console.print(Text(f"{len(rows)} found"))


def _cell_text(cell: Cell) -> str:
    """Return a cell as text, without control characters, which could change the terminal."""
    return "" if cell is None else clean(str(cell))
