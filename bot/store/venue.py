"""The venue on Discord: the ids of the workshop's server, roles and rooms."""

from __future__ import annotations

from datetime import datetime

from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_room_again
from bot.store.engine.database import Database
from bot.store.engine.transaction import Transaction

#: The server that the workshop belongs to.
GUILD_FACT = "guild"


class VenueRecords:
    """The server that the workshop lives in, and the Discord ids of its roles and rooms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self) -> dict[str, int]:
        """Return the Discord ids by key (`agenda`, `topic:blockchain`, `role:organiser`)."""
        rows = await self._database.read("SELECT key, discord_id FROM venue")
        return {str(key): int(discord_id) for key, discord_id in rows}

    async def keep(self, key: str, discord_id: int, now: datetime) -> None:
        """Store the Discord id of a key. The messages of a room's former channel are planned again for the new one."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO venue (key, discord_id) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET discord_id = excluded.discord_id",
                (key, discord_id),
            )
            plan_room_again(transaction, key, discord_id, now)

        await self._database.write(work)

    async def move(self, guild: int, deed: AuditEntry) -> None:
        """Move the workshop to another server. The records of the former server stay, but have no effect."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE fact SET value = ? WHERE name = ?", (str(guild), GUILD_FACT))
            record(transaction, deed)

        await self._database.write(work)
