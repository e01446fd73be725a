"""Discord's rate limits, with its headers: of a route and its resource, of a resource alone, and of a token.

Discord publishes the scheme and the two limits of a token (topics/rate-limits.mdx), and says that limits of routes must
not be hard-coded. So the numbers of ROUTES are those that clients have seen; each row names its source. A window begins
with its first request and ends after its seconds, in the rehearsal's time.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from simcord.backend import Backend

    from bot.rehearsal.discord.requests import DiscordRequest

#: Requests of a token in a second; answers to interactions do not count (topics/rate-limits.mdx, "Global Rate Limit").
GLOBAL_LIMIT, GLOBAL_WINDOW = 50, timedelta(seconds=1)
#: Answers 401, 403 and 429 after which an address is banned (topics/rate-limits.mdx, "Invalid Request Limit").
INVALID_LIMIT, INVALID_WINDOW = 10_000, timedelta(minutes=10)
BAN_SECONDS = 3600
#: Windows after which those that are over are forgotten: each answer to an interaction has one.
_WINDOWS = 1000
#: An edit of an older message has a limit of its own (code 30046).
OLD_MESSAGE = timedelta(hours=1)


class RateLimitScope(StrEnum):
    """Whose limit it is, as X-RateLimit-Scope says. An answer with `shared` is no invalid request."""

    USER = "user"
    GLOBAL = "global"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class RouteLimit:
    """`most` requests in `seconds` of one route and one resource.

    `path` has the segments of the route; `{}` fits any id, and the first one is the resource that the limit is counted
    for, unless `per_token`.
    """

    method: str
    path: str
    most: int
    seconds: float
    source: str
    per_token: bool = False
    resource: Callable[[DiscordRequest, Backend, datetime], str | None] | None = None
    """For a limit of a resource, beside that of its route: the resource's key, or None if the request is not meant."""
    code: int = 0

    @property
    def bucket(self) -> str:
        """The limit's name in X-RateLimit-Bucket: an opaque text, the same for every resource."""
        return hashlib.md5(f"{self.method} {self.path}".encode(), usedforsecurity=False).hexdigest()


def _renamed_channel(request: DiscordRequest, backend: Backend, now: datetime) -> str | None:
    """The channel, if its name or topic changes."""
    del now
    channel = backend.channels.get(int(request.segments[1]))
    body = cast("dict[str, Any]", request.body or {})
    changes = channel and any(key in body and body[key] != getattr(channel, key) for key in ("name", "topic"))
    return request.segments[1] if changes else None


def _channel_of_old_message(request: DiscordRequest, backend: Backend, now: datetime) -> str | None:
    """The channel, if the edited message is older than an hour."""
    _, channel_id, _, message_id = request.segments
    message = backend.messages.get(int(channel_id), {}).get(int(message_id))
    if message is None or now - datetime.fromisoformat(message.timestamp) < OLD_MESSAGE:
        return None
    return channel_id


_SEEN = "seen by clients: headers of X-RateLimit-Limit and -Reset-After"
_COMMANDS = "interactions/application-commands.mdx: 200 creations a day"

#: The limits of routes. A route without a row has the limit of the token only.
ROUTES: tuple[RouteLimit, ...] = (
    RouteLimit("POST", "channels/{}/messages", 5, 5, _SEEN),
    RouteLimit("PATCH", "channels/{}/messages/{}", 5, 5, _SEEN),
    RouteLimit("DELETE", "channels/{}/messages/{}", 5, 1, _SEEN),
    RouteLimit("PUT", "channels/{}/messages/{}/reactions/{}/@me", 1, 0.25, _SEEN),
    RouteLimit("PATCH", "channels/{}", 5, 15, _SEEN),
    RouteLimit("PUT", "channels/{}/permissions/{}", 10, 15, _SEEN),
    RouteLimit("PATCH", "guilds/{}/members/{}", 10, 10, "discord-api-docs#2204, discord.py#9073"),
    RouteLimit("PUT", "guilds/{}/members/{}/roles/{}", 10, 10, "discord-api-docs#2204"),
    RouteLimit("DELETE", "guilds/{}/members/{}/roles/{}", 10, 10, "discord-api-docs#2204"),
    RouteLimit("POST", "guilds/{}/roles", 250, 48 * 3600, "resources/guild.mdx; clients see 250 in 48 h"),
    RouteLimit(
        "POST", "applications/{}/commands", 200, 86_400, "interactions/application-commands.mdx", per_token=True
    ),
    RouteLimit("POST", "applications/{}/guilds/{}/commands", 200, 86_400, "the same: 200 creations a day and server"),
    RouteLimit("POST", "webhooks/{}/{}", 5, 2, _SEEN),
    RouteLimit("PATCH", "webhooks/{}/{}/messages/{}", 5, 2, _SEEN),
    RouteLimit("DELETE", "webhooks/{}/{}/messages/{}", 5, 2, _SEEN),
    RouteLimit("GET", "channels/{}/messages", 5, 1, _SEEN),
)

#: Limits of one resource, beside that of its route: whoever asks, their answer has the scope `shared`.
RESOURCES: tuple[RouteLimit, ...] = (
    RouteLimit("PATCH", "channels/{}", 2, 600, "seen by clients: names and topics", resource=_renamed_channel),
    RouteLimit(
        "PATCH", "channels/{}/messages/{}", 3, 6, "error 30046, topics/opcodes-and-status-codes.mdx",
        resource=_channel_of_old_message, code=30046,
    ),
)  # fmt: skip


@dataclass(slots=True)
class _Window:
    """What is left of a limit until it resets."""

    resets: datetime
    left: int


