"""Conflicts in an agenda: two sessions in one room at once, one speaker in two sessions at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.domain.agenda.sessions import Agenda, Session, Speaker


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sessions in one room at once; `one` starts first."""

    one: Session
    other: Session

    def same(self, conflict: Conflict) -> bool:
        """Whether it is the same two sessions in the same room, at whatever time."""
        return isinstance(conflict, Overlap) and self.one.room == conflict.one.room and _same_two(self, conflict)


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A speaker in two sessions at once; `one` starts first."""

    one: Session
    other: Session
    speaker: Speaker

    def same(self, conflict: Conflict) -> bool:
        """Whether it is the same speaker in the same two sessions, at whatever time."""
        return isinstance(conflict, DoubleBooking) and self.speaker == conflict.speaker and _same_two(self, conflict)


Conflict = Overlap | DoubleBooking


def _same_two(conflict: Conflict, other: Conflict) -> bool:
    return {conflict.one.id, conflict.other.id} == {other.one.id, other.other.id}


def overlaps(agenda: Agenda) -> tuple[Overlap, ...]:
    """Every two sessions that are in one room at once, in order of the agenda."""
    return tuple(Overlap(one, other) for one, other in _at_once(agenda) if one.room == other.room)


def double_bookings(agenda: Agenda) -> tuple[DoubleBooking, ...]:
    """Every speaker (the same office and organisation) who is in two sessions at once."""
    return tuple(
        DoubleBooking(one, other, speaker)
        for one, other in _at_once(agenda)
        for speaker in one.speakers
        if speaker in other.speakers
    )


def conflicts(agenda: Agenda) -> tuple[Conflict, ...]:
    """Everything that can't be held as the agenda has it."""
    return (*overlaps(agenda), *double_bookings(agenda))


def new_conflicts(before: Agenda, after: Agenda) -> tuple[Conflict, ...]:
    """The conflicts that a change of the agenda creates: those after it that were not there before."""
    known = conflicts(before)
    return tuple(conflict for conflict in conflicts(after) if not any(conflict.same(other) for other in known))


def _at_once(agenda: Agenda) -> Iterator[tuple[Session, Session]]:
    # The agenda is in order of starts: `other` never starts before `one`, and after one that starts too late all do.
    for place, one in enumerate(agenda.sessions, 1):
        for other in islice(agenda.sessions, place, None):
            if other.starts_at >= one.ends_at:
                break
            yield one, other
