"""Notes."""

from __future__ import annotations

import sqlite3

from bot.domain.announcements import Announcement
from bot.domain.notes import Note, NoteKind, Visibility
from bot.store.database import Database, Row, instant, written
from bot.store.deliveries import plan_delivery

_COLUMNS = "id, author, author_name, topic, kind, title, did, learned, visibility, written_at"


def _note(row: Row) -> Note:
    key, author, author_name, topic, kind, title, did, learned, visibility, written_at = row
    return Note(
        key,
        author,
        author_name,
        topic,
        NoteKind(kind),
        title,
        did,
        learned,
        Visibility(visibility),
        instant(written_at),
    )


class Notes:
    """The note table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, note: Note) -> Note | None:
        """Keep a note; submitted again under the same id by the same author, it is the same note, reworded.

        None if the id is that of somebody else's note.
        """

        def work(connection: sqlite3.Connection) -> Row | None:
            return connection.execute(
                f"INSERT INTO note ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
                " ON CONFLICT (id) DO UPDATE SET topic = excluded.topic, kind = excluded.kind,"
                " title = excluded.title, did = excluded.did, learned = excluded.learned"
                f" WHERE note.author = excluded.author RETURNING {_COLUMNS}",
                (
                    note.id,
                    note.author,
                    note.author_name,
                    note.topic,
                    note.kind,
                    note.title,
                    note.did,
                    note.learned,
                    note.visibility,
                    written(note.written_at),
                ),
            ).fetchone()

        kept = await self._database.write(work)
        return _note(kept) if kept else None

    async def show(self, note: Note, card: Announcement) -> None:
        """Let participants see a note and plan its card, both or neither."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE note SET visibility = ? WHERE id = ?", (Visibility.PARTICIPANTS, note.id))
            plan_delivery(connection, card)

        await self._database.write(work)

    async def find(self, note_id: str) -> Note | None:
        """One note by its id."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM note WHERE id = ?", (note_id,))  # noqa: S608
        return _note(rows[0]) if rows else None

    async def all(self) -> list[Note]:
        """Every note, the earliest first."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM note ORDER BY written_at, id")  # noqa: S608
        return [_note(row) for row in rows]
