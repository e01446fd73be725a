"""The files of a note: which are taken, and under which names others see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import discord_limits
from bot.domain.contributions.notes import Signature
from bot.domain.text import one_line, shorten

#: Files that one note may have, and bytes of each: what anybody may upload to Discord, and the bot may post.
MOST = 3
LARGEST = discord_limits.UPLOAD_BYTES
#: Types for which a Discord client lets people browse; what a file really is decides `type_of`.
OFFERED = ("image", ".pdf")
_NAME_LENGTH = 80


class FileType(StrEnum):
    """A type of file that is taken; its value is the ending of its name."""

    PNG = "png"
    JPEG = "jpg"
    GIF = "gif"
    WEBP = "webp"
    PDF = "pdf"

    @property
    def is_picture(self) -> bool:
        return self is not FileType.PDF


@dataclass(frozen=True, slots=True)
class NoteFile:
    """One file of a note. Its content is stored under its digest."""

    note: str
    digest: str
    """SHA-256 of the stored content, in hexadecimal."""
    type: FileType
    name: str
    """The name that its author gave it, which may name them."""
    size: int
    """Bytes."""
    added_at: datetime
    """UTC."""


def type_of(content: bytes) -> FileType | None:
    """Return the type that a file's first bytes show; None if it is not taken. Its name proves nothing."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return FileType.GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileType.WEBP
    return FileType.PDF if content.startswith(b"%PDF-") else None


def kept_name(typed: str) -> str:
    """Return a file's name as it is kept: one line, without folders."""
    return shorten(one_line(typed.replace("\\", "/").rpartition("/")[2]), _NAME_LENGTH) or "…"


def shown_to_others(file: NoteFile, signed: Signature) -> bool:
    """Return whether others may see a file of a note that is signed so.

    A PDF holds the name of who made it, in parts that can't be removed reliably; so it needs the author's name. What
    pictures hold of their makers is removed when they are stored.
    """
    return file.type.is_picture or signed.person is not None


def names_for_others(files: Iterable[NoteFile], signed: Signature, veil: Callable[[str], str]) -> list[str]:
    """Return the names of those files that others may see."""
    return [neutral_name(file, veil) for file in files if shown_to_others(file, signed)]


def neutral_name(file: NoteFile, veil: Callable[[str], str]) -> str:
    """Return the name under which others get a file: it leads neither to the author nor to the note's id.

    `veil`: the workshop's own, see `veiled_id`.
    """
    return f"{veil(f'{file.note}/{file.digest}')}.{file.type}"
