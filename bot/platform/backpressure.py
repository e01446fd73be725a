"""What comes from Discord: the gateway, read no faster than presses are answered, and each JSON text, cleaned."""

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

#: So many presses may wait for their answers at a time. discord.py would take up all 5,000 of a storm before it answers
#: the first; those that are left in the connection take far less memory, and are answered as soon.
AT_ONCE = 512

# What Discord no longer waits for holds up nobody else. Seconds.
_DEADLINE = 3.0
_PAUSE = 0.02
_FEW = 32

_PRESSED = "INTERACTION_CREATE"

# Escapes of what is not writable: carriage returns and other control characters, and noncharacters.
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


# NOTE: there is no other way to say how discord.py parses.
discord.utils._from_json = parsed  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


class _Response(Protocol):
    def is_done(self) -> bool: ...


class Presses:
    """Those that are not answered yet."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, _Response]] = []
        self._look_at = _FEW
        """How many there may be before it is looked which are answered by now."""

    def add(self, response: _Response) -> None:
        """One more, by the response that it will get."""
        self._waiting.append((asyncio.get_running_loop().time(), response))

    def full(self) -> bool:
        """Whether no more should be taken up for now."""
        if len(self._waiting) >= self._look_at:
            late = asyncio.get_running_loop().time() - _DEADLINE
            self._waiting = [(at, one) for at, one in self._waiting if at > late and not one.is_done()]
            self._look_at = min(AT_ONCE, _FEW + 2 * len(self._waiting))
        return len(self._waiting) >= AT_ONCE


def let_go(interaction: discord.Interaction[Any]) -> None:
    """Forget what was pressed, once nothing more will be answered to it.

    NOTE: discord.py's interactions and their responses refer to each other, so that all that came with a press, 140
    objects, stays until the garbage collector finds it: a sixth of what a storm costs.
    """
    del interaction._cs_response  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]


def _without_message(parse: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Take up what was pressed without what it was pressed in: a custom id says all that an answer needs.

    NOTE: discord.py makes objects of the whole message, a tenth of what a press costs.
    """

    def lighter(told: dict[str, Any]) -> None:
        told.pop("message", None)
        parse(told)

    return lighter


class BackpressureGateway(DiscordWebSocket):
    """The connection of a client that has `presses`."""

    _presses: Presses | None = None

    @classmethod
    async def from_client(cls, client: Any, **told: Any) -> Self:  # noqa: ANN401 - discord.py's own
        """Connect."""
        made = await super().from_client(client, **told)
        made._presses = client.presses  # noqa: SLF001 - its own
        parsers = client._connection.parsers  # noqa: SLF001
        made._discord_parsers = {**parsers, _PRESSED: _without_message(parsers[_PRESSED])}  # noqa: SLF001
        return made

    async def poll_event(self) -> None:
        """Read one event, once there is room for it."""
        while self._presses and self._presses.full():  # noqa: ASYNC110 - discord.py tells nobody of an answer
            await asyncio.sleep(_PAUSE)
        await super().poll_event()
