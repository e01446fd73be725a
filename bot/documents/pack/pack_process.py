"""The pack made by a process of its own, for the bot: nobody's answer waits while documents are set."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import cast

from bot.settings import Settings

#: The exit code of `plenary` where a sentence on standard error says what to fix.
_MEND = 2
#: An interaction can be answered for 15 minutes.
_SECONDS = 14 * 60

Progress = Callable[[int, int], Awaitable[None]]
"""Hears how many files are made, and of how many."""


class ClosingError(Exception):
    """The pack could not be made; the message says why, and what to do."""


async def make(chosen: Settings, out: Path, now: datetime, who: int, told: Progress) -> None:
    """Have `plenary close` make the pack at `out`.

    Raises ClosingError with what a person must fix, RuntimeError with all that a crash left, TimeoutError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "close", "--out", str(out), "--as-of", now.isoformat(), "--who", str(who),
        env=_environment(chosen), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    shown, complaints = cast("asyncio.StreamReader", process.stdout), cast("asyncio.StreamReader", process.stderr)
    try:
        async with asyncio.timeout(_SECONDS):
            _, problem, code = await asyncio.gather(_listen(shown, told), complaints.read(), process.wait())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    words = problem.decode("utf-8", "replace").strip()
    if code == _MEND:
        raise ClosingError(words)
    if code:
        raise RuntimeError(f"plenary close ended with code {code}: {words}")


def _environment(chosen: Settings) -> dict[str, str]:
    """The bot's own, with its settings; it has no use for the token."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_TOKEN")}
    named = {"PLENARY_PLAN": str(chosen.plan)} if chosen.plan else {}
    return kept | named | {"PLENARY_DATABASE": str(chosen.database)}


async def _listen(lines: asyncio.StreamReader, told: Progress) -> None:
    """Tell of each line such as `3/90 public/agenda.csv`."""
    async for line in lines:
        done, _, total = line.split(b" ")[0].partition(b"/")
        if done.isdigit() and total.isdigit():
            await told(int(done), int(total))
