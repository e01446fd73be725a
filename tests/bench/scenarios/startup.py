"""From the start of the process to the first answer that is on disk, and memory, in 1, 100 and 1,000 servers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence

from tests.bench import bots, payloads
from tests.bench.bench import Bench, settled_workshop
from tests.bench.bots import BARE, PLENARY
from tests.bench.measure import Collected, Figure
from tests.bench.payloads import Payload
from tests.bench.presses import CHECK_IN
from tests.bench.server import DiscordServer
from tests.bench.workshop import Workshop


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """A press comes in the moment in which the bot has been told of its servers."""
    held = await settled_workshop(bench, 300)
    for size in (1, 100, 1_000):
        found = Collected()
        guilds = [held.server, *payloads.others(bench.sized(size) - 1 if size > 1 else 0)]
        for number, order in bench.turns(PLENARY, BARE):
            for name in order:
                seconds, memory = await _started(bench, held, name, guilds)
                found.add(name, "first", seconds)
                found.add(name, "memory", memory)
            bench.say(
                f"{len(guilds)} servers, pair {number + 1}: "
                + ", ".join(f"{n} {found.of(n, 'first')[-1]:.2f} s {found.of(n, 'memory')[-1]:.0f} MB" for n in order)
            )
        servers = f"{len(guilds):,} server{'s' * (size > 1)}"
        first = found.of(PLENARY, "first"), found.of(BARE, "first")
        yield Figure("startup", f"first answer, {servers}", "s", first[0], BARE, first[1], 1.3 if size == 1 else None)
        memory = found.of(PLENARY, "memory"), found.of(BARE, "memory")
        aim = None if size == 100 else 1.25
        yield Figure("startup", f"memory, {servers}", "MB", memory[0], BARE, memory[1], aim)


async def _started(bench: Bench, held: Workshop, name: str, guilds: Sequence[Payload]) -> tuple[float, float]:
    server = DiscordServer(guilds)
    [press] = CHECK_IN.of(name, 0, 1)
    server.welcome(press)
    folder = held.copy(bench.place())
    async with server.serving() as api, bots.running(name, bots.environment(name, api, folder, None), folder) as bot:
        await server.ready(name)
        CHECK_IN.check(name, (await server.first_answer(name)).answers)
        seconds = time.perf_counter() - bot.started
        await bot.rest()
        await server.quiet()
        return seconds, bot.memory()
