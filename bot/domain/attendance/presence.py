"""Presence in rooms: intervals of time and their total. Overlapping intervals are united, never counted twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

#: How often (real time) the bot notes that it is watching: the end of an interrupted watch may be this much early.
ALIVE_MARK = timedelta(seconds=15)


# Tuples, because there may be a million of them: one is made in a third of the time that a dataclass takes.
class Interval(NamedTuple):
    """From `since` up to `until` (UTC). One that ends before it begins holds nothing."""

    since: datetime
    until: datetime


class Stay(NamedTuple):
    """A person's stay in a voice or stage room."""

    person: int
    name: str
    """The person's name on Discord at the time."""
    room: str
    """The room's key in the venue."""
    time: Interval


def unite(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same moments as intervals in order, disjoint and not empty."""
    united: list[Interval] = []
    for interval in sorted(interval for interval in intervals if interval.since < interval.until):
        if united and interval.since <= united[-1].until:
            united[-1] = Interval(united[-1].since, max(united[-1].until, interval.until))
        else:
            united.append(interval)
    return tuple(united)


def within(intervals: Iterable[Interval], frame: Interval) -> tuple[Interval, ...]:
    """Return the parts of the intervals inside a frame, united."""
    return unite(Interval(max(interval.since, frame.since), min(interval.until, frame.until)) for interval in intervals)


def gaps(intervals: Iterable[Interval], frame: Interval) -> tuple[Interval, ...]:
    """Return the parts of a frame outside all intervals, united."""
    covered = within(intervals, frame)
    begins = [frame.since, *(interval.until for interval in covered)]
    ends = [*(interval.since for interval in covered), frame.until]
    return unite(Interval(since, until) for since, until in zip(begins, ends, strict=True))


def total(intervals: Iterable[Interval]) -> timedelta:
    """Return how long the intervals last together; a moment in several of them counts once."""
    return sum((interval.until - interval.since for interval in unite(intervals)), timedelta())


def headcounts(times: Mapping[int, Iterable[Interval]], instants: Sequence[datetime]) -> list[int]:
    """Return how many people were present at each instant. `times`: intervals by person, who counts once."""
    stretches = [stretch for intervals in times.values() for stretch in unite(intervals)]
    begun = sorted(stretch.since for stretch in stretches)
    ended = sorted(stretch.until for stretch in stretches)
    return [bisect_right(begun, instant) - bisect_right(ended, instant) for instant in instants]
