"""Stamps: which sessions and topics are under the Chatham House Rule, and the contributions made under it."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter

from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.announcement_kinds import Kind
from bot.domain.attendance.presence import Interval
from bot.domain.contributions.chatham_stamps import WHOLE, ChathamStamp, lasting_stamps
from bot.domain.plan import Plan
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.stored_plan import PLAN_FACT

_SESSION = TypeAdapter(Session)
_READ = "SELECT session, topic, room, since, until FROM stamp"

#: Everything that people have contributed to: sessions, topics, and '' for the workshop.
_CONTRIBUTED = (
    "SELECT session FROM presence UNION SELECT session FROM correction UNION SELECT session FROM question"
    " UNION SELECT subject FROM feedback UNION SELECT topic FROM note UNION SELECT topic FROM note_revision"
    " UNION SELECT '' WHERE EXISTS (SELECT 1 FROM voice_stay) OR EXISTS (SELECT 1 FROM pledge)"
    " OR EXISTS (SELECT 1 FROM participant WHERE joined_at IS NOT NULL)"
)

#: Contributions that a stamp covers and that aren't marked confidential yet.
_NOTES = "confidential = 0 AND EXISTS (SELECT 1 FROM stamp WHERE stamp.topic = note.topic OR stamp.session = '')"
_QUESTIONS = "confidential = 0 AND EXISTS (SELECT 1 FROM stamp WHERE stamp.session IN (question.session, ''))"


class ChathamStamps:
    """The stamp table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> frozenset[ChathamStamp]:
        """Return every stamp."""
        return frozenset(map(_stamp, await self._database.read(_READ)))


def _stamp(row: Row) -> ChathamStamp:
    session, topic, room, since, until = row
    return ChathamStamp(session, topic, room, Interval(instant(since), instant(until)) if since else None)


def renew_stamps(transaction: Transaction, now: datetime) -> None:
    """Stamp what the agenda and the plan in force put under the rule. For work that has changed either.

    What was stamped stays so, unless nothing was held or contributed under the stamp: see `lasting_stamps`.
    """
    former = frozenset(map(_stamp, transaction.fetch_all(_READ)))
    contributed = {subject for (subject,) in transaction.fetch_all(_CONTRIBUTED)}
    contributed |= {WHOLE} if contributed else set()
    plan = transaction.fetch_one("SELECT value FROM fact WHERE name = ?", (PLAN_FACT,))
    current = frozenset[ChathamStamp]()
    if plan:
        held = transaction.fetch_all("SELECT held FROM session WHERE cancelled_at IS NULL")
        agenda = Agenda(tuple(_SESSION.validate_json(session) for (session,) in held))
        kept = lasting_stamps(former, contributed, now)
        current = Plan.from_json(plan[0]).with_agenda(agenda).with_stamps(kept).agenda_stamps
    transaction.execute("DELETE FROM stamp")
    transaction.execute_many(
        "INSERT INTO stamp (session, topic, room, since, until) VALUES (?, ?, ?, ?, ?)",
        [
            (stamp.id, stamp.topic, stamp.room, *(map(iso_utc, stamp.time) if stamp.time else (None, None)))
            for stamp in lasting_stamps(former - current, contributed, now) | current
        ],
    )
    _stamp_contributions(transaction)


def _stamp_contributions(transaction: Transaction) -> None:
    """Mark the contributions that came under the rule as confidential, and their cards to be edited."""
    transaction.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ? AND subject IN"  # noqa: S608 - conditions of this module only
        f" (SELECT id FROM note WHERE {_NOTES} UNION"
        f" SELECT merged_into FROM note_review WHERE note IN (SELECT id FROM note WHERE {_NOTES}))",
        (Kind.CARD,),
    )
    transaction.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ?"  # noqa: S608 - conditions of this module only
        f" AND subject IN (SELECT id FROM question WHERE {_QUESTIONS})",
        (Kind.QUESTION,),
    )
    transaction.execute(f"UPDATE note SET confidential = 1 WHERE {_NOTES}")  # noqa: S608 - conditions of this module only
    transaction.execute(f"UPDATE question SET confidential = 1 WHERE {_QUESTIONS}")  # noqa: S608 - conditions of this module only


def stamp_note(transaction: Transaction, note_id: str) -> None:
    """Mark a note as confidential if its topic is under the rule, in the transaction that writes it."""
    transaction.execute(f"UPDATE note SET confidential = 1 WHERE id = ? AND {_NOTES}", (note_id,))  # noqa: S608 - conditions of this module only


def stamp_question(transaction: Transaction, question_id: str) -> None:
    """Mark a question as confidential if its session is under the rule, in the transaction that writes it."""
    transaction.execute(f"UPDATE question SET confidential = 1 WHERE id = ? AND {_QUESTIONS}", (question_id,))  # noqa: S608
