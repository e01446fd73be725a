"""A steady 300 check-ins a second, and one press at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.bench.bench import Bench, arena, usual_workshop
from tests.bench.bots import BARE, FLOOR, PLENARY
from tests.bench.measure import Collected, Figure, percentile
from tests.bench.presses import CHECK_IN

_PER_SECOND, _SECONDS, _SINGLE = 300, 4, 100


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Both, against the floor and the bare bot."""
    names = (PLENARY, FLOOR, BARE)
    found, single = Collected(), Collected()
    async with arena(bench, await usual_workshop(bench), names) as ring:
        count = bench.sized(_PER_SECOND * _SECONDS)
        for name in names:
            await ring.steady(name, CHECK_IN.of(name, 0, 300), 0, _PER_SECOND)
        for number, order in bench.turns(*names):
            for name in order:
                done = await ring.steady(name, CHECK_IN.of(name, number + 1, count), 0, _PER_SECOND)
                CHECK_IN.check(name, done.answers)
                found.add(name, "p50", 1000 * percentile(done.seconds, 50))
                found.add(name, "p99", 1000 * percentile(done.seconds, 99))
                found.add(name, "cpu", 1e6 * done.cpu_each)
            for name in order:
                alone = [
                    (await ring.server.burst(name, [one], person)).seconds[0]
                    for person, one in enumerate(CHECK_IN.of(name, bench.pairs + number + 1, bench.sized(_SINGLE)))
                ]
                single.add(name, "p50", 1000 * percentile(alone, 50))
            bench.say(
                f"300/s, pair {number + 1}: "
                + ", ".join(
                    f"{name} p50 {found.of(name, 'p50')[-1]:.2f} ms {found.of(name, 'cpu')[-1]:.0f} µs each"
                    for name in names
                )
            )
    for other, aim in ((FLOOR, 1.25), (BARE, None)):
        yield Figure("steady", "300/s, p50", "ms", found.of(PLENARY, "p50"), other, found.of(other, "p50"), aim)
        yield Figure("steady", "300/s, p99", "ms", found.of(PLENARY, "p99"), other, found.of(other, "p99"))
        yield Figure("steady", "300/s, CPU each", "µs", found.of(PLENARY, "cpu"), other, found.of(other, "cpu"), aim)
        yield Figure(
            "steady", "one press at a time, p50", "ms", single.of(PLENARY, "p50"), other, single.of(other, "p50")
        )
