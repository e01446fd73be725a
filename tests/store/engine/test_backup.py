"""A copy of the database beside the running bot, and the way back: nothing is overwritten, every failure a sentence."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.nightly_backup import last_night
from bot.jobs.nightly_backup import NightlyBackupJob
from bot.store.engine import backup as module
from bot.store.engine import content_folder
from bot.store.engine.backup import backup, backups_in, faults_in, name_at, prefix_of, restore
from bot.store.engine.database import Database
from bot.store.engine.errors import BackupError, DatabaseDamagedError, DatabaseInUseError, SchemaError

NOW = datetime(2023, 2, 20, 12, 30, 15, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Bahrain")


async def put(database: Database, name: str) -> None:
    await database.write(lambda transaction: transaction.execute("INSERT INTO fact VALUES (?, 'kept')", (name,)))


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM fact WHERE name <> 'id_secret' ORDER BY name")]


async def made(path: Path, *facts: str) -> Path:
    """A database of Plenary's, closed."""
    database = await Database.open(path)
    for fact in facts:
        await put(database, fact)
    await database.close()
    return path


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*")}


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def fill(path: Path, content: bytes | str | None) -> None:
    """Bytes, or what SQL makes of an empty database."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(content)


def ruin(path: Path) -> None:
    """As a failing disk does: a page near the end is another."""
    with path.open("r+b") as file:
        file.seek(-3 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4096)


def leave_as_killed(path: Path, fact: str) -> None:
    """Commit a fact that stays in the log, as if the process had been killed then."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO fact VALUES (?, 'kept')", (fact,))
        connection.commit()
        files = {file: file.read_bytes() for file in (path, log_of(path), path.with_name(f"{path.name}-shm"))}
    for file, content in files.items():
        file.write_bytes(content)


# --- backup ----------------------------------------------------------------------------------------------------------


async def test_a_backup_is_whole_and_one_file_while_the_database_is_open(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await put(database, "before")
    copy = tmp_path / "not" / "yet" / "copy.db"
    backup(path, copy)
    await put(database, "after")
    assert listing(copy.parent) == {"copy.db"}
    assert names(copy) == ["before"]
    assert faults_in(copy) == ""


async def test_a_backup_overwrites_nothing(database: Database, path: Path, tmp_path: Path) -> None:
    del database
    (tmp_path / "copy.db").write_text("somebody's")
    with pytest.raises(BackupError, match=r"is already there, and is left as it is\. Name another file\."):
        backup(path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "somebody's"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no database at"),
        (b"Dear diary" * 100, "file is not a database"),
        ("CREATE TABLE diary (day)", "is a database, but not one of Plenary's"),
    ],
)
async def test_what_is_no_database_of_plenarys_is_not_backed_up(
    path: Path, tmp_path: Path, content: bytes | str | None, sentence: str
) -> None:
    fill(path, content)
    with pytest.raises(BackupError, match=sentence):
        backup(path, tmp_path / "copies" / "copy.db")
    assert "copies" not in listing(tmp_path)


async def test_a_backup_for_which_there_is_no_room_leaves_nothing(database: Database, path: Path) -> None:
    del database
    with pytest.raises(BackupError, match=r"No backup was made to .*Check the path, the free disk"):
        backup(path, path / "copy.db")
    assert listing(path.parent) <= {"plenary.db", "plenary.db-wal", "plenary.db-shm", "plenary.db.lock"}


