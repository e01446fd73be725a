"""The database's files: their one name, their modes, and what is on disk."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from bot.store.engine.errors import DatabaseUnusableError

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: Endings of the files that outlive a restored copy. They belong next to the database itself, not next to a link to it.
_LISTS = (".erased", ".exports")


def real_path(path: Path) -> Path:
    """Resolve links to the database. Raises OSError, RuntimeError; DatabaseUnusableError if a link has lists."""
    real = path.resolve()
    for ending in _LISTS:
        left, there = path.with_name(path.name + ending), real.with_name(real.name + ending)
        if left.exists() and left.resolve() != there.resolve():
            raise DatabaseUnusableError(
                f"{path} is a link to {real}, and {left.name} must be next to the file itself. "
                f"Type: cat {left} >> {there} && rm {left}"
            )
    return real


def require_one_name(path: Path) -> None:
    """Refuse a file with hard links: by another name, another process would write with a log and a lock of its own."""
    names = path.stat().st_nlink if path.exists() else 1
    if names > 1:
        raise DatabaseUnusableError(
            f"{path} has {names} names (hard links), so two programs could write to it without knowing of each other. "
            f"Remove the others; this lists them: find / -xdev -samefile {path}"
        )


def files_of(database: Path) -> list[Path]:
    """Return the database and every file next to it that is named after it: log, lock, lists, copies, notes' files."""
    places = (*database.parent.glob(f"{database.name}*"), *database.parent.glob(f"{database.name}*.files/*"))
    named = (path for path in places if path.is_file() and not path.is_symlink())
    first = len(database.parent.parts)
    return sorted(path for path in named if path.parts[first][len(database.name) :][:1] in {"", "-", "."})


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Return the files that other users of this machine may read or write."""
    return [path for path in paths if path.stat().st_mode & _OTHERS]


def close_to_others(paths: Iterable[Path]) -> None:
    """Take away other users' access to files that earlier versions left open; new files never are (bot/runtime.py)."""
    for path in open_to_others(paths):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
        except PermissionError:
            log.warning("%s can be read by others, and belongs to another user, who must run: chmod 600 %s", path, path)


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
