"""Exports of 100,000 notes and 1,000,000 intervals: processor time and peak memory, against the format's bare writer.

Ours reads the database, works out what may be told, and writes; the bare writer reads the rows of our table, ready
made, from a file (it has no memory for a million of them either). Each runs in a process of its own, both with the same
modules in memory.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.documents.export.subject import Format
from bot.documents.export.subjects import INTERVALS, NOTES
from tests.bench import exporter
from tests.bench.bench import Bench
from tests.bench.measure import Collected, Figure
from tests.bench.writers import NAMES

T = TypeVar("T")

OURS = "plenary"
_SIZES = {NOTES.name: 100_000, INTERVALS.name: 1_000_000}
#: How much of that in each format: a workbook takes ten times as long, and no document has a million rows.
_SHARES = ((1, (Format.CSV, Format.JSON)), (10, (Format.XLSX, Format.MARKDOWN)))
#: A pair takes so long that there is one where others have five.
_FEWER = 5


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Every format, of both subjects."""
    for share, forms in _SHARES:
        counts = {subject: bench.sized(size // share) for subject, size in _SIZES.items()}
        folder = bench.place()
        folder.mkdir()
        await _alone(exporter.fill, folder / "plenary.db", counts)
        for subject, count in counts.items():
            await _alone(exporter.prepare, folder, subject)
            for form in forms:
                async for figure in _compared(bench, folder, subject, form, f"{count:,} {subject} as {form}"):
                    yield figure


async def _compared(bench: Bench, folder: Path, subject: str, form: Format, what: str) -> AsyncIterator[Figure]:
    bare, found = NAMES[form], Collected()
    for number in range(max(1, bench.pairs // _FEWER)):
        for name in (OURS, bare) if number % 2 == 0 else (bare, OURS):
            work = exporter.ours if name == OURS else exporter.bare
            seconds, megabytes = await _alone(work, folder, subject, form)
            found.add(name, "seconds", seconds)
            found.add(name, "memory", megabytes)
            bench.say(f"{what}, pair {number + 1}, {name}: {seconds:.2f} s, {megabytes:.0f} MB")
    for key, unit, told in (("seconds", "s", "of the processor"), ("memory", "MB", "in memory at most")):
        yield Figure("exports", f"{what}, {told}", unit, found.of(OURS, key), bare, found.of(bare, key), 2.0)


async def _alone(work: Callable[..., T], *arguments: object) -> T:
    """Do work in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
