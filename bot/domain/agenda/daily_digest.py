"""The digest: a summary of a day for people who missed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.attendance.attendance import CheckIn, attendance_records
from bot.domain.attendance.presence import Stay
from bot.domain.contributions.notes import Note, Visibility
from bot.domain.contributions.questions import Question, QuestionState, question_queue
from bot.domain.local_time import day_of
from bot.domain.plan import Plan

#: Notes, and also questions, that are named; the rest is counted.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """A day of the workshop."""

    day: date
    sessions: tuple[Session, ...]
    people: int
    """The number of people who checked in or were in a session's room."""
    minutes: int
    """Minutes that they were present, all together."""
    notes: tuple[Note, ...]
    """The day's, of those that participants may see."""
    questions: tuple[Question, ...]
    """Those that wait, the most wanted first."""
    tomorrow: Session | None
    """The first session of the next day of the workshop."""


def digest_of_day(  # noqa: PLR0913, PLR0917 - one parameter a kind of thing that it tells of
    plan: Plan,
    day: date,
    presences: Iterable[CheckIn],
    stays: Iterable[Stay],
    notes: Iterable[Note],
    questions: Iterable[Question],
) -> DailyDigest:
    """The digest of a day. The time that it takes grows with the number of people."""
    sessions = plan.agenda.on(day)
    held = {session.id for session in sessions}
    of_the_day = plan.with_agenda(Agenda(sessions))
    present = [
        record
        for record in attendance_records(of_the_day, (p for p in presences if p.session in held), stays)
        if record.minutes
    ]
    return DailyDigest(
        day,
        sessions,
        len(present),
        sum(record.minutes for record in present),
        tuple(n for n in notes if n.visibility is Visibility.PARTICIPANTS and day_of(n.written_at, plan.tz) == day),
        tuple(question for question in question_queue(questions) if question.state is QuestionState.WAITING),
        _first_after(plan.agenda, day),
    )


def _first_after(agenda: Agenda, day: date) -> Session | None:
    return next((session for session in agenda if session.day > day), None)
