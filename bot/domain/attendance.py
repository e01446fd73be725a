"""Attendance: when a session takes check-ins, and what a person's check-ins add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda import Session
from bot.domain.plan import Plan


class Refusal(StrEnum):
    """Why a check-in is not taken."""

    NOT_YET = "not_yet"
    OVER = "over"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class Presence:
    """A stay in a session, from `since` (UTC) to its end, as told by a check-in."""

    session: str
    person: int
    name: str
    """How Discord showed the person then."""
    since: datetime


def opens_at(plan: Plan, session: Session) -> datetime:
    """When check-in to a session opens."""
    return session.starts_at - timedelta(minutes=plan.attendance.opens_before)


def refusal(plan: Plan, session: Session, now: datetime) -> Refusal | None:
    """Why a session takes no check-in at `now`; None if it does."""
    if not plan.counts_for_attendance(session):
        return Refusal.NOT_COUNTED
    if now < opens_at(plan, session):
        return Refusal.NOT_YET
    return Refusal.OVER if now >= session.ends_at else None


def open_sessions(plan: Plan, now: datetime) -> tuple[Session, ...]:
    """The sessions that take check-ins at `now`, the one that started first in front."""
    return tuple(session for session in plan.agenda if refusal(plan, session, now) is None)


def next_opening(plan: Plan, now: datetime) -> Session | None:
    """The session that takes check-ins next."""
    coming = (s for s in plan.agenda if plan.counts_for_attendance(s) and opens_at(plan, s) > now)
    return next(coming, None)


def minutes(session: Session, presence: Presence | None) -> int:
    """Whole scheduled minutes of a session for which somebody was there."""
    if presence is None:
        return 0
    stay = session.ends_at - max(session.starts_at, presence.since)
    return max(0, round(stay / timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Record:
    """What one person's presences add up to."""

    person: int
    name: str
    minutes_by_session: Mapping[str, int]
    scheduled: int
    """Scheduled minutes of all sessions that count."""
    complete: bool
    """Whether the plan's share is reached."""

    @property
    def minutes(self) -> int:
        """Minutes in all sessions that count."""
        return sum(self.minutes_by_session.values())

    @property
    def percent(self) -> float:
        """Share of the scheduled minutes, in percent, one decimal."""
        return round(100 * self.minutes / self.scheduled, 1) if self.scheduled else 0.0


def records(plan: Plan, presences: Iterable[Presence]) -> tuple[Record, ...]:
    """One record a person who was ever present, in order of their names (the latest that Discord showed)."""
    counted = [session for session in plan.agenda if plan.counts_for_attendance(session)]
    scheduled = round(sum((s.length for s in counted), timedelta()) / timedelta(minutes=1))
    by_person: dict[int, dict[str, Presence]] = {}
    for presence in presences:
        by_person.setdefault(presence.person, {})[presence.session] = presence

    def record(person: int, present: Mapping[str, Presence]) -> Record:
        stays = {s.id: minutes(s, present.get(s.id)) for s in counted}
        name = max(present.values(), key=lambda presence: presence.since).name
        complete = 100 * sum(stays.values()) >= plan.attendance.percent * scheduled
        return Record(person, name, stays, scheduled, complete)

    told = (record(person, present) for person, present in by_person.items())
    return tuple(sorted(told, key=lambda one: (one.name.casefold(), one.person)))
