"""Announcements that moderators wrote."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcements import Announcement
from bot.store.database import Database, instant, written
from bot.store.deliveries import plan_delivery


@dataclass(frozen=True, slots=True)
class CustomAnnouncement:
    """A text for a room, due at an instant (UTC), typed as wall time of `zone`."""

    id: str
    text: str
    room: str
    due: datetime
    zone: str
    author: int
    written_at: datetime


class CustomAnnouncements:
    """The table of announcements that moderators wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, custom: CustomAnnouncement, announcement: Announcement) -> bool:
        """Keep the text and plan its delivery, both or neither; False if it is planned already.

        One that was cancelled before is planned again.
        """

        def work(connection: sqlite3.Connection) -> bool:
            connection.execute(
                "INSERT INTO custom_announcement (id, text, room, due, zone, author, written_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (
                    custom.id,
                    custom.text,
                    custom.room,
                    written(custom.due),
                    custom.zone,
                    custom.author,
                    written(custom.written_at),
                ),
            )
            if plan_delivery(connection, announcement):
                return True
            cursor = connection.execute(
                "UPDATE delivery SET state = 'planned', settled_at = NULL WHERE id = ? AND state = 'cancelled'",
                (announcement.id,),
            )
            return cursor.rowcount == 1

        return await self._database.write(work)

    async def find(self, custom_id: str) -> CustomAnnouncement | None:
        """One by its id."""
        rows = await self._database.read(
            "SELECT id, text, room, due, zone, author, written_at FROM custom_announcement WHERE id = ?",
            (custom_id,),
        )
        for key, text, room, due, zone, author, written_at in rows:
            return CustomAnnouncement(key, text, room, instant(due), zone, author, instant(written_at))
        return None
