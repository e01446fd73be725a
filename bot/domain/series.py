"""A workshop that follows another one in a series: its days, its id, its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date


def moved_days(days: Sequence[date], start: date) -> tuple[date, ...]:
    """The days with the first of them on `start`, as far apart as they were. Raises OverflowError after the year 9999.

    Times of day stay what they are: the clocks of the workshop's zone show the same, in summer and in winter.
    """
    return tuple(start + (day - days[0]) for day in days)


def next_workshop_id(former: str, was: date, start: date, number: int) -> str:
    """The id of a workshop that begins at `start`, `number` in its series, after one that began at `was`.

    The former one's with the new year in the place of the old one, where it has that; never the same.
    """
    renamed = re.sub(rf"(?<!\d){was.year}(?!\d)", f"{start.year}", former)
    return renamed if renamed != former else f"{former}-{number}"


def next_in_series(number: int, of: int) -> tuple[int, int]:
    """The place in its series of the workshop after the one that was `number` of so many; a series may grow."""
    return number + 1, max(of, number + 1)
