"""How often a bot may IDENTIFY: so many times a day, and one shard at a time.

Source: "Identifying", "Max Concurrency" and "Session Start Limit Object" in `events/gateway.mdx` of Discord's
documentation.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

_DAY = timedelta(days=1)


class SessionStart(Enum):
    """What Discord says to an IDENTIFY."""

    ALLOWED = "allowed"
    TOO_SOON = "another shard of the same kind has just identified: invalid session"
    EXHAUSTED = "too many today: every session ends, and the token is reset"


class SessionStarts:
    """Counts the IDENTIFYs of a day of the clock `now`; those too close together are counted in real time.

    NOTE: `spacing` may be set to 0 where a bot is restarted all the time, because discord.py waits 5 s after a refusal.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.total = 1000
        self.max_concurrency = 1
        self.spacing = 5.0
        self._now = now
        self._today: deque[datetime] = deque()
        self._last: dict[int, float] = {}
        """The last start by rate limit key, in seconds of time.monotonic()."""

    def limit(self) -> dict[str, int]:
        """The session start limit as `GET /gateway/bot` tells it; `reset_after` in milliseconds."""
        self._forget()
        reset = self._today[0] + _DAY - self._now() if self._today else timedelta()
        return {
            "total": self.total,
            "remaining": max(0, self.total - len(self._today)),
            "reset_after": int(reset.total_seconds() * 1000),
            "max_concurrency": self.max_concurrency,
        }

    def start(self, shard: int) -> SessionStart:
        """Count an IDENTIFY of a shard."""
        self._forget()
        if len(self._today) >= self.total:
            return SessionStart.EXHAUSTED
        key, now = shard % self.max_concurrency, time.monotonic()
        if now - self._last.get(key, -self.spacing) < self.spacing:
            return SessionStart.TOO_SOON
        self._today.append(self._now())
        self._last[key] = now
        return SessionStart.ALLOWED

    def _forget(self) -> None:
        while self._today and self._now() - self._today[0] >= _DAY:
            self._today.popleft()
