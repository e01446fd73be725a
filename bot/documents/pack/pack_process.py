"""The pack, made in a separate process so that the bot keeps answering while documents are rendered."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import cast

from bot.settings import Settings

#: The exit code of `plenary` when standard error says what the user must fix.
_USER_ERROR = 2
#: An interaction can be answered for 15 minutes.
_SECONDS = 14 * 60

Progress = Callable[[int, int], Awaitable[None]]
"""Called with the number of files made and the total."""


class ClosingError(Exception):
    """The pack could not be made; the message says why and what to do."""


async def make(chosen: Settings, out: Path, now: datetime, who: int, report_progress: Progress) -> None:
    """Run `plenary close` to make the pack at `out`.

    Raises ClosingError with what a person must fix, RuntimeError with the output of a crash, TimeoutError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "close", "--out", str(out), "--as-of", now.isoformat(), "--who", str(who),
        env=_environment(chosen), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    progress_lines, errors = cast("asyncio.StreamReader", process.stdout), cast("asyncio.StreamReader", process.stderr)
    try:
        async with asyncio.timeout(_SECONDS):
            _, error_output, code = await asyncio.gather(
                _listen(progress_lines, report_progress), errors.read(), process.wait()
            )
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    words = error_output.decode("utf-8", "replace").strip()
    if code == _USER_ERROR:
        raise ClosingError(words)
    if code:
        raise RuntimeError(f"plenary close ended with code {code}: {words}")


def _environment(chosen: Settings) -> dict[str, str]:
    """The bot's environment with its settings, without the token, which the process doesn't need."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_TOKEN")}
    plan_setting = {"PLENARY_PLAN": str(chosen.plan)} if chosen.plan else {}
    return inherited | plan_setting | {"PLENARY_DATABASE": str(chosen.database)}


async def _listen(lines: asyncio.StreamReader, report_progress: Progress) -> None:
    """Report the progress that lines such as `3/90 public/agenda.csv` state."""
    async for line in lines:
        done, _, total = line.split(b" ")[0].partition(b"/")
        if done.isdigit() and total.isdigit():
            await report_progress(int(done), int(total))
