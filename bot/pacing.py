"""Our own pace towards Discord, which allows 50 requests a second; discord.py has no limiter over all routes."""

from __future__ import annotations

import asyncio


class Pacer:
    """Spaces requests evenly, 48 a second. Answers to interactions don't count and need no turn."""

    def __init__(self, per_second: float = 48) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        now = asyncio.get_running_loop().time()
        mine = max(self._next, now)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)
