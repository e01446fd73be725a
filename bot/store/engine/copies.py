"""Copies of an open database, and the check of a file for damage."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bot.store.engine.errors import DamageError
from bot.store.engine.files import sync
from bot.store.engine.sqlite import store_errors

#: How the name of an unfinished copy ends: it is being made, or a killed process left it.
PART = ".part"


def copy_to(connection: sqlite3.Connection, path: Path) -> None:
    """Copy an open database consistently to a file without a log; also while others write to it.

    The copy gets its name only when it is whole, checked and on disk: a process that is killed leaves at most a part
    (see `PART`). Raises TransactionError (DamageError if the copy is damaged) or OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        with store_errors(), closing(sqlite3.connect(part, isolation_level=None)) as copy:
            _fill(copy, connection)
        sync(part)
        part.replace(path)
    except BaseException:
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)
        raise
    sync(path.parent)


def _fill(copy: sqlite3.Connection, original: sqlite3.Connection) -> None:
    copy.execute("PRAGMA journal_mode = OFF")
    copy.execute("PRAGMA synchronous = OFF")  # the whole file is synced once, at the end
    original.backup(copy)
    # The original's journal mode was copied too; without a log next to it, the copy can be moved as one file.
    copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    if damage := damage_in(copy):
        raise DamageError(damage)


def damage_in(connection: sqlite3.Connection, *, quick: bool = False) -> str:
    """Return the first fault that SQLite finds in a database; empty if it is sound. `quick` leaves out the indexes."""
    fault = connection.execute("PRAGMA quick_check(1)" if quick else "PRAGMA integrity_check(1)").fetchone()[0]
    if fault == "ok":
        orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
        fault = f"a row of {orphans[0]} refers to nothing" if orphans else ""
    return str(fault).rpartition("\n")[2]
