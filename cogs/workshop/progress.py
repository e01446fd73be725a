"""Progress of work that takes long, shown in place of the answer until that comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bot.hosting.context import Context
from bot.platform.answers import WAITING

T = TypeVar("T")

#: Seconds between two reports of progress; shorter work reports none.
_INTERVAL = 3.0

#: Failures on the way to Discord, which don't stop the work that is reported.
UNREACHABLE = (discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError)


def progress(context: Context, sentence: Callable[[int, int], str]) -> Callable[[int, int], Awaitable[None]]:
    """Return a function that takes how many steps of how many are done, and reports it every few seconds."""
    loop = asyncio.get_running_loop()
    reported_at = loop.time()

    async def report(done: int, of: int) -> None:
        nonlocal reported_at
        if loop.time() - reported_at >= _INTERVAL and done < of:
            reported_at = loop.time()
            await _show(context, sentence(done, of))

    return report


async def in_thread(context: Context, work: Callable[[], T]) -> T:
    """Return the result of a computation in a thread; if it takes long, report that the file is being read."""
    computing = asyncio.create_task(asyncio.to_thread(work))
    done, _ = await asyncio.wait((computing,), timeout=_INTERVAL)
    if not done:
        await _show(context, context.say("import.reading"))
    return await computing


async def _show(context: Context, sentence: str) -> None:
    with contextlib.suppress(*UNREACHABLE):
        await context.reply(f"{WAITING} {sentence}")
