"""Deliveries: the state of each announcement from planned to sent, so that none is sent twice or lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcement_kinds import KINDS, Kind
from bot.domain.announcements import Announcement, DeliveryState
from bot.store.audit import AuditEntry, record
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.transcripts import outdate_transcript

_COLUMNS = (
    "id, kind, subject, room, due, expires, state, begun_at, channel_id, message_id, shown, problem, unshown, retracted"
)


_KINDS = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(Kind))
#: Deliveries due at the same instant are sent in the order of Kind.
_ORDER = f"due, CASE kind {_KINDS} END, id"
_PLACES = tuple(Kind)
_ANNOUNCED = "SELECT 1 FROM delivery WHERE kind = ? AND state IN ('planned', 'sending', 'sent') LIMIT 1"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One announcement on its way. Instants are UTC."""

    id: str
    kind: Kind
    subject: str
    room: str
    due: datetime
    expires: datetime
    state: DeliveryState
    begun_at: datetime | None
    """When it was first begun; without an answer from Discord, the message may exist or not."""
    channel_id: int | None
    message_id: int | None
    shown: str | None
    """A fingerprint of the shown content."""
    problem: str | None
    unshown: int = 0
    """How often its content has changed since the message was last up to date."""
    retracted: int = 0
    """How often the message was removed from its room."""

    def __str__(self) -> str:
        """Its name in the log, without text that may name people."""
        return f"{self.kind} {self.id if KINDS[self.kind].private_subject else self.subject}"

    @property
    def nonce(self) -> str:
        """The nonce by which Discord recognises a repeated message; after a removal, the message gets a new one."""
        return f"{self.id}{self.retracted % 10}" if self.retracted else self.id


def _delivery(row: Row) -> Delivery:
    key, kind, subject, room, due, expires, state, begun_at, channel_id, message_id, shown, problem, *counts = row
    return Delivery(
        key,
        Kind(kind),
        subject,
        room,
        instant(due),
        instant(expires),
        DeliveryState(state),
        instant(begun_at) if begun_at else None,
        channel_id,
        message_id,
        shown,
        problem,
        *counts,
    )


