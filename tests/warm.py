"""The bot in its own process, forked from one that has loaded its modules and texts, which is most of a start.

The fork does all that `plenary run` does. Rehearsals, and tests of the command itself, start the bot as users do.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rehearsal.bot_process import BotProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Run = Callable[[Mapping[str, str], str], None]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "tests.preloaded"])


def plenary_run(environment: Mapping[str, str], log: str) -> None:
    """`plenary run`, in a forked process."""
    with Path(log).open("ab") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    _become(("run",), environment)


def plenary_command(arguments: Sequence[str], environment: Mapping[str, str], out: str, err: str) -> None:
    """`plenary` with other arguments, in a forked process."""
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        with Path(path).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    _become(arguments, environment)


def _become(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(("PLENARY_", "DISCORD_"))]:
        del os.environ[name]
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the fork server ignores it
    sys.argv = ["plenary", *arguments]
    from bot.__main__ import main  # noqa: PLC0415 - the test's own process does not need it

    main()


class Forked:
    """A forked process, with the methods of asyncio's processes."""

    def __init__(self, run: Callable[..., None], *arguments: object) -> None:
        self._process = _context.Process(target=run, args=arguments)
        self._process.start()
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._process.sentinel, self._on_end)

    def _on_end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.is_alive():
            # It may have ended without the fork server having said so yet.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode


class WarmBot(BotProcess):
    """A bot that is forked: it starts in a fifth of the time."""

    def __init__(self, environment: Mapping[str, str], log: Path, run: Run = plenary_run) -> None:
        super().__init__(environment, log)
        self._run = run

    async def start(self) -> None:
        self._process = Forked(self._run, dict(self.environment), str(self._log))
