"""Real time, and the arithmetic of a rehearsal's time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock, RehearsalClock, TimeRate, opened

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them bare
MARKS = st.floats(0, 10**7)
PACES = st.builds(TimeRate, MOMENTS, MARKS, st.sampled_from([0.5, 1.0, 60.0, 600.0, 5000.0]))
TICK = timedelta(microseconds=5)


@given(PACES)
def test_at_its_mark_a_pace_is_at_its_instant(pace: TimeRate) -> None:
    """There it begins."""
    assert pace.at(pace.mark) == pace.instant
    assert pace.seconds_until(pace.instant, pace.mark) == 0


@given(PACES, st.floats(0, 10**4))
def test_time_passes_at_its_rate(pace: TimeRate, seconds: float) -> None:
    """So many seconds in a real one, also before the mark; float and microsecond round a little."""
    ahead = timedelta(seconds=seconds * pace.rate)
    slack = TICK + timedelta(seconds=1e-8 * pace.rate)
    assert abs(pace.at(pace.mark + seconds) - pace.instant - ahead) <= slack
    assert abs(pace.instant - pace.at(pace.mark - seconds) - ahead) <= slack


@given(PACES, MARKS, st.integers(-(10**6), 10**6))
def test_who_waits_as_long_as_told_wakes_at_the_instant(pace: TimeRate, mark: float, ahead: int) -> None:
    """`seconds_until` is the inverse of `at`."""
    instant = pace.instant + timedelta(seconds=ahead)
    woken = pace.at(mark + pace.seconds_until(instant, mark))
    assert abs(woken - instant) <= TICK + timedelta(seconds=1e-8 * pace.rate)


@given(PACES, MARKS, MARKS)
def test_time_never_runs_backwards(pace: TimeRate, one: float, other: float) -> None:
    """A later mark is no earlier instant."""
    assert pace.at(min(one, other)) <= pace.at(max(one, other))


@given(PACES)
def test_a_pace_survives_the_wire(pace: TimeRate) -> None:
    """To the microsecond, through JSON."""
    assert TimeRate.from_wire(json.loads(json.dumps(pace.to_wire()))) == pace


@given(MOMENTS)
def test_in_real_time_the_machine_shows_the_instant_itself(instant: datetime) -> None:
    """Nothing is converted."""
    assert Clock().on_machine(instant) == instant


async def test_without_an_address_time_is_real() -> None:
    """In UTC; what only a rehearsal listens to does nothing."""
    async with opened("") as clock:
        assert type(clock) is Clock
        earlier, later = clock.now(), clock.now()
        assert earlier <= later
        assert earlier.tzinfo is UTC
        clock.watch(lambda: None)
        clock.rest(None)
        clock.stir()


class Timekeeper:
    """Tells the time over a WebSocket, and hears until when the other side rests."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []
        self.socket: web.WebSocketResponse | None = None
        self.pace = TimeRate(datetime(2023, 2, 20, tzinfo=UTC), 0.0, 60.0)
        self.number = 0

    async def serve(self, incoming: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(incoming)
        await self.tell(self.pace)
        async for message in self.socket:
            self.heard.append(json.loads(message.data))
        return self.socket

    async def tell(self, pace: TimeRate) -> None:
        assert self.socket is not None
        self.number += 1
        await self.socket.send_json({"number": self.number, "pace": pace.to_wire()})


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.005)


async def test_a_rehearsals_time_is_what_its_timekeeper_says_until_that_leaves() -> None:
    """A jump is heard by whoever watches, and takes back that this process rests."""
    keeper, jumps = Timekeeper(), 0

    def jumped() -> None:
        nonlocal jumps
        jumps += 1

    app = web.Application()
    app.router.add_get("/clock", keeper.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with opened("ws://{}:{}/clock".format(*runner.addresses[0])) as clock:
            assert isinstance(clock, RehearsalClock)
            clock.watch(jumped)
            later = TimeRate(keeper.pace.instant + timedelta(hours=1), time.monotonic(), 60.0)
            assert clock.now() > keeper.pace.instant
            instant = clock.now() + timedelta(minutes=1)
            assert abs(clock.on_machine(instant) - datetime.now(UTC) - timedelta(seconds=1)) < timedelta(seconds=0.5)
            clock.rest(instant)
            await eventually(lambda: keeper.heard)
            await keeper.tell(keeper.pace)
            await eventually(lambda: len(keeper.heard) == 2)
            assert [told["resting"] for told in keeper.heard] == [instant.isoformat()] * 2
            assert keeper.heard[-1]["number"] == 2
            await keeper.tell(later)
            await eventually(lambda: jumps == 1)
            assert clock.now() >= later.instant
            await keeper.tell(later)
            await eventually(lambda: len(keeper.heard) == 3)
            assert keeper.heard[-1] == {"number": 4, "resting": None}
            clock.rest(None)
            await eventually(lambda: len(keeper.heard) == 4)
            assert keeper.heard[-1]["resting"] == "idle"

            assert keeper.socket is not None
            (following,) = (task for task in asyncio.all_tasks() if task.get_name() == "rehearsal clock")
            await keeper.socket.close()
            await asyncio.wait([following], timeout=10)
            assert isinstance(following.exception(), ExceptionGroup)
    finally:
        await runner.cleanup()
