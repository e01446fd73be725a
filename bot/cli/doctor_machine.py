"""Checks of `plenary doctor` on the machine: program, disk, database, backups, clock; for Discord see doctor.py."""

from __future__ import annotations

import email.utils
import platform
import shutil
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import tzdata

from bot.domain.people import retention
from bot.domain.plan import Plan
from bot.settings import Settings
from bot.store.engine.backup import backups_in, faults_in, prefix_of
from bot.store.engine.content_folder import contents, folder_of
from bot.store.engine.errors import DatabaseUnusableError, StoreError
from bot.store.engine.files import files_of, open_to_others, require_one_name
from bot.store.engine.sqlite import SQLITE_VERSION
from bot.store.note_files import named_in
from bot.store.privacy.purges import counted_in

_LITTLE, _TOO_LITTLE = 1 << 30, 100 << 20  # bytes of free disk
_OFF, _FAR_OFF = timedelta(seconds=2), timedelta(seconds=30)
#: A night and some hours: by then there should be a newer backup.
_BACKUP_OLD = timedelta(hours=30)


class Level(StrEnum):
    """The severity of a finding."""

    OK = "ok"
    LOOK = "look"
    """Works, and somebody should look at it."""
    BAD = "bad"
    """Doesn't work until it is fixed."""


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """The result of one check, and how to fix it."""

    level: Level
    what: str
    fix: str = ""


def ok(what: str) -> DoctorFinding:
    """Return a finding: all is as it must be."""
    return DoctorFinding(Level.OK, what)


def look(what: str, fix: str) -> DoctorFinding:
    """Return a finding: it works, and somebody should look at it."""
    return DoctorFinding(Level.LOOK, what, fix)


def bad(what: str, fix: str) -> DoctorFinding:
    """Return a finding: it doesn't work until it is fixed."""
    return DoctorFinding(Level.BAD, what, fix)


def machine(settings: Settings, plan: Plan | None, now: datetime) -> Iterator[DoctorFinding]:
    """Yield the findings of every check that needs no network."""
    yield ok(f"Python {platform.python_version()}.")
    # NOTE: 3.7.0 to 3.51.2 can damage a database in WAL mode that two processes write to.
    yield ok(f"SQLite {SQLITE_VERSION}; a lock sees to it that one process writes.")
    if plan:
        yield zone(plan.zone)
    yield disk("the database", settings.database)
    if settings.backups_kept:
        yield disk("the backups", settings.backups)
    yield database(settings.database)
    if settings.database.exists():
        yield modes(settings)
        yield from note_files(settings.database)
        yield backups(settings, now)
        if plan:
            yield from terms(settings.database, plan, now)


def zone(key: str) -> DoctorFinding:
    """Check that the machine's own data on time zones, which take precedence, are as new as the program's."""
    listed = (Path(folder) / "tzdata.zi" for folder in zoneinfo.TZPATH)
    system = next((path for path in listed if path.exists()), None)
    if system is None:
        return ok(f"The zone {key} is known; the zones are those of tzdata {tzdata.IANA_VERSION}.")
    with system.open(encoding="utf-8") as file:
        version = file.readline().rpartition(" ")[2].strip()
    what = f"The zone {key} is known; the zones are this machine's, version {version}."
    if version < tzdata.IANA_VERSION:
        fix = f"{tzdata.IANA_VERSION} is newer: update this machine's tzdata if {key} has changed its clocks since."
        return look(what, fix)
    return ok(what)


def disk(what: str, path: Path) -> DoctorFinding:
    """Check the free disk space where a path is, or will be."""
    whole = path.resolve()
    folder = next(place for place in (whole, *whole.parents) if place.is_dir())
    free = shutil.disk_usage(folder).free
    sentence = f"{free / (1 << 30):,.1f} GiB of disk are free for {what} ({folder})."
    fix = "Make room there, or name another place in the settings."
    if free < _TOO_LITTLE:
        return bad(sentence, fix)
    return look(sentence, fix) if free < _LITTLE else ok(sentence)


