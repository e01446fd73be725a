"""The rehearsal's time: real while anything happens, and skipped while everybody waits.

The cast sleeps here. The bot, in its own process, says over a WebSocket until when it rests (see bot/clock.py). Once
the whole cast sleeps and the bot rests, time moves on to the next instant at which somebody has something to do.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.clock import TimeRate

_GLANCE_SECONDS = 0.05
#: Turns of the event loop within which what has been received is taken up: a new connection takes seven.
_TURNS = 20

Sleeper = tuple[datetime, int, "asyncio.Future[None]"]


@dataclass(frozen=True, slots=True)
class _Report:
    """What the bot reported last."""

    number: int
    """The number of the last message that it had seen."""
    resting: str | None
    """Until when it rests: an instant, "idle" (nothing planned), or None (it is at work)."""
    timer: datetime | None = None
    """The next instant at which its work, if all of it waits now, goes on by itself."""
    idle: bool = False
    """Whether all of its work waits now."""

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> _Report:
        timer = wire.get("timer")
        return cls(wire["number"], wire["resting"], datetime.fromisoformat(timer) if timer else None, "timer" in wire)


_NOTHING_HEARD = _Report(0, None)


class Timekeeper:
    """Time from `begins` (UTC) on. `speed`: how many times faster idle stretches pass; 0 skips them."""

    def __init__(
        self,
        begins: datetime,
        *,
        speed: float,
        active: Callable[[], int],
        busy: Callable[[], bool] = lambda: False,
        online: Callable[[], bool] = lambda: True,
    ) -> None:
        self._paces = [TimeRate(begins, time.monotonic(), 1.0)]
        self._speed = speed
        self._active = active
        """Grows with everything that passes between the bot and Discord."""
        self._busy = busy
        """Whether Discord is still at work on a request, which the bot may have given up on."""
        self._online = online
        """Whether the bot is connected to the gateway: while it connects, time passes at its real pace."""
        self._waiting = 0
        """How many wait for the bot, or for an answer under way to it: time moves on for them in small steps."""
        self._sleepers: list[Sleeper] = []
        self._order = itertools.count()
        self._awake = 0
        self._changed = asyncio.Event()
        self._socket: web.WebSocketResponse | None = None
        self._number = 0
        self._heard = _NOTHING_HEARD
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- for the cast ------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The instant (UTC)."""
        return self._paces[-1].at(time.monotonic())

    async def sleep_until(self, instant: datetime) -> None:
        """Sleep; from here until it wakes, its caller doesn't hold up time."""
        if instant <= self.now():
            return
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (instant, next(self._order), waking))
        async with self.stepping_out():
            await waking

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for something that the bot does; False if it isn't done within some seconds of this time."""
        with self._expecting() as waking:
            heapq.heappush(self._sleepers, (self._in(seconds), next(self._order), waking))
            heard = asyncio.ensure_future(event.wait())
            try:
                # Time passes at least as fast as real time, also while nobody conducts it.
                await asyncio.wait({heard, waking}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                heard.cancel()
        return event.is_set()

    async def pass_time(self, seconds: float) -> None:
        """Wait for some seconds of this time, while something that the bot has asked for is under way."""
        with self._expecting() as waking:
            heapq.heappush(self._sleepers, (self._in(seconds), next(self._order), waking))
            await asyncio.wait({waking}, timeout=seconds)

    def glance(self) -> None:
        """Look whether everybody waits: a request of the bot has been answered."""
        self._changed.set()

    def _in(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    @contextmanager
    def _expecting(self) -> Generator[asyncio.Future[None]]:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting += 1
        self._changed.set()
        try:
            yield waking
        finally:
            waking.cancel()
            self._waiting -= 1

    @asynccontextmanager
    async def on_stage(self) -> AsyncGenerator[None, None]:
        """For as long as this lasts, and its caller doesn't sleep, time passes at its real pace."""
        self._count(+1)
        try:
            yield
        finally:
            self._count(-1)

    @asynccontextmanager
    async def stepping_out(self) -> AsyncGenerator[None, None]:
        """The reverse: inside, its caller doesn't hold up time."""
        self._count(-1)
        try:
            yield
        finally:
            self._count(+1)

    def _count(self, change: int) -> None:
        self._awake += change
        self._changed.set()

    def mark_of(self, instant: datetime) -> float:
        """What the machine's monotonic clock showed (seconds) when `instant` was reached."""
        for pace, following in itertools.pairwise(self._paces):
            mark = pace.mark + max(0.0, (instant - pace.instant).total_seconds()) / pace.rate
            if mark <= following.mark or following.instant >= instant:
                return min(mark, following.mark)
        last = self._paces[-1]
        return last.mark + max(0.0, (instant - last.instant).total_seconds()) / last.rate

    # --- for the bot -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Serve the time on a port of this machine's own choice."""
        server = web.Application()
        server.router.add_get("/clock", self._follow)
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop serving."""
        if self._socket is not None:
            await self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Where the bot finds the time."""
        return f"ws://127.0.0.1:{self._port}/clock"

    async def _follow(self, incoming: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(incoming)
        self._socket = socket
        self._heard = _NOTHING_HEARD
        await self._tell()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                report = json.loads(message.data)
                self._heard = _Report.from_wire(report)
                self._changed.set()
        if self._socket is socket:
            self._socket = None
            self._changed.set()
        return socket

    @property
    def _followed(self) -> bool:
        return self._socket is not None

    async def _tell(self) -> None:
        socket = self._socket
        if socket is None or socket.closed:
            return
        self._number += 1
        try:
            await socket.send_json({"number": self._number, "pace": self._paces[-1].to_wire()})
        except ConnectionError:
            if self._socket is socket:
                self._socket = None  # killed just now; the next one will ask

    # --- moving on ---------------------------------------------------------------------------------------------

    async def conduct(self, ends: datetime) -> None:
        """Let time pass until `ends`, and until everybody on stage has left it."""
        while self._awake or self._sleepers or self.now() < ends:
            self._wake_the_due()
            until = await self._idle_until(ends)
            if until is None:
                await self._something_changes()
            else:
                await self._move_to(until)

    async def _idle_until(self, ends: datetime) -> datetime | None:
        """Until when nobody has anything to do; None while somebody has."""
        if not self._followed or self._busy():
            return None
        active = self._active()
        await self._settle()
        await self._tell()
        # A bot that was killed meanwhile doesn't answer; the next one says by itself when it rests.
        asked, whom = self._number, self._socket
        while self._socket is whom is not None and self._heard.number < asked:
            await self._something_changes()
        await self._settle()
        if self._active() != active or self._busy():
            self._changed.set()  # the answer may be older than that, and nobody tells of it: ask again
            return None
        heard = self._heard
        if heard.number < asked:
            return None
        self._drop_the_cancelled()
        instants = [sleeper[0] for sleeper in self._sleepers[:1]]
        if heard.idle and self._online() and (self._waiting or heard.resting is None):
            instants += [heard.timer] if heard.timer else []
        elif self._awake or heard.resting is None:
            return None
        else:
            instants += [ends] if heard.resting == "idle" else [ends, datetime.fromisoformat(heard.resting)]
        until = min(instants, default=None)
        return until if until is not None and until > self.now() else None

    async def _settle(self) -> None:
        """Let this process take up everything that it has received, and send what it has to send."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def _something_changes(self) -> None:
        """Wait for news, at most until the next sleeper is due (real time passes meanwhile)."""
        wait = None
        if self._sleepers:
            wait = max(0.0, self._paces[-1].seconds_until(self._sleepers[0][0], time.monotonic()))
        if self._busy():
            wait = min(wait or _GLANCE_SECONDS, _GLANCE_SECONDS)
        try:
            async with asyncio.timeout(wait):
                await self._changed.wait()
        except TimeoutError:
            self._wake_the_due()
        self._changed.clear()

    async def _move_to(self, instant: datetime) -> None:
        now = self.now()
        if instant <= now:
            return
        if self._speed:
            self._paces.append(TimeRate(now, time.monotonic(), self._speed))
            await self._tell()
            await asyncio.sleep((instant - now).total_seconds() / self._speed)
        self._paces.append(TimeRate(max(instant, self.now()), time.monotonic(), 1.0))
        self._wake_the_due()
        await self._tell()

    def _wake_the_due(self) -> None:
        now = self.now()
        while self._sleepers and self._sleepers[0][0] <= now:
            waking = heapq.heappop(self._sleepers)[2]
            if not waking.done():
                waking.set_result(None)
        self._drop_the_cancelled()

    def _drop_the_cancelled(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
