"""Private messages of the bot's to one person: written once, and never a second time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LetterKind(StrEnum):
    """What a private message is about."""

    CHANGES = "changes"
    """The author of a note is asked to change it."""
    PROPOSAL = "proposal"
    """The author of a note is asked to accept another wording."""
    PUBLISH = "publish"
    """The author of a note is asked to let it be shown."""
    NUDGE = "nudge"
    """Somebody whose administration has shared nothing is reminded; once per person, for ever."""
    CONTACT = "contact"
    """The author of a note hears that somebody would like to be in touch."""
    FOLLOW_UP = "follow_up"
    """Who made a pledge is asked how it goes."""
    CERTIFICATE = "certificate"
    """Somebody's certificate comes with it, as it is when it is sent."""


class LetterState(StrEnum):
    """Where a private message is on its way."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """Discord didn't take it: the person takes no private messages from the server."""
    DROPPED = "dropped"
    """What it was to hand over isn't theirs any more."""


@dataclass(frozen=True, slots=True)
class Press:
    """The button under a private message."""

    custom_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One private message."""

    id: str
    """Also its nonce: 24 hexadecimal digits, because Discord takes at most 25 characters."""
    person: int
    kind: LetterKind
    text: str
    written_at: datetime
    """UTC."""
    author: int | None = None
    """Whose words or name it holds, beside the person's own; None if it holds nobody's."""
    button: Press | None = None
    state: LetterState = LetterState.PLANNED


def letter(  # noqa: PLR0913, PLR0917 - one parameter a part of it
    workshop: str,
    kind: LetterKind,
    subject: str,
    person: int,
    text: str,
    now: datetime,
    author: int | None = None,
    button: Press | None = None,
) -> Letter:
    """A message to somebody about a subject: of the same workshop, kind and subject, it is the same message."""
    key = f"{workshop}/{kind}/{subject}/{person}"
    return Letter(hashlib.blake2b(key.encode(), digest_size=12).hexdigest(), person, kind, text, now, author, button)
