"""The process: its event loop, garbage collection and connections, which decide how fast a storm is answered."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

#: discord.py opens a connection for each answer under way; with TLS, 5,000 at once took 1.6 GB and 16 s.
CONNECTIONS = 256


def run(work: Coroutine[Any, Any, T], *, rehearsing: bool = False) -> T:
    """Run a coroutine, on uvloop if installed: it answers about 25 % more presses a second.

    `rehearsing`: on a loop whose time a rehearsal moves.
    """
    if rehearsing:
        from bot.virtual_loop import VirtualLoop  # noqa: PLC0415 - for rehearsals only

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(work)
    try:
        import uvloop  # noqa: PLC0415 - not made for every system
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def make_files_private() -> None:
    """Make new files and folders of this process readable by its own user only: 0600 and 0700."""
    os.umask(0o077)


def collect_nothing() -> None:
    """Turn garbage collection off while the program starts: nearly all objects of the start stay alive."""
    gc.disable()


def collect_rarely() -> None:
    """Exclude the objects of the start, mostly modules, from garbage collection, and collect less often.

    With Python's default, a storm of 5,000 presses spends 0.7 s on scanning the objects of the start. One in a hundred
    of them is garbage, and stays: finding it would delay the first answer. The threshold is above the 70,000 objects
    that a storm keeps alive: with a lower one, each collection would scan them for nothing.
    """
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    gc.enable()
