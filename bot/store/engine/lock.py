"""One process writes to a database. The operating system holds the lock, so a killed process leaves none."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import ClassVar, Self


class DatabaseUnusableError(RuntimeError):
    """The database can't be opened; the message says why and what to do."""

    exit_code: ClassVar[int] = 2


class DatabaseInUseError(DatabaseUnusableError):
    """Another process has the database."""


class DatabaseDamagedError(DatabaseUnusableError):
    """SQLite found a page that makes no sense: a failing disk, or a program that wrote into the file."""

    exit_code = 4

    def __init__(self, database: Path, failure: Exception) -> None:
        super().__init__(
            f"{database} is damaged ({failure}). Stop the bot and go back to the newest sound backup: plenary restore "
            "FILE. It checks the backup first, and keeps what is there now. The nightly backups are in the folder "
            "that PLENARY_BACKUPS names."
        )


class WriterLock:
    """Held from `take` to `release`, or to the end of the process, whatever ends it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, database: Path) -> Self:
        """Raises DatabaseInUseError, naming the process that holds it. The file is locked, whatever link names it."""
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
