"""The rehearsal's time, and a bot that only says when it rests."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import aiohttp

from bot import clock as clocks
from bot.rehearsal.timekeeper import Timekeeper

BEGINS = datetime(2023, 2, 20, 9, tzinfo=UTC)


async def test_something_that_happens_while_it_is_asked_does_not_stop_time() -> None:
    """The bot says at once that it rests, and says no more: whoever waits for more news waits an hour in earnest."""
    activity = 0
    keeper = Timekeeper(BEGINS, speed=0, active=lambda: activity, busy=lambda: False)
    await keeper.start()
    conducting = asyncio.create_task(keeper.conduct(BEGINS + timedelta(hours=2)))
    try:
        async with aiohttp.ClientSession() as session, session.ws_connect(keeper.address) as socket:

            async def rest() -> None:
                nonlocal activity
                async for message in socket:
                    if activity < 3:
                        activity += 1  # something passes between the bot and Discord just now
                    number = json.loads(message.data)["number"]
                    await socket.send_json({"number": number, "resting": "idle"})

            resting = asyncio.create_task(rest())
            async with asyncio.timeout(5), keeper.on_stage():
                await keeper.sleep_until(BEGINS + timedelta(hours=1))
            resting.cancel()
    finally:
        conducting.cancel()
        with suppress(asyncio.CancelledError):
            await conducting
        await keeper.close()
    assert keeper.now() >= BEGINS + timedelta(hours=1)


async def test_a_bot_that_takes_the_place_of_one_that_was_asked_does_not_stop_time() -> None:
    """The first is killed before it answers, and the end of its connection is noticed late."""
    keeper = Timekeeper(BEGINS, speed=0, active=lambda: 0)
    await keeper.start()
    conducting = asyncio.create_task(keeper.conduct(BEGINS + timedelta(hours=2)))
    try:
        async with (
            asyncio.timeout(5),
            aiohttp.ClientSession() as session,
            session.ws_connect(keeper.address) as first,
            asyncio.TaskGroup() as group,
            keeper.on_stage(),
        ):
            asleep = group.create_task(keeper.sleep_until(BEGINS + timedelta(hours=1)))
            assert [(await first.receive_json())["number"] for _ in range(2)] == [1, 2]
            async with clocks.opened(keeper.address) as second:
                second.rest(None)
                await asleep
    finally:
        conducting.cancel()
        with suppress(asyncio.CancelledError):
            await conducting
        await keeper.close()
