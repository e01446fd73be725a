"""Direct messages: each is claimed by its row before it is sent, so that nobody gets one twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.people.direct_messages import (
    DirectMessage,
    DirectMessageButton,
    DirectMessageKind,
    DirectMessageState,
    Throttle,
)
from bot.store.audit import AuditEntry, record
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction

_WRITTEN = "id, person, author, kind, text, written_at, button, label, state"
_COLUMNS = f"{_WRITTEN}, begun_at, tries, retry_at"
#: The fact that holds the throttle of all direct messages, while there is one.
_THROTTLE = "direct_messages_throttled"


def _letter(row: Row) -> DirectMessage:
    key, person, author, kind, text, written_at, custom_id, label, state, begun_at, tries, retry_at = row
    return DirectMessage(
        key,
        person,
        DirectMessageKind(kind),
        text,
        instant(written_at),
        author,
        DirectMessageButton(custom_id, label) if custom_id else None,
        DirectMessageState(state),
        instant(begun_at) if begun_at else None,
        tries,
        instant(retry_at) if retry_at else None,
    )


def write_direct_message(transaction: Transaction, letter: DirectMessage) -> bool:
    """Store a message to be sent, in the transaction of its cause; False if it was stored before."""
    changed = transaction.execute(
        f"INSERT INTO letter ({_WRITTEN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",  # noqa: S608 - names only
        (
            letter.id,
            letter.person,
            letter.author,
            letter.kind,
            letter.text,
            iso_utc(letter.written_at),
            letter.button.custom_id if letter.button else "",
            letter.button.label if letter.button else "",
            letter.state,
        ),
    )
    return changed == 1


class DirectMessages:
    """The letter table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, letters: Iterable[DirectMessage], deed: AuditEntry) -> int:
        """Store the messages that are new, and record who asked for them; return how many are new."""
        every = tuple(letters)

        def work(transaction: Transaction) -> int:
            count = sum(write_direct_message(transaction, letter) for letter in every)
            if count:
                record(transaction, deed)
            return count

        return await self._database.write(work)

    async def write_once(self, occasion: str, letters: Iterable[DirectMessage], now: datetime) -> None:
        """Store the messages of an occasion that comes once; the first call settles who gets one."""
        every = tuple(letters)

        def work(transaction: Transaction) -> None:
            if transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (occasion, iso_utc(now))
            ):
                for letter in every:
                    write_direct_message(transaction, letter)

        await self._database.write(work)

    async def next(self, now: datetime) -> DirectMessage | None:
        """Return the message to send next: ready before postponed, and begun before new."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM letter WHERE state IN ('planned', 'sending')"  # noqa: S608 - names only
            " ORDER BY CASE WHEN retry_at > ? THEN retry_at ELSE '' END,"
            " CASE state WHEN 'sending' THEN 0 ELSE 1 END, written_at, id LIMIT 1",
            (iso_utc(now),),
        )
        return _letter(rows[0]) if rows else None

    async def latest_tries(self, count: int) -> list[datetime]:
        """Return when the latest messages were last tried (UTC), newest first."""
        rows = await self._database.read(
            "SELECT tried_at FROM letter WHERE tried_at IS NOT NULL ORDER BY tried_at DESC LIMIT ?", (count,)
        )
        return [instant(tried_at) for (tried_at,) in rows]

    async def channel_of(self, person: int) -> int | None:
        """Return the id of the channel in which a message reached the person before."""
        rows = await self._database.read(
            "SELECT channel_id FROM letter WHERE person = ? AND channel_id IS NOT NULL LIMIT 1", (person,)
        )
        return rows[0][0] if rows else None

    async def begin(self, letter_id: str, now: datetime) -> None:
        """Record that a message is about to be sent."""
        await self._put(
            "UPDATE letter SET state = 'sending', begun_at = coalesce(begun_at, ?), tried_at = ? WHERE id = ?",
            iso_utc(now),
            iso_utc(now),
            letter_id,
        )

    async def settle_sent(self, letter_id: str, channel: int) -> None:
        """Record that Discord has the message, and in which channel."""
        await self._put(
            "UPDATE letter SET state = 'sent', channel_id = ?, retry_at = NULL, problem = NULL WHERE id = ?",
            channel,
            letter_id,
        )

    async def settle(self, letter_id: str, state: DirectMessageState, problem: str) -> None:
        """Record that a message ended unsent."""
        await self._put(
            "UPDATE letter SET state = ?, retry_at = NULL, problem = ? WHERE id = ?", state, problem, letter_id
        )

    async def postpone(self, letter: DirectMessage, retry_at: datetime, problem: str) -> None:
        """Record a failed try, after which Discord may have the message or not."""
        await self._put(
            "UPDATE letter SET tries = ?, retry_at = ?, problem = ? WHERE id = ?",
            letter.tries + 1,
            iso_utc(retry_at),
            problem,
            letter.id,
        )

    async def throttle(self) -> Throttle | None:
        """Return the throttle of all direct messages; None if there is none."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = ?", (_THROTTLE,))
        if not rows:
            return None
        since, until, refusals = rows[0][0].split()
        return Throttle(instant(since), instant(until), int(refusals))

    async def hold_back(self, letter: DirectMessage, throttle: Throttle) -> None:
        """Record that Discord throttles all direct messages; this one returns to its state before it was begun."""
        begun_at = iso_utc(letter.begun_at) if letter.begun_at else None
        value = f"{iso_utc(throttle.since)} {iso_utc(throttle.until)} {throttle.refusals}"

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE letter SET state = ?, begun_at = ? WHERE id = ?", (letter.state, begun_at, letter.id)
            )
            transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (_THROTTLE, value),
            )

        await self._database.write(work)

    async def release(self) -> None:
        """Record that the throttle has ended."""
        await self._put("DELETE FROM fact WHERE name = ?", _THROTTLE)

    async def all(self) -> list[DirectMessage]:
        """Return every message with its state, earliest first."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM letter ORDER BY written_at, id")  # noqa: S608 - names only
        return [_letter(row) for row in rows]

    async def _put(self, sql: str, *parameters: str | int) -> None:
        await self._database.write(lambda transaction: transaction.execute(sql, parameters))
