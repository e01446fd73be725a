"""Incidents: lasting failures. Each begins and ends once, with a line to the team."""

from __future__ import annotations

from datetime import datetime

from bot.domain.announcements import Announcement
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction


class Incidents:
    """The incident table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, datetime]:
        """Return when each open incident began (UTC), by key."""
        rows = await self._database.read("SELECT key, began_at FROM incident")
        return {key: instant(began_at) for key, began_at in rows}

    async def begin(self, key: str, now: datetime, report: Announcement) -> None:
        """Open an incident and plan its report; does nothing if it is open already."""

        def work(transaction: Transaction) -> None:
            if transaction.execute(
                "INSERT INTO incident (key, began_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, iso_utc(now))
            ):
                plan_delivery(transaction, report)

        await self._database.write(work)

    async def end(self, key: str, report: Announcement | None) -> None:
        """Close an incident and plan its report, if it has one; does nothing if it is not open."""

        def work(transaction: Transaction) -> None:
            if transaction.execute("DELETE FROM incident WHERE key = ?", (key,)) and report:
                plan_delivery(transaction, report)

        await self._database.write(work)
