"""The time that the simulated Discord's waits take, and the delay between the bot and Discord."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Protocol


class PassingTime(Protocol):
    """The time in which the simulated Discord waits; a rehearsal's moves on while everybody waits."""

    async def pass_time(self, seconds: float) -> None:
        """Wait for some seconds."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for an event; False if it does not come within some seconds."""
        ...

    def glance(self) -> None:
        """Hear that a request has been answered."""
        ...


class RealTime:
    """Real time, where there is no timekeeper."""

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def glance(self) -> None:
        """Nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Latency:
    """The delay of each request and of each answer: `mean` seconds, give or take `spread`."""

    mean: float
    spread: float
    chance: random.Random

    @classmethod
    def of(cls, milliseconds: float, seed: int) -> Latency:
        """The delay of a mean in milliseconds, which half of it varies; seeded."""
        chance = random.Random(f"{seed}/latency")  # noqa: S311 - seeded on purpose
        return cls(milliseconds / 1000, milliseconds / 2000, chance)

    def drawn(self) -> float:
        """The delay of the next message, in seconds."""
        return self.chance.uniform(self.mean - self.spread, self.mean + self.spread)
