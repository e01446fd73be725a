"""The number and the size of uploaded files.

Sources: `reference.mdx` ("Uploading Files"), `topics/opcodes-and-status-codes.mdx` (40005); the limits of boost levels
2 and 3 are those of Discord's help centre, "Server Boosting".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from simcord.backend.errors import BackendError

from bot.rehearsal.discord.refusals import invalid
from bot.rehearsal.discord.requests import Upload

FILES_A_MESSAGE: Final = 10
_MIB: Final = 1024 * 1024
#: Bytes, by the boost level of the server.
_LARGEST_FILE: Final = (10 * _MIB, 10 * _MIB, 50 * _MIB, 100 * _MIB)


def largest_file(boost_level: int) -> int:
    """The size in bytes that a file may have in a server of this boost level; a private message counts as level 0."""
    return _LARGEST_FILE[boost_level]


def check_uploads(files: Iterable[Upload], boost_level: int) -> None:
    """Raise BackendError if the files of one request are too many, or if one of them is too large."""
    sizes = [len(file.content) for file in files]
    if len(sizes) > FILES_A_MESSAGE:
        raise invalid("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {FILES_A_MESSAGE} or fewer in length.")
    if any(size > largest_file(boost_level) for size in sizes):
        raise BackendError(413, 40005, "Request entity too large")
