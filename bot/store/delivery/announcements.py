"""Announcements written by moderators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcement_kinds import KINDS, Kind
from bot.domain.announcements import Announcement, NotifiedRole
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction

_COLUMNS = "id, text, room, due, zone, author, written_at, audience, daily"


@dataclass(frozen=True, slots=True)
class CustomAnnouncement:
    """A text for a room, due at an instant (UTC), which was typed as wall time of `zone`."""

    id: str
    text: str
    room: str
    due: datetime
    zone: str
    author: int
    written_at: datetime
    audience: NotifiedRole | None = None
    """The audience that it notifies."""
    daily: bool = False
    """Whether it is repeated each day until the workshop ends."""


def _custom(row: Row) -> CustomAnnouncement:
    key, text, room, due, zone, author, written_at, audience, daily = row
    return CustomAnnouncement(
        key,
        text,
        room,
        instant(due),
        zone,
        author,
        instant(written_at),
        NotifiedRole(audience) if audience else None,
        bool(daily),
    )


class CustomAnnouncements:
    """The custom_announcement table. An announcement that was never confirmed has no delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: set[str] = set()
        self._reading: asyncio.Task[dict[str, CustomAnnouncement]] | None = None

    async def draft(self, custom: CustomAnnouncement) -> None:
        """Store an announcement that is shown to its author for confirmation."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                f"INSERT INTO custom_announcement ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
                " ON CONFLICT (id) DO NOTHING",
                (
                    custom.id,
                    custom.text,
                    custom.room,
                    iso_utc(custom.due),
                    custom.zone,
                    custom.author,
                    iso_utc(custom.written_at),
                    custom.audience or "",
                    int(custom.daily),
                ),
            )

        await self._database.write(work)

    async def plan(
        self, announcements: Sequence[Announcement], deed: AuditEntry, instead_of: str | None = None
    ) -> bool:
        """Plan the deliveries of an announcement; False if all are planned already. A cancelled one is planned again.

        `instead_of`: the announcement whose planned deliveries they replace. Raises LookupError, and nothing is
        changed, if that has none left.
        """

        def work(transaction: Transaction) -> bool:
            fresh = [announcement for announcement in announcements if _plan(transaction, announcement)]
            if not fresh:
                return False
            if instead_of is not None and not _cancel(transaction, instead_of, deed.at):
                raise LookupError(instead_of)
            record(transaction, deed)
            return True

        return await self._database.write(work)

    async def cancel(self, custom_id: str, deed: AuditEntry) -> bool:
        """Cancel the planned deliveries of an announcement; True if it was cancelled before, False if it was sent."""

        def work(transaction: Transaction) -> bool:
            if _cancel(transaction, custom_id, deed.at):
                record(transaction, deed)
                return True
            return _has(transaction, custom_id, "cancelled") and not _has(transaction, custom_id, "sending")

        return await self._database.write(work)

    async def send_now(self, custom_id: str, deed: AuditEntry) -> bool:
        """Make the next planned delivery of an announcement due now; False if there is none."""

        def work(transaction: Transaction) -> bool:
            changed = transaction.execute(
                "UPDATE delivery SET due = ?, expires = ? WHERE id = (SELECT id FROM delivery"
                " WHERE kind = ? AND subject = ? AND state = 'planned' ORDER BY due LIMIT 1)",
                (iso_utc(deed.at), iso_utc(deed.at + KINDS[Kind.CUSTOM].lifetime), Kind.CUSTOM, custom_id),
            )
            if changed == 1:
                record(transaction, deed)
            return changed == 1

        return await self._database.write(work)

    async def find(self, custom_id: str) -> CustomAnnouncement | None:
        """Return an announcement by its id.

        Simultaneous calls share one query: a hop for each took 20 % of the time to send 1,000 due deliveries.
        """
        self._wanted.add(custom_id)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return (await asyncio.shield(self._reading)).get(custom_id)

    async def _read(self) -> dict[str, CustomAnnouncement]:
        # Calls from here on are answered by the next query.
        wanted, self._wanted, self._reading = tuple(self._wanted), set(), None
        marks = ", ".join("?" * len(wanted))
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM custom_announcement WHERE id IN ({marks})",  # noqa: S608 - names and marks only
            wanted,
        )
        return {custom.id: custom for custom in map(_custom, rows)}


def _plan(transaction: Transaction, announcement: Announcement) -> bool:
    if plan_delivery(transaction, announcement):
        return True
    changed = transaction.execute(
        "UPDATE delivery SET state = 'planned', due = ?, expires = ?, settled_at = NULL"
        " WHERE id = ? AND state = 'cancelled'",
        (iso_utc(announcement.due), iso_utc(announcement.expires), announcement.id),
    )
    return changed == 1


def _cancel(transaction: Transaction, custom_id: str, now: datetime) -> bool:
    """Cancel the planned deliveries of an announcement; return whether there were any."""
    changed = transaction.execute(
        "UPDATE delivery SET state = 'cancelled', settled_at = ? WHERE kind = ? AND subject = ? AND state = 'planned'",
        (iso_utc(now), Kind.CUSTOM, custom_id),
    )
    return changed > 0


def _has(transaction: Transaction, custom_id: str, state: str) -> bool:
    return (
        transaction.fetch_one(
            "SELECT 1 FROM delivery WHERE kind = ? AND subject = ? AND state = ?", (Kind.CUSTOM, custom_id, state)
        )
        is not None
    )
