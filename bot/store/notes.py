"""Notes, their revisions, and their authors' consents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import cache

import orjson

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.chatham import veiled_id
from bot.domain.contributions.notes import (
    Attribution,
    Audience,
    Consent,
    Detail,
    Note,
    NoteKind,
    Visibility,
    has_card,
    visibilities_reaching,
)
from bot.domain.text import fold
from bot.store.delivery.deliveries import outdate, plan_again
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.per_person_limits import require_room
from bot.store.privacy.chatham_stamps import stamp_note

_COLUMNS = (
    "id, author, author_name, topic, kind, title, did, learned, visibility, written_at, attribution, details,"
    " confidential"
)

# Looking up an enumeration's member takes ten times as long, a third of the time to read a note.
_kind, _visibility, _attribution, _detail = cache(NoteKind), cache(Visibility), cache(Attribution), cache(Detail)


def _note(row: Row) -> Note:
    key, author, author_name, topic, kind, title, did, learned, visibility, written_at, *access = row
    attribution, details, confidential = access
    return Note(
        key,
        author,
        author_name,
        topic,
        _kind(kind),
        title,
        did,
        learned,
        _visibility(visibility),
        instant(written_at),
        _attribution(attribution),
        {_detail(name): text for name, text in orjson.loads(details).items()},
        bool(confidential),
    )


def _details(note: Note) -> str:
    return orjson.dumps({str(detail): text for detail, text in note.details.items()}).decode()


def find_note(transaction: Transaction, note_id: str) -> Note | None:
    """Return a note by its id, in the transaction that changes it."""
    row = transaction.fetch_one(f"SELECT {_COLUMNS} FROM note WHERE id = ?", (note_id,))  # noqa: S608 - names only
    return _note(row) if row else None


def _insert(transaction: Transaction, note: Note) -> None:
    transaction.execute(
        f"INSERT INTO note ({_COLUMNS}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - names only
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
            iso_utc(note.written_at),
            note.attribution,
            _details(note),
            int(note.confidential),
            note.folded,
        ),
    )
    stamp_note(transaction, note.id)


def keep_wording(transaction: Transaction, former: Note, of: str, now: datetime) -> None:
    """Store a note's text as a revision `of` a note: of itself, or of the one that it is merged into."""
    merged = None if of == former.id else former.id
    transaction.execute(
        "INSERT INTO note_revision (note, number, revised_at, topic, kind, title, did, learned, details, merged)"
        " SELECT ?, (SELECT coalesce(max(number) + 1, 0) FROM note_revision WHERE note = ?), ?,"
        " topic, kind, title, did, learned, details, ? FROM note WHERE id = ?",
        (of, of, iso_utc(now), merged, former.id),
    )


def _reword(transaction: Transaction, former: Note, note: Note, now: datetime) -> None:
    """Store a note's new text and its former one as a revision; it waits for review again."""
    keep_wording(transaction, former, former.id, now)
    transaction.execute("UPDATE note_review SET state = 'waiting', asked = '' WHERE note = ?", (former.id,))
    transaction.execute(
        "UPDATE note SET topic = ?, kind = ?, title = ?, did = ?, learned = ?, details = ?, folded = ? WHERE id = ?",
        (note.topic, note.kind, note.title, note.did, note.learned, _details(note), note.folded, note.id),
    )
    stamp_note(transaction, note.id)


def _settle_request(transaction: Transaction, note_id: str) -> None:
    """Delete the request for a message that has become a note, and its question."""
    [(secret,)] = transaction.fetch_all("SELECT value FROM fact WHERE name = 'id_secret'")
    asked = [message for (message,) in transaction.fetch_all("SELECT message FROM note_request")]
    for message in (id_ for id_ in asked if note_id in {id_, veiled_id(secret, id_)}):
        transaction.execute("DELETE FROM note_request WHERE message = ?", (message,))
        transaction.execute(
            "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ? AND subject = ?", (Kind.REQUEST, message)
        )


def _stand_alone(transaction: Transaction, note_id: str) -> None:
    """Detach a note from the one it was merged into; nothing waits for its author's choice any more."""
    transaction.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ?"
        " AND subject = (SELECT merged_into FROM note_review WHERE note = ?)",
        (Kind.CARD, note_id),
    )
    transaction.execute("UPDATE note_review SET merged_into = NULL, wanted = 0 WHERE note = ?", (note_id,))


