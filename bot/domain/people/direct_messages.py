"""Direct messages of the bot to one person: written once, sent once, and at a pace that Discord tolerates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.backoff import Backoff


class DirectMessageKind(StrEnum):
    """The occasion of a private message."""

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
    """Asks the author of a pledge for its progress."""
    CERTIFICATE = "certificate"
    """Only in databases of earlier versions: a certificate is now taken by a button in `announcements`."""


class DirectMessageState(StrEnum):
    """The state of a private message's delivery."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """The person takes no direct messages from the server."""
    FAILED = "failed"
    """Discord neither took it nor refused it for the person, however often it was tried."""
    DROPPED = "dropped"
    """Only in databases of earlier versions: the certificate was not theirs any more, or is taken by the button."""


@dataclass(frozen=True, slots=True)
class DirectMessageButton:
    """The button under a private message."""

    custom_id: str
    label: str


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """One private message."""

    id: str
    """Also its nonce: 24 hexadecimal digits, because Discord takes at most 25 characters."""
    person: int
    kind: DirectMessageKind
    text: str
    written_at: datetime
    """UTC."""
    author: int | None = None
    """The other person whose words or name it holds; None if it holds nobody's."""
    button: DirectMessageButton | None = None
    state: DirectMessageState = DirectMessageState.PLANNED
    begun_at: datetime | None = None
    """The instant (UTC) at which sending began; from then on, until it is settled, Discord may have it or not."""
    tries: int = 0
    """The number of failed tries."""
    retry_at: datetime | None = None
    """The instant (UTC) of the next try after a failed one."""

    @property
    def mark(self) -> int:
        """The id of the component that holds its text. Discord keeps it, nobody sees it, and the bot finds it again.

        28 bits of the id: Discord takes positive integers of 32 bits, and the mark is only looked for among the
        latest messages to one person.
        """
        return int(self.id[:7], 16) + 1

    def ready_at(self, now: datetime) -> datetime:
        """When it may be tried (UTC)."""
        # A pause that seems longer than it can be was begun before the clock was put back.
        waits = self.retry_at is not None and now < self.retry_at <= now + RETRY.longest
        return self.retry_at if waits and self.retry_at else now


#: For one message that did not reach Discord: the others go on meanwhile.
RETRY = Backoff(timedelta(seconds=30), timedelta(hours=1))
#: After so many failed tries, which takes about four days, a message is given up, and the team gets a report.
MOST_TRIES = 100


@dataclass(frozen=True, slots=True)
class SendingPace:
    """At most `most` messages in any `window`, and `gap` between two."""

    most: int
    window: timedelta
    gap: timedelta

    def ready_at(self, latest: Sequence[datetime], now: datetime) -> datetime:
        """When the next message may be sent (UTC). `latest`: when the last `most` were tried, the newest first."""
        past = [instant for instant in latest if instant <= now]  # the clock may have been put back
        if not past:
            return now
        first_of_window = past[self.most - 1] + self.window if len(past) >= self.most else now
        return max(now, past[0] + self.gap, first_of_window)


#: Bots are reported to be throttled after 20 to 50 direct messages, even seconds apart (DiscordPHP#467). This is 30 an
#: hour, and few enough at once that one person's message is not late.
PACE = SendingPace(5, timedelta(minutes=10), timedelta(seconds=2))


@dataclass(frozen=True, slots=True)
class Throttle:
    """Discord holds back all direct messages of the bot. Instants are UTC."""

    since: datetime
    until: datetime
    refusals: int

    def active(self, now: datetime) -> bool:
        """Whether no direct message may be tried. A throttle of the future was met before the clock was put back."""
        return self.since <= now < self.until


#: What Discord holds back is asked for again after 10 minutes at first, and at last every two hours: each try is an
#: invalid request, and may prolong a quarantine.
THROTTLED = Backoff(timedelta(minutes=10), timedelta(hours=2))


def next_throttle(before: Throttle | None, now: datetime) -> Throttle:
    """The throttle after one more refusal."""
    since, refusals = (before.since, before.refusals + 1) if before else (now, 1)
    return Throttle(since, now + THROTTLED.after(refusals), refusals)


def direct_message(  # noqa: PLR0913, PLR0917 - one parameter a part of it
    workshop: str,
    kind: DirectMessageKind,
    subject: str,
    person: int,
    text: str,
    now: datetime,
    author: int | None = None,
    button: DirectMessageButton | None = None,
) -> DirectMessage:
    """A message to a person about a subject: of the same workshop, kind and subject, it is the same message."""
    key = f"{workshop}/{kind}/{subject}/{person}"
    return DirectMessage(
        hashlib.blake2b(key.encode(), digest_size=12).hexdigest(), person, kind, text, now, author, button
    )
