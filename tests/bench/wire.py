"""HTTP/1.1 and WebSocket on an asyncio protocol: as little of both as a discord.py bot needs, for little."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Protocol, cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"\r\nsec-websocket-key: *(\S+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10


class Server(Protocol):
    """What answers."""

    def request(self, connection: Connection, method: str, target: str, body: bytes) -> None:
        """A request has come; `connection.reply` answers it, at any time."""

    def heard(self, connection: Connection, text: bytes) -> None:
        """A text has come over a WebSocket."""

    def lost(self, connection: Connection) -> None:
        """A connection has ended."""


class Connection(asyncio.Protocol):
    """One connection: requests one after the other, or, once it was upgraded, a WebSocket."""

    def __init__(self, server: Server, opened: Callable[[Connection], None]) -> None:
        self._server = server
        self._opened = opened
        self._buffer = bytearray()
        self.transport: asyncio.Transport
        self.is_socket = False
        self._compressor: zlib._Compress | None = None
        self.owner = ""
        """Whose it is, once that is known."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self.transport = cast("asyncio.Transport", transport)
        # A storm is written at once; how much waits to be read is the bot's affair.
        self.transport.set_write_buffer_limits(high=1 << 30)
        self._opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        del exc
        self._server.lost(self)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._buffer += data
        while self._frame() if self.is_socket else self._request():
            pass

    # --- HTTP --------------------------------------------------------------------------------------------------

    def _request(self) -> bool:
        """Take one whole request from what has come; False if there is none yet."""
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        length = _LENGTH.search(head)
        whole = end + len(_HEAD_END) + (int(length[1]) if length else 0)
        if len(self._buffer) < whole:
            return False
        body = bytes(self._buffer[end + len(_HEAD_END) : whole])
        del self._buffer[:whole]
        method, target, _ = head.split(b"\r\n", 1)[0].split(b" ")
        key = _KEY.search(head)
        if key:
            self._upgrade(key[1], compressed=b"compress=zlib-stream" in target)
        else:
            self._server.request(self, method.decode(), target.decode(), body)
        return True

    def reply(self, body: bytes, status: str = "200 OK", headers: bytes = b"") -> None:
        """Answer a request with JSON."""
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n%b"
                % (status.encode(), len(body), headers, body)
            )

    def _upgrade(self, key: bytes, *, compressed: bool) -> None:
        accepted = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())  # noqa: S324 - as RFC 6455 has it
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\n\r\n" % accepted
        )
        self.is_socket = True
        self._compressor = zlib.compressobj(level=1) if compressed else None
        self._server.heard(self, b"")

    # --- WebSocket ---------------------------------------------------------------------------------------------

    def _frame(self) -> bool:
        """Take one whole frame; False if there is none yet. A bot sends each of its texts in one."""
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        operation, short = buffer[0] & 0x0F, buffer[1] & 0x7F
        wide = {126: 2, 127: 8}.get(short, 0)
        start = 2 + wide + 4
        if len(buffer) < start:
            return False
        length = int.from_bytes(buffer[2 : 2 + wide], "big") if wide else short
        if len(buffer) < start + length:
            return False
        mask = bytes(buffer[start - 4 : start])
        data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(buffer[start : start + length]))
        del buffer[: start + length]
        if operation == _TEXT:
            self._server.heard(self, data)
        elif operation == _PING:
            self.transport.write(framed(data, _PONG))
        elif operation == _CLOSE:
            self.transport.write(framed(data, _CLOSE))
            self.transport.close()
        return True

    def framed(self, text: bytes) -> bytes:
        """A text as a frame, to be sent in this order: compressed as a part of one stream, if that was asked for."""
        if self._compressor is None:
            return framed(text, _TEXT)
        return framed(self._compressor.compress(text) + self._compressor.flush(zlib.Z_SYNC_FLUSH), _BINARY)

    def send(self, frames: Iterable[bytes]) -> None:
        """Send frames at once."""
        self.transport.write(b"".join(frames))


def framed(data: bytes, operation: int) -> bytes:
    """Data as one frame of a server's."""
    length = len(data)
    if length < 126:
        head = bytes((0x80 | operation, length))
    elif length < 1 << 16:
        head = struct.pack(">BBH", 0x80 | operation, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | operation, 127, length)
    return head + data
