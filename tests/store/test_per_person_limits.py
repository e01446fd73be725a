"""What one person may have at a time: counted in the transaction that adds one, and for nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.domain.contributions.questions import Question
from bot.domain.people.direct_messages import DirectMessageKind, direct_message
from bot.store.per_person_limits import TooManyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from bot.store import Store

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
AMINA, KARIM, MOST = 1, 2, 3


def card(kind: Kind, subject: str) -> Announcement:
    return Announcement("w", kind, subject, "room", NOON, NOON + timedelta(days=1))


async def refused(adding: Iterable[Awaitable[object]]) -> int:
    """How many of these were refused, all at once."""
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(failure, TooManyError) and failure.most == MOST for failure in failures)
    return len(failures)


async def test_questions(store: Store) -> None:
    def ask(n: int, author: int = AMINA, most: int | None = MOST) -> Awaitable[bool]:
        question = Question(f"{author}{n}", author, "A", anonymous=False, session="s", text="T", written_at=NOON)
        return store.questions.submit(question, card(Kind.QUESTION, question.id), most)

    assert await refused(ask(n) for n in range(10)) == 10 - MOST
    assert await refused(ask(n) for n in range(MOST)) == 0  # sent again, they are the same questions
    assert await refused([ask(0, KARIM)]) == 0
    assert await refused(ask(n, KARIM, None) for n in range(10)) == 0


async def test_notes(store: Store) -> None:
    note = Note("0", AMINA, "A", "t", NoteKind.WORKED, "T", "D", "L", Visibility.ORGANISERS, NOON)

    def share(n: int, author: int = AMINA) -> Awaitable[Note | None]:
        key = f"{author}{n}"
        return store.notes.submit(replace(note, id=key, author=author), card(Kind.CARD, key), MOST)

    assert await refused(share(n) for n in range(10)) == 10 - MOST
    assert await refused(share(n) for n in range(MOST)) == 0
    assert await refused([share(0, KARIM)]) == 0


async def test_requests_to_be_in_touch(store: Store) -> None:
    def ask(n: int, asker: int = AMINA) -> Awaitable[None]:
        told = direct_message("w", DirectMessageKind.CONTACT, f"{n}/{asker}", 9, "T", NOON, asker)
        return store.contacts.ask(str(n), asker, "A", NOON, told, MOST)

    assert await refused(ask(n) for n in range(10)) == 10 - MOST
    assert len(await store.direct_messages.all()) == MOST
    assert await refused(ask(n) for n in range(MOST)) == 0
    assert await refused([ask(0, KARIM)]) == 0
