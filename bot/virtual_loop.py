"""An event loop for rehearsals: its time is the rehearsal's, and it reports when nothing is left to do but wait.

Each wait of the bot's process is then in the rehearsal's time: a deadline of 15 s, a pause between retries, and
discord.py's waits for rate limits. A wait is as long as in real life, and takes no real time, because the timekeeper
moves the loop's time on once the bot and the simulated Discord both have nothing to do. To patch only the waits of
discord.py would be wrong: the bot's deadlines around them would then never pass.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, cast

Idle = Callable[[float | None], bool]
"""Called when the loop has nothing to do, with the seconds until its next timer (None: it has none).

Returns whether it gave the loop something to do.
"""


class _Selector(selectors.DefaultSelector):
    """Waits for the system's events; before it waits, it reports that the loop is idle."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        loop = self.loop
        if loop is None or (timeout is not None and timeout <= 0):
            return super().select(timeout)
        if events := super().select(0):
            return events
        if loop.reports_idle(timeout):
            return []
        return super().select(None if timeout is None else timeout / loop.rate)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time can be moved on."""

    def __init__(self) -> None:
        self.rate = 1.0
        """Seconds of the loop's time that pass in a real second."""
        self.on_idle: Idle | None = None
        self._base = self._mark = 0.0
        self._elsewhere = 0
        """How much work is under way in threads and child processes."""
        selector = _Selector()
        super().__init__(selector)
        self._mark = self._base = super().time()
        selector.loop = self

    def time(self) -> float:
        """Return the loop's time in seconds."""
        return self._base + (super().time() - self._mark) * self.rate

    def move(self, seconds: float, rate: float) -> None:
        """Move time on by some seconds; from then on it passes at a rate."""
        now, real = self.time(), super().time()
        self._base, self._mark, self.rate = now + max(0.0, seconds), real, rate

    @property
    def next_timer(self) -> float | None:
        """The loop's time of the next timer."""
        # asyncio has no public name for its timers.
        timers = cast("list[asyncio.TimerHandle]", getattr(self, "_scheduled"))  # noqa: B009
        return timers[0].when() if timers else None

    def reports_idle(self, timeout: float | None) -> bool:
        """Report that there is nothing to do for some seconds; return whether there is something to do now."""
        return self.on_idle is not None and not self._elsewhere and self.on_idle(timeout)

    async def elsewhere(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - of whatever is awaited
        """Await work of a thread or a child process; the loop isn't idle meanwhile."""
        self._elsewhere += 1
        try:
            return await work
        finally:
            self._elsewhere -= 1

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:  # noqa: ANN401 - asyncio's own
        future = super().run_in_executor(executor, func, *args)
        self._elsewhere += 1
        future.add_done_callback(self._returned)
        return future

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - asyncio's own
        transport, protocol = await super().subprocess_exec(*args, **kwargs)
        ended = asyncio.ensure_future(transport._wait())  # noqa: SLF001 # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportAttributeAccessIssue, reportUnknownVariableType]
        self._elsewhere += 1
        ended.add_done_callback(self._returned)  # pyright: ignore[reportUnknownMemberType]
        return transport, protocol

    def _returned(self, _: object) -> None:
        self._elsewhere -= 1
