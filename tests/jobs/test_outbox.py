"""The outbox: how it ends."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from bot.jobs.outbox import Outbox


async def test_closing_waits_until_cancelled_messages_have_ended() -> None:
    """The store closes next: a message that still writes to it must have ended by then."""
    nothing = cast("Any", None)
    outbox = Outbox(nothing, nothing, nothing, nothing, nothing)
    started = asyncio.Event()
    ended: list[str] = []

    async def work() -> None:
        started.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.01)
            ended.append("message")

    task = outbox._under_way["message"] = asyncio.create_task(work())  # noqa: SLF001 - as `send` does
    await started.wait()
    await outbox.close(0)
    assert ended == ["message"]
    assert task.cancelled()
