"""The agenda in force: the plan's file with every change made since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.domain.agenda.sessions import Agenda, Session
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction
from bot.store.privacy.chatham_stamps import renew_stamps

_JSON = TypeAdapter(Session)


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session in force, or as it was before it was cancelled."""

    session: Session
    sequence: int
    """Grows with each change, the cancellation included."""
    cancelled_at: datetime | None
    """UTC."""


class HeldAgenda:
    """The session table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[HeldSession, ...]:
        """Return every session, including the cancelled ones."""
        rows = await self._database.read("SELECT held, sequence, cancelled_at FROM session ORDER BY id")
        return tuple(
            HeldSession(_JSON.validate_json(held), sequence, instant(cancelled) if cancelled else None)
            for held, sequence, cancelled in rows
        )

    async def follow(self, planned: Agenda, now: datetime) -> None:
        """Apply what has changed in the plan's file since the last start.

        A session that moderators cancelled stays cancelled, whatever the file says; one that the file had dropped and
        lists again takes place again.
        """

        def work(transaction: Transaction) -> None:
            known = {
                key: (before, held, cancelled)
                for key, before, held, cancelled in transaction.fetch_all(
                    "SELECT id, planned, held, cancelled_at FROM session"
                )
            }
            for session in planned:
                _follow(transaction, session, known.pop(session.id, None))
            left_out = [(iso_utc(now), key) for key, (before, _, _) in known.items() if before is not None]
            transaction.execute_many(
                "UPDATE session SET planned = NULL, cancelled_at = coalesce(cancelled_at, ?), sequence = sequence + 1"
                " WHERE id = ?",
                left_out,
            )
            renew_stamps(transaction, now)

        await self._database.write(work)


def _follow(transaction: Transaction, session: Session, known: tuple[str | None, str, str | None] | None) -> None:
    planned = _JSON.dump_json(session).decode()
    if known is None:
        transaction.execute(
            "INSERT INTO session (id, planned, held, sequence) VALUES (?, ?, ?, 0)", (session.id, planned, planned)
        )
        return
    before, held, cancelled = known
    if before == planned:
        return
    back = before is None and cancelled is not None
    transaction.execute(
        "UPDATE session SET planned = ?, held = ?, sequence = sequence + ?, cancelled_at = ? WHERE id = ?",
        (planned, planned, int(held != planned or back), None if back else cancelled, session.id),
    )


def agenda_of(held: tuple[HeldSession, ...]) -> Agenda:
    """Return the sessions that take place."""
    return Agenda(tuple(session.session for session in held if session.cancelled_at is None))
