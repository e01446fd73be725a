"""A simulated Discord and plain HTTP to it, without a bot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.rehearsal.discord.loopback import LoopbackDiscord

TOKEN = "requests.token"  # noqa: S105 - a simulated Discord's own
#: View, send, history, reactions, threads, files: what the bot of these tests needs.
PERMISSIONS = sum(1 << bit for bit in (0, 4, 5, 6, 10, 11, 13, 14, 15, 16, 20, 28, 29, 33, 34, 35, 36, 38, 51))


@dataclass
class Wire:
    """A server with one channel, and an HTTP client with the bot's token."""

    discord: LoopbackDiscord
    client: aiohttp.ClientSession
    guild: int
    channel: int

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:  # noqa: ANN401
        async with self.client.request(method, self.discord.api_base + path, json=body, params=query) as reply:
            return reply.status, await reply.json() if reply.status != 204 else None

    @property
    def messages(self) -> str:
        return f"/channels/{self.channel}/messages"


@asynccontextmanager
async def open_wire() -> AsyncGenerator[Wire]:
    discord = LoopbackDiscord(lambda: datetime.now(UTC), token=TOKEN, checker=None)
    await discord.start()
    guild = discord.add_guild("Customs", bot_permissions=PERMISSIONS)
    channel = discord.backend.create_channel(guild, "general").id
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        yield Wire(discord, client, guild, channel)
    await discord.close()
