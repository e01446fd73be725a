"""The rules of a plan: what the bot announces by itself, what counts as attendance, how long records are kept."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from bot.domain.agenda.sessions import SessionKind
from bot.domain.plan.fields import Minutes, Months, PlanPart, WallClock, must_exist
from bot.domain.plan.references import references

_ATTENDED_KINDS = tuple(kind for kind in SessionKind if kind is not SessionKind.BREAK)


class DailyRule(PlanPart):
    """Announced each morning."""

    at: WallClock = time(8, 0)

    @field_validator("at")
    @classmethod
    def _exists(cls, value: time, info: ValidationInfo) -> time:
        known = references(info)
        return must_exist(value, known.dates.values(), known.zone)


class SoonRule(PlanPart):
    """Announced `lead` minutes before the start."""

    kinds: tuple[SessionKind, ...] = _ATTENDED_KINDS
    lead: Annotated[int, Field(ge=1, le=24 * 60)] = 10


class KindsRule(PlanPart):
    """Announced for these kinds of session."""

    kinds: tuple[SessionKind, ...] = _ATTENDED_KINDS


class FeedbackRule(PlanPart):
    """After these kinds of session, participants are asked for feedback."""

    kinds: tuple[SessionKind, ...] = (SessionKind.PRESENTATION, SessionKind.DISCUSSION, SessionKind.PANEL)


class AnnouncementRules(PlanPart):
    """What the bot announces by itself, for which kinds of session, how early (minutes)."""

    agenda: DailyRule = DailyRule()
    soon: SoonRule = SoonRule()
    start: KindsRule = KindsRule()
    end: KindsRule = KindsRule()
    feedback: FeedbackRule = FeedbackRule()
    digest: bool = True
    """Whether a summary of each day is posted after its end, for those who missed it."""
    ladder: tuple[Annotated[int, Field(ge=6, le=24 * 60)], ...] = (60, 30, 15)
    """Minutes before each session with speakers at which the team is asked whether they are there, and a last time 5
    minutes before; empty: never."""


class QuestionsRule(PlanPart):
    """How participants ask questions."""

    anonymous: bool = False
    """Whether participants may ask without showing their name in the room; moderators see it."""


class RetentionRule(PlanPart):
    """For how many calendar months after the last day each kind of record is kept; None: for ever."""

    attendance: Months | None = None
    notes: Months | None = None
    questions: Months | None = None
    feedback: Months | None = None
    participants: Months | None = None
    letters: Months | None = None
    audit: Months | None = None


class PledgesRule(PlanPart):
    """When the bot asks about pledges."""

    follow_up: tuple[Annotated[int, Field(ge=1, le=24)], ...] = ()
    """Calendar months after the last day at which those who made a pledge are asked about it; empty: never."""


class AttendanceRule(PlanPart):
    """Who has attended: a share (percent) of the scheduled minutes of all sessions but the excluded kinds."""

    percent: Annotated[int, Field(ge=1, le=100)] = 80
    excluded: tuple[SessionKind, ...] = (SessionKind.BREAK,)
    opens_before: Minutes = 10
    """Check-in opens this many minutes before the start."""
    word: bool = False
    """Whether check-in to a session requires the word that its chair says aloud."""
