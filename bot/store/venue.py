"""What the venue has on Discord, and the few facts that the program must remember."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.domain.contributions.chatham import veiled_id
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
        """Key (`agenda`, `topic:blockchain`, `role:organiser`) to Discord id."""
        rows = await self._database.read("SELECT key, discord_id FROM venue")
        return {str(key): int(discord_id) for key, discord_id in rows}

    async def keep(self, key: str, discord_id: int, now: datetime) -> None:
        """Remember what a key is on Discord. What stood in a room's former channel is planned again for this one."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO venue (key, discord_id) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET discord_id = excluded.discord_id",
                (key, discord_id),
            )
            plan_room_again(transaction, key, discord_id, now)

        await self._database.write(work)

    async def move(self, guild: int, deed: AuditEntry) -> None:
        """Make another server the workshop's. What is known of the former one stays, and counts for nothing there."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE fact SET value = ? WHERE name = ?", (str(guild), GUILD_FACT))
            record(transaction, deed)

        await self._database.write(work)


class Facts:
    """Single values by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """A value, if there is one."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    async def put(self, name: str, value: str) -> None:
        """Keep a value."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

        await self._database.write(work)

    async def veil(self) -> Callable[[str], str]:
        """Makes the id under which others see a note or a question; see `chatham.veiled_id`."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = 'id_secret'")
        return partial(veiled_id, rows[0][0])

    async def once(self, name: str, value: str) -> str:
        """Keep a value unless there is one; the one that is kept."""

        def work(transaction: Transaction) -> str:
            transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, value)
            )
            return transaction.fetch_value("SELECT value FROM fact WHERE name = ?", (name,))

        return await self._database.write(work)
