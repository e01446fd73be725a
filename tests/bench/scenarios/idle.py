"""What a bot costs that has nothing to do: in real time beside a bare one, and over hours of fast time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from statistics import median

from bot.rehearsal.timekeeper import Timekeeper
from tests.bench import bots
from tests.bench.bench import Bench, arena, settled_workshop
from tests.bench.bots import BARE, PLENARY
from tests.bench.measure import Collected, Figure
from tests.bench.server import DiscordServer

_SECONDS = 8


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """CPU and memory."""
    held = await settled_workshop(bench, 300)
    found = Collected()
    async with arena(bench, held, (PLENARY, BARE)) as ring:
        for number in range(bench.pairs):
            before = {name: bot.cpu() for name, bot in ring.bots.items()}
            await asyncio.sleep(_SECONDS * min(1, bench.scale))
            for name, bot in ring.bots.items():
                found.add(name, "cpu", 1000 * (bot.cpu() - before[name]) * 60 / _SECONDS)
                found.add(name, "memory", bot.memory())
            bench.say(
                f"idle, {number + 1}: " + ", ".join(f"{n} {found.of(n, 'cpu')[-1]:.0f} ms/min" for n in ring.bots)
            )
    bare = f"bare {median(found.of(BARE, 'cpu')):.1f} ms"
    yield Figure("idle", "idle, CPU a minute", "ms", found.of(PLENARY, "cpu"), note=bare)
    yield Figure("idle", "idle, memory", "MB", found.of(PLENARY, "memory"), BARE, found.of(BARE, "memory"))
    async for figure in _fast(bench):
        yield figure


async def _fast(bench: Bench) -> AsyncIterator[Figure]:
    """An hour of fast time for each pair, one after the other, of one bot."""
    held = await settled_workshop(bench, 300)
    begins = datetime.now(UTC)
    server = DiscordServer([held.server])
    timekeeper = Timekeeper(begins, speed=0, active=lambda: server.requests)
    await timekeeper.start()
    cpu: list[float] = []
    memory: list[float] = []
    try:
        async with server.serving() as api:
            told = {**bots.environment(PLENARY, api, held.folder, None), "PLENARY_CLOCK": timekeeper.address}
            async with bots.running(PLENARY, told, held.folder) as bot:
                await server.ready(PLENARY)
                await server.quiet()
                start = bot.memory()
                for hour in range(1, bench.pairs + 1):
                    used = bot.cpu()
                    await timekeeper.conduct(begins + timedelta(hours=hour))
                    cpu.append(1000 * (bot.cpu() - used))
                    memory.append(bot.memory() - start)
    finally:
        await timekeeper.close()
    yield Figure("idle", "an hour of fast time, CPU", "ms", cpu)
    yield Figure("idle", "an hour of fast time, memory more than at its start", "MB", memory)
