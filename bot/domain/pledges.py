"""Pledges: what participants will apply at home, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import limits
from bot.domain.plan import Plan

TEXT_LENGTH = limits.TEXT_INPUT


@dataclass(frozen=True, slots=True)
class Pledge:
    """What one person will apply; made again, it is changed."""

    person: int
    name: str
    """The participant's, or how Discord showed the person then."""
    text: str
    by: date
    follow_up: bool
    """Whether the organisers may ask what became of it."""
    written_at: datetime
    """UTC."""


def open_from(plan: Plan) -> datetime:
    """The instant from which pledges are taken: the last day's morning."""
    return plan.morning(plan.agenda.days[-1])
