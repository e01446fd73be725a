"""Reviews of notes by moderators before publication: clear, send back, reword, tag, merge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.contributions.notes import Audience, Note, NoteWording, tidy, visible_to
from bot.domain.text import fold

TAGS, TAG_LENGTH = 5, 40
#: Characters of what an author is asked to change: a private message holds it whole.
ASKED_LENGTH = 1000


class ReviewState(StrEnum):
    """The state of a note's review. A note that its author rewords waits again."""

    WAITING = "waiting"
    CLEARED = "cleared"
    """It may be published."""
    CHANGES = "changes"
    """Its author is asked to change it."""


class ReviewAction(StrEnum):
    """The buttons under a note for a moderator."""

    CLEAR = "clear"
    CHANGES = "changes"
    EDIT = "edit"
    TAG = "tag"
    MERGE = "merge"
    PUBLISH = "publish"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Review:
    """The review of one note."""

    state: ReviewState = ReviewState.WAITING
    asked: str = ""
    """The change that its author is asked to make."""
    tags: tuple[str, ...] = ()
    proposal: NoteWording | None = None
    """The wording that its author is asked to accept."""
    wanted: bool = False
    """Whether its author is asked to let it be shown."""
    merged_into: str | None = None
    """The note of which it has become a part."""


UNSEEN = Review()


def review_queue(notes: Iterable[Note], reviews: Mapping[str, Review], audience: Audience) -> list[Note]:
    """The notes that wait for a reader of that audience, the earliest first. Notes it may not read wait elsewhere."""
    waiting = (
        note
        for note in notes
        if (review := reviews.get(note.id, UNSEEN)).state is ReviewState.WAITING and review.merged_into is None
    )
    return sorted((note for note in waiting if visible_to(note, audience)), key=lambda note: (note.written_at, note.id))


def parse_tags(typed: str) -> tuple[str, ...] | None:
    """Tags as they were typed, separated by commas or line breaks, each once; None if they are too many or too long."""
    words = (" ".join(word.split()) for word in re.split(r"[,;\n،؛]", typed))
    kept = {fold(word): tidy(word, TAG_LENGTH) for word in words if word}
    if len(kept) > TAGS or None in kept.values():
        return None
    return tuple(tag for tag in kept.values() if tag)
