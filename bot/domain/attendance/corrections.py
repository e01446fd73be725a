"""Corrections of attendance by moderators; of several, the latest that was not undone is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: Characters of the reason for a correction.
REASON_LENGTH = 200


class Mark(StrEnum):
    """How a correction counts."""

    PRESENT = "present"
    """The whole session counts."""
    EXCUSED = "excused"
    """The minutes that the person missed count neither for nor against them."""
    ABSENT = "absent"
    """No minute of it counts, whatever else is known."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of one person's attendance in one session. Instants are UTC."""

    id: str
    session: str
    person: int
    name: str
    """The person's."""
    mark: Mark
    reason: str
    author: int
    author_name: str
    at: datetime
    undone_at: datetime | None = None


def corrections_in_force(corrections: Iterable[Correction]) -> dict[tuple[int, str], Correction]:
    """Return the correction in force for each person and session."""
    standing = (correction for correction in corrections if correction.undone_at is None)
    return {
        (correction.person, correction.session): correction
        for correction in sorted(standing, key=lambda correction: (correction.at, correction.id))
    }