@dataclass(frozen=True, slots=True)
class RateLimited:
    """A refusal, in seconds from now."""

    scope: RateLimitScope
    retry_after: float
    code: int = 0

    def body(self) -> dict[str, Any]:
        """The answer's body (topics/rate-limits.mdx, "Rate Limit Response Structure")."""
        whose = "The resource is" if self.scope is RateLimitScope.SHARED else "You are"
        return {
            "message": f"{whose} being rate limited.",
            "retry_after": self.retry_after,
            "global": self.scope is RateLimitScope.GLOBAL,
            "code": self.code,
        }

    def headers(self) -> dict[str, str]:
        """The headers that only a refusal has."""
        headers = {"Retry-After": str(math.ceil(self.retry_after)), "X-RateLimit-Scope": self.scope.value}
        return headers | ({"X-RateLimit-Global": "true"} if self.scope is RateLimitScope.GLOBAL else {})


@dataclass(slots=True)
class RateLimits:
    """Counts the requests of one token. `now` is the rehearsal's clock (UTC)."""

    backend: Backend
    now: Callable[[], datetime]
    refused: Counter[str] = field(default_factory=Counter[str])
    """How often each route was refused."""
    waits: float = 0.0
    """The seconds that refusals asked the bot to wait, in all."""
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict[tuple[str, str], _Window])
    _recent: deque[datetime] = field(default_factory=deque[datetime])
    _anonymous: deque[datetime] = field(default_factory=deque[datetime])

    def take(self, request: DiscordRequest) -> tuple[RateLimited | None, dict[str, str]]:
        """Count a request. Returns the refusal, if it is one too many, and the headers of its route's limit."""
        now = self.now()
        refusal = self._of_the_token(request, now)
        if refusal is not None:
            return self._refuse(request, refusal), {}
        limit = next(_fitting(ROUTES, request), None)
        headers: dict[str, str] = {}
        if limit is not None:
            key = (limit.bucket, "" if limit.per_token else _resource(request))
            window = self._window(key, limit, now)
            if window.left <= 0:
                retry_after = _seconds(window.resets - now)
                return self._refuse(request, RateLimited(RateLimitScope.USER, retry_after)), _headers(
                    limit, window, now
                )
            window.left -= 1
            headers = _headers(limit, window, now)
        return self._of_resources(request, now), headers

    def _of_the_token(self, request: DiscordRequest, now: datetime) -> RateLimited | None:
        if request.interaction_token is not None:
            return None
        # Requests without a token count for their address: the same page.
        recent = self._anonymous if request.path == "/gateway" else self._recent
        while recent and now - recent[0] >= GLOBAL_WINDOW:
            recent.popleft()
        if len(recent) >= GLOBAL_LIMIT:
            return RateLimited(RateLimitScope.GLOBAL, _seconds(recent[0] + GLOBAL_WINDOW - now))
        recent.append(now)
        return None

    def _of_resources(self, request: DiscordRequest, now: datetime) -> RateLimited | None:
        for limit in _fitting(RESOURCES, request):
            resource = limit.resource(request, self.backend, now) if limit.resource else None
            if resource is None:
                continue
            window = self._window((f"{limit.bucket}/resource", resource), limit, now)
            if window.left <= 0:
                refusal = RateLimited(RateLimitScope.SHARED, _seconds(window.resets - now), limit.code)
                return self._refuse(request, refusal)
            window.left -= 1
        return None

    def _window(self, key: tuple[str, str], limit: RouteLimit, now: datetime) -> _Window:
        window = self._windows.get(key)
        if window is None or window.resets <= now:
            if len(self._windows) >= _WINDOWS:
                self._windows = {other: held for other, held in self._windows.items() if held.resets > now}
            window = self._windows[key] = _Window(now + timedelta(seconds=limit.seconds), limit.most)
        return window

    def _refuse(self, request: DiscordRequest, refusal: RateLimited) -> RateLimited:
        self.refused[f"{request.method} {_route(request)}"] += 1
        self.waits += refusal.retry_after
        return refusal


def is_banned(invalid_at: Sequence[datetime], now: datetime) -> bool:
    """Return whether so many invalid answers were given that the address is banned. The instants are in order (UTC)."""
    return len(invalid_at) - bisect_right(invalid_at, now - INVALID_WINDOW) >= INVALID_LIMIT


def _fitting(limits: tuple[RouteLimit, ...], request: DiscordRequest) -> Iterator[RouteLimit]:
    segments = request.segments
    for limit in limits:
        parts = limit.path.split("/")
        fits = limit.method == request.method and len(parts) == len(segments)
        if fits and all(part in ("{}", segment) for part, segment in zip(parts, segments, strict=True)):
            yield limit


def _resource(request: DiscordRequest) -> str:
    """The top-level resource: a channel, a server, or a webhook with its token."""
    segments = request.segments
    return "/".join(segments[: 3 if segments[0] == "webhooks" else 2])


def _route(request: DiscordRequest) -> str:
    """The route without its ids, for the figures."""
    return "/".join("{}" if part.isdigit() or len(part) > 40 else part for part in request.segments)  # noqa: PLR2004 - tokens


def _seconds(wait: timedelta) -> float:
    return max(0.001, math.ceil(wait.total_seconds() * 1000) / 1000)


def _headers(limit: RouteLimit, window: _Window, now: datetime) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.most),
        "X-RateLimit-Remaining": str(window.left),
        "X-RateLimit-Reset": f"{window.resets.timestamp():.3f}",
        "X-RateLimit-Reset-After": f"{_seconds(window.resets - now):.3f}",
        "X-RateLimit-Bucket": limit.bucket,
    }
