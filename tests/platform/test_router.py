"""Answers as they go to Discord: sentences as plain text, the rest laid out."""

from __future__ import annotations

import contextlib
import errno
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.domain import limits
from bot.messages.post import Post
from bot.platform.router import DONE, Interaction, answer, is_transient
from tests.bench import payloads

_LAYOUT = discord.MessageFlags(components_v2=True).value
_PLAIN = discord.MessageFlags(ephemeral=True, suppress_embeds=True).value


class _EditedError(Exception):
    """Sent: what Discord would answer doesn't matter here."""


class Wire(AsyncWebhookAdapter):
    """Keeps what discord.py would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    async def request(self, route: Route, session: Any, **told: Any) -> Any:  # noqa: ANN401, ARG002 - discord.py's own
        self.sent.append(told["payload"].get("data", told["payload"]))
        if route.method == "PATCH":
            raise _EditedError
        return {"interaction": {"id": "1", "type": 3}}


@pytest.fixture
def wire() -> Iterator[Wire]:
    """What goes out in a test."""
    made = Wire()
    token = async_context.set(made)
    yield made
    async_context.reset(token)


async def pressed() -> Interaction:
    client = discord.Client(intents=discord.Intents.none())
    told: Any = payloads.interaction(10**18, 1, payloads.button("checkin:opening:0"))
    told["user"] = told.pop("member")["user"]
    del told["guild"], told["guild_id"], told["message"]
    return discord.Interaction(data=told, state=client._connection)  # noqa: SLF001 - as discord.py makes them


async def test_a_sentence_is_plain_text_for_one_person_and_its_links_are_not_unfolded(wire: Wire) -> None:
    await answer(await pressed(), f"{DONE} See https://example.org")
    (sent,) = wire.sent
    assert (sent["content"], sent["flags"]) == (f"{DONE} See https://example.org", _PLAIN)
    assert not sent.get("components")


@pytest.mark.parametrize("told", ["x" * (limits.PLAIN_TEXT + 1), "🎉" * (limits.PLAIN_TEXT // 2 + 1), Post(("One",))])
async def test_what_plain_text_cannot_hold_is_laid_out(wire: Wire, told: Post | str) -> None:
    await answer(await pressed(), told)
    (sent,) = wire.sent
    assert sent["flags"] & _LAYOUT
    assert sent["components"]
    assert not sent.get("content")


async def test_what_takes_the_place_of_plain_text_takes_that_away(wire: Wire) -> None:
    """Discord refuses a layout beside a text."""
    interaction = await pressed()
    await answer(interaction, "Wait")
    with contextlib.suppress(_EditedError):
        await answer(interaction, "Done")
    first, then = wire.sent
    assert first["content"] == "Wait"
    assert (then["content"], then["flags"] & _LAYOUT) == (None, _LAYOUT)


# --- whose fault it is -----------------------------------------------------------------------------------------

_KEY = ConnectionKey("discord.com", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionResetError(errno.ECONNRESET, "reset"),
        BrokenPipeError(errno.EPIPE, "pipe"),
        OSError(errno.ECONNREFUSED, "refused"),
        OSError(errno.ENETUNREACH, "unreachable"),
        OSError(errno.EHOSTUNREACH, "no route"),
        OSError(errno.ETIMEDOUT, "timed out"),
        socket.gaierror(socket.EAI_AGAIN, "no name"),
        ssl.SSLError(1, "handshake"),
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientConnectorError(_KEY, OSError(errno.EACCES, "a firewall")),
        discord.RateLimited(1.0),
        KeyError("retry_after"),
    ],
    ids=repr,
)
def test_trouble_of_the_network_passes(failure: Exception) -> None:
    assert is_transient(failure)


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "full"),
        OSError(errno.EDQUOT, "quota"),
        OSError(errno.EIO, "disk"),
        OSError(errno.EROFS, "read-only"),
        OSError(errno.EMFILE, "too many files"),
        PermissionError(errno.EACCES, "denied", "plenary.db.erased"),
        FileNotFoundError(errno.ENOENT, "gone", "report.typ"),
        TimeoutError(errno.ETIMEDOUT, "a share that hangs", "/mnt/backups/plenary.db"),
        OSError("something"),
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.DatabaseError("database disk image is malformed"),
        ValueError("ours"),
        KeyError("ours"),
    ],
    ids=repr,
)
def test_trouble_of_this_machine_does_not(failure: Exception) -> None:
    """Taken for the network's, it would be tried again for ever, and nobody would look at the disk."""
    assert not is_transient(failure)
