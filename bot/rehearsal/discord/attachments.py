"""The files of Discord's content network, under addresses that can be fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from simcord.backend.cdn import CDN_BASE, CdnStore

PATH = "/cdn"


class FetchableFiles(CdnStore):
    """simcord's store of files; their addresses lead to the simulated server, once it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.root = CDN_BASE

    def store_attachment(
        self, attachment_id: int, channel_id: int, filename: str, data: bytes, description: str | None
    ) -> dict[str, Any]:
        """Store a file, and return its attachment object."""
        stored = super().store_attachment(attachment_id, channel_id, filename, data, description)
        address = self.address(stored["url"])
        return {**stored, "url": address, "proxy_url": address}

    def address(self, url: str) -> str:
        """The address at which a file of simcord's can be fetched."""
        path = url.removeprefix(CDN_BASE)
        return url if path == url else self.root + quote(path)

    def get(self, url: str) -> bytes | None:
        """The content of a file by either of its addresses, if there is one."""
        path = unquote(url.removeprefix(self.root)) if url.startswith(self.root) else url.removeprefix(CDN_BASE)
        return super().get(CDN_BASE + path)
