"""Questions: what participants ask, how many have the same question, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import limits
from bot.domain.agenda import Session
from bot.domain.announcements import CARD_LIFETIME, Announcement, Kind
from bot.domain.plan import Plan
from bot.domain.venue import QUESTIONS
from bot.domain.walltime import day_of

TEXT_LENGTH = limits.TEXT_INPUT


class QuestionState(StrEnum):
    """What has become of a question."""

    WAITING = "waiting"
    ASKED = "asked"
    """Put to the speakers."""
    ANSWERED = "answered"
    IN_WRITING = "in_writing"
    """To be answered in writing."""


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
    """How many others have the same question."""


def card(plan: Plan, question_id: str, now: datetime) -> Announcement:
    """The question's card, due at once; one asked after the workshop still gets it."""
    expires = max(plan.agenda.ends_at, now) + CARD_LIFETIME
    return Announcement(plan.id, Kind.QUESTION, question_id, QUESTIONS, now, expires)


def queue(questions: Iterable[Question]) -> list[Question]:
    """As moderators take them: those that wait first, the most wanted first, the earliest first."""
    return sorted(
        questions, key=lambda one: (one.state is not QuestionState.WAITING, -one.votes, one.written_at, one.id)
    )


def sessions_to_ask_about(plan: Plan, now: datetime, wanted: str = "") -> tuple[tuple[Session, ...], Session]:
    """The sessions that a question may be about, at most as many as a select takes, and the likeliest of them.

    They are the day's (before the workshop the first day's, after it the last's), or those of the day of the session
    that is wanted; breaks only where there is nothing else. Likeliest is the wanted one, else the last that has begun.
    """
    days = plan.agenda.days
    named = plan.agenda.find(wanted)
    today = day_of(now, plan.tz)
    day = named.day if named else next((one for one in days if one >= today), days[-1])
    every = plan.agenda.on(day)
    offered = tuple(s for s in every if plan.counts_for_attendance(s) or s == named) or every
    begun = [session for session in offered if session.starts_at <= now]
    likeliest = named or (begun[-1] if begun else offered[0])
    first = max(0, min(offered.index(likeliest) - limits.OPTIONS // 2, len(offered) - limits.OPTIONS))
    return offered[first : first + limits.OPTIONS], likeliest
