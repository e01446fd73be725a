"""Backups: made next to the running bot, and restored. Each failure is a sentence (BackupError)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.store.engine.content_folder import copy_contents, folder_of, remove
from bot.store.engine.copies import copy_to, damage_in
from bot.store.engine.errors import (
    BackupError,
    DamageError,
    DatabaseDamagedError,
    DatabaseUnusableError,
    NotADatabaseError,
    TransactionError,
    WrongWorkshopError,
)
from bot.store.engine.files import sync
from bot.store.engine.lock import WriterLock
from bot.store.engine.schema import schema_of
from bot.store.engine.sqlite import read_only
from bot.store.stored_plan import PLAN_FACT, workshop_of

#: Tables that every Plenary has had since its first version.
_OURS = {"fact", "venue", "delivery"}

#: The instant (UTC) in the name of a backup.
STAMP = "%Y%m%dT%H%M%SZ"


def prefix_of(database: Path, *, nightly: bool) -> str:
    """Return how the names of its backups begin. Nightly ones have a prefix of their own: only they are removed."""
    return f"{database.stem}-nightly-" if nightly else f"{database.stem}-"


def name_at(database: Path, now: datetime, *, nightly: bool = False) -> str:
    """Return the default name of a backup made at `now`."""
    return f"{prefix_of(database, nightly=nightly)}{now.astimezone(UTC).strftime(STAMP)}.db"


def backups_in(folder: Path, prefix: str) -> dict[datetime, Path]:
    """Return the backups in a folder whose names have a prefix, by instant (UTC)."""
    backups: dict[datetime, Path] = {}
    for path in folder.glob("*.db"):
        if path.name.startswith(prefix):
            with suppress(ValueError):  # a file that somebody named otherwise
                stamp = path.stem.removeprefix(prefix)
                backups[datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)] = path
    return backups


def delete_backup(path: Path) -> None:
    """Delete a backup with its files. Raises OSError."""
    path.unlink(missing_ok=True)
    remove(folder_of(path))


def copies_of(database: Path, folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the nightly backups in a folder, and the other copies of the database there or next to it; by name."""
    nightly = sorted(backups_in(folder, prefix_of(database, nightly=True)).values())
    earlier = [path for path in database.parent.glob(f"{database.name}.before-*") if not path.name.endswith("-wal")]
    return nightly, sorted({*folder.glob("*.db"), *earlier} - {*nightly, database})


def require_workshop(database: Path, workshop: str) -> None:
    """Raise WrongWorkshopError if a database, or a copy of one, is known to be of another workshop; or BackupError."""
    with (
        _failures_explained(database, f"{database} can't be read", "Check that this user may read it."),
        _opened(database) as connection,
    ):
        held = _workshop_in(connection)
    if held and workshop and held != workshop:
        raise WrongWorkshopError(database, held, workshop)


def _workshop_in(connection: sqlite3.Connection) -> str:
    """Return the id of the workshop; empty if the database doesn't say."""
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (PLAN_FACT,)).fetchone()
    return workshop_of(row[0]) if row else ""


def backup(database: Path, to: Path) -> None:
    """Copy the database as it is now with the files of notes, also while the bot writes to it.

    The files come into a folder of the copy's name, next to it. `to` exists once the copy is whole, checked and on
    disk, and not before. Raises BackupError, DatabaseDamagedError.
    """
    advice = "Check the path, the free disk, and that this user may write there."
    with _failures_explained(database, f"No backup was made to {to}", advice):
        if to.exists():
            raise BackupError(f"{to} is already there, and is left as it is. Name another file.")
        with _opened(database) as connection:
            to.parent.mkdir(parents=True, exist_ok=True)
            # Twice: files come before their rows, so those there first are whole; what came meanwhile follows.
            copy_contents(folder_of(database), folder_of(to))
            copy_to(connection, to)
            copy_contents(folder_of(database), folder_of(to))