def database(path: Path) -> DoctorFinding:
    """Check that the database is sound."""
    if not path.exists():
        return look(f"There is no database at {path} yet.", "The bot makes it when it is started.")
    if fault := faults_in(path):
        return bad(fault, "To go back to a backup: plenary restore FILE")
    try:
        require_one_name(path)
    except DatabaseUnusableError as links:
        return bad(str(links), "Until then the bot doesn't start.")
    return ok(f"The database {path} is sound; it has {path.stat().st_size / (1 << 10):,.0f} KiB.")


def modes(settings: Settings) -> DoctorFinding:
    """Check that other users of this machine can't read the database and its backups."""
    kept = [*files_of(settings.database), *settings.backups.glob("*.db"), *settings.backups.glob("*.db.files/*")]
    if names := " ".join(str(path) for path in open_to_others(kept)):
        return look(f"Other users of this machine can read {names}.", f"Type: chmod 600 {names}")
    return ok("Only this user can read the database and its backups.")


def note_files(path: Path) -> Iterator[DoctorFinding]:
    """Yield a finding about the files of notes, if there are any."""
    try:
        named = named_in(path)
    except StoreError:
        return  # `database` reports it, or it is of an older Plenary
    folder = folder_of(path)
    there = contents(folder)
    if lost := named - there:
        sentence = f"{len(lost):,} of {len(named):,} files of notes are not in {folder}."
        yield bad(sentence, f"Copy them from the folder of a backup, such as backups/NAME.db{folder.suffix}.")
    elif named:
        size = sum((folder / name).stat().st_size for name in named)
        yield ok(f"The {len(named):,} files of notes are in {folder}; they have {size / (1 << 20):,.1f} MiB.")


def backups(settings: Settings, now: datetime) -> DoctorFinding:
    """Check the age of the newest backup."""
    listings = [backups_in(settings.backups, prefix_of(settings.database, nightly=flag)) for flag in (True, False)]
    newest = max((instant for listing in listings for instant in listing), default=None)
    fix = "Make one: plenary backup. While the bot runs, it makes one each night, unless backups_kept is 0."
    if newest is None:
        return look(f"There is no backup in {settings.backups}.", fix)
    hours = (now - newest) / timedelta(hours=1)
    sentence = f"The newest backup in {settings.backups} was made {newest:%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago."
    return look(sentence, fix) if now - newest > _BACKUP_OLD else ok(sentence)


def terms(path: Path, plan: Plan, now: datetime) -> Iterator[DoctorFinding]:
    """Yield a finding for each kind of record that is kept for longer than the plan says."""
    try:
        overdue = counted_in(path, retention.overdue_kinds(plan, now))
    except StoreError:
        return  # `database` reports it
    for kind, count in overdue.items():
        what = (
            f"{count:,} records of {kind} should be kept until {retention.last_day_kept(plan, kind)} only, by the plan."
        )
        yield look(what, "Stop the bot, and type: plenary purge. It says first what it will do.")


def clock(date: str | None, asked: datetime, answered: datetime) -> DoctorFinding:
    """Compare our clock with the Date header of an answer, which came between two instants of ours (UTC)."""
    theirs = email.utils.parsedate_to_datetime(date) if date else None
    if theirs is None or theirs.tzinfo is None:
        return look("Discord's answer has no date, so this machine's clock could not be compared.", "Try again.")
    # A Date header has whole seconds, rounded down.
    ahead = max(asked - (theirs + timedelta(seconds=1)), theirs - answered, timedelta())
    sentence = f"This machine's clock and Discord's are at least {ahead.total_seconds():.0f} s apart."
    fix = "Have this machine's clock set by NTP (timedatectl set-ntp true): announcements go by it."
    if ahead > _FAR_OFF:
        return bad(sentence, fix)
    return look(sentence, fix) if ahead > _OFF else ok("This machine's clock agrees with Discord's.")
