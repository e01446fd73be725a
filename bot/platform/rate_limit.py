"""Discord's global limits: a pace over all routes, and the count of invalid answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

import aiohttp
from discord.http import Ratelimit

from bot.clock import Clock

if TYPE_CHECKING:
    from aiohttp.connector import Connection


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


class RouteRateLimit(Ratelimit):
    """The limit of a route, with its requests used up before anything waits.

    NOTE: discord.py refuses a request where the limit resets later than `max_ratelimit_timeout`, even if requests are
    left: the second role of a server would never be made, since 250 may be made in 48 hours.
    """

    async def acquire(self) -> None:
        """Take one request. Raises discord.RateLimited if there is none for longer than the longest wait."""
        if self.is_expired():
            self.reset()
        if self.remaining <= 0:
            await super().acquire()
            return
        self._last_request = self._loop.time()
        self.remaining -= 1
        self.outgoing += 1


#: Discord bans an address for an hour after 10,000 invalid answers in ten minutes; the bot stops far below that.
INVALID_WINDOW = timedelta(minutes=10)
INVALID_LIMIT = 1_000

_INVALID = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


def heard_by(hear: Callable[[aiohttp.ClientResponse], None]) -> type[aiohttp.ClientResponse]:
    """Make a response class that passes each answer to `hear`; aiohttp's traces would cost a tenth of a storm's CPU."""

    class Heard(aiohttp.ClientResponse):
        async def start(self, connection: Connection) -> Self:
            await super().start(connection)
            hear(self)
            return self

    return Heard


class InvalidAnswers:
    """Counts the answers that Discord calls invalid: 401, 403, and 429 unless the limit is shared with others.

    Source: Discord's API documentation, "Rate Limits", "Invalid Request Limit". Instants are the clock's (UTC).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._instants: deque[datetime] = deque(maxlen=INVALID_LIMIT)

    def hear(self, answer: aiohttp.ClientResponse) -> None:
        """Count an answer if Discord does."""
        if answer.status in _INVALID and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.add()

    def add(self) -> None:
        """Count one invalid answer, now."""
        self._instants.append(self._clock.now())

    def count(self, now: datetime) -> int:
        """Return how many invalid answers came in the last ten minutes, at most INVALID_LIMIT."""
        return sum(now - INVALID_WINDOW < instant <= now for instant in self._instants)

    def spent(self, now: datetime) -> bool:
        """Return whether the limit is reached, so that refused requests must not be tried again yet."""
        full = len(self._instants) == INVALID_LIMIT
        return full and self.count(now) == INVALID_LIMIT

    def next_end(self, now: datetime) -> datetime | None:
        """Return when they may be tried again; None: now."""
        return self._instants[0] + INVALID_WINDOW if self.spent(now) else None
