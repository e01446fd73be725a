"""Presences: who was in which session, since when."""

from __future__ import annotations

import sqlite3

from bot.domain.attendance import Presence
from bot.store.database import Database, instant, written


class Attendance:
    """The presence table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check_in(self, presence: Presence) -> Presence:
        """Keep a check-in, and return the one that counts: the first, if there was one already."""

        def work(connection: sqlite3.Connection) -> tuple[str, str]:
            connection.execute(
                "INSERT INTO presence (session, person, name, since) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (session, person) DO NOTHING",
                (presence.session, presence.person, presence.name, written(presence.since)),
            )
            return connection.execute(
                "SELECT name, since FROM presence WHERE session = ? AND person = ?",
                (presence.session, presence.person),
            ).fetchone()

        name, since = await self._database.write(work)
        return Presence(presence.session, presence.person, name, instant(since))

    async def of(self, person: int) -> dict[str, Presence]:
        """One person's presences by session."""
        found = await self._presences("WHERE person = ?", person)
        return {presence.session: presence for presence in found}

    async def counts(self) -> dict[str, int]:
        """How many have checked in, by session."""
        return dict(await self._database.read("SELECT session, count(*) FROM presence GROUP BY session"))

    async def all(self) -> list[Presence]:
        """Everybody's presences, the earliest first."""
        return await self._presences("ORDER BY since, person")

    async def _presences(self, condition: str, *parameters: int) -> list[Presence]:
        rows = await self._database.read(
            f"SELECT session, person, name, since FROM presence {condition}",  # noqa: S608 - this class's only
            parameters,
        )
        return [Presence(session, person, name, instant(since)) for session, person, name, since in rows]
