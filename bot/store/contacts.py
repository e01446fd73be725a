"""Reactions to notes: who does the same, who wants to be in touch, and requests to make a message a note."""

from __future__ import annotations

from datetime import datetime

from bot.domain.announcements import Announcement
from bot.domain.contributions.contacts import Contact, NoteRequest
from bot.domain.people.direct_messages import DirectMessage
from bot.store.delivery.deliveries import outdate, plan_delivery
from bot.store.delivery.direct_messages import write_direct_message
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.per_person_limits import require_room


def _contact(row: Row) -> Contact:
    note, title, author, author_name, asker, asker_name, asked_at, agreed = row
    answered = None if agreed is None else bool(agreed)
    return Contact(note, title, author, author_name, asker, asker_name, instant(asked_at), answered)


class Contacts:
    """The note_echo, contact and note_request tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- "we do this too" --------------------------------------------------------------------------------------

    async def echo(self, note: str, person: int, now: datetime, card: Announcement, *, too: bool) -> None:
        """Store that a person does what a note describes, or that they no longer say so. Repeating changes nothing."""

        def work(transaction: Transaction) -> None:
            if too:
                transaction.execute(
                    "INSERT INTO note_echo (note, person, since) VALUES (?, ?, ?)"
                    " ON CONFLICT (note, person) DO NOTHING",
                    (note, person, iso_utc(now)),
                )
            else:
                transaction.execute("DELETE FROM note_echo WHERE note = ? AND person = ?", (note, person))
            outdate(transaction, card)

        await self._database.write(work)

    async def echoes(self) -> dict[str, int]:
        """How many do what a note tells of, by note; of those with any."""
        return dict(await self._database.read("SELECT note, count(*) FROM note_echo GROUP BY note"))

    async def echoes_of(self, note: str) -> set[int]:
        """Who does what a note tells of."""
        rows = await self._database.read("SELECT person FROM note_echo WHERE note = ?", (note,))
        return {person for (person,) in rows}

    # --- "put us in touch" -------------------------------------------------------------------------------------

    async def ask(  # noqa: PLR0913, PLR0917 - one parameter a part of it
        self, note: str, asker: int, asker_name: str, now: datetime, letter: DirectMessage, most: int | None = None
    ) -> None:
        """Keep that somebody wants to be in touch with a note's author, and tell them. Asked again, nothing changes.

        Raises TooManyError if `most` authors have yet to answer them.
        """

        def work(transaction: Transaction) -> None:
            if not transaction.fetch_one("SELECT 1 FROM contact WHERE note = ? AND asker = ?", (note, asker)):
                unanswered = "SELECT count(*) FROM contact WHERE asker = ? AND agreed IS NULL"
                require_room(transaction, unanswered, asker, most)
            write_direct_message(transaction, letter)
            transaction.execute(
                "INSERT INTO contact (note, asker, name, asked_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (note, asker) DO NOTHING",
                (note, asker, asker_name, iso_utc(now)),
            )

        await self._database.write(work)

    async def answer(self, note: str, author: int, asker: int, *, agreed: bool) -> Contact | None:
        """Keep an author's answer; None if there is nothing to answer. Who agreed once has been named, and stays so."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE contact SET agreed = ? WHERE note = ? AND asker = ? AND coalesce(agreed, 0) = 0"
                " AND EXISTS (SELECT 1 FROM note WHERE note.id = contact.note AND note.author = ?)",
                (int(agreed), note, asker, author),
            )

        await self._database.write(work)
        found = await self._contacts("contact.note = ? AND contact.asker = ? AND note.author = ?", note, asker, author)
        return found[0] if found else None

    async def asked_of(self, author: int) -> list[Contact]:
        """Return the requests to be in touch with an author, earliest first."""
        return await self._contacts("note.author = ?", author)

    async def asked_by(self, asker: int) -> list[Contact]:
        """Return the requests that a person made to be in touch, earliest first."""
        return await self._contacts("contact.asker = ?", asker)

    async def _contacts(self, condition: str, *parameters: str | int) -> list[Contact]:
        rows = await self._database.read(
            "SELECT note.id, note.title, note.author, note.author_name, contact.asker, contact.name, contact.asked_at,"  # noqa: S608 - conditions of this class only
            f" contact.agreed FROM contact JOIN note ON note.id = contact.note WHERE {condition}"
            " ORDER BY contact.asked_at, contact.note",
            parameters,
        )
        return [_contact(row) for row in rows]

    # --- "save as note" ----------------------------------------------------------------------------------------

    async def request(self, request: NoteRequest, question: Announcement) -> None:
        """Store the request for a message to become a note, and plan the question to its author: once a message."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO note_request (message, channel_id, author, asker, text, asked_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (message) DO NOTHING",
                (
                    request.message,
                    request.channel_id,
                    request.author,
                    request.asker,
                    request.text,
                    iso_utc(request.asked_at),
                ),
            )
            plan_delivery(transaction, question)

        await self._database.write(work)

    async def requested(self, message: str) -> NoteRequest | None:
        """Return the request for a message that has not become a note yet."""
        rows = await self._database.read(
            "SELECT message, channel_id, author, asker, text, asked_at FROM note_request WHERE message = ?",
            (message,),
        )
        for key, channel, author, asker, text, asked_at in rows:
            return NoteRequest(key, channel, author, asker, text, instant(asked_at))
        return None

    async def decline(self, message: str, question: Announcement) -> None:
        """Delete the message's text and withdraw the question. The request itself stays, so that nobody asks again."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE note_request SET text = NULL WHERE message = ?", (message,))
            outdate(transaction, question)

        await self._database.write(work)
