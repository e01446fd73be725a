"""Faults between the bot and Discord, injected on demand into requests and the gateway."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from bot.rehearsal.discord.requests import DiscordRequest


class Fault(Enum):
    """One kind of fault."""

    RATE_LIMIT = "429 of a route"
    GLOBAL_LIMIT = "429 of all routes"
    BARE_LIMIT = "429 without retry-after"
    ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    THROTTLED = "403 of all direct messages"
    CUT_BEFORE = "connection cut before the request was heard"
    CUT_AFTER = "connection cut before the answer was given"
    STALL = "an answer that comes too late"
    GATEWAY_CUT = "gateway cut; it may resume"
    GATEWAY_FORGOT = "gateway cut, and the session forgotten"
    GATEWAY_ZOMBIE = "gateway silent, and still open"
    GATEWAY_RECONNECT = "gateway asked to reconnect"
    GATEWAY_INVALID = "gateway session invalid; it may resume"
    GATEWAY_LOST = "gateway session invalid, and lost"


Draw = Callable[[DiscordRequest], Fault | None]
"""Decides the fault of each request, if any."""

#: The answer of each fault: status, body, headers. discord.py takes a 429 without Via for a ban: BARE_LIMIT has none.
ANSWERS: Mapping[Fault, tuple[int, dict[str, Any], dict[str, str]]] = {
    Fault.RATE_LIMIT: (
        429,
        {"message": "You are being rate limited.", "retry_after": 0.2, "global": False},
        {"Via": "1.1 rehearsal", "Retry-After": "1", "X-RateLimit-Scope": "user"},
    ),
    Fault.GLOBAL_LIMIT: (
        429,
        {"message": "You are being rate limited.", "retry_after": 0.2, "global": True},
        {"Via": "1.1 rehearsal", "Retry-After": "1", "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"},
    ),
    Fault.BARE_LIMIT: (429, {"message": "You are being rate limited."}, {}),
    Fault.ERROR: (500, {"message": "500: Internal Server Error", "code": 0}, {"Via": "1.1 rehearsal"}),
    Fault.BAD_GATEWAY: (502, {"message": "502: Bad Gateway", "code": 0}, {"Via": "1.1 rehearsal"}),
    Fault.UNAVAILABLE: (503, {"message": "503: Service Unavailable", "code": 0}, {"Via": "1.1 rehearsal"}),
    Fault.FORBIDDEN: (403, {"message": "Missing Permissions", "code": 50013}, {"Via": "1.1 rehearsal"}),
    Fault.NOT_FOUND: (404, {"message": "Unknown Channel", "code": 10003}, {"Via": "1.1 rehearsal"}),
    Fault.THROTTLED: (
        403,
        {"message": "You are opening direct messages too fast.", "code": 40003},
        {"Via": "1.1 rehearsal"},
    ),
}

# A stall costs its seconds, a lost session 5 s that discord.py waits, and a zombie a minute until it is noticed, so
# they are drawn less often. A throttle comes only as a lasting fault.
_WEIGHTS = dict.fromkeys(Fault, 10) | {
    Fault.STALL: 3,
    Fault.GATEWAY_LOST: 3,
    Fault.GATEWAY_ZOMBIE: 1,
    Fault.THROTTLED: 0,
}


class RandomFaults:
    """Injects seeded faults into a share of the requests, and counts them."""

    def __init__(self, seed: int, share: float = 0.05) -> None:
        self._chance = random.Random(f"{seed}/faults")  # noqa: S311 - seeded on purpose
        self._share = share
        self.done: Counter[Fault] = Counter()

    def __call__(self, request: DiscordRequest) -> Fault | None:
        """The fault of this request, if any."""
        del request
        if self._chance.random() >= self._share:
            return None
        fault = self._chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
        self.done[fault] += 1
        return fault

    def summary(self) -> str:
        """The injected faults so far, with their counts."""
        return "; ".join(f"{fault.value}: {count}" for fault, count in self.done.most_common()) or "nothing"


def nothing_goes_wrong(request: DiscordRequest) -> None:
    """Inject no fault."""
    del request
