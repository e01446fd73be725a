"""Retention: what is kept for how long after the workshop, by its plan."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from bot.domain.local_time import day_of, months_after
from bot.domain.plan import Plan


class RetentionKind(StrEnum):
    """A kind of what is kept, which has a term of its own: the keys of the plan's `retention`."""

    ATTENDANCE = "attendance"
    """Who was where when: check-ins, stays, wrong words, corrections, groups."""
    NOTES = "notes"
    """With all that belongs to them: versions, consents, reviews, reactions, requests to be in touch."""
    QUESTIONS = "questions"
    FEEDBACK = "feedback"
    """Answers about sessions and workshop, and pledges with what became of them."""
    PARTICIPANTS = "participants"
    """The list with who has joined, and languages."""
    LETTERS = "letters"
    """Private messages that the bot wrote."""
    AUDIT = "audit"
    """Who did what, exports included."""


def last_day_kept(plan: Plan, kind: RetentionKind) -> date | None:
    """The last day on which a kind is kept: calendar months after the plan's last day; None: for ever."""
    months: int | None = getattr(plan.retention, kind)
    return None if months is None else months_after(plan.days[-1].date, months)


def overdue_kinds(plan: Plan, now: datetime) -> tuple[RetentionKind, ...]:
    """The kinds whose term has passed, by the calendar of the workshop's zone."""
    today = day_of(now, plan.tz)
    return tuple(kind for kind in RetentionKind if (last := last_day_kept(plan, kind)) is not None and last < today)
