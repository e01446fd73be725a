"""Discord's limits of direct messages: they are refusals with 403, not rate limits with a time to wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simcord.backend.errors import BackendError

if TYPE_CHECKING:
    from simcord.backend.models import Channel

#: People whom a bot may write to for the first time in a window. Discord gives no number
#: (developers/topics/opcodes-and-status-codes.mdx has the codes, developers/resources/user.mdx warns); users report
#: refusals after 20 to 50 messages, even seconds apart (DiscordPHP#467). This is half of the least.
NEW_PEOPLE, WINDOW = 10, timedelta(minutes=10)
#: Refusals in a window after which a bot that goes on is put in quarantine, and for how long: no number is known.
REFUSALS, QUARANTINE = 10, timedelta(hours=24)


class DirectMessageLimits:
    """Counts the people to whom the bot opens direct messages. `now` is the rehearsal's clock (UTC)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: set[int] = set()
        """Everybody to whom a channel has been opened."""
        self._new: deque[datetime] = deque(maxlen=NEW_PEOPLE)
        self._refused: deque[datetime] = deque(maxlen=REFUSALS)
        self._quarantined_until: datetime | None = None

    def open(self, person: int) -> None:
        """Open a channel to a person. Raises BackendError 40003 if there were too many new people lately."""
        self._require_freedom()
        if person in self._known:
            return
        now = self._now()
        if len(self._new) == NEW_PEOPLE and now - self._new[0] < WINDOW:
            self._refuse(now)
        self._new.append(now)
        self._known.add(person)

    def send(self, channel: Channel) -> None:
        """Send into a channel. Raises BackendError 20026 in quarantine, if it is one of direct messages."""
        if channel.recipient_ids:
            self._require_freedom()

    def _refuse(self, now: datetime) -> None:
        self._refused.append(now)
        if len(self._refused) == REFUSALS and now - self._refused[0] < WINDOW:
            self._quarantined_until = now + QUARANTINE
        raise BackendError(403, 40003, "You are opening direct messages too fast")

    def _require_freedom(self) -> None:
        if self._quarantined_until is not None and self._now() < self._quarantined_until:
            raise BackendError(403, 20026, "Your application has been quarantined")
