"""Private messages: claimed by a row before anything is sent, so that nobody gets one twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.domain.letters import Letter, LetterKind, LetterState, Press
from bot.store.audit import Deed, record
from bot.store.database import Database, Row, instant, written

_COLUMNS = "id, person, author, kind, text, written_at, button, label, state"


def _letter(row: Row) -> Letter:
    key, person, author, kind, text, written_at, custom_id, label, state = row
    button = Press(custom_id, label) if custom_id else None
    return Letter(key, person, LetterKind(kind), text, instant(written_at), author, button, LetterState(state))


def write_letter(connection: sqlite3.Connection, letter: Letter) -> bool:
    """Have a message sent; False if it was written before. For work that writes it together with its cause."""
    cursor = connection.execute(
        f"INSERT INTO letter ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",  # noqa: S608 - names only
        (
            letter.id,
            letter.person,
            letter.author,
            letter.kind,
            letter.text,
            written(letter.written_at),
            letter.button.custom_id if letter.button else "",
            letter.button.label if letter.button else "",
            letter.state,
        ),
    )
    return cursor.rowcount == 1


class Letters:
    """The letter table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, letters: Iterable[Letter], deed: Deed) -> int:
        """Have those sent that were not written before, and record who wanted it; how many these are."""
        every = tuple(letters)

        def work(connection: sqlite3.Connection) -> int:
            count = sum(write_letter(connection, each) for each in every)
            if count:
                record(connection, deed)
            return count

        return await self._database.write(work)

    async def write_once(self, occasion: str, letters: Iterable[Letter], now: datetime) -> None:
        """Have these sent on an occasion that comes once: who would have one later has none."""
        every = tuple(letters)

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (occasion, written(now))
            ).rowcount:
                for each in every:
                    write_letter(connection, each)

        await self._database.write(work)

    async def next(self) -> Letter | None:
        """What is to be sent next: first what a stopped process had taken up, and may have sent or not."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM letter WHERE state IN ('planned', 'sending')"  # noqa: S608 - names only
            " ORDER BY CASE state WHEN 'sending' THEN 0 ELSE 1 END, written_at, id LIMIT 1"
        )
        return _letter(rows[0]) if rows else None

    async def begin(self, letter_id: str, now: datetime) -> None:
        """Record that it is about to be sent."""
        await self._put("UPDATE letter SET state = 'sending', begun_at = ? WHERE id = ?", written(now), letter_id)

    async def settle(self, letter_id: str, state: LetterState, problem: str | None = None) -> None:
        """Record what has become of it."""
        await self._put("UPDATE letter SET state = ?, problem = ? WHERE id = ?", state, problem, letter_id)

    async def all(self) -> list[Letter]:
        """Every message, the earliest first, and what became of it."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM letter ORDER BY written_at, id")  # noqa: S608 - names only
        return [_letter(row) for row in rows]

    async def _put(self, sql: str, *parameters: str | None) -> None:
        await self._database.write(lambda connection: connection.execute(sql, parameters))
