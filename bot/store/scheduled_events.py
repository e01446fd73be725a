"""The scheduled events that the bot has made on Discord, and what they show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.engine.database import Database
from bot.store.engine.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A session's scheduled event."""

    discord_id: int | None
    """None: the event was about to be made and may exist or not, or it was deleted."""
    shown: str | None
    """A fingerprint of the shown content."""


class ScheduledEvents:
    """The event table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, KnownEvent]:
        """Return the events by their sessions' ids."""
        rows = await self._database.read("SELECT session, discord_id, shown FROM event")
        return {session: KnownEvent(discord_id, shown) for session, discord_id, shown in rows}

    async def begin(self, session: str) -> None:
        """Record that an event is about to be made or changed: until `settle`, what it shows is unknown."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO event (session) VALUES (?) ON CONFLICT (session) DO UPDATE SET shown = NULL", (session,)
            )

        await self._database.write(work)

    async def settle(self, session: str, discord_id: int | None, shown: str) -> None:
        """Record an event's id and what it shows; None if no event is needed."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE event SET discord_id = ?, shown = ? WHERE session = ?", (discord_id, shown, session)
            )

        await self._database.write(work)
