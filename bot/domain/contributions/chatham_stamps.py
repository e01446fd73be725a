"""Stamps: a session held under the Chatham House Rule stays under it, even if the agenda or the plan changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from bot.domain.attendance.presence import Interval

#: The stamp of the whole workshop; no session has an empty id.
WHOLE = ""


class ChathamStamp(NamedTuple):
    """A session under the rule as the agenda has it, or had it: all contributed to it stays confidential."""

    id: str
    """The session's id, or WHOLE."""
    topic: str | None
    """Notes on this topic are contributions to the session."""
    room: str
    time: Interval | None
    """While people in the room were in the session; None if the agenda changed before it began."""

    def covers(self, room: str, time: Interval) -> bool:
        """Whether anybody in a room at a time was in the session."""
        return self.time is not None and self.room == room and overlap(self.time, time)


def overlap(first: Interval, second: Interval) -> bool:
    """Whether two intervals have a moment in common; an empty one counts as within its surroundings."""
    return first.since < second.until and second.since < first.until


def lasting_stamps(
    stamps: Iterable[ChathamStamp], contributed: Collection[str], now: datetime
) -> frozenset[ChathamStamp]:
    """The stamps that stay when the agenda or the plan no longer asks for them.

    A session that has begun keeps its stamp up to now. One that has not keeps it if something was contributed to it or
    to its topic (`contributed`: ids of both, and WHOLE for anything at all). So only a rule that covered nothing ends.
    """
    lasting: set[ChathamStamp] = set()
    for stamp in stamps:
        if stamp.time and stamp.time.since < now:
            lasting.add(stamp._replace(time=Interval(stamp.time.since, min(stamp.time.until, now))))
        elif stamp.id in contributed or stamp.topic in contributed:
            lasting.add(stamp._replace(time=None))
    return frozenset(lasting)
