"""A bare client of the simulated gateway: it reads and writes payloads, and does nothing by itself."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.rehearsal.discord.loopback import LoopbackDiscord

TOKEN = "gateway.token"  # noqa: S105 - of a simulated Discord, which knows no other
GUILDS, VOICE_STATES, MEMBERS = 1 << 0, 1 << 7, 1 << 1

Payload = dict[str, Any]


class GatewayClient:
    """One connection. `closed` is the code with which it ended."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.binary_frames = 0
        self.session_id = ""
        self.sequence = 0
        self._inflator = zlib.decompressobj()

    @property
    def closed(self) -> int | None:
        return self.socket.close_code

    async def send(self, opcode: int, data: object = None) -> None:
        await self.socket.send_json({"op": opcode, "d": data})

    async def identify(self, intents: int = GUILDS, **further: object) -> None:
        await self.send(2, {"token": TOKEN, "intents": intents, "properties": {"os": "linux"}, **further})

    async def resume(self, session_id: str, sequence: int) -> None:
        await self.send(6, {"token": TOKEN, "session_id": session_id, "seq": sequence})

    async def receive(self) -> Payload:
        """The next payload. Fails if the connection ends, or nothing comes within 3 s."""
        async with asyncio.timeout(3):
            message = await self.socket.receive()
        assert message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, f"closed with {self.closed}"
        payload: Payload = json.loads(self._text(message.data))
        self.sequence = payload["s"] or self.sequence
        if payload["t"] == "READY":
            self.session_id = payload["d"]["session_id"]
        return payload

    def _text(self, data: str | bytes) -> str | bytes:
        if isinstance(data, str):
            return data
        self.binary_frames += 1
        if data.endswith(b"\x00\x00\xff\xff"):
            return self._inflator.decompress(data)
        return zlib.decompress(data)

    async def event(self, name: str) -> Payload:
        """The data of the next event of a name; others before it are skipped."""
        while True:
            payload = await self.receive()
            if payload["t"] == name:
                return payload["d"]

    async def operation(self, opcode: int) -> Payload:
        """The next payload of an opcode; others before it are skipped."""
        while True:
            payload = await self.receive()
            if payload["op"] == opcode:
                return payload

    async def end(self) -> int | None:
        """Wait for the connection to end, and return its code."""
        async with asyncio.timeout(3):
            async for _ in self.socket:
                pass
        return self.closed


@asynccontextmanager
async def connected(discord: LoopbackDiscord, query: str = "/?v=10&encoding=json") -> AsyncGenerator[GatewayClient]:
    """A client that has connected and read nothing yet."""
    async with aiohttp.ClientSession() as http, http.ws_connect(discord.gateway.address + query) as socket:
        yield GatewayClient(socket)
