"""Hostile schedule files: the processor time until the slowest of them is refused."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from bot.importing.readers import detect
from bot.importing.schedule import ScheduleError
from tests.bench.bench import Bench
from tests.bench.measure import Figure
from tests.importing.hostile_files import HOSTILE

_ZONE = ZoneInfo("Europe/Brussels")


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Once per pair; a file that is read in spite of all fails the benchmark."""
    slowest: list[float] = []
    for _ in range(bench.pairs):
        seconds = {name: _refusal_seconds(make()) for name, (make, _) in HOSTILE.items()}
        name = max(seconds, key=lambda name: seconds[name])
        slowest.append(seconds[name])
        bench.say(f"hostile: {name} {seconds[name]:.2f} s")
    yield Figure("hostile", "refusal of the slowest hostile file, CPU", "s", slowest, at_most=5.0)


def _refusal_seconds(source: str | bytes) -> float:
    began = time.process_time()
    try:
        detect.read_schedule(source.encode() if isinstance(source, str) else source, _ZONE)
    except ScheduleError:
        return time.process_time() - began
    raise RuntimeError("a hostile file was read")
