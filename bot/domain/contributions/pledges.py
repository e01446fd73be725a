"""Pledges: what participants will apply at home, by when, and its progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain import discord_limits
from bot.domain.contributions import chatham
from bot.domain.plan import Plan

TEXT_LENGTH = discord_limits.TEXT_INPUT


class PledgeState(StrEnum):
    """The progress of a pledge."""

    DONE = "done"
    UNDER_WAY = "under_way"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class PledgeProgress:
    """A person's answer on their pledge, so many months after the workshop; a second answer replaces the first."""

    person: int
    months: int
    state: PledgeState
    text: str
    written_at: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class Pledge:
    """One person's pledge; a second pledge replaces the first."""

    person: int
    name: str
    """The participant's, or how Discord showed the person then."""
    text: str
    by: date
    follow_up: bool
    """Whether the organisers may ask what became of it."""
    written_at: datetime
    """UTC."""
    progress: PledgeProgress | None = None
    """Its author's latest answer on its progress."""


def pledges_open_at(plan: Plan) -> datetime:
    """The instant from which pledges are taken: the last day's morning."""
    return plan.morning(plan.agenda.days[-1])


def public_pledges(plan: Plan, pledges: Iterable[Pledge]) -> list[Pledge]:
    """The pledges as everybody may read them: without names, first due first, in an order that hides the authors."""
    anonymous = (
        replace(
            pledge,
            person=0,
            name="",
            text=chatham.without_links(pledge.text) if plan.wholly_confidential else pledge.text,
            progress=replace(pledge.progress, person=0, text="") if pledge.progress else None,
        )
        for pledge in pledges
    )
    return sorted(chatham.shuffled(anonymous), key=lambda pledge: pledge.by)
