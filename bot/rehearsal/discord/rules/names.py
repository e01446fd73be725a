"""Names as Discord stores them.

Source: `resources/user.mdx`, "Usernames and Nicknames": "Names are sanitized and trimmed of leading, trailing, and
excessive internal whitespace". All examples of text channels in the documentation have small letters and hyphens; that
Discord makes them so is not documented.
"""

from __future__ import annotations

import re
from typing import Any

from simcord.enums import ChannelType

_HYPHENATED = (ChannelType.TEXT, ChannelType.NEWS, ChannelType.FORUM)
_SPACES = re.compile(r"\s+")


def trimmed(name: str) -> str:
    """A name without white space at its ends, and with single spaces within."""
    return _SPACES.sub(" ", name).strip()


def channel_name(name: str, kind: int) -> str:
    """The name of a channel of a type: those of text channels are in small letters, with hyphens for spaces."""
    return trimmed(name).lower().replace(" ", "-") if kind in _HYPHENATED else trimmed(name)


def trim(body: dict[str, Any], key: str) -> None:
    """Trim one field of a request where it stands, so that all that follows sees it as Discord does."""
    if isinstance(body.get(key), str):
        body[key] = trimmed(body[key])