def restore(saved: Path, database: Path, now: datetime) -> Path | None:
    """Replace the database, which no bot may have open, by a backup; return the name of the former database.

    The former database is kept next to it together with its log; None if there was none. If the process is killed
    meanwhile, run it again. Raises DatabaseInUseError, SchemaError, BackupError, and WrongWorkshopError if the backup
    is of another workshop than the database.
    """
    database = database.resolve()
    aside = database.with_name(f"{database.name}.before-restore-{now.astimezone(UTC).strftime(STAMP)}")
    advice = "Check both paths, the free disk, and that this user may write there."
    with _failures_explained(saved, f"{saved} was not restored", advice):
        if saved.exists() and database.exists() and saved.samefile(database):
            raise BackupError(f"{saved} is the database itself. Name the backup to restore.")
        with _opened(saved) as connection:
            _require_sound(connection, saved)
            if not faults_in(database):
                require_workshop(database, _workshop_in(connection))
            database.parent.mkdir(parents=True, exist_ok=True)
            with _locked(database):
                # Both databases' files: the bot's next start deletes those that the restored one doesn't name.
                copy_contents(folder_of(database), folder_of(aside))
                copy_contents(folder_of(saved), folder_of(database))
                return _replace(database, connection, aside)


@contextmanager
def _locked(database: Path) -> Generator[None]:
    """Keep other processes from writing to the database. Raises DatabaseInUseError if one does."""
    lock = WriterLock.take(database)
    try:
        yield
    finally:
        lock.release()


def _replace(database: Path, backup: sqlite3.Connection, aside: Path) -> Path | None:
    """Replace the file; at each instant, the former database and its log exist under at least one name."""
    fresh = database.with_name(f".{database.name}.restored")
    copy_to(backup, fresh)
    try:
        # If the bot was killed, the log holds the last commits: it is kept under the name that belongs to the file.
        kept = [_link(_with_ending(database, ending), _with_ending(aside, ending)) for ending in ("", "-wal")]
        sync(database.parent)
        # Before the new file comes: SQLite applies any log of that name, whichever file it was written for.
        for ending in ("-wal", "-shm"):
            _with_ending(database, ending).unlink(missing_ok=True)
        sync(database.parent)
        fresh.replace(database)
    finally:
        fresh.unlink(missing_ok=True)
    sync(database.parent)
    return aside if any(kept) else None


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _link(path: Path, aside: Path) -> bool:
    """Give a file a second name; False if there is no such file."""
    if not path.exists():
        return False
    if aside.exists():
        raise BackupError(f"{aside} is already there. Try again in a second.")
    try:
        os.link(path, aside)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, aside)
        sync(aside)
    return True


def faults_in(database: Path) -> str:
    """Return what is wrong with a database, in a sentence; empty if it is sound. It may be in use meanwhile."""
    try:
        with (
            _failures_explained(database, f"{database} can't be read", "Check that this user may read it."),
            _opened(database) as connection,
        ):
            _require_sound(connection, database, quick=True)
    except DatabaseUnusableError as fault:
        return str(fault)
    return ""


@contextmanager
def _opened(path: Path) -> Generator[sqlite3.Connection]:
    """Open a database of Plenary to read. Raises BackupError for any other file, SchemaError for a newer one."""
    if not path.is_file():
        raise BackupError(f"There is no database at {path}. Check the path.")
    with read_only(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= _OURS or not schema_of(connection, path):
            raise BackupError(f"{path} is a database, but not one of Plenary's. Check the path.")
        yield connection


def _require_sound(connection: sqlite3.Connection, path: Path, *, quick: bool = False) -> None:
    damage = damage_in(connection, quick=quick)
    if damage:
        raise BackupError(f"{path} is damaged ({damage}). Restore a backup that is not: plenary restore FILE.")


@contextmanager
def _failures_explained(source: Path, what: str, advice: str) -> Generator[None]:
    """Turn a failure of SQLite or the system into a sentence; `source` is the database that is read."""
    try:
        yield
    except (TransactionError, OSError) as failure:
        if isinstance(failure, DamageError) and not isinstance(failure, NotADatabaseError):
            raise DatabaseDamagedError(source, failure) from None
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        raise BackupError(f"{what}: {reason}. {advice}") from None
