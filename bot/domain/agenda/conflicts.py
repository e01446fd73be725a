"""Conflicts in an agenda: two sessions in one room at once, one speaker in two sessions at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.domain.agenda.sessions import Agenda, Session, Speaker


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sessions in one room at once; `first` starts first."""

    first: Session
    second: Session

    def same(self, conflict: Conflict) -> bool:
        """Whether it is the same two sessions in the same room, at whatever time."""
        return isinstance(conflict, Overlap) and self.first.room == conflict.first.room and _same_two(self, conflict)


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A speaker in two sessions at once; `first` starts first."""

    first: Session
    second: Session
    speaker: Speaker

    def same(self, conflict: Conflict) -> bool:
        """Whether it is the same speaker in the same two sessions, at whatever time."""
        return isinstance(conflict, DoubleBooking) and self.speaker == conflict.speaker and _same_two(self, conflict)


Conflict = Overlap | DoubleBooking


def _same_two(conflict: Conflict, other: Conflict) -> bool:
    return {conflict.first.id, conflict.second.id} == {other.first.id, other.second.id}


def overlaps(agenda: Agenda) -> tuple[Overlap, ...]:
    """Return every two sessions that are in one room at once, in order of the agenda."""
    return tuple(Overlap(first, second) for first, second in _at_once(agenda) if first.room == second.room)


def double_bookings(agenda: Agenda) -> tuple[DoubleBooking, ...]:
    """Return every speaker (the same office and organisation) who is in two sessions at once."""
    return tuple(
        DoubleBooking(first, second, speaker)
        for first, second in _at_once(agenda)
        for speaker in first.speakers
        if speaker in second.speakers
    )


def conflicts(agenda: Agenda) -> tuple[Conflict, ...]:
    """Return everything that can't be held as the agenda has it."""
    return (*overlaps(agenda), *double_bookings(agenda))


def new_conflicts(before: Agenda, after: Agenda) -> tuple[Conflict, ...]:
    """Return the conflicts that a change of the agenda creates: those after it that were not there before."""
    known = conflicts(before)
    return tuple(conflict for conflict in conflicts(after) if not any(conflict.same(other) for other in known))


def _at_once(agenda: Agenda) -> Iterator[tuple[Session, Session]]:
    # The agenda is in order of starts, so that once `second` starts too late, all after it do.
    for place, first in enumerate(agenda.sessions, 1):
        for second in islice(agenda.sessions, place, None):
            if second.starts_at >= first.ends_at:
                break
            yield first, second
