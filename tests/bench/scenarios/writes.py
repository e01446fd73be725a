"""Check-ins that wait together: how many rows a second are on disk, against what SQLite itself and a lock can do."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from bot.domain.attendance.attendance import CheckIn
from bot.store.attendance import Attendance
from bot.store.engine.database import Database
from bot.store.engine.instants import iso_utc
from tests.bench.bench import Bench
from tests.bench.measure import Collected, Figure
from tests.bench.workshop import person

_OURS, _LOCK, _MANY = "plenary", "aiosqlite, lock and commit each", "sqlite3 executemany"
_UPSERT = (
    "INSERT INTO presence (session, person, name, since) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (session, person) DO UPDATE SET name = excluded.name"
)
_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Each in a file of its own."""
    found, size = Collected(), bench.sized(5_000)
    now = datetime.now(UTC)
    rows = [CheckIn("opening", person(number), f"Delegate {number}", now) for number in range(size)]
    ways = {_OURS: _group_commit, _LOCK: _lock_and_commit, _MANY: _executemany}
    for number, order in bench.turns(*ways):
        for way in order:
            path = bench.place()
            await (await Database.open(path)).close()
            found.add(way, "rows", size / await ways[way](path, rows))
        bench.say(
            f"writes, pair {number + 1}: " + ", ".join(f"{way} {found.of(way, 'rows')[-1]:,.0f}/s" for way in ways)
        )
    for way, aim in ((_LOCK, 15), (_MANY, 0.10)):
        yield Figure(
            "writes", f"{size:,} waiting upserts, each on disk", "rows/s", found.of(_OURS, "rows"), way,
            found.of(way, "rows"), at_least=aim,
        )  # fmt: skip


async def _group_commit(path: Path, rows: Sequence[CheckIn]) -> float:
    database = await Database.open(path)
    attendance = Attendance(database)
    try:
        begun = time.perf_counter()
        await asyncio.gather(*(attendance.check_in(row) for row in rows))
        return time.perf_counter() - begun
    finally:
        await database.close()


async def _lock_and_commit(path: Path, rows: Sequence[CheckIn]) -> float:
    lock = asyncio.Lock()
    async with aiosqlite.connect(path) as connection:
        for pragma in _PRAGMAS:
            await connection.execute(pragma)

        async def write(values: Values) -> None:
            async with lock:
                await connection.execute(_UPSERT, values)
                await connection.commit()

        waiting = list(map(_values, rows))
        begun = time.perf_counter()
        await asyncio.gather(*map(write, waiting))
        return time.perf_counter() - begun


async def _executemany(path: Path, rows: Sequence[CheckIn]) -> float:
    with closing(sqlite3.connect(path)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        waiting = list(map(_values, rows))
        begun = time.perf_counter()
        connection.executemany(_UPSERT, waiting)
        connection.commit()
        return time.perf_counter() - begun


Values = tuple[str, int, str, str]


def _values(row: CheckIn) -> Values:
    return row.session, row.person, row.name, iso_utc(row.since)
