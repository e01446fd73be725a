"""Sessions as scheduled events of the server: which sessions have one, and its phase at a moment.

Source: https://discord.com/developers/docs/resources/guild-scheduled-event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session, SessionKind


class EventPhase(StrEnum):
    """The phase of a session as an event."""

    TO_COME = "to_come"
    LIVE = "live"
    OVER = "over"
    CANCELLED = "cancelled"


def event_phase(session: Session, now: datetime, *, cancelled: bool) -> EventPhase:
    """Return the phase of a session's event at `now` (UTC)."""
    if cancelled:
        return EventPhase.CANCELLED
    if session.ends_at <= now:
        return EventPhase.OVER
    return EventPhase.LIVE if session.starts_at <= now else EventPhase.TO_COME


def sessions_to_show(sessions: Iterable[Session], now: datetime) -> frozenset[str]:
    """Return the ids of the coming sessions that get an event: the next ones, up to the limit of a server.

    Breaks get none, and neither does a session that has begun: Discord refuses a start in the past.
    """
    open_ones = [s for s in sessions if s.kind is not SessionKind.BREAK and s.ends_at > now]
    nearest = sorted(open_ones, key=lambda session: session.starts_at)[: discord_limits.EVENTS]
    return frozenset(session.id for session in nearest if session.starts_at > now)


def event_marker(workshop: str, session: str) -> str:
    """Return the last line of an event's description, by which the bot finds its own event again."""
    return f"{workshop}/{session}"
