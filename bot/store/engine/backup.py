"""A copy of the database beside the running bot, and the way back. Each failure is a sentence (BackupError)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.store.engine.database import copy_to, damage_in, is_malformed, schema_of, sync
from bot.store.engine.lock import DatabaseDamagedError, DatabaseUnusableError, WriterLock
from bot.store.plans import PLAN_FACT, WrongWorkshopError, workshop_of

#: Tables that every Plenary has had since its first version.
_OURS = {"fact", "venue", "delivery"}

#: How the names of backups tell their instants (UTC).
STAMP = "%Y%m%dT%H%M%SZ"


class BackupError(DatabaseUnusableError):
    """No backup was made, or none was restored; the message says why and what to do."""


def prefix_of(database: Path, *, nightly: bool) -> str:
    """How the names of its backups begin; the nightly ones are told apart, because they are also removed."""
    return f"{database.stem}-nightly-" if nightly else f"{database.stem}-"


def name_at(database: Path, now: datetime, *, nightly: bool = False) -> str:
    """What a backup made at `now` is called, unless somebody names it otherwise."""
    return f"{prefix_of(database, nightly=nightly)}{now.astimezone(UTC).strftime(STAMP)}.db"


def backups_in(folder: Path, prefix: str) -> dict[datetime, Path]:
    """The backups in a folder whose names begin so, by instant (UTC)."""
    found: dict[datetime, Path] = {}
    for path in folder.glob("*.db"):
        if path.name.startswith(prefix):
            with suppress(ValueError):  # somebody's own
                stamp = path.stem.removeprefix(prefix)
                found[datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)] = path
    return found


def copies_of(database: Path, folder: Path) -> tuple[list[Path], list[Path]]:
    """The nightly backups in a folder, and every other copy of the database, there or beside it; each by its name."""
    nightly = sorted(backups_in(folder, prefix_of(database, nightly=True)).values())
    beside = [each for each in database.parent.glob(f"{database.name}.before-*") if not each.name.endswith("-wal")]
    return nightly, sorted({*folder.glob("*.db"), *beside} - {*nightly, database})


def require_workshop(database: Path, workshop: str) -> None:
    """Raises WrongWorkshopError if a database, or a copy of one, is known to be of another workshop; or BackupError."""
    with (
        _told(database, f"{database} can't be read", "Check that this user may read it."),
        _readable(database) as connection,
    ):
        held = _workshop_in(connection)
    if held and workshop and held != workshop:
        raise WrongWorkshopError(database, held, workshop)


def _workshop_in(connection: sqlite3.Connection) -> str:
    """The id of the workshop; empty if the database doesn't say."""
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (PLAN_FACT,)).fetchone()
    return workshop_of(row[0]) if row else ""


def backup(database: Path, to: Path) -> None:
    """Copy the database as it is now, also while the bot writes to it.

    `to` is there when the copy is whole, checked and on disk, and not before. Raises BackupError, DatabaseDamagedError.
    """
    mend = "Check the path, the free disk, and that this user may write there."
    with _told(database, f"No backup was made to {to}", mend):
        if to.exists():
            raise BackupError(f"{to} is already there, and is left as it is. Name another file.")
        with _readable(database) as connection:
            to.parent.mkdir(parents=True, exist_ok=True)
            copy_to(connection, to)


def restore(saved: Path, database: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database, in which no bot may run.

    What was there is kept beside it, under the name that is returned, together with its log; None if nothing was
    there. If the process is killed under way, run it again. Raises DatabaseInUseError, SchemaError, BackupError, and
    WrongWorkshopError if the backup is of another workshop than what is there.
    """
    database = database.resolve()
    aside = database.with_name(f"{database.name}.before-restore-{now.astimezone(UTC).strftime(STAMP)}")
    mend = "Check both paths, the free disk, and that this user may write there."
    with _told(saved, f"{saved} was not restored", mend):
        if saved.exists() and database.exists() and saved.samefile(database):
            raise BackupError(f"{saved} is the database itself. Name the backup to restore.")
        with _readable(saved) as connection:
            _require_sound(connection, saved)
            if not faults_in(database):
                require_workshop(database, _workshop_in(connection))
            database.parent.mkdir(parents=True, exist_ok=True)
            with _alone(database):
                return _replace(database, connection, aside)


@contextmanager
def _alone(database: Path) -> Generator[None]:
    """Nobody else writes to the database meanwhile. Raises DatabaseInUseError if somebody does."""
    lock = WriterLock.take(database)
    try:
        yield
    finally:
        lock.release()


def _replace(database: Path, backup: sqlite3.Connection, aside: Path) -> Path | None:
    """At each instant, everything that was there is there under one name at least."""
    fresh = database.with_name(f".{database.name}.restored")
    copy_to(backup, fresh)
    try:
        # The log holds what was last committed, if the bot was killed: it is kept under the name that belongs to it.
        kept = [_keep(_beside(database, ending), _beside(aside, ending)) for ending in ("", "-wal")]
        sync(database.parent)
        # Before the new file comes: SQLite would apply a log that it finds, whichever file it was written for.
        for ending in ("-wal", "-shm"):
            _beside(database, ending).unlink(missing_ok=True)
        sync(database.parent)
        fresh.replace(database)
    finally:
        fresh.unlink(missing_ok=True)
    sync(database.parent)
    return aside if any(kept) else None


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _keep(path: Path, aside: Path) -> bool:
    """Give a file a second name; False if it isn't there."""
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
    """What is wrong with a database, in a sentence; empty if it is sound. It may be in use meanwhile."""
    try:
        with (
            _told(database, f"{database} can't be read", "Check that this user may read it."),
            _readable(database) as connection,
        ):
            _require_sound(connection, database, quick=True)
    except DatabaseUnusableError as fault:
        return str(fault)
    return ""


@contextmanager
def _readable(path: Path) -> Generator[sqlite3.Connection]:
    """A database of Plenary's, opened to read. Raises BackupError for any other file, SchemaError for a newer one."""
    if not path.is_file():
        raise BackupError(f"There is no database at {path}. Check the path.")
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= _OURS or not schema_of(connection, path):
            raise BackupError(f"{path} is a database, but not one of Plenary's. Check the path.")
        yield connection


def _require_sound(connection: sqlite3.Connection, path: Path, *, quick: bool = False) -> None:
    damage = damage_in(connection, quick=quick)
    if damage:
        raise BackupError(f"{path} is damaged ({damage}). Restore a backup that is not: plenary restore FILE.")


@contextmanager
def _told(original: Path, what: str, mend: str) -> Generator[None]:
    """Turn what SQLite and the system say into a sentence; the original is the database that is read."""
    try:
        yield
    except (sqlite3.Error, OSError) as failure:
        if is_malformed(failure):
            raise DatabaseDamagedError(original, failure) from None
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        raise BackupError(f"{what}: {reason}. {mend}") from None
