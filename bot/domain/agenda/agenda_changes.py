"""The differences of two agendas, as values: enough to make the one from the other, and to render a change notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.text import Text

#: The rooms' names, by their id.
RoomNames = Mapping[str, Text]
_UNNAMED: RoomNames = MappingProxyType({})


class Aspect(StrEnum):
    """The aspects in which a session can differ."""

    TIME = "time"
    ROOM = "room"
    TITLE = "title"
    SPEAKERS = "speakers"
    DETAILS = "details"
    """Kind, topic, description or materials."""


@dataclass(frozen=True, slots=True)
class ChangedSession:
    """One session before and after. Another title is a rename, not a move; so is another name of its room."""

    before: Session
    after: Session

    @property
    def aspects(self) -> frozenset[Aspect]:
        """The aspects in which the two differ."""
        before, after = self.before, self.after
        differs = {
            Aspect.TIME: _slot(before) != _slot(after),
            Aspect.ROOM: before.room != after.room,
            Aspect.TITLE: before.title != after.title,
            Aspect.SPEAKERS: before.speakers != after.speakers,
            Aspect.DETAILS: _details(before) != _details(after),
        }
        return frozenset(aspect for aspect, differs_in_it in differs.items() if differs_in_it)

    @property
    def moved(self) -> bool:
        """Whether it starts at another time. One that only ends at another time is longer or shorter, not moved."""
        return self.before.starts_at != self.after.starts_at

    def stayed_in(self, room: str) -> bool:
        """Whether it is in that room before and after."""
        return self.before.room == self.after.room == room


@dataclass(frozen=True, slots=True)
class SwappedSessions:
    """Two sessions that took each other's time, and each other's room or none."""

    first: ChangedSession
    second: ChangedSession


@dataclass(frozen=True, slots=True)
class RoomRenamed:
    """A renamed room, with the sessions that are in it before and after, as they are after."""

    room: str
    before: Text
    after: Text
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Changes:
    """All differences of two agendas, each part in order of the agenda."""

    added: tuple[Session, ...] = ()
    cancelled: tuple[Session, ...] = ()
    changed: tuple[ChangedSession, ...] = ()
    """Each session once, those of swaps included."""
    renamed_rooms: tuple[RoomRenamed, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.cancelled or self.changed or self.renamed_rooms)

    def having(self, aspect: Aspect) -> tuple[ChangedSession, ...]:
        """The sessions that differ in that aspect."""
        return tuple(changed for changed in self.changed if aspect in changed.aspects)

    @property
    def moved(self) -> tuple[ChangedSession, ...]:
        """The sessions that start at another time."""
        return tuple(changed for changed in self.changed if changed.moved)

    @cached_property
    def swaps(self) -> tuple[SwappedSessions, ...]:
        """Sessions in pairs that took each other's place; each session is in one pair at most."""
        pairs: list[SwappedSessions] = []
        waiting: list[ChangedSession] = []
        for changed in self.moved:
            partner = next((other for other in waiting if _swapped(other, changed)), None)
            if partner is None:
                waiting.append(changed)
            else:
                waiting.remove(partner)
                pairs.append(SwappedSessions(partner, changed))
        return tuple(pairs)

    @cached_property
    def alone(self) -> tuple[ChangedSession, ...]:
        """The changed sessions, without those in a swap."""
        paired = {changed.after.id for swap in self.swaps for changed in (swap.first, swap.second)}
        return tuple(changed for changed in self.changed if changed.after.id not in paired)

    @property
    def days(self) -> tuple[date, ...]:
        """The days whose agenda differs, in order."""
        pairs = ((changed.before, changed.after) for changed in self.changed)
        in_renamed = (session for room in self.renamed_rooms for session in room.sessions)
        touched = (*self.added, *self.cancelled, *(session for pair in pairs for session in pair), *in_renamed)
        return tuple(sorted({session.day for session in touched}))


def diff(
    before: Agenda, after: Agenda, names_before: RoomNames = _UNNAMED, names_after: RoomNames = _UNNAMED
) -> Changes:
    """The changes from `before` to `after`; with the names of the rooms on both sides, also the renamed rooms."""
    old = {session.id: session for session in before}
    new = {session.id: session for session in after}
    both = [ChangedSession(old[key], session) for key, session in new.items() if key in old]
    return Changes(
        added=tuple(session for key, session in new.items() if key not in old),
        cancelled=tuple(session for key, session in old.items() if key not in new),
        changed=tuple(pair for pair in both if pair.before != pair.after),
        renamed_rooms=tuple(
            RoomRenamed(room, names_before[room], name, tuple(pair.after for pair in both if pair.stayed_in(room)))
            for room, name in names_after.items()
            if room in names_before and names_before[room] != name
        ),
    )


def apply_changes(before: Agenda, changes: Changes) -> Agenda:
    """The agenda after the changes: `apply(a, diff(a, b)) == b`."""
    gone = {session.id for session in changes.cancelled} | {changed.after.id for changed in changes.changed}
    kept = (session for session in before if session.id not in gone)
    return Agenda((*kept, *(changed.after for changed in changes.changed), *changes.added))


def _slot(session: Session) -> tuple[object, ...]:
    return session.day, session.starts_at, session.ends_at


def _details(session: Session) -> tuple[object, ...]:
    return session.kind, session.topic, session.description, session.materials


def _swapped(first: ChangedSession, second: ChangedSession) -> bool:
    exchanged = _slot(first.after) == _slot(second.before) and _slot(second.after) == _slot(first.before)
    rooms_before, rooms_after = (first.before.room, second.before.room), (first.after.room, second.after.room)
    return exchanged and rooms_after in (rooms_before, rooms_before[::-1])
