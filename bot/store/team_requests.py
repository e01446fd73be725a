"""Requests for places of the team: each is a message in the team's room until an organiser decides it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, requested
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database, iso_utc

#: Who asks again within this time asks nothing new.
_ASKED_LATELY = timedelta(minutes=10)


def close_request(connection: sqlite3.Connection, request: str) -> bool:
    """Have a request decided, so that its message is taken away; False if it is already. For work that decides it."""
    cursor = connection.execute(
        "UPDATE delivery SET subject = '', unshown = unshown + 1 WHERE id = ? AND kind = ? AND subject <> ''",
        (request, Kind.TEAM_REQUEST),
    )
    return cursor.rowcount == 1


def outdate_requests(connection: sqlite3.Connection) -> None:
    """Have the messages looked at again. For work that changes the places."""
    connection.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ? AND subject <> ''", (Kind.TEAM_REQUEST,)
    )


class TeamRequests:
    """The deliveries that ask for a decision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, request: Announcement) -> None:
        """Ask the organisers. What the person asked for before is asked no more, unless that was a moment ago."""
        _, person = requested(request.subject)

        def work(connection: sqlite3.Connection) -> None:
            rows = connection.execute(
                "SELECT id, subject, due FROM delivery WHERE kind = ? AND subject LIKE ?",
                (Kind.TEAM_REQUEST, f"% <@{person}>"),
            ).fetchall()
            lately = iso_utc(request.due - _ASKED_LATELY)
            if any(subject == request.subject and due > lately for _, subject, due in rows):
                return
            for former, _, _ in rows:
                close_request(connection, former)
            plan_delivery(connection, request)

        await self._database.write(work)

    async def find(self, request: str) -> tuple[str, int] | None:
        """The place's id and who asks for it, of a request that is not decided yet."""
        rows = await self._database.read(
            "SELECT subject FROM delivery WHERE id = ? AND kind = ? AND subject <> ''", (request, Kind.TEAM_REQUEST)
        )
        return requested(rows[0][0]) if rows else None

    async def reject(self, request: str, deed: AuditEntry, report: Announcement) -> bool:
        """Refuse what somebody asked for, and report it; False if it is decided already."""

        def work(connection: sqlite3.Connection) -> bool:
            if not close_request(connection, request):
                return False
            record(connection, deed)
            plan_delivery(connection, report)
            return True

        return await self._database.write(work)
