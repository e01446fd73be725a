"""Whether the bot is well: a file that it renews while it is, and the look at its age."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

_RENEWED_SECONDS = 15
_STALE_SECONDS = 60


async def keep_fresh(path: Path, well: Callable[[], bool]) -> None:
    """Renew the file for as long as `well` says so."""
    while True:
        if well():
            await asyncio.to_thread(path.write_text, f"{time.time():.0f}\n", "ascii")
        await asyncio.sleep(_RENEWED_SECONDS)


def ailment(path: Path) -> str | None:
    """What is wrong, in a sentence; None if the bot is well."""
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return f"{path} isn't there: the bot has not connected to Discord since it was started."
    if age > _STALE_SECONDS:
        return f"The bot has not been connected to Discord for {age:.0f} s (see {path})."
    return None
