"""One REST request as a bot sent it, read from HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeAlias

from aiohttp import web

Wire: TypeAlias = Any
"""What came from, or goes to, the wire as JSON; the OpenAPI file says what it must look like."""

PREFIX = "/api/v10"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request, in the shape simcord reads."""

    filename: str
    content: bytes
    description: str | None = None

    @property
    def fp(self) -> BytesIO:
        return BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class DiscordRequest:
    """One REST request as the bot sent it; `path` starts after /api/v10."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Wire = None
    files: tuple[Upload, ...] = ()
    reason: str | None = None

    @property
    def segments(self) -> list[str]:
        return self.path.strip("/").split("/")

    @property
    def interaction_token(self) -> str | None:
        """The token in the path of an interaction's answer or follow-up (or of a plain webhook)."""
        match self.segments:
            case ["interactions" | "webhooks", _, token, *_]:
                return token
            case _:
                return None


async def read_request(incoming: web.Request) -> DiscordRequest:
    """Read a request; of a multipart one, payload_json (or its plain fields) is the body."""
    body: Wire = None
    files: tuple[Upload, ...] = ()
    if incoming.content_type == "multipart/form-data":
        body, files = _form(await incoming.post())
    elif incoming.body_exists:
        text = await incoming.text()
        body = json.loads(text) if text else None
    return DiscordRequest(
        method=incoming.method,
        path=incoming.rel_url.raw_path.removeprefix(PREFIX),
        query=dict(incoming.query),
        body=body,
        files=files,
        reason=incoming.headers.get("X-Audit-Log-Reason"),
    )


def _form(form: Mapping[str, Any]) -> tuple[Wire, tuple[Upload, ...]]:
    plain = {name: value for name, value in form.items() if isinstance(value, str)}
    body: dict[str, Any] = json.loads(plain["payload_json"]) if "payload_json" in plain else dict(plain)
    described: dict[str, str | None] = {
        str(file.get("id")): file.get("description") for file in body.get("attachments") or ()
    }
    files: list[Upload] = []
    for name, value in form.items():
        if isinstance(value, web.FileField):
            index = re.sub(r"\D", "", name)
            files.append(Upload(value.filename, value.file.read(), described.get(index)))
    return body, tuple(files)
