"""Downloads of files that people uploaded to Discord: only from there, and bounded in size, time and number."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp

from bot.platform.interactions import SentFile

#: Where Discord keeps what people upload. Source: developers/reference, "CDN Endpoints".
_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
#: Of all people together, so that a room full of them fills no memory.
_AT_ONCE = 4
_SECONDS = 60


class DownloadError(Exception):
    """The file could not be fetched."""


class TooLargeError(DownloadError):
    """The file is larger than it may be."""


class Downloads:
    """Fetches uploaded files. `api_base`: a simulated Discord keeps files under the same origin."""

    def __init__(self, api_base: str) -> None:
        self._own = urlsplit(api_base)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, file: SentFile, largest: int) -> bytes:
        """Return a file's content. Raises DownloadError: TooLargeError if it has more than `largest` bytes."""
        if file.size > largest:
            raise TooLargeError
        if not self._is_of_discord(file.address):
            raise DownloadError("the address is not one of Discord's")
        async with self._turn:
            try:
                return await _read(file.address, largest)
            except (aiohttp.ClientError, OSError) as failure:  # a TimeoutError is an OSError
                raise DownloadError(str(failure) or repr(failure)) from None

    def _is_of_discord(self, address: str) -> bool:
        asked = urlsplit(address)
        if asked.scheme == "https" and asked.netloc in _HOSTS:
            return True
        return (asked.scheme, asked.netloc) == (self._own.scheme, self._own.netloc)


async def _read(address: str, largest: int) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
        session.get(address, allow_redirects=False) as answer,
    ):
        content = bytearray()
        async for piece in answer.content.iter_chunked(1 << 16):
            content += piece
            if len(content) > largest:
                raise TooLargeError
        return bytes(content)
