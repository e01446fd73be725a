"""The files of notes: the note_file table, and their contents in the folder next to the database.

A content is on disk before its row is, and is deleted after its row: a process that is killed leaves at most a content
without a row, which `sweep` deletes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from pathlib import Path

from bot.domain.announcements import Announcement
from bot.domain.contributions.note_files import MOST, FileType, NoteFile
from bot.store.delivery.deliveries import outdate
from bot.store.engine import content_folder
from bot.store.engine.database import Database
from bot.store.engine.errors import StoreError
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.sqlite import file_transaction
from bot.store.engine.transaction import Row, Transaction
from bot.store.notes import find_note
from bot.store.per_person_limits import TooManyError

log = logging.getLogger(__name__)

_COLUMNS = "note, digest, type, name, size, added_at"


def _file(row: Row) -> NoteFile:
    note, digest, kind, name, size, added_at = row
    return NoteFile(note, digest, FileType(kind), name, size, instant(added_at))


def named_in(path: Path) -> frozenset[str]:
    """Return the digests of all files of notes that a database names, which may be in use. Raises StoreError."""
    with file_transaction(path) as transaction:
        return frozenset(digest for (digest,) in transaction.fetch_all("SELECT digest FROM note_file"))


class NoteFiles:
    """The note_file table and the folder of contents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.folder = content_folder.folder_of(database.path)
        self._writing = asyncio.Lock()
        """Held while a content is on disk without its row, so that `sweep` doesn't take it for an orphan."""

    async def add(self, file: NoteFile, content: bytes, author: int, card: Announcement) -> bool:
        """Store a file of a note; the same content a second time changes nothing. False if the author has no such note.

        `card`: the message that shows the note, to be edited. Raises TooManyError if the note has MOST files, OSError
        if the folder can't be written to.
        """

        def work(transaction: Transaction) -> bool:
            note = find_note(transaction, file.note)
            if note is None or note.author != author:
                return False
            held = {digest for (digest,) in transaction.fetch_all(_DIGESTS, (file.note,))}
            if file.digest in held:
                return True
            if len(held) >= MOST:
                raise TooManyError(MOST)
            transaction.execute(
                f"INSERT INTO note_file ({_COLUMNS}, number) VALUES (?, ?, ?, ?, ?, ?,"  # noqa: S608 - names only
                " (SELECT coalesce(max(number) + 1, 0) FROM note_file WHERE note = ?))",
                (file.note, file.digest, file.type, file.name, file.size, iso_utc(file.added_at), file.note),
            )
            outdate(transaction, card)
            return True

        stored = False
        try:
            async with self._writing:
                await asyncio.to_thread(content_folder.keep, self.folder, content)
                stored = await self._database.write(work)
        finally:
            if not stored:
                await self._tidy()
        return stored

    async def remove(self, note_id: str, digests: Collection[str], card: Announcement) -> None:
        """Delete some files of a note. `card`: the message that shows the note, to be edited."""

        def work(transaction: Transaction) -> None:
            transaction.execute_many(
                "DELETE FROM note_file WHERE note = ? AND digest = ?", [(note_id, digest) for digest in digests]
            )
            outdate(transaction, card)

        if not digests:
            return
        await self._database.write(work)
        await self._tidy()

    async def of(self, note_id: str) -> list[NoteFile]:
        """Return the files of a note whose content is there, in the order in which they were added."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM note_file WHERE note = ? ORDER BY number",  # noqa: S608 - names only
            (note_id,),
        )
        return await self._present(rows)

    async def all(self) -> dict[str, list[NoteFile]]:
        """Return the files whose content is there, by note id."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM note_file ORDER BY note, number")  # noqa: S608 - names only
        by_note: dict[str, list[NoteFile]] = {}
        for file in await self._present(rows):
            by_note.setdefault(file.note, []).append(file)
        return by_note

    async def _present(self, rows: list[Row]) -> list[NoteFile]:
        if not rows:
            return []
        there = await asyncio.to_thread(content_folder.contents, self.folder)
        return [file for file in map(_file, rows) if file.digest in there]

    def path(self, digest: str) -> Path:
        """Return the path of a content."""
        return self.folder / digest

    async def _tidy(self) -> None:
        try:
            await self.sweep()
        except (OSError, StoreError) as failure:
            log.warning("Files of notes that nothing names could not be deleted (%s); the next start does it", failure)

    async def sweep(self) -> None:
        """Delete the contents that no row names. Raises OSError, StoreError."""
        async with self._writing:
            rows = await self._database.read("SELECT digest FROM note_file")
            await asyncio.to_thread(content_folder.sweep, self.folder, {digest for (digest,) in rows})


_DIGESTS = "SELECT digest FROM note_file WHERE note = ?"
