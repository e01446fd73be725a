"""What was measured: figures of two that took turns, their ratio pair by pair, its median and spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One thing measured at Plenary and at its yardstick, in turns; without a yardstick, at Plenary alone."""

    scenario: str
    what: str
    unit: str
    ours: Sequence[float]
    yardstick: str = ""
    theirs: Sequence[float] = ()
    at_most: float | None = None
    """What is aimed at: a ratio, or, without a yardstick, a value."""
    at_least: float | None = None
    note: str = ""

    @property
    def compared(self) -> list[float]:
        """The ratios, pair by pair; without a yardstick, the values."""
        if not self.theirs:
            return list(self.ours)
        return [mine / other if other else math.inf for mine, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def typical(self) -> float:
        """Their median."""
        return median(self.compared)

    @property
    def met(self) -> bool | None:
        """Whether what is aimed at was reached; None if nothing is."""
        if self.at_most is not None:
            return self.typical <= self.at_most
        if self.at_least is not None:
            return self.typical >= self.at_least
        return None


@dataclass(slots=True)
class Collected:
    """Values as they come, by who was measured and what of it."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict[tuple[str, str], list[float]])

    def add(self, who: str, what: str, value: float) -> None:
        """One more."""
        self.values.setdefault((who, what), []).append(value)

    def of(self, who: str, what: str) -> list[float]:
        """All of them."""
        return self.values[who, what]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The power of the size with which a cost grows: the slope of the line through both logarithms (least squares)."""
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - middle_x) ** 2 for x in xs
    )


def bends(sizes: Sequence[int], costs: Sequence[float]) -> tuple[float, int]:
    """The steepest slope between two sizes that follow each other, and the size from which it is so steep."""
    points = zip(sizes, costs, strict=True)
    slopes = [
        (math.log(cost / former) / math.log(size / smaller), smaller)
        for (smaller, former), (size, cost) in pairwise(points)
    ]
    return max(slopes)
