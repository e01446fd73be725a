"""Reviews of notes by moderators; each change is in the audit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from bot.domain.announcements import Announcement
from bot.domain.contributions.note_reviews import UNSEEN, NoteWording, Review, ReviewState
from bot.domain.contributions.notes import Note, Visibility, has_card
from bot.domain.people.direct_messages import DirectMessage
from bot.domain.text import fold
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import outdate, plan_again
from bot.store.delivery.direct_messages import write_direct_message
from bot.store.engine.database import Database
from bot.store.engine.transaction import Row, Transaction
from bot.store.notes import find_note, keep_note, keep_wording

_COLUMNS = "note, state, asked, tags, proposal, wanted, merged_into"


def _review(row: Row) -> Review:
    _, state, asked, tags, proposal, wanted, merged_into = row
    wording = NoteWording(**json.loads(proposal)) if proposal else None
    return Review(ReviewState(state), asked, tuple(json.loads(tags)), wording, bool(wanted), merged_into)


def _find(transaction: Transaction, note_id: str) -> Review:
    row = transaction.fetch_one(f"SELECT {_COLUMNS} FROM note_review WHERE note = ?", (note_id,))  # noqa: S608 - names only
    return _review(row) if row else UNSEEN


def _put(transaction: Transaction, note_id: str, review: Review) -> None:
    proposal = json.dumps(asdict(review.proposal), ensure_ascii=False) if review.proposal else None
    tags = json.dumps(review.tags, ensure_ascii=False)
    transaction.execute(
        f"INSERT INTO note_review ({_COLUMNS}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
        " ON CONFLICT (note) DO UPDATE SET state = excluded.state, asked = excluded.asked, tags = excluded.tags,"
        " proposal = excluded.proposal, wanted = excluded.wanted, merged_into = excluded.merged_into,"
        " folded = excluded.folded",
        (
            note_id,
            review.state,
            review.asked,
            tags,
            proposal,
            int(review.wanted),
            review.merged_into,
            fold("\n".join(review.tags)),
        ),
    )


def _json(review: Review) -> str:
    return json.dumps(asdict(review), ensure_ascii=False)


class NoteReviews:
    """The note_review table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, Review]:
        """Return the reviews by note id; a note that nobody has reviewed has none."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM note_review")  # noqa: S608 - names only
        return {row[0]: _review(row) for row in rows}

    async def of(self, note_id: str) -> Review:
        """Return the review of a note."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM note_review WHERE note = ?", (note_id,))  # noqa: S608 - names only
        return _review(rows[0]) if rows else UNSEEN

    async def merged_into(self, note_id: str) -> list[str]:
        """Return the ids of the notes that were merged into a note."""
        rows = await self._database.read("SELECT note FROM note_review WHERE merged_into = ? ORDER BY note", (note_id,))
        return [key for (key,) in rows]

    async def change(
        self,
        note_id: str,
        change: Callable[[Review], Review],
        deed: AuditEntry,
        *,
        letter: DirectMessage | None = None,
        card: Announcement | None = None,
    ) -> None:
        """Change a review and write to the note's author; if nothing changes, only `card` is planned."""

        def work(transaction: Transaction) -> None:
            former = _find(transaction, note_id)
            latter = change(former)
            if card:
                plan_again(transaction, card)
            if latter == former:
                return
            _put(transaction, note_id, latter)
            record(transaction, replace(deed, former=_json(former), latter=_json(latter)))
            if letter:
                write_direct_message(transaction, letter)

        await self._database.write(work)

    async def decide(self, note_id: str, author: int, card: Announcement, now: datetime, *, accepted: bool) -> bool:
        """The author accepts or declines another wording; False if none of theirs waits for it."""

        def work(transaction: Transaction) -> bool:
            note, review = find_note(transaction, note_id), _find(transaction, note_id)
            if note is None or note.author != author or review.proposal is None:
                return False
            if accepted:
                keep_note(transaction, note, replace(note, **asdict(review.proposal)), now, card)
                review = replace(review, state=ReviewState.CLEARED, asked="")
            _put(transaction, note_id, replace(review, proposal=None))
            return True

        return await self._database.write(work)

    async def merge(
        self, note_id: str, into: str, deed: AuditEntry, cards: tuple[Announcement, Announcement]
    ) -> Note | None:
        """Merge a note into another, which stores its text as a revision; its card is deleted.

        `cards`: those of the note and of the other. None, and nothing is changed, unless both notes are shown and
        neither is merged into another.
        """

        def work(transaction: Transaction) -> Note | None:
            merged, kept = find_note(transaction, note_id), find_note(transaction, into)
            # A merged note isn't shown; if its author shows it again, it stands alone.
            if merged is None or kept is None or not (has_card(merged) and has_card(kept)) or note_id == into:
                return None
            _put(transaction, note_id, replace(_find(transaction, note_id), merged_into=into))
            keep_wording(transaction, merged, into, deed.at)
            # Notes merged into it earlier now belong to the other note.
            transaction.execute("UPDATE note_review SET merged_into = ? WHERE merged_into = ?", (into, note_id))
            transaction.execute("UPDATE note SET visibility = ? WHERE id = ?", (Visibility.PRIVATE, note_id))
            for card in cards:
                outdate(transaction, card)
            record(transaction, replace(deed, former=note_id, latter=into))
            return kept

        return await self._database.write(work)