async def test_a_damaged_database_is_told_and_not_restored(path: Path, tmp_path: Path) -> None:
    saved = await made(tmp_path / "saved.db", *(f"{n:05}" for n in range(2000)))
    ruin(saved)
    assert "Restore a backup that is not" in faults_in(saved)
    await made(path, "mine")
    with pytest.raises(BackupError, match="damaged"):
        restore(saved, path, NOW)
    assert names(path) == ["mine"]
    with pytest.raises(DatabaseDamagedError, match=r"saved\.db is damaged .* plenary restore FILE"):
        backup(saved, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


# --- restore ---------------------------------------------------------------------------------------------------------


async def test_a_restore_keeps_what_was_there_with_its_log_and_leaves_no_stale_one(path: Path, tmp_path: Path) -> None:
    """The log of a bot that was killed belongs to the file that was replaced: applied to another, it would ruin it."""
    saved = await made(tmp_path / "saved.db", "saved")
    await made(path)
    leave_as_killed(path, "unsaved")
    assert log_of(path).name in listing(path.parent)
    aside = path.with_name("plenary.db.before-restore-20230220T123015Z")
    assert restore(saved, path, NOW) == aside
    assert log_of(path).name not in listing(path.parent)
    assert names(path) == ["saved"]
    assert names(saved) == ["saved"]
    assert names(aside) == ["unsaved"]
    # Again in the same second: what was kept before is not overwritten.
    with pytest.raises(BackupError, match=r"is already there\. Try again in a second\."):
        restore(saved, path, NOW)
    assert names(path) == ["saved"]
    assert restore(saved, path, NOW + timedelta(seconds=1)) is not None


async def test_a_restore_to_where_nothing_is_keeps_nothing(tmp_path: Path) -> None:
    saved = await made(tmp_path / "saved.db", "saved")
    path = tmp_path / "new" / "plenary.db"
    assert restore(saved, path, NOW) is None
    assert names(path) == ["saved"]
    assert listing(path.parent) == {"plenary.db", "plenary.db.lock"}


async def test_nothing_is_restored_under_a_running_bot_or_over_itself_or_from_a_newer_program(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await put(database, "mine")
    saved = await made(tmp_path / "saved.db", "saved")
    with pytest.raises(DatabaseInUseError, match=rf"process {os.getpid()}\b"):
        restore(saved, path, NOW)
    with pytest.raises(BackupError, match="is the database itself"):
        restore(path, path, NOW)
    with closing(sqlite3.connect(saved)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(SchemaError, match="newer Plenary"):
        restore(saved, path, NOW)
    assert names(path) == ["mine"]


async def test_where_there_are_no_second_names_a_copy_is_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems have no hard links."""

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    saved = await made(tmp_path / "saved.db", "saved")
    await made(path, "mine")
    monkeypatch.setattr(module.os, "link", refuse)
    aside = restore(saved, path, NOW)
    assert aside is not None
    assert (names(path), names(aside)) == (["saved"], ["mine"])


# --- names -----------------------------------------------------------------------------------------------------------


def test_backups_are_told_by_their_names(tmp_path: Path) -> None:
    database = tmp_path / "plenary.db"
    for name in (name_at(database, NOW), name_at(database, NOW, nightly=True), "plenary-of-march.db", "other.db"):
        (tmp_path / name).touch()
    assert backups_in(tmp_path, prefix_of(database, nightly=False)) == {NOW: tmp_path / "plenary-20230220T123015Z.db"}
    assert list(backups_in(tmp_path, prefix_of(database, nightly=True))) == [NOW]
    assert backups_in(tmp_path / "nowhere", "plenary-") == {}


# --- each night ------------------------------------------------------------------------------------------------------


async def once(nightly: NightlyBackupJob, now: datetime) -> datetime:
    """One run of the bot's job, to its end."""
    following = await nightly.keep(now)
    await nightly.close()
    return following


async def test_one_backup_a_night_is_made_and_the_oldest_make_room(path: Path, tmp_path: Path) -> None:
    await made(path, "mine")
    folder = tmp_path / "backups"
    folder.mkdir()
    mine = folder / "plenary-20230101T000000Z.db"
    mine.write_text("made by hand, and nobody else's to remove")
    part = folder / ".plenary-nightly-20230219T000000Z.db.xyz.part"
    part.write_text("left by a process that was killed")
    fresh = folder / ".plenary-nightly-20230220T000000Z.db.xyz.part"
    fresh.write_text("under way")
    old = (NOW - timedelta(days=2)).timestamp()
    os.utime(part, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    nightly = NightlyBackupJob(path, folder, 3, ZONE)
    await nightly.close()  # nothing is under way yet
    for day in range(5):
        now = NOW + timedelta(days=day)
        following = await once(nightly, now)
        assert now < following <= now + timedelta(days=1)
        assert await once(nightly, now + timedelta(hours=1)) == following  # a night's backup is made once
        if day == 0:
            assert not part.exists()
            assert fresh.exists()
    kept = backups_in(folder, prefix_of(path, nightly=True))
    assert sorted(kept) == [NOW + timedelta(days=day) for day in (2, 3, 4)]
    assert all(names(copy) == ["mine"] for copy in kept.values())
    assert mine.exists()


async def test_a_restart_repeats_no_nights_backup(path: Path, tmp_path: Path) -> None:
    await made(path)
    for hours in (0, 1, 2):
        await once(NightlyBackupJob(path, tmp_path / "backups", 3, ZONE), NOW + timedelta(hours=hours))
    assert list(backups_in(tmp_path / "backups", prefix_of(path, nightly=True))) == [NOW]
    assert last_night(NOW, ZONE) < NOW


async def test_a_backup_that_fails_says_so_and_is_made_the_next_time(path: Path, tmp_path: Path) -> None:
    """The runner of jobs tells the team, and leaves it alone for a while."""
    folder = tmp_path / "backups"
    nightly = NightlyBackupJob(path, folder, 3, ZONE)
    with pytest.raises(BackupError):
        await once(nightly, NOW)
    assert not folder.exists()
    await made(path)
    await once(nightly, NOW + timedelta(minutes=1))
    assert list(backups_in(folder, prefix_of(path, nightly=True))) == [NOW + timedelta(minutes=1)]


# --- the files of notes


def keep_file(database: Path, content: bytes) -> str:
    return content_folder.keep(content_folder.folder_of(database), content)


def kept_files(database: Path) -> set[bytes]:
    folder = content_folder.folder_of(database)
    return {(folder / name).read_bytes() for name in content_folder.contents(folder)}


async def test_a_backup_has_the_files_of_notes_and_keeps_them(tmp_path: Path) -> None:
    database, copy = await made(tmp_path / "plenary.db"), tmp_path / "usb" / "copy.db"
    digest = keep_file(database, b"one")
    content_folder.folder_of(database).joinpath("half.part").write_bytes(b"half")
    backup(database, copy)
    assert kept_files(copy) == {b"one"}
    # What is deleted later stays in the backup.
    (content_folder.folder_of(database) / digest).unlink()
    assert kept_files(copy) == {b"one"}


async def test_a_restored_backup_brings_its_files_and_keeps_those_of_the_former_database(tmp_path: Path) -> None:
    database, copy = await made(tmp_path / "plenary.db"), tmp_path / "copy.db"
    keep_file(database, b"one")
    backup(database, copy)
    content_folder.sweep(content_folder.folder_of(database), ())
    keep_file(database, b"two")
    aside = restore(copy, database, NOW)
    assert aside is not None
    assert kept_files(aside) == {b"two"}
    assert b"one" in kept_files(database)


async def test_a_file_system_without_hard_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("bot.store.engine.content_folder.os.link", refuse)
    database, copy = await made(tmp_path / "plenary.db"), tmp_path / "copy.db"
    keep_file(database, b"one")
    backup(database, copy)
    assert kept_files(copy) == {b"one"}


async def test_a_nightly_backup_that_is_superseded_goes_with_its_files(tmp_path: Path) -> None:
    database, folder = await made(tmp_path / "plenary.db"), tmp_path / "backups"
    keep_file(database, b"one")
    job = NightlyBackupJob(database, folder, 1, ZONE)
    await job.keep(NOW)
    [first] = folder.glob("*.db")
    assert kept_files(first) == {b"one"}
    await job.keep(NOW + timedelta(days=1))
    [second] = folder.glob("*.db")
    assert second != first
    assert kept_files(second) == {b"one"}
    assert listing(folder) == {second.name, content_folder.folder_of(second).name}
