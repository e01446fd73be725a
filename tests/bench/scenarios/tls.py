"""5,000 check-ins at once over TLS, with a Discord that takes 80 ms for each answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.bench.bench import Bench, arena, usual_workshop
from tests.bench.bots import BARE, FLOOR, PLENARY
from tests.bench.measure import Figure
from tests.bench.presses import CHECK_IN
from tests.bench.scenarios.storm import storms


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """All inside Discord's 3 s, and how much memory that takes."""
    names = (PLENARY, FLOOR, BARE)
    size = bench.sized(5_000)
    async with arena(bench, await usual_workshop(bench), names, tls=True) as ring:
        ring.server.delay = 0.08
        found = await storms(bench, ring, CHECK_IN, size, 0, names)
    what = f"{size:,} check-ins at once, TLS and 80 ms"
    yield Figure("tls", f"{what}, the last answer", "s", [one / 1000 for one in found.of(PLENARY, "last")], at_most=3)
    yield Figure("tls", f"{what}, peak memory", "MB", found.of(PLENARY, "peak"), at_most=150)
    for other in (FLOOR, BARE):
        yield Figure("tls", f"{what}, p99", "ms", found.of(PLENARY, "p99"), other, found.of(other, "p99"))
        yield Figure("tls", f"{what}, peak memory", "MB", found.of(PLENARY, "peak"), other, found.of(other, "peak"))
