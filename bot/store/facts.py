"""Facts: the single values that the program must remember, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.domain.contributions.chatham import veiled_id
from bot.store.engine.database import Database
from bot.store.engine.transaction import Transaction


class Facts:
    """The fact table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """Return a value; None if there is none."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    async def put(self, name: str, value: str) -> None:
        """Store a value; it replaces the earlier one."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

        await self._database.write(work)

    async def veil(self) -> Callable[[str], str]:
        """Return the function that makes the ids under which others see notes and questions, see `veiled_id`."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = 'id_secret'")
        return partial(veiled_id, rows[0][0])

    async def once(self, name: str, value: str) -> str:
        """Store a value unless there is one; return the stored value."""

        def work(transaction: Transaction) -> str:
            transaction.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, value)
            )
            return transaction.fetch_value("SELECT value FROM fact WHERE name = ?", (name,))

        return await self._database.write(work)
