"""Sessions among the server's own scheduled events: which of them are there, and how they stand at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.domain import limits
from bot.domain.agenda.sessions import Session, SessionKind


class EventPhase(StrEnum):
    """Where a session stands as an event."""

    TO_COME = "to_come"
    LIVE = "live"
    OVER = "over"
    CANCELLED = "cancelled"


def event_phase(session: Session, now: datetime, *, cancelled: bool) -> EventPhase:
    """Where a session stands at `now`; `cancelled`: whether it doesn't take place."""
    if cancelled:
        return EventPhase.CANCELLED
    if session.ends_at <= now:
        return EventPhase.OVER
    return EventPhase.LIVE if session.starts_at <= now else EventPhase.TO_COME


def sessions_to_show(sessions: Iterable[Session], now: datetime) -> frozenset[str]:
    """The ids of the sessions to come that there is to be an event of: the next ones, as many as a server takes.

    Breaks are none. What has begun gets no event any more: Discord refuses a start in the past.
    """
    open_ones = [s for s in sessions if s.kind is not SessionKind.BREAK and s.ends_at > now]
    nearest = sorted(open_ones, key=lambda session: session.starts_at)[: limits.EVENTS]
    return frozenset(session.id for session in nearest if session.starts_at > now)


def event_marker(workshop: str, session: str) -> str:
    """What the last line of an event's description says, by which the bot finds its own event again."""
    return f"{workshop}/{session}"
