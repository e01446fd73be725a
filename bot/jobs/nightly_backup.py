"""The nightly backup, with rotation. What was made, and when, is read off the folder: so a restart repeats nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.nightly_backup import backup_due, next_night, superseded_backups
from bot.store.engine.backup import backup, backups_in, delete_backup, name_at, prefix_of
from bot.store.engine.copies import PART
from bot.store.engine.files import close_to_others

log = logging.getLogger(__name__)

#: No backup takes so long: a part so old is one that a killed process left behind.
_STALE = timedelta(days=1)


class NightlyBackupJob:
    """Copies a database into a folder at 03:00 of the zone, and keeps the newest of its copies.

    A night that was missed is made up for at once; so is the first backup ever, because a folder that can't be
    written to is better known on the first day.
    """

    def __init__(self, database: Path, folder: Path, kept: int, zone: ZoneInfo) -> None:
        self._database = database
        self._folder = folder
        self._kept = kept
        self._zone = zone
        self._prefix = prefix_of(database, nightly=True)
        self._not_before: datetime | None = None
        self._copying: asyncio.Task[None] | None = None

    async def keep(self, now: datetime) -> datetime:
        """Make a backup if one is due; the next instant at which one will be.

        Raises BackupError, StoreError or OSError. A copy to a share that hangs is waited for again the next time.
        """
        if self._copying is None or self._copying.done():
            if self._not_before is not None and now < self._not_before:
                return self._not_before
            self._copying = asyncio.create_task(asyncio.to_thread(self._work, now), name="nightly backup")
        await asyncio.shield(self._copying)
        self._not_before = next_night(now, self._zone)
        return self._not_before

    async def close(self) -> None:
        """Let the one that is under way come to its end."""
        if self._copying is not None:
            await asyncio.gather(self._copying, return_exceptions=True)

    def _work(self, now: datetime) -> None:
        if backup_due(backups_in(self._folder, self._prefix), now, self._zone):
            copy = self._folder / name_at(self._database, now, nightly=True)
            backup(self._database, copy)
            log.info("Backed up the database to %s", copy)
        # Only those that it made itself: whatever else is in the folder is somebody's.
        made = backups_in(self._folder, self._prefix)
        close_to_others(made.values())
        for instant in superseded_backups(made, self._kept):
            delete_backup(made[instant])
        for part in self._folder.glob(f".*{PART}*"):
            if part.name.startswith(f".{self._prefix}") and _written(part) < now - _STALE:
                part.unlink(missing_ok=True)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
