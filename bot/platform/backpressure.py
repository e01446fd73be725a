"""Back-pressure on the gateway, which is read no faster than presses are answered; and parsing of Discord's JSON."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from typing import Any, Protocol, Self

import discord
import orjson
from discord.gateway import DiscordWebSocket

from bot.domain.text import all_writable, writable
from bot.virtual_loop import VirtualLoop

#: Presses that may wait for their answers at a time. discord.py would parse all 5,000 of a storm before it answers the
#: first; presses left in the connection's buffer take far less memory, and are answered as soon.
AT_ONCE = 512

# Discord waits 3 s for an answer; a press older than that no longer counts as waiting. Seconds.
_DEADLINE = 3.0
_PAUSE = 0.02
_FEW = 32

_PRESSED = "INTERACTION_CREATE"

# JSON escapes of unwritable characters: carriage returns and other control characters, and noncharacters.
_ESCAPE = re.compile(
    r"\\(?:[bfr]|u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|fd[de][0-9a-f]|fff[ef]|d[89ab][37bf]f\\udff[ef]))",
    re.IGNORECASE,
)


def parsed(received: str) -> Any:  # noqa: ANN401 - any JSON
    """Parse JSON from Discord, gateway and REST alike; names, messages and typed text in it are writable.

    orjson refuses lone surrogates, which would end the connection.
    """
    if not _ESCAPE.search(received):
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(writable(received))
    return all_writable(json.loads(received))


# NOTE: discord.py has no other hook to replace its JSON parser.
discord.utils._from_json = parsed  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


class _Response(Protocol):
    def is_done(self) -> bool: ...


class Presses:
    """The presses that are not answered yet."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, _Response]] = []
        self._look_at = _FEW
        """The count from which answered presses are removed from the list."""

    def add(self, response: _Response) -> None:
        """Add a press, by the response that it will get."""
        self._waiting.append((asyncio.get_running_loop().time(), response))

    def full(self) -> bool:
        """Return whether no further press should be read for now."""
        if len(self._waiting) >= self._look_at:
            late = asyncio.get_running_loop().time() - _DEADLINE
            self._waiting = [(at, response) for at, response in self._waiting if at > late and not response.is_done()]
            self._look_at = min(AT_ONCE, _FEW + 2 * len(self._waiting))
        return len(self._waiting) >= AT_ONCE


def let_go(interaction: discord.Interaction[Any]) -> None:
    """Release an interaction, once nothing more will be answered to it.

    NOTE: discord.py's interactions and their responses refer to each other, so the 140 objects of a press stay in
    memory until the garbage collector finds them: a sixth of the CPU of a storm (`make bench ARGS=storm`).
    """
    del interaction._cs_response  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]


def _without_message(parse: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Wrap a parser so that it drops the message of a press: the custom id says all that an answer needs.

    NOTE: discord.py would make objects of the whole message, a tenth of the cost of a press.
    """

    def lighter(payload: dict[str, Any]) -> None:
        payload.pop("message", None)
        parse(payload)

    return lighter


class BackpressureGateway(DiscordWebSocket):
    """The gateway connection of a client with `presses`; it reads the next event only while few presses wait."""

    _presses: Presses | None = None

    @classmethod
    async def from_client(cls, client: Any, **options: Any) -> Self:  # noqa: ANN401 - discord.py's own
        """Connect, with the parser that drops the messages of presses."""
        gateway = await super().from_client(client, **options)
        gateway._presses = client.presses  # noqa: SLF001 - its own
        if isinstance(asyncio.get_running_loop(), VirtualLoop):
            # In a rehearsal hours pass between two events. Heartbeats, in real time, notice a dead connection.
            gateway._max_heartbeat_timeout = None  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
        parsers = client._connection.parsers  # noqa: SLF001
        gateway._discord_parsers = {**parsers, _PRESSED: _without_message(parsers[_PRESSED])}  # noqa: SLF001
        return gateway

    async def poll_event(self) -> None:
        """Read one event, once few enough presses wait."""
        while self._presses and self._presses.full():  # noqa: ASYNC110 - discord.py has no event for an answer
            await asyncio.sleep(_PAUSE)
        await super().poll_event()
