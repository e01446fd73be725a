"""Announcements that moderators wrote."""

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
    """A text for a room, due at an instant (UTC), typed as wall time of `zone`."""

    id: str
    text: str
    room: str
    due: datetime
    zone: str
    author: int
    written_at: datetime
    audience: NotifiedRole | None = None
    """Whom it notifies."""
    daily: bool = False
    """Whether it comes again each day until the workshop ends."""


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
    """The table of announcements that moderators wrote. One that was never confirmed has no delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: set[str] = set()
        self._reading: asyncio.Task[dict[str, CustomAnnouncement]] | None = None

    async def draft(self, custom: CustomAnnouncement) -> None:
        """Keep what somebody is shown before they confirm it."""

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
        """Plan the deliveries of one, in place of another's that are still to come; False if all are planned already.

        One that was cancelled before is planned again. Where it comes too late to take the other's place, because
        nothing of that is to come any more, nothing is done, and LookupError raised.
        """

        def work(transaction: Transaction) -> bool:
            fresh = [one for one in announcements if _plan(transaction, one)]
            if not fresh:
                return False
            if instead_of is not None and not _cancel(transaction, instead_of, deed.at):
                raise LookupError(instead_of)
            record(transaction, deed)
            return True

        return await self._database.write(work)

    async def cancel(self, custom_id: str, deed: AuditEntry) -> bool:
        """Take back what is still to come of one; True also if it was taken back before, False if it was sent."""

        def work(transaction: Transaction) -> bool:
            if _cancel(transaction, custom_id, deed.at):
                record(transaction, deed)
                return True
            return _has(transaction, custom_id, "cancelled") and not _has(transaction, custom_id, "sending")

        return await self._database.write(work)

    async def send_now(self, custom_id: str, deed: AuditEntry) -> bool:
        """Have the next one that is to come sent at once; False if none is to come."""

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
        """One by its id. What is asked for at once is read at once: a hop each was a fifth of 1,000 that are due."""
        self._wanted.add(custom_id)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return (await asyncio.shield(self._reading)).get(custom_id)

    async def _read(self) -> dict[str, CustomAnnouncement]:
        # Whoever asks from here on is answered by the next.
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
    """Whether anything was still to come."""
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
