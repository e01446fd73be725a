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
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from bot.clock import TimeRate

_GLANCE_SECONDS = 0.05

Sleeper = tuple[datetime, int, "asyncio.Future[None]"]


class Timekeeper:
    """Time from `begins` (UTC) on. `speed`: how many times faster idle stretches pass; 0 skips them."""

    def __init__(
        self, begins: datetime, *, speed: float, active: Callable[[], int], busy: Callable[[], bool] = lambda: False
    ) -> None:
        self._paces = [TimeRate(begins, time.monotonic(), 1.0)]
        self._speed = speed
        self._active = active
        """Grows with everything that passes between the bot and Discord."""
        self._busy = busy
        """Whether Discord is still at work on a request, which the bot may have given up on."""
        self._sleepers: list[Sleeper] = []
        self._order = itertools.count()
        self._awake = 0
        self._changed = asyncio.Event()
        self._socket: web.WebSocketResponse | None = None
        self._number = 0
        self._heard = (0, None)
        """The number of the last message that the bot had seen, and until when it rests."""
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
        self._heard = (0, None)
        await self._tell()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                report = json.loads(message.data)
                self._heard = (report["number"], report["resting"])
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
            until = await self._idle_until()
            if until is None:
                await self._something_changes()
            else:
                await self._move_to(min([until, ends, *(sleeper[0] for sleeper in self._sleepers[:1])]))

    async def _idle_until(self) -> datetime | None:
        """Until when nobody has anything to do; None while somebody has."""
        if self._awake or not self._followed or self._busy():
            return None
        active = self._active()
        await self._tell()
        # A bot that was killed meanwhile doesn't answer; the next one says by itself when it rests.
        asked, whom = self._number, self._socket
        while self._socket is whom is not None and self._heard[0] < asked:
            await self._something_changes()
        seen, resting = self._heard
        if self._active() != active:
            self._changed.set()  # the answer may be older than that, and nobody tells of it: ask again
            return None
        if self._awake or seen < asked or resting is None:
            return None
        return datetime.max.replace(tzinfo=UTC) if resting == "idle" else datetime.fromisoformat(resting)

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
