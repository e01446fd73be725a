"""One WebSocket of a gateway client: its encoding, its frames both ways, and the codes it is closed with.

Sources: `events/gateway.mdx` (encoding and compression, rate limiting) and `topics/opcodes-and-status-codes.mdx` of
Discord's documentation.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import zlib
from collections import deque
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aiohttp import WSCloseCode, web

if TYPE_CHECKING:
    from bot.rehearsal.discord.gateway_session import GatewaySession

_log = logging.getLogger(__name__)

Json: TypeAlias = Any

_LARGEST_FRAME = 32 * 1024 * 1024
_LARGEST_PAYLOAD = 4096  # bytes that a client may send in one payload
_FRAMES, _PER_SECONDS = 120, 60.0
_COMPRESSED_FROM = 1024  # bytes; "not all payloads will be compressed" says Discord, without a number
_VERSIONS = frozenset({"9", "10"})


class Opcode(IntEnum):
    """The kinds of payloads."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    REQUEST_SOUNDBOARD_SOUNDS = 31
    REQUEST_CHANNEL_INFO = 43


class CloseCode(IntEnum):
    """The reasons for which Discord closes a connection."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Refused(Exception):  # noqa: N818 - it reads as what happened
    """Discord closes the connection with a code."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(f"{code.name.replace('_', ' ').capitalize()}.")
        self.code = code


class GatewayConnection:
    """One WebSocket of a client. The query of its address decides how frames are encoded."""

    def __init__(self, socket: web.WebSocketResponse, incoming: web.Request) -> None:
        self.socket = socket
        self.session: GatewaySession | None = None
        self.compresses_payloads = False
        """Whether IDENTIFY asked for compression of single payloads."""
        self.last_heartbeat = time.monotonic()
        self._query: Mapping[str, str] = incoming.query
        self._transport = incoming.transport
        self._stream = zlib.compressobj() if self._query.get("compress") == "zlib-stream" else None
        self._outbox: asyncio.Queue[str | bytes] = asyncio.Queue()
        """Texts, and pings as bytes."""
        self._closed_here = False
        self._received: deque[float] = deque(maxlen=_FRAMES)

    @classmethod
    async def accepted(cls, incoming: web.Request) -> GatewayConnection:
        """Answer the handshake of a client."""
        socket = web.WebSocketResponse(timeout=1, max_msg_size=_LARGEST_FRAME, autoping=False, compress=False)
        await socket.prepare(incoming)
        return cls(socket, incoming)

    def check_address(self) -> None:
        """Raise Refused if the query of the address asks for something that Discord does not have.

        NOTE: Discord has `etf` and `zstd-stream` as well; no client asks for them unless it has a further package.
        """
        if self._query.get("v", "10") not in _VERSIONS:
            raise Refused(CloseCode.INVALID_VERSION)
        if self._query.get("encoding", "json") != "json" or self._query.get("compress", "zlib-stream") != "zlib-stream":
            raise Refused(CloseCode.DECODE_ERROR)

    def send(self, opcode: Opcode, data: Json = None) -> None:
        """Send a payload that is no event: `s` and `t` are null in it."""
        self.send_text(json.dumps({"t": None, "s": None, "op": opcode, "d": data}))

    def send_text(self, payload: str) -> None:
        self._outbox.put_nowait(payload)

    def send_ping(self, ping: bytes) -> None:
        self._outbox.put_nowait(ping)

    async def write(self) -> None:
        """Send the outbox in order, until the connection ends; the reader handles its end."""
        try:
            while True:
                match await self._outbox.get():
                    case str(payload):
                        await self._write_payload(payload)
                    case ping:
                        await self.socket.ping(ping)
        except ConnectionError:
            _log.info("the connection ended while an event was sent to the bot")

    async def _write_payload(self, payload: str) -> None:
        if self._stream is not None:
            packed = self._stream.compress(payload.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(packed)
        elif self.compresses_payloads and len(payload) >= _COMPRESSED_FROM:
            await self.socket.send_bytes(zlib.compress(payload.encode()))
        else:
            await self.socket.send_str(payload)

    def read_payload(self, frame: str | bytes) -> tuple[Opcode, Json]:
        """The opcode and the data of a frame, text or binary. Raises Refused if Discord does not take it."""
        now = time.monotonic()
        if len(self._received) == _FRAMES and now - self._received[0] < _PER_SECONDS:
            raise Refused(CloseCode.RATE_LIMITED)
        self._received.append(now)
        raw = frame.encode() if isinstance(frame, str) else frame
        if len(raw) > _LARGEST_PAYLOAD:
            raise Refused(CloseCode.DECODE_ERROR)
        try:
            payload: Json = json.loads(raw)
        except ValueError:  # also what is not UTF-8
            raise Refused(CloseCode.DECODE_ERROR) from None
        if not isinstance(payload, dict):
            raise Refused(CloseCode.DECODE_ERROR)
        fields = cast("dict[str, Json]", payload)
        if not isinstance(fields.get("op"), int):
            raise Refused(CloseCode.DECODE_ERROR)
        try:
            return Opcode(fields["op"]), fields.get("d")
        except ValueError:
            raise Refused(CloseCode.UNKNOWN_OPCODE) from None

    @property
    def left_for_good(self) -> bool:
        """Whether the client closed the connection with a code that ends its session."""
        return not self._closed_here and self.socket.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}

    async def close(self, code: int, reason: str) -> None:
        self._closed_here = True
        await self.socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """End the connection without a close frame."""
        if self._transport is not None:
            self._transport.abort()
