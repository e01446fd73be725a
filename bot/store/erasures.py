"""Erasing a person: all that they wrote, at once, to the last byte, and again from any backup that is restored."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.database import Database, sync, written
from bot.store.dossiers import in_texts
from bot.store.lock import DatabaseUnusableError
from bot.store.people import People, vacate

log = logging.getLogger(__name__)

#: Who wrote what stays though its author was erased.
NOBODY = 0
#: How often, and how far apart (seconds), what is left of erased text is overwritten while somebody reads.
_TRIES, _APART = 50, 0.1

#: In this order: what refers to a note goes before the note. Under `:stand_in` go the figures that stay.
_STATEMENTS = (
    # What shows any of it is looked at again: edited, or taken away.
    (
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind IN ('digest', 'open', 'follow_up')"
        " OR (kind = 'card' AND subject IN (SELECT id FROM note WHERE author = :person"
        " UNION SELECT note FROM note_echo WHERE person = :person"
        " UNION SELECT merged_into FROM note_review WHERE note IN (SELECT id FROM note WHERE author = :person)))"
        " OR (kind = 'request' AND subject IN (SELECT message FROM note_request WHERE :person IN (author, asker)))"
        " OR (kind = 'question' AND subject IN (SELECT id FROM question WHERE author = :person"
        " UNION SELECT question FROM question_vote WHERE person = :person UNION SELECT id FROM question"
        " WHERE merged_into IN (SELECT id FROM question WHERE author = :person)))"
        " OR (kind IN ('group', 'left', 'back') AND subject IN"
        " (SELECT breakout || ':' || number FROM breakout_member WHERE person = :person))"
    ),
    "UPDATE delivery SET subject = '', unshown = unshown + 1 WHERE kind = 'report' AND subject LIKE :mention",
    (
        "DELETE FROM transcript_message WHERE author = :person OR text LIKE :mention"
        " OR message IN (SELECT message_id FROM delivery WHERE unshown > 0)"
    ),
    # What is being saved at this moment may hold it: then it is saved anew.
    "UPDATE transcript SET unsaved = unsaved + 1",
    "DELETE FROM contact WHERE asker = :person OR note IN (SELECT id FROM note WHERE author = :person)",
    "DELETE FROM note_echo WHERE person = :person OR note IN (SELECT id FROM note WHERE author = :person)",
    "DELETE FROM note_consent WHERE person = :person OR note IN (SELECT id FROM note WHERE author = :person)",
    (
        "DELETE FROM note_revision WHERE note IN (SELECT id FROM note WHERE author = :person)"
        " OR merged IN (SELECT id FROM note WHERE author = :person)"
    ),
    # What a reviewer wrote of others' notes goes too: such a note waits for another reviewer.
    (
        "UPDATE note_review SET state = 'waiting', asked = '' WHERE state = 'changes' AND note IN"
        " (SELECT subject FROM audit WHERE who = :person AND what = 'note sent back')"
    ),
    (
        "UPDATE note_review SET proposal = NULL WHERE note IN"
        " (SELECT subject FROM audit WHERE who = :person AND what = 'edit proposed')"
    ),
    (
        "UPDATE audit SET former = NULL, latter = NULL WHERE id LIKE 'review/%' AND (subject IN"
        " (SELECT id FROM note WHERE author = :person) OR subject IN"
        " (SELECT subject FROM audit WHERE who = :person AND id LIKE 'review/%'))"
    ),
    "DELETE FROM note_review WHERE note IN (SELECT id FROM note WHERE author = :person)",
    "UPDATE note_review SET merged_into = NULL WHERE merged_into IN (SELECT id FROM note WHERE author = :person)",
    "DELETE FROM letter WHERE :person IN (person, author)",
    "DELETE FROM note_request WHERE :person IN (author, asker)",
    "DELETE FROM note WHERE author = :person",
    "DELETE FROM question_vote WHERE person = :person",
    "UPDATE question SET merged_into = NULL WHERE merged_into IN (SELECT id FROM question WHERE author = :person)",
    (
        "UPDATE audit SET former = NULL, latter = NULL"
        " WHERE who = :person OR subject IN (SELECT id FROM question WHERE author = :person)"
    ),
    "DELETE FROM question WHERE author = :person",
    # A correction's deed names whom it is about, and so would tell whose number it is.
    "UPDATE audit SET subject = '', former = NULL, latter = NULL WHERE subject LIKE :corrected",
    "UPDATE correction SET author = :nobody, author_name = '', reason = '' WHERE author = :person",
    "UPDATE correction SET person = :stand_in, name = '', reason = '' WHERE person = :person",
    "DELETE FROM breakout_member WHERE person = :person",
    "UPDATE breakout_group SET rapporteur = NULL WHERE rapporteur = :person",
    "UPDATE breakout SET author = :nobody WHERE author = :person",
    "DELETE FROM feedback WHERE person = :person",
    "DELETE FROM pledge WHERE person = :person",
    "DELETE FROM pledge_progress WHERE person = :person",
    "DELETE FROM chosen_language WHERE person = :person",
    "DELETE FROM word_try WHERE person = :person",
    # What was never sent, or never done, is nobody's but theirs; the rest is the workshop's.
    (
        "DELETE FROM custom_announcement WHERE author = :person"
        " AND id NOT IN (SELECT subject FROM delivery WHERE kind = 'custom')"
    ),
    "UPDATE custom_announcement SET author = :nobody WHERE author = :person",
    "DELETE FROM agenda_change WHERE author = :person AND applied_at IS NULL",
    "UPDATE agenda_change SET author = :nobody WHERE author = :person",
    "UPDATE presence SET person = :stand_in, name = '' WHERE person = :person",
    (
        "UPDATE voice_stay SET person = :stand_in, name = '', until = coalesce(until, (SELECT max(until) FROM watch))"
        " WHERE person = :person"
    ),
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody had themselves erased. Of the same `id`, it is the same, however often pressed."""

    id: str
    person: int
    at: datetime
    """UTC."""


