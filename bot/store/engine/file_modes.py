"""File modes: what earlier versions left readable by others is closed; new files never are (bot/runtime.py)."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def files_of(database: Path) -> list[Path]:
    """The database and everything named after it beside it: log, lock, lists, copies."""
    named = (path for path in database.parent.glob(f"{database.name}*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in named if path.name[len(database.name) :][:1] in {"", "-", "."})


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those of some files that other users of this machine may read or write."""
    return [path for path in paths if path.stat().st_mode & _OTHERS]


def close_to_others(paths: Iterable[Path]) -> None:
    """Take away what other users may do with some files, as earlier versions left them; nothing else is changed."""
    for path in open_to_others(paths):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
        except PermissionError:
            log.warning("%s can be read by others, and belongs to another user, who must run: chmod 600 %s", path, path)
