"""One REST request as a bot sent it, read from HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl, unquote

from aiohttp import BodyPartReader, web
from simcord.backend import errors
from simcord.backend.errors import BackendError

Wire: TypeAlias = Any
"""What came from, or goes to, the wire as JSON; the OpenAPI file says what it must look like."""

#: The root of every REST path; Discord also serves its older version 9, and its default version without a number.
PREFIX = "/api/v10"
_VERSIONED = re.compile(r"^/api(?:/v(?P<version>[0-9]+))?(?=/|$)")
_VERSIONS = frozenset({None, "9", "10"})
_FILE_FIELD = re.compile(r"^files?\[?(?P<index>[0-9]*)\]?$")
#: Where a body declares the files that are sent with it: in itself, in an interaction's answer, in a forum post.
_DECLARING = ("data", "message")


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
    """One REST request as the bot sent it; `path` starts after /api/v10 and is percent-decoded."""

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
    """Read a request.

    Raises BackendError as Discord answers: 50041 for an unknown version of the API, 50109 for a body that is not
    JSON, 50035 for a content type that it does not take. Source: developers/reference.mdx, "Content Type".
    """
    reason = incoming.headers.get("X-Audit-Log-Reason")
    path = _path(incoming)
    body, files = await _body(incoming)
    return DiscordRequest(
        method=incoming.method,
        path=path,
        query=dict(incoming.query),
        body=body,
        files=files,
        reason=None if reason is None else unquote(reason),
    )


def _path(incoming: web.Request) -> str:
    raw = incoming.rel_url.raw_path
    version = _VERSIONED.match(raw)
    if version is None:
        raise BackendError(404, 0, "404: Not Found")
    if version["version"] not in _VERSIONS:
        raise BackendError(400, 50041, "Invalid API version")
    return unquote(raw[version.end() :])


async def _body(incoming: web.Request) -> tuple[Wire, tuple[Upload, ...]]:
    if not incoming.body_exists:
        return None, ()
    if incoming.content_type == "multipart/form-data":
        return await _multipart(incoming)
    content = await incoming.read()
    if not content:
        return None, ()
    match incoming.headers.get("Content-Type", "").partition(";")[0].strip().lower():
        case "application/json":
            return _json(content), ()
        case "application/x-www-form-urlencoded":
            return dict(parse_qsl(content.decode(errors="replace"), keep_blank_values=True)), ()
        case kind:
            sentence = (
                'Expected "Content-Type" header to be one of {"application/json", '
                f'"application/x-www-form-urlencoded", "multipart/form-data"}}, not "{kind}".'
            )
            fault = {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": sentence}]}
            raise errors.invalid_form_body(errors=fault)


def _json(content: bytes | str) -> Wire:
    try:
        return json.loads(content)
    except ValueError as error:
        raise BackendError(400, 50109, "The request body contains invalid JSON.") from error


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a multipart body. A file's index is the number in its field's name."""

    name: str
    filename: str | None
    content: bytes

    @property
    def index(self) -> str | None:
        """The index of a file, "" if its field has none; None if the part is no file."""
        match = _FILE_FIELD.match(self.name)
        return match["index"] if match else None if self.filename is None else re.sub(r"\D", "", self.name)


async def _multipart(incoming: web.Request) -> tuple[Wire, tuple[Upload, ...]]:
    """The body and the files of a multipart request.

    `payload_json` is the body whether or not its part has a content type or a file name; without it, the plain
    fields are. Source: developers/reference.mdx, "Uploading Files".
    """
    parts = [part async for part in _parts(incoming)]
    payload = next((part for part in parts if part.name == "payload_json"), None)
    uploaded = [part for part in parts if part is not payload and part.index is not None]
    if payload is not None:
        body: Wire = _json(payload.content)
    else:
        body = {part.name: part.content.decode(errors="replace") for part in parts if part.index is None}
    declared = list(_declared(body))
    places = {part.index or str(place): str(place) for place, part in enumerate(uploaded)}
    known = {str(item.get("id")): item for item in declared}
    files: list[Upload] = []
    for place, part in enumerate(uploaded):
        item = known.get(part.index or str(place), {})
        filename = item.get("filename") or part.filename or "unknown"
        files.append(Upload(filename, part.content, item.get("description")))
    for item in declared:  # simcord finds a file by its place, which need not be the number that the bot gave it
        item["id"] = places.get(str(item.get("id")), item.get("id"))
    return body, tuple(files)


async def _parts(incoming: web.Request) -> AsyncIterator[_Part]:
    try:
        async for part in await incoming.multipart():
            if isinstance(part, BodyPartReader):
                yield _Part(part.name or "", part.filename, bytes(await part.read(decode=True)))
    except (ValueError, AssertionError) as error:
        raise errors.invalid_form_body("The multipart body cannot be read") from error


def _declared(body: Wire) -> Iterator[dict[str, Any]]:
    """The entries of the lists of attachments in a body."""
    if not isinstance(body, dict):
        return
    outer = cast("dict[str, Any]", body)
    for holder in (outer, *(outer.get(key) for key in _DECLARING)):
        entries: Wire = cast("dict[str, Any]", holder).get("attachments") if isinstance(holder, dict) else None
        if isinstance(entries, list):
            for entry in cast("list[Wire]", entries):
                if isinstance(entry, dict):
                    yield cast("dict[str, Any]", entry)
