"""What the server's scheduled events are that the bot has made, and what they show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.engine.database import Database
from bot.store.engine.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A session's scheduled event."""

    discord_id: int | None
    """None: it was about to be made, and may be there or not; or it has gone."""
    shown: str | None
    """Fingerprint of what it shows."""


class ScheduledEvents:
    """The event table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, KnownEvent]:
        """Each event by its session's id."""
        rows = await self._database.read("SELECT session, discord_id, shown FROM event")
        return {session: KnownEvent(discord_id, shown) for session, discord_id, shown in rows}

    async def begin(self, session: str) -> None:
        """Record that one is about to be made or changed: until that is settled, nobody knows what it shows."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO event (session) VALUES (?) ON CONFLICT (session) DO UPDATE SET shown = NULL", (session,)
            )

        await self._database.write(work)

    async def settle(self, session: str, discord_id: int | None, shown: str) -> None:
        """Record which one it is and what it shows; None if there is none, and need be none."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE event SET discord_id = ?, shown = ? WHERE session = ?", (discord_id, shown, session)
            )

        await self._database.write(work)
