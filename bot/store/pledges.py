"""Pledges: what people promised to do after the workshop, and what became of it."""

from __future__ import annotations

from datetime import date

from bot.domain.contributions.pledges import Pledge, PledgeProgress, PledgeState
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction


def _pledge(row: Row) -> Pledge:
    person, name, text, by_day, follow_up, written_at, months, *latest = row
    progress = None if months is None else _progress((person, months, *latest))
    return Pledge(person, name, text, date.fromisoformat(by_day), bool(follow_up), instant(written_at), progress)


def _progress(row: Row) -> PledgeProgress:
    person, months, state, text, written_at = row
    return PledgeProgress(person, months, PledgeState(state), text, instant(written_at))


class Pledges:
    """The pledge table (one pledge a person) and the pledge_progress table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, pledge: Pledge) -> None:
        """Store a pledge; it replaces the person's earlier one."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO pledge (person, name, text, by_day, follow_up, written_at) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (person) DO UPDATE SET name = excluded.name, text = excluded.text,"
                " by_day = excluded.by_day, follow_up = excluded.follow_up, written_at = excluded.written_at",
                (
                    pledge.person,
                    pledge.name,
                    pledge.text,
                    pledge.by.isoformat(),
                    int(pledge.follow_up),
                    iso_utc(pledge.written_at),
                ),
            )

        await self._database.write(work)

    async def of(self, person: int) -> Pledge | None:
        """Return a person's pledge."""
        pledges = await self._pledges("WHERE pledge.person = ?", person)
        return pledges[0] if pledges else None

    async def all(self) -> list[Pledge]:
        """Return every pledge, earliest first."""
        return await self._pledges("ORDER BY pledge.written_at, pledge.person")

    async def report(self, progress: PledgeProgress) -> None:
        """Store a person's progress report; it replaces their earlier one for the same number of months."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO pledge_progress (person, months, state, text, written_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (person, months) DO UPDATE SET state = excluded.state, text = excluded.text,"
                " written_at = excluded.written_at",
                (progress.person, progress.months, progress.state, progress.text, iso_utc(progress.written_at)),
            )

        await self._database.write(work)

    async def reported(self, person: int, months: int) -> PledgeProgress | None:
        """Return a person's progress report of some months after the workshop."""
        rows = await self._database.read(
            "SELECT person, months, state, text, written_at FROM pledge_progress WHERE person = ? AND months = ?",
            (person, months),
        )
        return _progress(rows[0]) if rows else None

    async def _pledges(self, condition: str, *parameters: int) -> list[Pledge]:
        rows = await self._database.read(
            "SELECT pledge.person, name, pledge.text, by_day, follow_up, pledge.written_at,"  # noqa: S608 - conditions of this class only
            " months, state, latest.text, latest.written_at FROM pledge LEFT JOIN pledge_progress AS latest"
            " ON latest.person = pledge.person AND latest.months ="
            f" (SELECT max(months) FROM pledge_progress AS report WHERE report.person = pledge.person) {condition}",
            parameters,
        )
        return [_pledge(row) for row in rows]
