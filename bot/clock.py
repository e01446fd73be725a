"""The clock: the current time, and the machine's time of an instant.

`Clock` is real time. A rehearsal has its own time: `RehearsalClock` follows its timekeeper over a WebSocket, and
reports when the bot has nothing to do, so that the timekeeper can skip idle stretches.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

from bot.virtual_loop import VirtualLoop

#: Ends the address of a timekeeper that also moves the time of the bot's event loop.
MOVES_THE_LOOP = "?moves=loop"


class Clock:
    """Real time."""

    def now(self) -> datetime:
        """Return the current instant (UTC)."""
        return datetime.now(UTC)

    def on_machine(self, instant: datetime) -> datetime:
        """Return what this machine's own clock will show (UTC) at an instant."""
        return instant

    def watch(self, jumped: Callable[[], None]) -> None:
        """Call `jumped` whenever time jumps instead of passing."""

    def rest(self, until: datetime | None) -> None:
        """Report that there is nothing to do before `until`; None: until somebody presses or types."""

    def stir(self) -> None:
        """Report that there is something to do."""


@dataclass(frozen=True, slots=True)
class TimeRate:
    """A stretch of time at one rate: it was `instant` when the machine's monotonic clock showed `mark` (seconds).

    Processes of one machine share the monotonic clock.
    """

    instant: datetime
    mark: float
    rate: float
    """Seconds that pass in a real second."""

    def at(self, mark: float) -> datetime:
        """Return the instant at a monotonic time."""
        return self.instant + timedelta(seconds=(mark - self.mark) * self.rate)

    def seconds_until(self, instant: datetime, mark: float) -> float:
        """Return the real seconds from a monotonic time until an instant."""
        return (instant - self.at(mark)).total_seconds() / self.rate

    def to_wire(self) -> dict[str, Any]:
        """Return the rate as JSON values."""
        return {"instant": self.instant.isoformat(), "mark": self.mark, "rate": self.rate}

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> TimeRate:
        """Read what `to_wire` wrote."""
        return cls(datetime.fromisoformat(wire["instant"]), wire["mark"], wire["rate"])


class RehearsalClock(Clock):
    """A rehearsal's time, as its timekeeper sends it.

    Each message from the timekeeper has a number and the pace. Each answer repeats the last number and reports until
    when this process rests: an instant, "idle" (nothing planned) or null (busy). On a `VirtualLoop`, whose time moves
    too, it is sent once the loop has nothing to do but wait, and has the instant of the next timer, or null.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, first: dict[str, Any]) -> None:
        """`first`: the timekeeper's first message."""
        self._socket = socket
        self._pace = TimeRate.from_wire(first["pace"])
        self._number = first["number"]
        self._resting: str | None = None
        self._watchers: list[Callable[[], None]] = []
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        self._loop = loop if isinstance(loop, VirtualLoop) else None
        self._alarm: asyncio.TimerHandle | None = None
        self._reported: tuple[object, ...] = ()
        """The number, the rest and the timer that were reported last."""
        if self._loop is not None:
            self._loop.on_idle = self._report_idle

    def now(self) -> datetime:
        return self._pace.at(time.monotonic())

    def on_machine(self, instant: datetime) -> datetime:
        wait = self._pace.seconds_until(instant, time.monotonic())
        if self._loop is not None:  # the machine's own clock does not move with the loop's
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_later(wait * self._pace.rate, self._jump)
        return datetime.now(UTC) + timedelta(seconds=wait)

    def watch(self, jumped: Callable[[], None]) -> None:
        self._watchers.append(jumped)

    def rest(self, until: datetime | None) -> None:
        self._resting = until.isoformat() if until else "idle"
        if self._loop is None:
            self._send_rest()

    def stir(self) -> None:
        self._resting = None

    def _send_rest(self, **more: str | None) -> None:
        self._outgoing.put_nowait(json.dumps({"number": self._number, "resting": self._resting, **more}))

    def _report_idle(self, seconds: float | None) -> bool:
        report = (self._number, self._resting, self._loop and self._loop.next_timer)
        if report == self._reported:
            return False
        self._reported = report
        self._send_rest(timer=None if seconds is None else (self.now() + timedelta(seconds=seconds)).isoformat())
        return True

    async def follow(self) -> None:
        """Follow the timekeeper until it leaves, then raise ConnectionError: the rehearsal has ended."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._send(), name="clock answers")
            both.create_task(self._receive(), name="clock messages")

    async def _send(self) -> None:
        while True:
            await self._socket.send_str(await self._outgoing.get())

    async def _receive(self) -> None:
        async for message in self._socket:
            content = json.loads(message.data)
            pace, self._number = TimeRate.from_wire(content["pace"]), content["number"]
            before, self._pace = self._pace, pace
            if self._loop is not None:
                mark = time.monotonic()
                self._loop.move((pace.at(mark) - before.at(mark)).total_seconds(), pace.rate)
            elif pace == before:
                self._send_rest()
            else:
                self._jump()
        raise ConnectionError("The rehearsal's timekeeper has gone.")

    def _jump(self) -> None:
        self.stir()
        for jumped in self._watchers:
            jumped()


@asynccontextmanager
async def opened(address: str) -> AsyncGenerator[Clock, None]:
    """Open the clock: real time, or that of the rehearsal's timekeeper at a WebSocket address."""
    if not address:
        yield Clock()
        return
    import aiohttp  # noqa: PLC0415 - it takes a quarter of a second, and no other clock needs it

    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        clock = RehearsalClock(socket, await socket.receive_json())
        following = asyncio.create_task(clock.follow(), name="rehearsal clock")
        try:
            yield clock
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
