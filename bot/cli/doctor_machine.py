"""What `plenary doctor` finds on the machine: program, disk, database, backups, clock; for Discord see doctor.py."""

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
from bot.store.engine.errors import DatabaseUnusableError, StoreError
from bot.store.engine.files import files_of, open_to_others, require_one_name
from bot.store.engine.sqlite import SQLITE_VERSION
from bot.store.privacy.purges import counted_in

_LITTLE, _TOO_LITTLE = 1 << 30, 100 << 20  # bytes of free disk
_OFF, _FAR_OFF = timedelta(seconds=2), timedelta(seconds=30)
#: A night and some hours: by then there should be a newer backup.
_BACKUP_OLD = timedelta(hours=30)


class Level(StrEnum):
    """How a finding weighs."""

    OK = "ok"
    LOOK = "look"
    """Works, and somebody should look at it."""
    BAD = "bad"
    """Doesn't work until it is mended."""


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """What was found, and what to do about it."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> DoctorFinding:
    """All is as it must be."""
    return DoctorFinding(Level.OK, what)


def look(what: str, mend: str) -> DoctorFinding:
    """Works, and somebody should look at it."""
    return DoctorFinding(Level.LOOK, what, mend)


def bad(what: str, mend: str) -> DoctorFinding:
    """Doesn't work until it is mended."""
    return DoctorFinding(Level.BAD, what, mend)


def machine(settings: Settings, plan: Plan | None, now: datetime) -> Iterator[DoctorFinding]:
    """Everything that needs no network."""
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
        yield backups(settings, now)
        if plan:
            yield from terms(settings.database, plan, now)


def zone(key: str) -> DoctorFinding:
    """Whether the machine's own data about time zones, which come first, are as new as the program's."""
    listed = (Path(folder) / "tzdata.zi" for folder in zoneinfo.TZPATH)
    system = next((path for path in listed if path.exists()), None)
    if system is None:
        return ok(f"The zone {key} is known; the zones are those of tzdata {tzdata.IANA_VERSION}.")
    with system.open(encoding="utf-8") as file:
        version = file.readline().rpartition(" ")[2].strip()
    what = f"The zone {key} is known; the zones are this machine's, version {version}."
    if version < tzdata.IANA_VERSION:
        mend = f"{tzdata.IANA_VERSION} is newer: update this machine's tzdata if {key} has changed its clocks since."
        return look(what, mend)
    return ok(what)


def disk(what: str, path: Path) -> DoctorFinding:
    """The free disk where a path is, or will be."""
    whole = path.resolve()
    folder = next(place for place in (whole, *whole.parents) if place.is_dir())
    free = shutil.disk_usage(folder).free
    sentence = f"{free / (1 << 30):,.1f} GiB of disk are free for {what} ({folder})."
    mend = "Make room there, or name another place in the settings."
    if free < _TOO_LITTLE:
        return bad(sentence, mend)
    return look(sentence, mend) if free < _LITTLE else ok(sentence)


def database(path: Path) -> DoctorFinding:
    """Whether the database is sound."""
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
    """Whether other users of this machine can read what is kept."""
    kept = [*files_of(settings.database), *settings.backups.glob("*.db")]
    if names := " ".join(str(path) for path in open_to_others(kept)):
        return look(f"Other users of this machine can read {names}.", f"Type: chmod 600 {names}")
    return ok("Only this user can read the database and its backups.")


def backups(settings: Settings, now: datetime) -> DoctorFinding:
    """How old the newest backup is."""
    every = [backups_in(settings.backups, prefix_of(settings.database, nightly=each)) for each in (True, False)]
    newest = max((instant for found in every for instant in found), default=None)
    mend = "Make one: plenary backup. While the bot runs, it makes one each night, unless backups_kept is 0."
    if newest is None:
        return look(f"There is no backup in {settings.backups}.", mend)
    hours = (now - newest) / timedelta(hours=1)
    sentence = f"The newest backup in {settings.backups} was made {newest:%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago."
    return look(sentence, mend) if now - newest > _BACKUP_OLD else ok(sentence)


def terms(path: Path, plan: Plan, now: datetime) -> Iterator[DoctorFinding]:
    """Whether anything is kept for longer than the plan says."""
    try:
        found = counted_in(path, retention.overdue_kinds(plan, now))
    except StoreError:
        return  # told by the look at the database
    for kind, count in found.items():
        what = (
            f"{count:,} records of {kind} should be kept until {retention.last_day_kept(plan, kind)} only, by the plan."
        )
        yield look(what, "Stop the bot, and type: plenary purge. It says first what it will do.")


def clock(date: str | None, asked: datetime, answered: datetime) -> DoctorFinding:
    """Our clock against the Date header of an answer, which came between two instants of ours (UTC)."""
    theirs = email.utils.parsedate_to_datetime(date) if date else None
    if theirs is None or theirs.tzinfo is None:
        return look("Discord's answer has no date, so this machine's clock could not be compared.", "Try again.")
    # A Date header has whole seconds, cut off.
    ahead = max(asked - (theirs + timedelta(seconds=1)), theirs - answered, timedelta())
    sentence = f"This machine's clock and Discord's are at least {ahead.total_seconds():.0f} s apart."
    mend = "Have this machine's clock set by NTP (timedatectl set-ntp true): announcements go by it."
    if ahead > _FAR_OFF:
        return bad(sentence, mend)
    return look(sentence, mend) if ahead > _OFF else ok("This machine's clock agrees with Discord's.")
