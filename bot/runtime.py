"""How the process runs: its event loop, its garbage collection, its connections. What a storm costs hangs on it."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

#: discord.py opens a connection for each answer under way; with TLS, 5,000 at once took 1.6 GB and 16 s.
CONNECTIONS = 256


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, on uvloop where there is one: it answers about a quarter more a second."""
    try:
        import uvloop  # noqa: PLC0415 - not made for every system
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def make_files_private() -> None:
    """Have every file that this process makes readable by its own user only: files 0600, folders 0700."""
    os.umask(0o077)


def collect_nothing() -> None:
    """Collect no garbage while the program starts: nearly all that is made then stays, and to look takes long."""
    gc.disable()


def collect_rarely() -> None:
    """Leave what is there for good, modules mostly, out of collections, and have fewer of them.

    With the default, a storm of 5,000 presses spends 0.7 s on looking at all that was there before it. What is garbage
    by then is one in a hundred, and stays: to find it would hold up the first answer. What is under way in a storm,
    70,000 objects, is not garbage either: fewer than that between two collections, and each looks at it for nothing.
    """
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    gc.enable()
