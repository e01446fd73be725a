"""Rate limits per person: how often somebody may press, write or ask for suggestions.

The algorithm is GCRA (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one instant per person and action.
The limits are ours, and generous: an active participant never meets one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rate:
    """`at_once` times in a row, and once more after each `every`."""

    at_once: int
    every: timedelta


class LimitedAction(StrEnum):
    """An action that is limited."""

    SUGGEST = "suggest"
    """Typing in an option for which there are suggestions: Discord asks for them at every pause."""
    PRESS = "press"
    """A command, or a button or select."""
    WRITE = "write"
    """Sending a form."""


RATES = {
    LimitedAction.SUGGEST: Rate(120, timedelta(seconds=0.5)),
    LimitedAction.PRESS: Rate(60, timedelta(seconds=1)),
    LimitedAction.WRITE: Rate(30, timedelta(seconds=30)),
}


class Limiter:
    """Counts the actions of each person, in memory, for the `most` who acted last."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._full_at: OrderedDict[tuple[int, LimitedAction], datetime] = OrderedDict()
        """When a person's allowance will be full again (UTC); it is full for those who are missing."""

    def take(self, person: int, act: LimitedAction, now: datetime) -> datetime | None:
        """Count one action. Return None if it is allowed, else the instant (UTC) from which it will be."""
        rate, key = RATES[act], (person, act)
        whole = rate.at_once * rate.every
        full_at = self._full_at.get(key, now)
        if not now <= full_at <= now + whole:
            full_at = now  # long ago, or by a clock that has been put back since
        if full_at + rate.every > now + whole:
            return full_at + rate.every - whole
        self._full_at[key] = full_at + rate.every
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return None
