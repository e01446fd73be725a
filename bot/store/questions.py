"""Questions, and who has the same."""

from __future__ import annotations

import sqlite3

from bot.domain.announcements import Announcement
from bot.domain.questions import Question, QuestionState
from bot.store.database import Database, Row, instant, written
from bot.store.deliveries import outdate, plan_delivery

_COLUMNS = "id, author, author_name, anonymous, session, text, written_at, state"
_READ = f"SELECT {_COLUMNS}, (SELECT count(*) FROM question_vote WHERE question = question.id) FROM question"  # noqa: S608 - names only


def _question(row: Row) -> Question:
    key, author, author_name, anonymous, session, text, written_at, state, votes = row
    return Question(
        key, author, author_name, bool(anonymous), session, text, instant(written_at), QuestionState(state), votes
    )


class Questions:
    """The question and question_vote tables. Whatever changes a question has its card edited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, question: Question, card: Announcement) -> bool:
        """Keep a question and plan its card; submitted again by the same author, it is the same question, reworded.

        False if the id is that of somebody else's question.
        """

        def work(connection: sqlite3.Connection) -> bool:
            cursor = connection.execute(
                f"INSERT INTO question ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
                " ON CONFLICT (id) DO UPDATE SET anonymous = excluded.anonymous, session = excluded.session,"
                " text = excluded.text WHERE question.author = excluded.author",
                (
                    question.id,
                    question.author,
                    question.author_name,
                    int(question.anonymous),
                    question.session,
                    question.text,
                    written(question.written_at),
                    question.state,
                ),
            )
            if cursor.rowcount == 1 and not plan_delivery(connection, card):
                outdate(connection, card)
            return cursor.rowcount == 1

        return await self._database.write(work)

    async def vote(self, question_id: str, person: int, card: Announcement) -> bool:
        """Count somebody who has the same question, or no longer count them; whether they are counted."""

        def work(connection: sqlite3.Connection) -> bool:
            outdate(connection, card)
            key = (question_id, person)
            taken = connection.execute("DELETE FROM question_vote WHERE question = ? AND person = ?", key).rowcount
            if not taken:
                connection.execute("INSERT INTO question_vote (question, person) VALUES (?, ?)", key)
            return not taken

        return await self._database.write(work)

    async def set_state(self, question_id: str, state: QuestionState, card: Announcement) -> bool:
        """Record what has become of a question; False if there is none of that id."""

        def work(connection: sqlite3.Connection) -> bool:
            outdate(connection, card)
            cursor = connection.execute("UPDATE question SET state = ? WHERE id = ?", (state, question_id))
            return cursor.rowcount == 1

        return await self._database.write(work)

    async def find(self, question_id: str) -> Question | None:
        """One question by its id."""
        rows = await self._database.read(f"{_READ} WHERE id = ?", (question_id,))
        return _question(rows[0]) if rows else None

    async def all(self) -> list[Question]:
        """Every question, the earliest first."""
        return [_question(row) for row in await self._database.read(f"{_READ} ORDER BY written_at, id")]
