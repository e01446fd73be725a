"""Erasing a person: everything they wrote, to the last byte, and again in every restored backup."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.engine.database import Database
from bot.store.engine.errors import DatabaseUnusableError, StoreError
from bot.store.engine.files import sync
from bot.store.engine.instants import iso_utc
from bot.store.engine.transaction import Transaction
from bot.store.note_files import NoteFiles
from bot.store.participants import Participants, vacate
from bot.store.privacy.register import TABLES, pattern

log = logging.getLogger(__name__)

#: The author of what stays after its real author was erased.
NOBODY = 0
#: How often, and how many seconds apart, scrubbing is tried while somebody reads.
_TRIES, _APART = 50, 0.1


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person's request to be erased. Requests of the same `id` are one, pressed several times."""

    id: str
    person: int
    at: datetime
    """UTC."""


class ErasedList:
    """The list of erased people, in a file next to the database, which restoring a backup does not replace.

    One line an erasure, with the person's Discord id and nothing else of theirs. Lines are never removed.
    """

    _LINE = re.compile(r"(\w+) (\d+) (\S+Z)")

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, erasure: Erasure) -> None:
        """Write an erasure to disk. Raises OSError."""
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Starts with a line break: a killed process may have left half a line.
            os.write(handle, f"\n{erasure.id} {erasure.person} {iso_utc(erasure.at)}".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync(self._path.parent)

    def read(self) -> Mapping[str, int]:
        """Return the erased people by erasure id. Raises DatabaseUnusableError if the file exists and can't be read."""
        try:
            lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        except (OSError, UnicodeDecodeError) as failure:
            raise DatabaseUnusableError(
                f"{self._path} can't be read: {failure}. "
                "Check that this user may read it: it names who is to stay erased."
            ) from None
        whole = (self._LINE.fullmatch(line) for line in lines)
        return {line[1]: int(line[2]) for line in whole if line}


class Erasures:
    """The erasure table, and the list next to the database."""

    def __init__(self, database: Database, people: Participants, files: NoteFiles) -> None:
        self._database = database
        self._people = people
        self._files = files
        self._list = ErasedList(database.path.with_name(f"{database.path.name}.erased"))

    async def erase(self, erasure: Erasure) -> None:
        """Erase everything that a person wrote, and make their attendance anonymous; once, however often asked.

        They are put on the list first, so that the next start completes it if the process ends meanwhile.
        """
        if erasure.id not in await self._done():
            await asyncio.to_thread(self._list.add, erasure)
            await self._carry_out(erasure.id, erasure.person)
            self._people.forget(erasure.person)
        await self.scrub()

    async def catch_up(self) -> None:
        """Erase the people on the list whom this database still has, before anything is served.

        Raises DatabaseUnusableError if the list can't be read.
        """
        done = await self._done()
        for key, person in (await asyncio.to_thread(self._list.read)).items():
            if key not in done:
                await self._carry_out(key, person)
                log.warning("Erased again what the database had of %s, who was erased before", person)
        await self.scrub()

    async def everybody(self) -> frozenset[int]:
        """Return the Discord ids of everybody who was ever erased. Raises as `catch_up` does."""
        return frozenset((await asyncio.to_thread(self._list.read)).values())

    async def require_done(self) -> None:
        """Raise DatabaseUnusableError if a person on the list is still in the database."""
        if (await asyncio.to_thread(self._list.read)).keys() - await self._done():
            raise DatabaseUnusableError(
                f"{self._database.path} holds what people had erased: it is a backup that was restored. "
                "Start the bot once: it erases it again."
            )

    def owe_bytes(self, transaction: Transaction, key: str) -> None:
        """Have `scrub` overwrite deleted rows, now or at the next start; called in the deleting transaction."""
        transaction.execute("INSERT INTO erasure (id) VALUES (?) ON CONFLICT DO NOTHING", (key,))

    async def _done(self) -> set[str]:
        return {key for (key,) in await self._database.read("SELECT id FROM erasure")}

    async def _carry_out(self, key: str, person: int) -> None:
        values = {
            "person": person,
            "named": pattern(person),
            "stand_in": secrets.randbits(62),
            "nobody": NOBODY,
        }

        def work(transaction: Transaction) -> None:
            if not transaction.execute("INSERT INTO erasure (id) VALUES (?) ON CONFLICT DO NOTHING", (key,)):
                return
            for name, table in TABLES.items():
                for change in table.erased:
                    transaction.execute(change.statement(name), values)
            vacate(transaction, person)

        await self._database.write(work)

    async def scrub(self) -> None:
        """Delete the files of deleted rows, and overwrite the rows' remains. If that fails, the next start does it."""
        try:
            await self._files.sweep()
        except OSError as failure:
            log.warning("%s could not be deleted (%s); the next start does it", failure.filename, failure.strerror)
        rows = await self._database.read("SELECT id FROM erasure WHERE scrubbed = 0")
        try:
            if rows and await self._overwritten():
                await self._database.write(
                    lambda transaction: transaction.execute_many("UPDATE erasure SET scrubbed = 1 WHERE id = ?", rows)
                )
        except StoreError as failure:
            log.warning("The file could not be rid of what was erased (%s); the next start does it", failure)

    async def _overwritten(self) -> bool:
        for _ in range(_TRIES):
            if await self._database.scrub():
                return True
            await asyncio.sleep(_APART)
        log.warning("The file could not be rid of what was erased, because it is being read; the next start does it")
        return False
