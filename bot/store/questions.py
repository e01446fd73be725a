"""Questions, and the votes of people who have the same question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.domain.announcements import Announcement
from bot.domain.contributions.questions import OPEN, PLAIN, Question, QuestionState
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import outdate, plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.per_person_limits import require_room
from bot.store.privacy.chatham_stamps import stamp_question

#: The audit's word for every decision of a moderator on a question.
LED = "question led"

_COLUMNS = "id, author, author_name, anonymous, session, text, written_at, state"
_LED = "answer, owner, due, merged_into, hidden_for"
_VOTES = "(SELECT count(*) FROM question_vote WHERE question = question.id)"
_READ = f"SELECT {_COLUMNS}, {_LED}, confidential, {_VOTES} FROM question"  # noqa: S608 - names only
_STATES = ", ".join(f"'{state}'" for state in sorted(OPEN))
_OPEN = f"SELECT count(*) FROM question WHERE author = ? AND state IN ({_STATES})"  # noqa: S608 - names only


def _question(row: Row) -> Question:
    key, author, author_name, anonymous, session, text, written_at, state, *led, confidential, votes = row
    answer, owner, due, merged_into, hidden_for = led
    return Question(
        key,
        author,
        author_name,
        bool(anonymous),
        session,
        text,
        instant(written_at),
        QuestionState(state),
        votes,
        answer,
        owner,
        instant(due) if due else None,
        merged_into,
        hidden_for,
        bool(confidential),
    )


class Questions:
    """The question and question_vote tables. Each change of a question marks its card to be edited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, question: Question, card: Announcement, most: int | None = None) -> bool:
        """Store a question and plan its card; submitted again by its author, it is reworded.

        False if the id belongs to another person's question. Raises TooManyError if the author has `most` other
        questions that await an answer.
        """

        def work(transaction: Transaction) -> bool:
            if _one(transaction, question.id) is None:
                require_room(transaction, _OPEN, question.author, most)
            changed = transaction.execute(
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
                    iso_utc(question.written_at),
                    question.state,
                ),
            )
            stamp_question(transaction, question.id)
            if changed == 1 and not plan_delivery(transaction, card):
                outdate(transaction, card)
            return changed == 1

        return await self._database.write(work)

    async def vote(self, question_id: str, person: int, card: Callable[[str], Announcement]) -> bool | None:
        """Add a person's vote, or withdraw it; return whether it counts now.

        A vote for a merged question goes to the one it was merged into. None if there is no such question, or if it is
        their own.
        """

        def work(transaction: Transaction) -> bool | None:
            question = _one(transaction, question_id)
            while question and question.merged_into:
                question = _one(transaction, question.merged_into)
            if question is None or question.author == person:
                return None
            outdate(transaction, card(question.id))
            key = (question.id, person)
            taken = transaction.execute("DELETE FROM question_vote WHERE question = ? AND person = ?", key)
            if not taken:
                transaction.execute("INSERT INTO question_vote (question, person) VALUES (?, ?)", key)
            return not taken

        return await self._database.write(work)

    async def lead(self, after: Question, deed: AuditEntry, shown: Iterable[Announcement]) -> bool:
        """Store a moderator's decision on a question, and mark the messages that show it to be edited.

        False, and nothing is changed, if there is no such question, or if it would be merged into a merged or hidden
        one. A merged question gives its votes, and its author's, to the other: one a person. The audit entry also
        records the state before; sent again, it is recorded once.
        """

        def work(transaction: Transaction) -> bool:
            before = _one(transaction, after.id)
            if before is None or (after.merged_into and not _takes(transaction, after.merged_into, after.id)):
                return False
            transaction.execute(
                "UPDATE question SET state = ?, answer = ?, owner = ?, due = ?, merged_into = ?, hidden_for = ?"
                " WHERE id = ?",
                (
                    after.state,
                    after.answer,
                    after.owner,
                    iso_utc(after.due) if after.due else None,
                    after.merged_into,
                    after.hidden_for,
                    after.id,
                ),
            )
            if after.merged_into:
                _unite_votes(transaction, before, after.merged_into)
            for announcement in shown:
                outdate(transaction, announcement)
            record(transaction, replace(deed, former=before.standing, latter=after.standing))
            return True

        return await self._database.write(work)

    async def find(self, question_id: str) -> Question | None:
        """Return a question by its id."""
        rows = await self._database.read(f"{_READ} WHERE id = ?", (question_id,))
        return _question(rows[0]) if rows else None

    async def all(self) -> list[Question]:
        """Return every question, earliest first."""
        return [_question(row) for row in await self._database.read(f"{_READ} ORDER BY written_at, id")]

    async def waiting(self) -> int:
        """Return how many questions wait to be asked."""
        rows = await self._database.read("SELECT count(*) FROM question WHERE state = ?", (QuestionState.WAITING,))
        return int(rows[0][0])


def _one(transaction: Transaction, question_id: str) -> Question | None:
    row = transaction.fetch_one(f"{_READ} WHERE id = ?", (question_id,))
    return _question(row) if row else None


def _takes(transaction: Transaction, into: str, merged: str) -> bool:
    target = _one(transaction, into)
    return target is not None and target.id != merged and target.state in PLAIN


def _unite_votes(transaction: Transaction, merged: Question, into: str) -> None:
    transaction.execute(
        "INSERT INTO question_vote (question, person) SELECT CAST(? AS TEXT), person FROM question_vote"
        " WHERE question = ? ON CONFLICT (question, person) DO NOTHING",
        (into, merged.id),
    )
    transaction.execute(
        "INSERT INTO question_vote (question, person) VALUES (?, ?) ON CONFLICT (question, person) DO NOTHING",
        (into, merged.author),
    )
    # An author does not vote for their own question.
    transaction.execute(
        "DELETE FROM question_vote WHERE question = ? AND person = (SELECT author FROM question WHERE id = ?)",
        (into, into),
    )