class Notes:
    """The note, note_revision and note_consent tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fold(self) -> None:
        """Fold the text of notes from before the search existed."""
        old = await self._database.read(f"SELECT {_COLUMNS} FROM note WHERE folded IS NULL")  # noqa: S608 - names only
        words = [(note.folded, note.id) for note in map(_note, old)]
        if words:
            await self._database.write(
                lambda transaction: transaction.execute_many("UPDATE note SET folded = ? WHERE id = ?", words)
            )

    async def submit(self, note: Note, card: Announcement, most: int | None = None) -> Note | None:
        """Store a note; submitted again under the same id by its author, it is reworded.

        None if the id belongs to another person's note. `card`: the message that shows it, to be edited. Raises
        TooManyError if the author has `most` other notes.
        """

        def work(transaction: Transaction) -> Note | None:
            former = find_note(transaction, note.id)
            if former is None:
                require_room(transaction, "SELECT count(*) FROM note WHERE author = ?", note.author, most)
                _insert(transaction, note)
                _settle_request(transaction, note.id)
                return find_note(transaction, note.id)
            if former.author != note.author:
                return None
            reworded = replace(
                former, topic=note.topic, kind=note.kind, title=note.title, did=note.did, learned=note.learned
            )
            return keep_note(transaction, former, reworded, note.written_at, card)

        return await self._database.write(work)

    async def add_details(
        self, note_id: str, details: Mapping[Detail, str], now: datetime, card: Announcement
    ) -> Note | None:
        """Store some details of a note; an empty one is deleted. None if there is no such note."""

        def work(transaction: Transaction) -> Note | None:
            former = find_note(transaction, note_id)
            if former is None:
                return None
            merged = {**former.details, **details}
            kept = {detail: merged[detail] for detail in Detail if merged.get(detail)}
            return keep_note(transaction, former, replace(former, details=kept), now, card)

        return await self._database.write(work)

    async def open_to(self, consent: Consent, card: Announcement) -> Note | None:
        """Set who may see a note as its author chose, record the consent, and plan its card.

        None if the person has no such note. If the note isn't shown any more, its card is deleted.
        """

        def work(transaction: Transaction) -> Note | None:
            former = find_note(transaction, consent.note)
            if former is None or former.author != consent.person:
                return None
            note = replace(former, visibility=consent.visibility, attribution=consent.attribution)
            transaction.execute(
                "UPDATE note SET visibility = ?, attribution = ? WHERE id = ?",
                (note.visibility, note.attribution, note.id),
            )
            transaction.execute(
                "INSERT INTO note_consent"
                " (note, number, person, visibility, attribution, key, language, wording, given_at)"
                " SELECT ?, count(*), ?, ?, ?, ?, ?, ?, ? FROM note_consent WHERE note = ?",
                (
                    consent.note,
                    consent.person,
                    consent.visibility,
                    consent.attribution,
                    consent.key,
                    consent.language,
                    consent.wording,
                    iso_utc(consent.given_at),
                    consent.note,
                ),
            )
            if has_card(note):
                plan_again(transaction, card)
            _stand_alone(transaction, note.id)
            outdate(transaction, card)
            return note

        return await self._database.write(work)

    async def find(self, note_id: str) -> Note | None:
        """Return a note by its id."""
        notes = await self._select("id = ?", note_id)
        return notes[0] if notes else None

    async def all(self) -> list[Note]:
        """Return every note, earliest first."""
        return await self._select("1 = 1 ORDER BY written_at, id")

    async def pages(self) -> AsyncIterator[Iterator[Note]]:
        """Yield every note as of the first page, earliest first, in lazily parsed pages."""
        sql = f"SELECT {_COLUMNS} FROM note ORDER BY written_at, id"  # noqa: S608 - names only
        async with aclosing(self._database.pages(sql)) as pages:
            async for rows in pages:
                yield map(_note, rows)

    async def of(self, author: int) -> list[Note]:
        """Return an author's notes, latest first."""
        return await self._select("author = ? ORDER BY written_at DESC, id DESC", author)

    async def search(self, words: str, reader: int, audience: Audience, most: int) -> list[Note]:
        """Return notes with all the words in their text or tags (ignoring accents and case), latest first.

        Only notes that the reader may see: as part of the audience, or as the author.
        """
        wanted = fold(words).split()
        seen = visibilities_reaching(audience)
        marks = ", ".join("?" * len(seen))
        tags = "coalesce((SELECT note_review.folded FROM note_review WHERE note_review.note = note.id), '')"
        held = "".join(f" AND (note.folded LIKE ? OR {tags} LIKE ?)" for _ in wanted)
        latest_first = "ORDER BY written_at DESC, id DESC"
        # Only ids are sorted: sorting 10,000 whole notes takes twice as long as finding them.
        return await self._select(
            f"id IN (SELECT id FROM note WHERE (visibility IN ({marks}) OR author = ?){held} {latest_first} LIMIT ?)"  # noqa: S608 - marks only
            f" {latest_first}",
            *seen,
            reader,
            *(f"%{word}%" for word in wanted for _ in ("note", "tags")),
            most,
        )

    async def consents(self, note_id: str) -> list[Consent]:
        """Return the consents of a note's author, earliest first."""
        rows = await self._database.read(
            "SELECT note, person, visibility, attribution, key, language, wording, given_at FROM note_consent"
            " WHERE note = ? ORDER BY number",
            (note_id,),
        )
        return [
            Consent(note, person, Visibility(visibility), Attribution(attribution), key, language, wording, instant(at))
            for note, person, visibility, attribution, key, language, wording, at in rows
        ]

    async def _select(self, condition: str, *parameters: str | int) -> list[Note]:
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM note WHERE {condition}",  # noqa: S608 - conditions of this class only
            parameters,
        )
        return [_note(row) for row in rows]


def keep_note(transaction: Transaction, former: Note, note: Note, now: datetime, card: Announcement) -> Note:
    """Store a note's new text and mark its card to be edited, in the caller's transaction; return the note."""
    if note != former:
        _reword(transaction, former, note, now)
        outdate(transaction, card)
    return note
