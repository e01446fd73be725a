"""The real bot, `plenary run`, in its own process: started, killed, restarted, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

_STOP_SECONDS = 8
#: Exit codes after which a service manager restarts the bot: "Discord can't be reached", and SIGKILL.
_TRY_AGAIN = (1, -signal.SIGKILL)

_PLENARY_RUN = (sys.executable, "-m", "bot", "run")


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PLENARY_", "DISCORD_"))}


class Running(Protocol):
    """A started process, with the methods of asyncio's."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs; a negative signal number if a signal ended it."""
        ...

    def send_signal(self, number: int, /) -> None:
        """Send it a signal, unless it has ended."""
        ...

    def kill(self) -> None:
        """Send it SIGKILL."""
        ...

    async def wait(self) -> int:
        """Wait until it has ended, for its exit code."""
        ...


class BotEndedError(RuntimeError):
    """The bot ended by itself; the message ends with the last lines of its log."""


class BotProcess:
    """`plenary run` with the rehearsal's settings, and its log in a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment = environment
        """Its settings. The settings of the rehearsal's own process are not passed on."""
        self._log = log
        self._process: Running | None = None
        self._stopping = False
        self.kills = 0

    async def start(self) -> None:
        """Start it; it is ready once it has connected to Discord."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_PLENARY_RUN, env={**_inherited(), **self.environment}, stderr=log, stdin=asyncio.subprocess.DEVNULL
            )

    async def kill(self) -> None:
        """Send SIGKILL, and restart it at once."""
        process = self._running
        self.kills += 1
        self._process = None
        process.kill()
        await process.wait()
        await self.start()

    async def stop(self) -> int:
        """Send SIGTERM and return the exit code. Raises BotEndedError if it does not end in time."""
        process = self._running
        self._stopping = True
        process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise BotEndedError(f"The bot did not end within {_STOP_SECONDS} s of SIGTERM.\n{self._tail()}") from None

    async def abandon(self) -> None:
        """Kill it if it runs: for a rehearsal that fails."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def watch(self, *, patient: bool) -> None:
        """Watch for an unexpected end of the process. Raises BotEndedError then.

        If `patient`, it is restarted after an exit code that asks for it, as a service manager would.
        """
        while not self._stopping:
            process = self._process
            if process is None:
                await asyncio.sleep(0.01)  # being restarted
                continue
            code = await process.wait()
            if process is not self._process or self._stopping:
                continue
            if patient and code in _TRY_AGAIN:
                self.kills += code == -signal.SIGKILL
                await self.start()
            else:
                raise BotEndedError(f"The bot ended by itself, with exit code {code}.\n{self._tail()}")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    @property
    def _running(self) -> Running:
        if self._process is None:
            raise BotEndedError("The bot is not running.")
        return self._process

    def _tail(self) -> str:
        return "\n".join(self._log.read_text("utf-8", errors="replace").splitlines()[-15:])

    def errors_logged(self) -> int:
        """The number of lines in its log at ERROR or above."""
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return sum(" ERROR " in line[:40] or " CRITICAL " in line[:40] for line in lines)
