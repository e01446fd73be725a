"""The faults of a file, as an answer of bounded length."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import discord_limits
from bot.domain.text import escape, measure, shorten
from bot.messages.post import Post

#: Characters of one fault.
_FAULT = 300


def faults_post(heading: str, faults: Sequence[str]) -> tuple[Post, bool]:
    """The faults of a file as far as a message has room for them, and whether that is everything."""
    lines: list[str] = []
    for fault in faults:
        line = f"- {escape(shorten(fault, _FAULT))}"
        if measure("\n".join([heading, *lines, line])) > discord_limits.MESSAGE_TEXT - 100:
            lines.append("- …")
            break
        lines.append(line)
    whole = len(lines) == len(faults) and lines[-1:] != ["- …"] and all(len(fault) <= _FAULT for fault in faults)
    return Post((heading, "\n".join(lines))), whole
