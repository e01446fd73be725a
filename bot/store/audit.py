"""The audit: who did what, when, to what, from what to what."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Database, instant, written


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a moderator or an organiser did. Of the same `id`, it is the same deed, however often pressed."""

    id: str
    at: datetime
    """UTC."""
    who: int
    what: str
    """In a few words of ours, such as `agenda changed`."""
    subject: str
    former: str | None = None
    latter: str | None = None


def record(connection: sqlite3.Connection, deed: Deed) -> None:
    """Keep a deed, in the transaction of what was done."""
    connection.execute(
        "INSERT INTO audit (id, at, who, what, subject, former, latter) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (deed.id, written(deed.at), deed.who, deed.what, deed.subject, deed.former, deed.latter),
    )


class Audit:
    """The audit table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, deed: Deed) -> None:
        """Keep a deed that changes nothing else in the store."""
        await self._database.write(lambda connection: record(connection, deed))

    async def all(self) -> list[Deed]:
        """Every deed, the earliest first."""
        rows = await self._database.read("SELECT id, at, who, what, subject, former, latter FROM audit ORDER BY at, id")
        return [
            Deed(key, instant(at), who, what, subject, former, latter)
            for key, at, who, what, subject, former, latter in rows
        ]
