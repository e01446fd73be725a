"""Requests for places of the team: each is a message in the team's room until an organiser decides on it."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, requested
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import iso_utc
from bot.store.engine.transaction import Transaction

#: A repeated request within this time is ignored.
_ASKED_LATELY = timedelta(minutes=10)


def close_request(transaction: Transaction, request: str) -> bool:
    """Mark a request as decided, so that its message is deleted; False if it was decided already."""
    changed = transaction.execute(
        "UPDATE delivery SET subject = '', unshown = unshown + 1 WHERE id = ? AND kind = ? AND subject <> ''",
        (request, Kind.TEAM_REQUEST),
    )
    return changed == 1


def outdate_requests(transaction: Transaction) -> None:
    """Mark the requests' messages to be edited, in the transaction that changes the places."""
    transaction.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ? AND subject <> ''", (Kind.TEAM_REQUEST,)
    )


class TeamRequests:
    """The deliveries that ask organisers for a decision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, request: Announcement) -> None:
        """Ask the organisers. It replaces the person's earlier requests, unless it repeats one made a moment ago."""
        _, person = requested(request.subject)

        def work(transaction: Transaction) -> None:
            rows = transaction.fetch_all(
                "SELECT id, subject, due FROM delivery WHERE kind = ? AND subject LIKE ?",
                (Kind.TEAM_REQUEST, f"% <@{person}>"),
            )
            lately = iso_utc(request.due - _ASKED_LATELY)
            if any(subject == request.subject and due > lately for _, subject, due in rows):
                return
            for former, _, _ in rows:
                close_request(transaction, former)
            plan_delivery(transaction, request)

        await self._database.write(work)

    async def find(self, request: str) -> tuple[str, int] | None:
        """Return the id of the place and of the person who asks for it; None once the request is decided."""
        rows = await self._database.read(
            "SELECT subject FROM delivery WHERE id = ? AND kind = ? AND subject <> ''", (request, Kind.TEAM_REQUEST)
        )
        return requested(rows[0][0]) if rows else None

    async def reject(self, request: str, deed: AuditEntry, report: Announcement) -> bool:
        """Refuse a request and report it; False if it was decided already."""

        def work(transaction: Transaction) -> bool:
            if not close_request(transaction, request):
                return False
            record(transaction, deed)
            plan_delivery(transaction, report)
            return True

        return await self._database.write(work)
