"""Feedback on sessions and on the workshop, and pledges."""

from __future__ import annotations

import json
from datetime import date

from bot.domain.contributions.feedback import FeedbackAnswer
from bot.domain.contributions.pledges import Pledge, PledgeProgress, PledgeState
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction


def _answer(row: Row) -> FeedbackAnswer:
    subject, person, answers, written_at = row
    return FeedbackAnswer(subject, person, json.loads(answers), instant(written_at))


def _pledge(row: Row) -> Pledge:
    person, name, text, by_day, follow_up, written_at, months, *said = row
    progress = None if months is None else _progress((person, months, *said))
    return Pledge(person, name, text, date.fromisoformat(by_day), bool(follow_up), instant(written_at), progress)


def _progress(row: Row) -> PledgeProgress:
    person, months, state, text, written_at = row
    return PledgeProgress(person, months, PledgeState(state), text, instant(written_at))


class Feedback:
    """The feedback table: one answer a person and subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, answer: FeedbackAnswer) -> None:
        """Keep an answer in the place of an earlier one."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO feedback (subject, person, answers, written_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (subject, person) DO UPDATE SET answers = excluded.answers,"
                " written_at = excluded.written_at",
                (
                    answer.subject,
                    answer.person,
                    json.dumps(dict(answer.values), ensure_ascii=False),
                    iso_utc(answer.written_at),
                ),
            )

        await self._database.write(work)

    async def of(self, subject: str, person: int) -> FeedbackAnswer | None:
        """What somebody answered about a subject."""
        rows = await self._database.read(
            "SELECT subject, person, answers, written_at FROM feedback WHERE subject = ? AND person = ?",
            (subject, person),
        )
        return _answer(rows[0]) if rows else None

    async def all(self) -> list[FeedbackAnswer]:
        """Every answer, the earliest first."""
        rows = await self._database.read(
            "SELECT subject, person, answers, written_at FROM feedback ORDER BY written_at, subject, person"
        )
        return [_answer(row) for row in rows]


class Pledges:
    """The pledge table: one pledge a person, and what becomes of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, pledge: Pledge) -> None:
        """Keep a pledge in the place of an earlier one."""

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
        """Somebody's pledge."""
        found = await self._pledges("WHERE pledge.person = ?", person)
        return found[0] if found else None

    async def all(self) -> list[Pledge]:
        """Every pledge, the earliest first."""
        return await self._pledges("ORDER BY pledge.written_at, pledge.person")

    async def report(self, progress: PledgeProgress) -> None:
        """Keep what somebody says of their pledge, in the place of what they said when asked that time."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO pledge_progress (person, months, state, text, written_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (person, months) DO UPDATE SET state = excluded.state, text = excluded.text,"
                " written_at = excluded.written_at",
                (progress.person, progress.months, progress.state, progress.text, iso_utc(progress.written_at)),
            )

        await self._database.write(work)

    async def reported(self, person: int, months: int) -> PledgeProgress | None:
        """What somebody said of theirs when asked so many months after the workshop."""
        rows = await self._database.read(
            "SELECT person, months, state, text, written_at FROM pledge_progress WHERE person = ? AND months = ?",
            (person, months),
        )
        return _progress(rows[0]) if rows else None

    async def _pledges(self, condition: str, *parameters: int) -> list[Pledge]:
        rows = await self._database.read(
            "SELECT pledge.person, name, pledge.text, by_day, follow_up, pledge.written_at,"  # noqa: S608 - likewise
            " months, state, said.text, said.written_at FROM pledge LEFT JOIN pledge_progress AS said"
            " ON said.person = pledge.person AND said.months ="
            f" (SELECT max(months) FROM pledge_progress AS each WHERE each.person = pledge.person) {condition}",
            parameters,
        )
        return [_pledge(row) for row in rows]