class ErasedList:
    """Who was erased, in a file beside the database, which a restored backup doesn't replace: one line an erasure.

    Of the person there is only the Discord id. Nothing is ever taken out of it.
    """

    _LINE = re.compile(r"(\w+) (\d+) (\S+Z)")

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, erasure: Erasure) -> None:
        """Have one more on disk. Raises OSError."""
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Begun with a new line, because a killed process may have left half of one.
            os.write(handle, f"\n{erasure.id} {erasure.person} {written(erasure.at)}".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync(self._path.parent)

    def read(self) -> Mapping[str, int]:
        """Everybody in it, by the erasure's id. Raises DatabaseUnusableError if it is there and can't be read."""
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
    """The erasure table, and the list beside the database."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people
        self._list = ErasedList(database.path.with_name(f"{database.path.name}.erased"))

    async def erase(self, erasure: Erasure) -> None:
        """Erase all that a person wrote, and make what they attended nobody's; once, however often it is asked for.

        First of all they are put on the list, so that it happens even if the process ends in the midst of it.
        """
        if erasure.id not in await self._done():
            await asyncio.to_thread(self._list.add, erasure)
            await self._carry_out(erasure.id, erasure.person)
            self._people.forget(erasure.person)
        await self.scrub()

    async def catch_up(self) -> None:
        """Erase again who is on the list, and in a database that doesn't know of it: before anything is served.

        Raises DatabaseUnusableError if the list can't be read.
        """
        done = await self._done()
        for key, person in (await asyncio.to_thread(self._list.read)).items():
            if key not in done:
                await self._carry_out(key, person)
                log.warning("Erased again what the database had of %s, who was erased before", person)
        await self.scrub()

    async def everybody(self) -> frozenset[int]:
        """Everybody who was ever erased (Discord ids). Raises as `catch_up` does."""
        return frozenset((await asyncio.to_thread(self._list.read)).values())

    async def require_done(self) -> None:
        """Raise DatabaseUnusableError where somebody on the list is still in the database."""
        if (await asyncio.to_thread(self._list.read)).keys() - await self._done():
            raise DatabaseUnusableError(
                f"{self._database.path} holds what people had erased: it is a backup that was restored. "
                "Start the bot once: it erases it again."
            )

    def owe_bytes(self, connection: sqlite3.Connection, key: str) -> None:
        """Have `scrub`, now or at the next start, overwrite what was deleted. For work that deletes something."""
        connection.execute("INSERT INTO erasure (id) VALUES (?) ON CONFLICT DO NOTHING", (key,))

    async def _done(self) -> set[str]:
        return {key for (key,) in await self._database.read("SELECT id FROM erasure")}

    async def _carry_out(self, key: str, person: int) -> None:
        values = {
            "person": person,
            "mention": in_texts(person),
            "corrected": f"% {person}",
            "stand_in": secrets.randbits(62),
            "nobody": NOBODY,
        }

        def work(connection: sqlite3.Connection) -> None:
            if not connection.execute("INSERT INTO erasure (id) VALUES (?) ON CONFLICT DO NOTHING", (key,)).rowcount:
                return
            for statement in _STATEMENTS:
                connection.execute(statement, values)
            vacate(connection, person)

        await self._database.write(work)

    async def scrub(self) -> None:
        """Overwrite what is left in the file of what was deleted. If that fails, the next start does it."""
        rows = await self._database.read("SELECT id FROM erasure WHERE scrubbed = 0")
        try:
            if rows and await self._overwritten():
                await self._database.write(
                    lambda connection: connection.executemany("UPDATE erasure SET scrubbed = 1 WHERE id = ?", rows)
                )
        except sqlite3.Error as failure:
            log.warning("The file could not be rid of what was erased (%s); the next start does it", failure)

    async def _overwritten(self) -> bool:
        for _ in range(_TRIES):
            if await self._database.scrub():
                return True
            await asyncio.sleep(_APART)
        log.warning("The file could not be rid of what was erased, because it is being read; the next start does it")
        return False
