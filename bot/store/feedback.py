"""Feedback on sessions and on the workshop."""

from __future__ import annotations

import json

from bot.domain.contributions.feedback import FeedbackAnswer
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction


def _answer(row: Row) -> FeedbackAnswer:
    subject, person, answers, written_at = row
    return FeedbackAnswer(subject, person, json.loads(answers), instant(written_at))


class Feedback:
    """The feedback table: one answer a person and subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, answer: FeedbackAnswer) -> None:
        """Store an answer; it replaces the person's earlier one."""

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
        """Return a person's answer about a subject."""
        rows = await self._database.read(
            "SELECT subject, person, answers, written_at FROM feedback WHERE subject = ? AND person = ?",
            (subject, person),
        )
        return _answer(rows[0]) if rows else None

    async def all(self) -> list[FeedbackAnswer]:
        """Return every answer, earliest first."""
        rows = await self._database.read(
            "SELECT subject, person, answers, written_at FROM feedback ORDER BY written_at, subject, person"
        )
        return [_answer(row) for row in rows]
