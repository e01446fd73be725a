"""Rates: how often one person may do something. Generous: somebody who takes part keenly never meets a limit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rate:
    """So often at once, and again each time that `every` has passed."""

    at_once: int
    every: timedelta


class LimitedAction(StrEnum):
    """What somebody does, as far as it is limited."""

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
    """Counts what each person does, in memory: of no more than `most` of them, those who did something last."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._full_at: OrderedDict[tuple[int, LimitedAction], datetime] = OrderedDict()
        """When somebody's allowance will be whole again. Who isn't in it has all of it."""

    def take(self, person: int, act: LimitedAction, now: datetime) -> datetime | None:
        """Count one more; None if it may be done, else the instant from which it may be."""
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