def _in_order(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return sorted(deliveries, key=lambda delivery: (delivery.due, _PLACES.index(delivery.kind), delivery.id))


def plan_delivery(transaction: Transaction, announcement: Announcement) -> bool:
    """Plan a delivery in the transaction of its cause; False if it exists already."""
    changed = transaction.execute(
        "INSERT INTO delivery (id, kind, subject, room, due, expires, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'planned') ON CONFLICT (id) DO NOTHING",
        (
            announcement.id,
            announcement.kind,
            announcement.subject,
            announcement.room,
            iso_utc(announcement.due),
            iso_utc(announcement.expires),
        ),
    )
    return changed == 1


def outdate(transaction: Transaction, announcement: Announcement) -> None:
    """Mark a message to be edited, in the transaction that changes its content."""
    transaction.execute("UPDATE delivery SET unshown = unshown + 1 WHERE id = ?", (announcement.id,))


def plan_again(transaction: Transaction, announcement: Announcement) -> None:
    """Plan a delivery in the transaction of its cause, also if it was cancelled, skipped or failed before."""
    if not plan_delivery(transaction, announcement):
        transaction.execute(
            "UPDATE delivery SET state = 'planned', room = ?, due = ?, expires = ?, begun_at = NULL, problem = NULL"
            " WHERE id = ? AND state IN ('cancelled', 'skipped', 'failed')",
            (announcement.room, iso_utc(announcement.due), iso_utc(announcement.expires), announcement.id),
        )


def plan_room_again(transaction: Transaction, room: str, channel_id: int, now: datetime) -> None:
    """Plan the messages of a room's former channel for its new one, in the transaction that stores the channel."""
    transaction.execute(
        "UPDATE delivery SET state = 'planned', begun_at = NULL, settled_at = NULL, channel_id = NULL,"
        " message_id = NULL, shown = NULL, retracted = retracted + 1"
        " WHERE room = ? AND state = 'sent' AND channel_id <> ? AND expires > ?",
        (room, channel_id, iso_utc(now)),
    )


class Deliveries:
    """The delivery table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, announcements: Sequence[Announcement], kinds: Iterable[Kind], now: datetime) -> None:
        """Make the planned deliveries of some kinds those of `announcements`.

        Planned deliveries without an announcement are cancelled, and moved ones are moved; sent ones stay as they are.
        Announcements past their lifetime are left out.
        """
        wanted = {announcement.id: announcement for announcement in announcements if announcement.expires > now}

        def work(transaction: Transaction) -> None:
            marks = ", ".join("?" * len(names))
            planned = transaction.fetch_all(
                f"SELECT id FROM delivery WHERE state = 'planned' AND kind IN ({marks})",  # noqa: S608 - marks only
                names,
            )
            transaction.execute_many(
                "UPDATE delivery SET state = 'cancelled', settled_at = ? WHERE id = ?",
                [(iso_utc(now), key) for (key,) in planned if key not in every],
            )
            for announcement in wanted.values():
                if not plan_delivery(transaction, announcement):
                    transaction.execute(
                        "UPDATE delivery SET state = 'planned', room = ?, due = ?, expires = ?"
                        " WHERE id = ? AND state IN ('planned', 'cancelled')",
                        (
                            announcement.room,
                            iso_utc(announcement.due),
                            iso_utc(announcement.expires),
                            announcement.id,
                        ),
                    )

        names = [str(kind) for kind in kinds]
        every = {announcement.id for announcement in announcements}
        await self._database.write(work)

    async def add(self, announcement: Announcement) -> bool:
        """Plan a delivery; False if it exists already."""
        return await self._database.write(lambda transaction: plan_delivery(transaction, announcement))

    async def release(self, announcement: Announcement, deed: AuditEntry) -> None:
        """Plan a delivery and record who asked for it, unless one of its kind exists or is on its way."""

        def work(transaction: Transaction) -> None:
            if transaction.fetch_one(_ANNOUNCED, (announcement.kind,)) is None:
                plan_again(transaction, announcement)
                record(transaction, deed)

        await self._database.write(work)

    async def announced(self, kind: Kind) -> bool:
        """Return whether a delivery of a kind was sent or is on its way."""
        return bool(await self._database.read(_ANNOUNCED, (kind,)))

    async def skip_expired(self, now: datetime) -> list[Delivery]:
        """Skip the due deliveries that are past their lifetime, and return them."""

        def work(transaction: Transaction) -> list[Row]:
            # `due` has an index: without it, looking at 100,000 planned deliveries took 50 ms.
            return transaction.fetch_all(
                "UPDATE delivery SET state = 'skipped', settled_at = ?, problem = 'past its lifetime'"  # noqa: S608
                f" WHERE state = 'planned' AND due <= ? AND expires <= ? RETURNING {_COLUMNS}",
                (iso_utc(now), iso_utc(now), iso_utc(now)),
            )

        return [_delivery(row) for row in await self._database.write(work)]

    async def take(self, now: datetime, limit: int) -> list[Delivery]:
        """Begin the due deliveries, earliest first: they are stored as `sending` before anything is sent."""

        def work(transaction: Transaction) -> list[Row]:
            return transaction.fetch_all(
                f"UPDATE delivery SET state = 'sending', begun_at = ? WHERE id IN"  # noqa: S608 - names only
                f" (SELECT id FROM delivery WHERE state = 'planned' AND due <= ? ORDER BY {_ORDER} LIMIT ?)"
                f" RETURNING {_COLUMNS}",
                (iso_utc(now), iso_utc(now), limit),
            )

        return _in_order([_delivery(row) for row in await self._database.write(work)])

    async def unsettled(self) -> list[Delivery]:
        """Return the deliveries in `sending`: after a kill, they may have been sent or not."""
        return _in_order(await self._select("state = 'sending'"))

    async def due(self, now: datetime) -> list[Delivery]:
        """Return the planned deliveries that are due."""
        return await self._select("state = 'planned' AND due <= ?", iso_utc(now))

    async def sent(self, kind: Kind) -> list[Delivery]:
        """Return the sent deliveries of a kind."""
        return await self._select("state = 'sent' AND kind = ? ORDER BY due", kind)

    async def outdated(self) -> list[Delivery]:
        """Return the sent deliveries whose content has changed since."""
        return await self._select("state = 'sent' AND unshown > 0 ORDER BY due, id")

    async def given_up(self) -> list[Delivery]:
        """Return the deliveries that ended unsent: skipped or failed."""
        return await self._select("state IN ('skipped', 'failed') ORDER BY due, id")

    async def planned(self, kind: Kind) -> list[Delivery]:
        """Return the planned deliveries of a kind."""
        return await self._select("state = 'planned' AND kind = ? ORDER BY due", kind)

    async def find(self, delivery_id: str) -> Delivery | None:
        """Return a delivery by its id."""
        deliveries = await self._select("id = ?", delivery_id)
        return deliveries[0] if deliveries else None

    async def next_due(self) -> datetime | None:
        """Return the earliest instant at which a planned delivery is due."""
        rows = await self._database.read("SELECT min(due) FROM delivery WHERE state = 'planned'")
        return instant(rows[0][0]) if rows[0][0] else None

    async def settle_sent(self, delivery_id: str, now: datetime, channel: int, message: int, shown: str) -> None:
        """Record that Discord has the message."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE delivery SET state = 'sent', settled_at = ?, channel_id = ?, message_id = ?, shown = ?,"
                " problem = NULL WHERE id = ?",
                (iso_utc(now), channel, message, shown, delivery_id),
            )
            outdate_transcript(transaction, delivery_id)

        await self._database.write(work)

    async def settle(self, delivery_id: str, state: DeliveryState, now: datetime, problem: str | None = None) -> None:
        """Record that a delivery ended unsent."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE delivery SET state = ?, settled_at = ?, problem = ? WHERE id = ?",
                (state, iso_utc(now), problem, delivery_id),
            )

        await self._database.write(work)

    async def record_problem(self, delivery_id: str, problem: str) -> None:
        """Record why a delivery could not be sent yet."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE delivery SET problem = ? WHERE id = ?", (problem, delivery_id))

        await self._database.write(work)

    async def begin_edit(self, delivery_id: str) -> None:
        """Record that a message is about to be edited: until `record_shown`, what it shows is unknown."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE delivery SET shown = NULL WHERE id = ?", (delivery_id,))

        await self._database.write(work)

    async def record_shown(self, delivery: Delivery, shown: str) -> None:
        """Record the shown content, as of when `delivery` was read; later changes stay marked as unshown."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE delivery SET shown = ?, unshown = unshown - ? WHERE id = ?",
                (shown, delivery.unshown, delivery.id),
            )
            outdate_transcript(transaction, delivery.id)

        await self._database.write(work)

    async def take_back(
        self, delivery: Delivery, room: str | None, now: datetime, expires: datetime, *, was_there: bool
    ) -> None:
        """Record that a message isn't in its room (any more), and in which room it is to be sent instead, if any.

        If what it is about has changed since `delivery` was read, it is planned in any case, and looked at again.
        """

        def work(transaction: Transaction) -> None:
            outdate_transcript(transaction, delivery.id)
            transaction.execute(
                "UPDATE delivery SET state = CASE WHEN ? OR unshown > ? THEN 'planned' ELSE 'cancelled' END,"
                " room = ?, due = ?, expires = ?, settled_at = ?, begun_at = NULL, channel_id = NULL,"
                " message_id = NULL, shown = NULL, unshown = unshown - ?, retracted = retracted + ? WHERE id = ?",
                (
                    room is not None,
                    delivery.unshown,
                    room or delivery.room,
                    iso_utc(now),
                    iso_utc(expires),
                    iso_utc(now),
                    delivery.unshown,
                    was_there,
                    delivery.id,
                ),
            )

        await self._database.write(work)

    async def sent_at(self, kind: Kind) -> dict[str, datetime]:
        """Return when (UTC) the announcements of a kind were sent, by subject."""
        rows = await self._database.read(
            "SELECT subject, settled_at FROM delivery WHERE kind = ? AND state = 'sent' AND settled_at IS NOT NULL",
            (kind,),
        )
        return {subject: instant(settled_at) for subject, settled_at in rows}

    async def _select(self, condition: str, *parameters: str) -> list[Delivery]:
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM delivery WHERE {condition}",  # noqa: S608 - conditions of this class only
            parameters,
        )
        return [_delivery(row) for row in rows]
