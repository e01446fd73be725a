"""Exports of 100,000 notes and 1,000,000 intervals, against the bare writer of the format with the same rows."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import store
from bot.exporting import files
from bot.exporting.kinds import Format, Subject
from bot.exporting.table import Source
from bot.programme import Programme
from bot.store.database import written
from tests.bench import workshop
from tests.bench.bench import Bench
from tests.bench.measure import Collected, Figure
from tests.bench.workshop import Workshop, person

_WORDS = "We tried it at two border posts for half a year, with the port and the carriers. " * 3
_PAGE = 50_000
OURS, BARE = "plenary", "csv.writer"


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """CSV, which organisers ask for most."""
    held = await workshop.make(bench.place(), people=300)
    for subject, fill, size in ((Subject.NOTES, add_notes, 100_000), (Subject.INTERVALS, add_stays, 1_000_000)):
        count = bench.sized(size)
        fill(held.folder, count)
        found = Collected()
        rows = list(csv.reader(io.StringIO((await exported(held, subject)).decode("utf-8-sig"))))
        for number, order in bench.turns(OURS, BARE):
            for name in order:
                begun = time.perf_counter()
                if name == OURS:
                    await exported(held, subject)
                else:
                    _write(rows)
                found.add(name, "seconds", time.perf_counter() - begun)
            bench.say(
                f"{subject}, pair {number + 1}: " + ", ".join(f"{n} {found.of(n, 'seconds')[-1]:.2f} s" for n in order)
            )
        ours, theirs = found.of(OURS, "seconds"), found.of(BARE, "seconds")
        yield Figure("exports", f"{count:,} {subject} as CSV", "s", ours, BARE, theirs)


@asynccontextmanager
async def source(held: Workshop) -> AsyncGenerator[Source, None]:
    """What exports are made of."""
    async with store.opened(held.database, to_read=True) as opened:
        programme = Programme(held.plan, opened)
        await programme.load()
        yield Source(programme, opened, datetime.now(UTC))


async def exported(held: Workshop, subject: Subject) -> bytes:
    """One export, as `plenary export` makes it."""
    out = io.BytesIO()
    async with source(held) as made_of:
        await files.write(subject, Format.CSV, made_of, out)
    return out.getvalue()


def _write(rows: Sequence[Sequence[str]]) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    csv.writer(out).writerows(rows)
    out.flush()


Filler = Callable[[Path, int], None]


def add_notes(folder: Path, count: int) -> None:
    """So many notes, one a second."""
    begins = datetime.now(UTC) - timedelta(days=30)
    with closing(sqlite3.connect(folder / "plenary.db")) as connection, connection:
        connection.execute("DELETE FROM note")
        connection.executemany(
            "INSERT INTO note (id, author, author_name, topic, kind, title, did, learned, visibility, written_at,"
            " details, folded) VALUES (?, ?, ?, 'ledgers', 'worked', ?, ?, ?, 'participants', ?, ?, ?)",
            (
                (
                    f"n{number}", person(number % 300), f"Delegate {number % 300}", f"Seals {number}", _WORDS, _WORDS,
                    written(begins + timedelta(seconds=number)), json.dumps({}), f"seals {number}",
                )
                for number in range(count)
            ),
        )  # fmt: skip


def add_stays(folder: Path, count: int) -> None:
    """So many stays in rooms, of 300 people."""
    begins = datetime.now(UTC) - timedelta(days=30)
    with closing(sqlite3.connect(folder / "plenary.db")) as connection, connection:
        connection.execute("DELETE FROM voice_stay")
        connection.executemany(
            "INSERT INTO voice_stay (person, name, room, since, until) VALUES (?, ?, 'room:plenary', ?, ?)",
            (
                (
                    person(number % 300), f"Delegate {number % 300}", written(begins + timedelta(seconds=number)),
                    written(begins + timedelta(seconds=number + 600)),
                )
                for number in range(count)
            ),
        )  # fmt: skip
