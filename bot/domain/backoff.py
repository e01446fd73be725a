"""Back-off: how long to wait before a retry, and which keys are paused until then."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

#: Caps the exponent: two seconds doubled 32 times is longer than any `longest`, and 2**n must not overflow.
_MOST_DOUBLINGS = 32

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that double with each failure in a row, from `first` up to `longest`."""

    first: timedelta
    longest: timedelta = timedelta(minutes=10)

    def after(self, failures: int) -> timedelta:
        """The delay after that many failures in a row; the first failure is number 1."""
        doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
        return min(self.first * 2**doublings, self.longest)


#: For failures that pass by themselves: a lost connection, a 503.
TRANSIENT = Backoff(timedelta(seconds=2))
#: For refusals that somebody must fix: a missing permission.
REFUSED = Backoff(timedelta(minutes=1))
#: For refusals of work that isn't urgent: an event in the server's list, a transcript.
PATIENT = Backoff(timedelta(minutes=3), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause after a failure. Instants are UTC."""

    since: datetime
    """The first failure of this series."""
    until: datetime
    length: timedelta
    failures: int


class Pauses(Generic[K]):
    """The pauses of rooms, jobs and the like, by key. `now` is always the clock's instant (UTC)."""

    def __init__(self) -> None:
        self._pauses: dict[K, Pause] = {}

    def failed(
        self, key: K, now: datetime, backoff: Backoff = TRANSIENT, *, at_least: timedelta = timedelta(0)
    ) -> None:
        """Start the next, longer pause. `at_least`: what the server asked for, such as a 429's retry_after."""
        before = self._pauses.get(key)
        failures = before.failures + 1 if before else 1
        length = max(backoff.after(failures), min(at_least, backoff.longest))
        self._pauses[key] = Pause(before.since if before else now, now + length, length, failures)

    def clear(self, key: K) -> None:
        """End the series of failures: an attempt succeeded, or none is needed any more."""
        self._pauses.pop(key, None)

    def active(self, key: K, now: datetime) -> bool:
        """Whether the key is paused at `now`."""
        pause = self._pauses.get(key)
        # A remaining time longer than the pause means that the clock was set back since.
        return pause is not None and pause.until - pause.length <= now < pause.until

    def failing_since(self, key: K) -> datetime | None:
        """When the current series of failures began; None if the last attempt succeeded."""
        pause = self._pauses.get(key)
        return pause.since if pause else None

    def next_end(self, now: datetime) -> datetime | None:
        """The next instant at which a pause ends."""
        return min((pause.until for pause in self._pauses.values() if pause.until > now), default=None)
