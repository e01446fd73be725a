"""The folder of contents next to a database: each in a file named after its digest, written once and never changed."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from bot.store.engine.copies import PART
from bot.store.engine.files import sync

log = logging.getLogger(__name__)

_ENDING = ".files"


def folder_of(database: Path) -> Path:
    """Return the folder of a database, or of a copy of one; it is made with the first file in it."""
    return database.with_name(database.name + _ENDING)


def digest_of(content: bytes) -> str:
    """Return the name under which a content is stored: its SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def keep(folder: Path, content: bytes) -> str:
    """Write a content to disk and return its digest; nothing is written if it is there already. Raises OSError."""
    digest = digest_of(content)
    path = folder / digest
    if path.exists():
        return digest
    folder.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=PART, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync(folder)
    return digest


def contents(folder: Path) -> frozenset[str]:
    """Return the names of the files in a folder; none if there is no folder."""
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def sweep(folder: Path, named: Collection[str]) -> None:
    """Delete the files whose digest is not in `named`. Raises OSError."""
    for name in contents(folder) - frozenset(named):
        (folder / name).unlink(missing_ok=True)


def copy_contents(source: Path, target: Path) -> None:
    """Have every file of a folder in another one too, as one more name of the same file where the disk allows it.

    A file is never changed, so both may share it. Raises OSError.
    """
    missing = contents(source) - contents(target)
    if not missing:
        return
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in missing:
        if not name.endswith(PART):
            _link(source / name, target / name)
    sync(target)


def _link(source: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}{PART}")
    try:
        part.unlink(missing_ok=True)
        try:
            os.link(source, part)
        except OSError:  # another disk, or a file system without hard links
            shutil.copyfile(source, part)
            sync(part)
        part.replace(target)
    except FileNotFoundError:
        log.info("%s was deleted while it was being copied", source)
        part.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Delete a folder with everything in it, if it is there. Raises OSError."""
    if folder.is_dir():
        shutil.rmtree(folder)
