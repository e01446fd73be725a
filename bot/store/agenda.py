"""The agenda as it is held: what the plan's file says, and what was changed since."""

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
    """A session as it is held, or was before it was cancelled."""

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
        """Every session, the cancelled ones included."""
        rows = await self._database.read("SELECT held, sequence, cancelled_at FROM session ORDER BY id")
        return tuple(
            HeldSession(_JSON.validate_json(held), sequence, instant(cancelled) if cancelled else None)
            for held, sequence, cancelled in rows
        )

    async def follow(self, planned: Agenda, now: datetime) -> None:
        """Take over what the plan's file says of a session since it says something else of it.

        A session that moderators cancelled stays so, whatever the file says; one that the file left out and has again
        is held again.
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
    told = _JSON.dump_json(session).decode()
    if known is None:
        transaction.execute(
            "INSERT INTO session (id, planned, held, sequence) VALUES (?, ?, ?, 0)", (session.id, told, told)
        )
        return
    before, held, cancelled = known
    if before == told:
        return
    back = before is None and cancelled is not None
    transaction.execute(
        "UPDATE session SET planned = ?, held = ?, sequence = sequence + ?, cancelled_at = ? WHERE id = ?",
        (told, told, int(held != told or back), None if back else cancelled, session.id),
    )


def agenda_of(held: tuple[HeldSession, ...]) -> Agenda:
    """The sessions that take place."""
    return Agenda(tuple(one.session for one in held if one.cancelled_at is None))
