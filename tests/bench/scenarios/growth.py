"""How each cost grows over three decades of size: the exponent that fits, and where it is steepest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.documents.export.subject import Format
from bot.documents.export.subjects import INTERVALS, NOTES
from bot.domain import planned_announcements
from bot.domain.attendance.attendance import CheckIn
from bot.domain.plan import Plan
from bot.store import opened
from tests.bench import workshop
from tests.bench.bench import Bench, arena, usual_workshop
from tests.bench.bots import PLENARY
from tests.bench.exporter import exported, fill
from tests.bench.measure import Figure, bends, exponent, percentile
from tests.bench.presses import CHECK_IN
from tests.bench.scenarios.due import plan_custom
from tests.bench.workshop import person

#: What n log n fits over three decades, and a little for what doesn't repeat.
_AT_MOST = 1.15


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Each with sizes ten times the former."""
    for what, sizes, cost in (
        ("waiting writes", (10, 100, 1_000, 10_000), _writes),
        ("announcements waiting, to take what is due", (100, 1_000, 10_000, 100_000), _take),
        ("sessions, to plan what is announced", (10, 100, 1_000, 10_000), _sessions),
        ("places, to open the store", (100, 1_000, 10_000, 100_000), _people),
        ("notes, to export them", (100, 1_000, 10_000, 100_000), _notes),
        ("intervals, to export them", (1_000, 10_000, 100_000, 1_000_000), _intervals),
    ):
        yield await _grown(bench, what, sizes, cost)
    async with arena(bench, await usual_workshop(bench), (PLENARY,)) as ring:
        await ring.burst(PLENARY, CHECK_IN.of(PLENARY, 0, 300), 0)
        turns = iter(range(1, 4))

        async def last_answer(_: Bench, size: int) -> float:
            return percentile((await ring.burst(PLENARY, CHECK_IN.of(PLENARY, next(turns), size), 0)).seconds, 99)

        yield await _grown(bench, "presses at once, p99", (50, 500, 5_000), last_answer)


async def _grown(
    bench: Bench, what: str, sizes: tuple[int, ...], cost: Callable[[Bench, int], Awaitable[float]]
) -> Figure:
    real = [bench.sized(size) for size in sizes]
    costs = [await cost(bench, size) for size in real]
    slope, (steepest, at) = exponent(real, costs), bends(real, costs)
    told = ", ".join(f"{size:,}: {1000 * one:,.1f} ms" for size, one in zip(real, costs, strict=True))
    bench.say(f"growth, {what}: {told}; exponent {slope:.2f}")
    note = f"{told}; steepest {steepest:.2f} from {at:,}"
    return Figure("growth", f"{what}: exponent", "", [slope], at_most=_AT_MOST, note=note)


async def _writes(bench: Bench, size: int) -> float:
    async with opened(bench.place()) as store:
        now = datetime.now(UTC)
        rows = [CheckIn("opening", person(number), "Delegate", now) for number in range(size)]
        begun = time.perf_counter()
        await asyncio.gather(*map(store.attendance.check_in, rows))
        return time.perf_counter() - begun


async def _take(bench: Bench, size: int) -> float:
    held = await workshop.make(bench.place(), people=2)
    now = datetime.now(UTC)
    plan_custom(held.folder, size, now + timedelta(days=1), 50)
    plan_custom(held.folder, 10, now, 50)
    async with opened(held.database) as store:
        begun = time.perf_counter()
        await store.deliveries.next_due()
        await store.deliveries.skip_expired(now)
        await store.deliveries.take(now + timedelta(seconds=1), 100)
        return time.perf_counter() - begun


async def _sessions(_: Bench, size: int) -> float:
    plan = Plan.parse(workshop.plan(datetime.now(UTC), 2, size))
    begun = time.perf_counter()
    await asyncio.to_thread(planned_announcements.planned, plan)
    return time.perf_counter() - begun


async def _people(bench: Bench, size: int) -> float:
    held = await workshop.make(bench.place(), people=size)
    begun = time.perf_counter()
    async with opened(held.database):
        return time.perf_counter() - begun


async def _notes(bench: Bench, size: int) -> float:
    return await _exported(bench, NOTES.name, size)


async def _intervals(bench: Bench, size: int) -> float:
    return await _exported(bench, INTERVALS.name, size)


async def _exported(bench: Bench, subject: str, size: int) -> float:
    folder = bench.place()
    folder.mkdir()
    await asyncio.to_thread(fill, folder / "plenary.db", {subject: size})
    begun = time.perf_counter()
    await exported(folder / "plenary.db", subject, Format.CSV, folder / "made")
    return time.perf_counter() - begun
