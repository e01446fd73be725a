"""Questions: their text, their votes and their state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, announce
from bot.domain.local_time import day_of
from bot.domain.plan import Plan
from bot.domain.planned_announcements import planned

#: Questions of one person that may await an answer at a time.
MOST_OPEN = 20
TEXT_LENGTH = discord_limits.TEXT_INPUT
#: Characters of the reason for hiding a question, and of the owner who answers it in writing.
REASON_LENGTH, OWNER_LENGTH = 200, 80


class QuestionState(StrEnum):
    """The state of a question."""

    WAITING = "waiting"
    ASKED = "asked"
    """Put to the speakers."""
    ANSWERED = "answered"
    IN_WRITING = "in_writing"
    """To be answered in writing."""
    MERGED = "merged"
    """Into another one, which has its votes too."""
    HIDDEN = "hidden"


#: The states that a moderator sets without further details.
PLAIN = (QuestionState.WAITING, QuestionState.ASKED, QuestionState.ANSWERED, QuestionState.IN_WRITING)
#: The states in which an answer is still awaited.
OPEN = frozenset({QuestionState.WAITING, QuestionState.ASKED, QuestionState.IN_WRITING})
#: The states in which the floor has been given.
_HEARD = frozenset({QuestionState.ASKED, QuestionState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `id` is that of the submission: submitted again, it is the same question."""

    id: str
    author: int
    author_name: str
    """The participant's, or how Discord showed the author then."""
    anonymous: bool
    """To the room; moderators know who asks."""
    session: str
    text: str
    written_at: datetime
    """UTC."""
    state: QuestionState = QuestionState.WAITING
    votes: int = 0
    """The number of other people with the same question."""
    answer: str | None = None
    owner: str | None = None
    """The person or office that answers it in writing."""
    due: datetime | None = None
    """Until when (UTC)."""
    merged_into: str | None = None
    """The id of the other one."""
    hidden_for: str | None = None
    """Why it is hidden."""
    confidential: bool = False
    """Whether it was ever under the Chatham House Rule."""

    @property
    def standing(self) -> str:
        """The state in words, for the audit entry."""
        due = self.due and f"until {self.due.isoformat()}"
        details = (self.answer, self.owner, due, self.merged_into, self.hidden_for)
        return ": ".join((self.state, *(detail for detail in details if detail)))


class QuestionOutcome(TypedDict, total=False):
    """The details of a moderator's decision on a question, in addition to its state."""

    answer: str
    owner: str
    due: datetime
    merged_into: str
    hidden_for: str


def with_outcome(question: Question, state: QuestionState, **outcome: Unpack[QuestionOutcome]) -> Question:
    """Return the question with a new state and outcome; its former outcome is dropped."""
    bare = replace(question, answer=None, owner=None, due=None, merged_into=None, hidden_for=None)
    return replace(bare, state=state, **outcome)


def card_announcement(plan: Plan, question_id: str, now: datetime) -> Announcement:
    """The question's card, due at once; one asked after the workshop still gets it."""
    return announce(plan.id, Kind.QUESTION, question_id, now, ends=max(plan.agenda.ends_at, now))


def open_questions_announcement(plan: Plan, session: Session) -> Announcement | None:
    """The message that lists a session's open questions; None if the session has no topic, and so no room for it."""
    return next(
        (
            announcement
            for announcement in planned(plan)
            if (announcement.kind, announcement.subject) == (Kind.OPEN, session.id)
        ),
        None,
    )


def questions_still_open(questions: Iterable[Question], session: str) -> list[Question]:
    """A session's questions that await an answer, as moderators take them."""
    return question_queue(question for question in questions if question.session == session and question.state in OPEN)


def question_queue(
    questions: Iterable[Question], voice: Callable[[Question], str | int] | None = None
) -> list[Question]:
    """As moderators take them: those that wait first, the most wanted first, the earliest first.

    With a `voice` (for whom a question speaks), those come first whose voice was not heard yet. What is merged or
    hidden is left out.
    """
    shown = [question for question in questions if question.state in PLAIN]
    heard = {voice(question) for question in shown if question.state in _HEARD} if voice else set[str | int]()

    def place(question: Question) -> tuple[bool, bool, int, datetime, str]:
        waits = question.state is QuestionState.WAITING
        return (
            not waits,
            waits and voice is not None and voice(question) in heard,
            -question.votes,
            question.written_at,
            question.id,
        )

    return sorted(shown, key=place)


def sessions_to_ask_about(plan: Plan, now: datetime, wanted: str = "") -> tuple[tuple[Session, ...], Session]:
    """The sessions that a question may be about, at most as many as a select takes, and the likeliest of them.

    They are the day's (before the workshop the first day's, after it the last's), or those of the day of the session
    that is wanted; breaks only where there is nothing else. Likeliest is the wanted one, else the last that has begun.
    """
    days = plan.agenda.days
    named = plan.agenda.find(wanted)
    today = day_of(now, plan.tz)
    day = named.day if named else next((day for day in days if day >= today), days[-1])
    held = plan.agenda.on(day)
    offered = tuple(s for s in held if plan.counts_for_attendance(s) or s == named) or held
    begun = [session for session in offered if session.starts_at <= now]
    likeliest = named or (begun[-1] if begun else offered[0])
    first = max(0, min(offered.index(likeliest) - discord_limits.OPTIONS // 2, len(offered) - discord_limits.OPTIONS))
    return offered[first : first + discord_limits.OPTIONS], likeliest
