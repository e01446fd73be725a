"""Figures of a workshop that can be told without telling of anybody: merged groups, and how many were there when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.domain.feedback import SMALLEST_GROUP
from bot.domain.presence import Interval, unite

K = TypeVar("K")


def merged(groups: Mapping[K, int]) -> tuple[dict[K, int], int]:
    """The groups that are told, and how many people are in the others together.

    None that is told has fewer than SMALLEST_GROUP people. Nor have the others together, unless everybody is in them:
    the smallest that could be told is then among them, or subtracting would tell of them.
    """
    told = {name: people for name, people in groups.items() if people >= SMALLEST_GROUP}
    others = sum(groups.values()) - sum(told.values())
    while told and 0 < others < SMALLEST_GROUP:
        others += told.pop(min(told, key=lambda name: told[name]))
    return told, others


def headcounts(times: Mapping[int, Iterable[Interval]], instants: Sequence[datetime]) -> list[int]:
    """How many people were there at each instant. `times`: when, by person; who is in two places counts once."""
    stretches = [stretch for intervals in times.values() for stretch in unite(intervals)]
    begun = sorted(stretch.since for stretch in stretches)
    ended = sorted(stretch.until for stretch in stretches)
    return [bisect_right(begun, instant) - bisect_right(ended, instant) for instant in instants]
