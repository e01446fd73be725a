"""Requests go out at our own pace, whoever asks, and in the order in which they asked."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import aiohttp
import discord
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock
from bot.platform.rate_limit import INVALID_LIMIT, INVALID_WINDOW, InvalidAnswers, Pacer, RouteRateLimit, heard_by

T = TypeVar("T")


class _Impatient(selectors.SelectSelector):
    """Doesn't wait: it lets the time pass at once in which nothing would have happened."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += max(timeout or 0, 0)
        return super().select(0)


class _SwiftLoop(asyncio.SelectorEventLoop):
    """A real event loop, whose clock shows the time that would have passed."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        return 1000 + self._impatient.passed


def swiftly(work: Callable[[], Awaitable[T]]) -> T:
    """The result of some work, without waiting for its waits."""

    async def run() -> T:
        return await work()

    with asyncio.Runner(loop_factory=_SwiftLoop) as runner:
        return runner.run(run())


async def turns(pacer: Pacer, count: int) -> list[float]:
    """When so many who ask at once get their turns, in the order in which they asked."""

    async def turn() -> float:
        await pacer.turn()
        return asyncio.get_running_loop().time()

    return await asyncio.gather(*(turn() for _ in range(count)))


def test_turns_are_spaced_evenly() -> None:
    """500 that wait together take ten seconds and a half, in their order; no second holds more than 50."""
    at = swiftly(lambda: turns(Pacer(), 500))
    assert at == sorted(at)
    assert at[-1] - at[0] == pytest.approx(499 / 48, abs=0.05)
    assert max(sum(1 for other in at if first <= other < first + 1) for first in at) <= 50


def test_the_first_turn_is_at_once() -> None:
    """Who asks alone doesn't wait."""
    assert swiftly(lambda: turns(Pacer(), 1)) == [1000]


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=40), st.sampled_from([10, 48]))
def test_turns_are_never_closer_than_the_pace(pauses: list[float], per_second: float) -> None:
    """Whoever asks whenever: pauses are not saved up for a burst."""

    async def work() -> list[float]:
        pacer, at = Pacer(per_second), list[float]()
        for pause in pauses:
            await asyncio.sleep(pause)
            at += await turns(pacer, 2)
        return at

    at = swiftly(work)
    assert all(later - earlier >= 1 / per_second - 1e-6 for earlier, later in pairwise(at))


def test_who_gives_up_waiting_holds_up_nobody() -> None:
    """A cancelled turn passes; the next ones come when they would have."""

    async def work() -> list[float]:
        pacer = Pacer(10)
        waiting = asyncio.gather(*(pacer.turn() for _ in range(3)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return await turns(pacer, 2)

    first, second = swiftly(work)
    assert first <= 1000.3 + 1e-6
    assert second - first == pytest.approx(0.1)


# --- the count of invalid answers ------------------------------------------------------------------------------


class _SetClock(Clock):
    """Shows the time that the test says."""

    instant = datetime(2023, 2, 20, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


async def _answered(invalid: InvalidAnswers, status: int, scope: str | None = None) -> None:
    """An answer of Discord's, over a real connection."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"X-RateLimit-Scope": scope} if scope else {})

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(response_class=heard_by(invalid.hear)) as session:
            host, port = runner.addresses[0][:2]
            await (await session.get(f"http://{host}:{port}/")).read()
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "scope", "counts"),
    [
        (401, None, 1),
        (403, None, 1),
        (429, None, 1),
        (429, "user", 1),
        (429, "shared", 0),
        (404, None, 0),
        (200, None, 0),
    ],
)
async def test_what_discord_calls_invalid_is_counted(status: int, scope: str | None, counts: int) -> None:
    clock = _SetClock()
    invalid = InvalidAnswers(clock)
    await _answered(invalid, status, scope)
    assert invalid.count(clock.now()) == counts


def test_after_a_thousand_in_ten_minutes_what_was_refused_is_left_alone_until_they_are_past() -> None:
    clock = _SetClock()
    invalid = InvalidAnswers(clock)
    begins = clock.instant
    for number in range(INVALID_LIMIT):
        assert not invalid.spent(clock.now())
        clock.instant = begins + timedelta(milliseconds=500 * number)
        invalid.add()
    assert invalid.spent(clock.now())
    assert invalid.next_end(clock.now()) == begins + INVALID_WINDOW
    clock.instant = begins + INVALID_WINDOW
    assert not invalid.spent(clock.now())
    assert invalid.next_end(clock.now()) is None


async def test_what_is_left_of_a_limit_is_used_however_late_it_resets() -> None:
    """250 roles may be made in 48 hours: discord.py alone would refuse the second one."""
    limit = RouteRateLimit(30)
    limit.limit, limit.remaining = 250, 2
    limit.expires = asyncio.get_running_loop().time() + 172_800
    limit.reset_after = 172_800
    await limit.acquire()
    await limit.acquire()
    with pytest.raises(discord.RateLimited):
        await limit.acquire()
