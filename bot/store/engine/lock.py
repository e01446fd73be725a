"""The lock of the one process that writes to a database: the operating system's, so a killed process leaves none."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from bot.store.engine.errors import DatabaseInUseError


class WriterLock:
    """The lock, held from `take` to `release` or to the end of the process."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, database: Path) -> Self:
        """Take the lock of a database, by whatever link it is named.

        Raises DatabaseInUseError, which names the process that holds it, and OSError.
        """
        real = database.resolve()
        path = real.with_name(real.name + ".lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 64).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise DatabaseInUseError(
                f"{database} is in use by another Plenary (process {holder}). "
                "Only one may write to it: stop that one first, or give this one a database of its own."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        return cls(handle)

    def release(self) -> None:
        """Let the next process in."""
        os.close(self._handle)
