"""What a process of its own does for the scenario of exports: a database, our export of it, and the bare writer.

It imports no more than an export needs: what else is in memory would hide what each takes of it.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from bot import store as stores
from bot.documents.export import files
from bot.documents.export.subject import Format
from bot.documents.export.subjects import INTERVALS, NOTES, SUBJECTS
from bot.documents.export.table import Source
from bot.domain.contributions.notes import Attribution, NoteKind, Visibility
from bot.domain.plan import Plan
from bot.domain.text import fold
from bot.importing import plan_file
from bot.settings import ROOT
from bot.store.engine.instants import iso_utc
from bot.store.plan_in_force import PlanInForce
from tests.bench.writers import WRITERS

_PEOPLE = 5_000
_BEGIN = datetime(2023, 2, 20, 9, tzinfo=UTC)
_NOW = datetime(2023, 2, 23, 9, tzinfo=UTC)
#: In three scripts, and as long as people write.
_TOLD = "Nous avons relié les scellés au guichet unique. عملت الأختام كما يجب. It took a year. " * 3


def _cost(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor: what else the machine does changes them little; and the most megabytes at once."""
    begun = time.process_time()
    work()
    seconds = time.process_time() - begun
    # Not getrusage's, which counts what the process had before it became this program.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return seconds, int(found[1]) / 1024


# --- ours, and the bare writer ---------------------------------------------------------------------------------------


def ours(folder: Path, subject: str, form: Format) -> tuple[float, float]:
    return _cost(lambda: asyncio.run(exported(folder / "plenary.db", subject, form, folder / "ours")))


async def exported(database: Path, subject: str, form: Format, out: Path) -> None:
    """An export as `plenary export` makes it, from the database to the file."""

    async def work(source: Source) -> None:
        with out.open("wb") as file:
            await files.write(SUBJECTS[subject], form, source, file)

    await _opened(database, work)


async def _opened(database: Path, work: Callable[[Source], Awaitable[None]]) -> None:
    async with stores.opened(database, to_read=True) as store:
        programme = PlanInForce(_plan(), store)
        await programme.load()
        await work(Source(programme, store, _NOW))


def prepare(folder: Path, subject: str) -> None:
    """Keep the rows of a subject's table, for the bare writer to be handed."""

    async def work(source: Source) -> None:
        table = await SUBJECTS[subject].table(source)
        with (folder / f"{subject}.rows").open("wb") as file:
            pickle.dump(table.columns, file)
            async for page in table.pages:
                pickle.dump(list(page), file)

    asyncio.run(_opened(folder / "plenary.db", work))


def bare(folder: Path, subject: str, form: Format) -> tuple[float, float]:
    def work() -> None:
        with (folder / f"{subject}.rows").open("rb") as file, (folder / "bare").open("wb") as out:
            pages = _pages(file)
            add, close = WRITERS[form](out, next(pages))
            for page in pages:
                add(page)
            close()

    return _cost(work)


def _pages(file: BinaryIO) -> Iterator[Any]:
    """The columns, then the pages."""
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - our own
        except EOFError:
            return


# --- the database ----------------------------------------------------------------------------------------------------


def _plan() -> Plan:
    return plan_file.load_plan(ROOT / "config" / "workshops" / "wco-mena-2023.yaml").plan


async def _begun(database: Path) -> None:
    async with stores.opened(database) as store:
        await PlanInForce(_plan(), store).follow(_BEGIN)


def fill(database: Path, counts: dict[str, int]) -> None:
    """A workshop of so many notes and intervals."""
    asyncio.run(_begun(database))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA cache_size = -400000")  # in KB: all of it, or a million take half as long again
        connection.execute("INSERT INTO watch VALUES (?, ?)", (iso_utc(_BEGIN), iso_utc(_NOW)))
        connection.executemany(
            "INSERT INTO participant VALUES (?, ?, ?, 'TN', 'customs', 'fr', 1, ?, ?)",
            ((f"p{n}", f"Name {n}", f"Douanes {n % 40}", n, iso_utc(_BEGIN)) for n in range(1, _PEOPLE + 1)),
        )
        connection.executemany(
            "INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _notes(counts.get(NOTES.name, 0))
        )
        connection.executemany(
            "INSERT INTO voice_stay VALUES (?, ?, 'room:plenary', ?, ?)", _stays(counts.get(INTERVALS.name, 0))
        )


def _notes(count: int) -> Iterator[tuple[Any, ...]]:
    topics, kinds, shown = [topic.id for topic in _plan().topics], list(NoteKind), list(Visibility)[1:]
    attributions, folded = list(Attribution), fold(3 * _TOLD)
    for n in range(count):
        details = json.dumps({"results": _TOLD, "links": f"https://example.org/{n}"}, ensure_ascii=False)
        yield (
            str(10**18 + n), 1 + n % _PEOPLE, f"Name {1 + n % _PEOPLE}", topics[n % len(topics)], kinds[n % 4],
            f"Title {n}", _TOLD, _TOLD, shown[n % len(shown)], iso_utc(_BEGIN + timedelta(seconds=n)),
            attributions[n % len(attributions)], details, f"title {n} {folded} https example org {n}",
        )  # fmt: skip


def _stays(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        since = _BEGIN + timedelta(milliseconds=50 * n)
        person = 1 + n % _PEOPLE
        yield person, f"Name {person}", iso_utc(since), iso_utc(since + timedelta(minutes=4))
