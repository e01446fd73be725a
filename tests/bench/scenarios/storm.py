"""Everybody presses at once: check-ins, each on disk before it is answered, and other kinds of presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from tests.bench import presses
from tests.bench.bench import Arena, Bench, arena, usual_workshop
from tests.bench.bots import BARE, FLOOR, PLENARY
from tests.bench.measure import Collected, Figure, percentile
from tests.bench.presses import CHECK_IN, Kind
from tests.bench.server import UnansweredError

_ALL = (PLENARY, FLOOR, BARE)


async def check_ins(bench: Bench) -> AsyncIterator[Figure]:
    """5,000, 1,000 and 100 check-ins at once."""
    async with arena(bench, await usual_workshop(bench), _ALL) as ring:
        turns = 0
        for size in (5_000, 1_000, 100):
            found = await storms(bench, ring, CHECK_IN, bench.sized(size), turns, _ALL)
            turns += bench.pairs + 1
            for figure in _figures(found, f"{bench.sized(size):,} check-ins at once", with_aims=size == 5_000):
                yield figure


async def other_kinds(bench: Bench) -> AsyncIterator[Figure]:
    """A thousand of each of what else people press."""
    names = (PLENARY, BARE)
    async with arena(bench, await usual_workshop(bench), names) as ring:
        for kind in (presses.NOTE, presses.AUTOCOMPLETE, presses.AGENDA):
            size = bench.sized(1_000)
            found = await storms(bench, ring, kind, size, 0, names)
            yield _against(found, BARE, f"{size:,} {kind.name} at once, p99", "p99", "ms")
            yield _against(found, BARE, f"{size:,} {kind.name} at once, CPU each", "cpu", "µs")


def _figures(found: Collected, what: str, *, with_aims: bool) -> list[Figure]:
    aims = {(BARE, "p99"): 0.40, (FLOOR, "p99"): 1.3, (BARE, "cpu"): 0.6} if with_aims else {}
    return [
        _against(found, other, f"{what}, {title}", key, unit, aims.get((other, key)))
        for key, title, unit in (("p99", "p99", "ms"), ("cpu", "CPU each", "µs"))
        for other in (BARE, FLOOR)
    ]


def _against(  # noqa: PLR0913, PLR0917 - at whom, what and how much
    found: Collected, other: str, what: str, key: str, unit: str, at_most: float | None = None
) -> Figure:
    note = f"server {max(found.of(PLENARY, 'server')):.0%} busy"
    return Figure("storm", what, unit, found.of(PLENARY, key), other, found.of(other, key), at_most, note=note)


async def storms(  # noqa: PLR0913, PLR0917 - at whom, what, how many and how often
    bench: Bench, ring: Arena, kind: Kind, size: int, first_turn: int, names: Sequence[str]
) -> Collected:
    """Bursts, one bot after the other, once for each pair; a smaller one before, which is not counted."""
    found = Collected()
    for name in names:
        await ring.burst(name, kind.of(name, first_turn, min(size, 200)), 0)
    for number, order in bench.turns(*names):
        for name in order:
            turn = first_turn + number + 1
            before = presses.kept(ring.folders[PLENARY], kind.kept_in) if kind.kept_in else 0
            done = await ring.burst(name, kind.of(name, turn, size), 0)
            kind.check(name, done.answers)
            if kind.kept_in and name == PLENARY:
                rows = presses.kept(ring.folders[PLENARY], kind.kept_in) - before
                if rows != size:
                    raise UnansweredError(f"{size} were answered, and {rows} are on disk")
            found.add(name, "p50", 1000 * percentile(done.seconds, 50))
            found.add(name, "p99", 1000 * percentile(done.seconds, 99))
            found.add(name, "last", 1000 * max(done.seconds))
            found.add(name, "cpu", 1e6 * done.cpu_each)
            found.add(name, "server", done.server)
            found.add(name, "peak", ring.bots[name].peak())
        bench.say(f"{size} of {kind.name}, pair {number + 1}: " + _line(found, names))
    return found


def _line(found: Collected, names: Sequence[str]) -> str:
    return ", ".join(
        f"{name} p99 {found.of(name, 'p99')[-1]:.0f} ms {found.of(name, 'cpu')[-1]:.0f} µs each" for name in names
    )
