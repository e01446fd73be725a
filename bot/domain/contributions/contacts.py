"""Contacts between a note's author and others: wishes to be in touch, and requests for a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: With so many authors who have yet to answer, one person may want to be in touch at a time.
MOST_UNANSWERED = 50


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who wants to be in touch with a note's author."""

    note: str
    title: str
    """The note's."""
    author: int
    author_name: str
    asker: int
    asker_name: str
    """How Discord showed either then."""
    asked_at: datetime
    """UTC."""
    agreed: bool | None
    """The author's answer; None while there is none."""


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """A message that somebody asked its author to let be a note."""

    message: str
    """Its id on Discord."""
    channel_id: int
    author: int
    asker: int
    text: str | None
    """None once the author has declined."""
    asked_at: datetime
    """UTC."""
