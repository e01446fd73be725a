"""Restraints on announcements: the day is on hold, the speakers have arrived, a kind is switched off."""

from __future__ import annotations

from datetime import datetime

from bot.domain.agenda.run_of_show import Hold
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import announce
from bot.domain.planned_announcements import Restraint
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction


class Restraints:
    """The tables hold, speakers_here and quiet_kind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Restraint:
        """Return the restraints in force."""
        hold = await self.hold()
        quiet = await self._database.read("SELECT kind FROM quiet_kind ORDER BY kind")
        return Restraint(
            quiet=tuple(Kind(kind) for (kind,) in quiet),
            here=tuple(await self.here()),
            held_since=hold.since if hold else None,
        )

    async def hold(self) -> Hold | None:
        """Return the hold in force, if the day is on hold."""
        rows = await self._database.read("SELECT id, since FROM hold WHERE until IS NULL")
        return Hold(rows[0][0], instant(rows[0][1])) if rows else None

    async def here(self) -> dict[str, datetime]:
        """Return the sessions whose speakers have arrived, and since when (UTC) the team knows."""
        rows = await self._database.read("SELECT session, since FROM speakers_here ORDER BY session")
        return {session: instant(since) for session, since in rows}

    async def begin_hold(self, workshop: str, hold: Hold, who: int) -> None:
        """Put the day on hold and announce it; a hold in force stays as it is."""

        def work(transaction: Transaction) -> None:
            changed = transaction.execute(
                "INSERT INTO hold (id, since) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM hold WHERE until IS NULL)"
                " ON CONFLICT (id) DO NOTHING",
                (hold.id, iso_utc(hold.since)),
            )
            if changed != 1:
                return
            record(transaction, AuditEntry(f"hold/{hold.id}", hold.since, who, "day held", hold.id))
            plan_delivery(transaction, announce(workshop, Kind.HOLD, hold.id, hold.since))

        await self._database.write(work)

    async def end_hold(self, hold: Hold, who: int, now: datetime) -> None:
        """End a hold."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE hold SET until = ? WHERE id = ? AND until IS NULL", (iso_utc(now), hold.id))
            since = iso_utc(hold.since)
            record(
                transaction, AuditEntry(f"hold-end/{hold.id}", now, who, "day resumed", hold.id, since, iso_utc(now))
            )

        await self._database.write(work)

    async def speakers_are_here(self, session: str, who: int, now: datetime) -> None:
        """Record that a session's speakers have arrived: the team is not asked about them any more."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO speakers_here (session, since) VALUES (?, ?) ON CONFLICT (session) DO NOTHING",
                (session, iso_utc(now)),
            )
            record(transaction, AuditEntry(f"here/{session}", now, who, "speakers are there", session))

        await self._database.write(work)

    async def switch(self, kind: Kind, deed: AuditEntry, *, quiet: bool) -> None:
        """Switch a kind of announcement off (`quiet`) or on."""

        def work(transaction: Transaction) -> None:
            former = transaction.fetch_one("SELECT 1 FROM quiet_kind WHERE kind = ?", (kind,)) is not None
            if former == quiet:
                return
            if quiet:
                transaction.execute("INSERT INTO quiet_kind (kind) VALUES (?) ON CONFLICT (kind) DO NOTHING", (kind,))
            else:
                transaction.execute("DELETE FROM quiet_kind WHERE kind = ?", (kind,))
            record(transaction, deed)

        await self._database.write(work)
