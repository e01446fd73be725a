"""The agenda: sessions with their instants, and the progress of each at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.text import Text, spoken


class SessionKind(StrEnum):
    """The kinds of items on the agenda."""

    OPENING = "opening"
    PRESENTATION = "presentation"
    DISCUSSION = "discussion"
    PANEL = "panel"
    BREAK = "break"
    CLOSING = "closing"


class SessionProgress(StrEnum):
    """The progress of a session at a moment."""

    DONE = "done"
    LIVE = "live"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject with a discussion channel of its own."""

    id: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker, by office: names change, and a plan is often published."""

    office: Text
    organisation: Text
    """Empty in every language, if the plan doesn't say."""

    def named(self, language: str) -> str:
        """The speaker's office, and their organisation where it is known."""
        organisation = spoken(self.organisation, language)
        return spoken(self.office, language) + (f" ({organisation})" if organisation else "")


@dataclass(frozen=True, slots=True)
class Material:
    """A document or a page that goes with a session."""

    title: Text
    url: str


@dataclass(frozen=True, slots=True)
class Session:
    """One item of the agenda. Instants are UTC; `day` is the calendar day in the workshop's zone."""

    id: str
    kind: SessionKind
    day: date
    starts_at: datetime
    ends_at: datetime
    room: str
    topic: str | None
    title: Text
    description: Text | None
    speakers: tuple[Speaker, ...]
    materials: tuple[Material, ...]

    @property
    def length(self) -> timedelta:
        """Its scheduled length."""
        return self.ends_at - self.starts_at


def _order(session: Session) -> tuple[datetime, datetime, str]:
    return session.starts_at, session.ends_at, session.id


@dataclass(frozen=True, slots=True)
class Agenda:
    """All sessions of a workshop, each id once; in order of their start (then end, then id), however they are given."""

    sessions: tuple[Session, ...]
    _by_id: Mapping[str, Session] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Two agendas of the same sessions are equal, so that a change can be applied and undone exactly."""
        object.__setattr__(self, "sessions", tuple(sorted(self.sessions, key=_order)))
        object.__setattr__(self, "_by_id", {session.id: session for session in self.sessions})

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions)

    def find(self, session_id: str) -> Session | None:
        """The session of that id, if the agenda has it."""
        return self._by_id.get(session_id)

    @property
    def days(self) -> tuple[date, ...]:
        """The workshop's days, in order."""
        return tuple(dict.fromkeys(session.day for session in self.sessions))

    def on(self, day: date) -> tuple[Session, ...]:
        """The sessions of one day."""
        return tuple(session for session in self.sessions if session.day == day)

    @property
    def ends_at(self) -> datetime:
        """When the last session ends: the workshop's end."""
        return max(session.ends_at for session in self.sessions)

    def live(self, now: datetime) -> tuple[Session, ...]:
        """The sessions under way."""
        return tuple(s for s in self.sessions if s.starts_at <= now < s.ends_at)

    def upcoming(self, now: datetime) -> Session | None:
        """The next session to start, on whatever day."""
        return next((s for s in self.sessions if s.starts_at > now), None)

    def next_change(self, now: datetime) -> datetime | None:
        """The next instant after `now` at which a session starts or ends."""
        edges = (edge for s in self.sessions for edge in (s.starts_at, s.ends_at) if edge > now)
        return min(edges, default=None)


def session_progress(sessions: Sequence[Session], now: datetime) -> dict[str, SessionProgress]:
    """The progress of each session of one day; the earliest yet to start is `next` (all of them, if several)."""
    to_come = [session.starts_at for session in sessions if session.starts_at > now]
    first = min(to_come, default=None)

    def stands(session: Session) -> SessionProgress:
        if session.ends_at <= now:
            return SessionProgress.DONE
        if session.starts_at <= now:
            return SessionProgress.LIVE
        return SessionProgress.NEXT if session.starts_at == first else SessionProgress.LATER

    return {session.id: stands(session) for session in sessions}
