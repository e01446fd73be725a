"""Notes: experiences that participants share, and the form in which they do."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import limits
from bot.domain.text import clean

#: Characters that each part may have: a title that a card shows whole, and all that a form of Discord's takes.
TITLE_LENGTH = 150
PART_LENGTH = limits.TEXT_INPUT


class NoteKind(StrEnum):
    """What kind of lesson a note holds."""

    WORKED = "worked"
    FAILED = "failed"
    MIXED = "mixed"
    RECOMMENDATION = "recommendation"


class Visibility(StrEnum):
    """Who sees a note."""

    ORGANISERS = "organisers"
    PARTICIPANTS = "participants"


@dataclass(frozen=True, slots=True)
class Note:
    """One shared experience. `id` is that of the submission: submitted again, it is the same note."""

    id: str
    author: int
    author_name: str
    """How Discord showed the author then."""
    topic: str
    kind: NoteKind
    title: str
    did: str
    learned: str
    visibility: Visibility
    written_at: datetime
    """UTC."""


def tidy(typed: str, limit: int) -> str | None:
    """A part of a note as it is kept: cleaned; None if nothing readable is left or it is too long."""
    kept = clean(typed)
    return kept if len(kept) <= limit and any(_seen(character) for character in kept) else None


def _seen(character: str) -> bool:
    """Whether a reader sees it: all but what joins or separates; an emoji may be newer than this Python's tables."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
