"""The benchmarks themselves: both bots answer everything that is pressed, and figures are worked out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import presses, tables
from tests.bench.bench import Bench, arena, usual_workshop
from tests.bench.bots import BARE, PLENARY
from tests.bench.measure import Figure, bends, exponent, percentile
from tests.bench.scenarios.storm import storms


async def test_whatever_is_pressed_in_a_storm_is_answered_and_on_disk(tmp_path: Path) -> None:
    """`storms` raises where an answer is missing, refuses, or where what was answered is not on disk."""
    bench = Bench(tmp_path / "bench", pairs=1, scale=0.01, say=lambda _: None)
    kinds = (presses.CHECK_IN, presses.NOTE, presses.AUTOCOMPLETE, presses.AGENDA)
    async with arena(bench, await usual_workshop(bench), (PLENARY, BARE), tls=True) as ring:
        for kind in kinds:
            found = await storms(bench, ring, kind, 20, 0, (PLENARY, BARE))
            assert all(0 < found.of(name, "p50")[0] <= found.of(name, "p99")[0] for name in (PLENARY, BARE))
            assert all(found.of(name, "cpu")[0] > 0 for name in (PLENARY, BARE))
        assert "ERROR" not in ring.bots[PLENARY].log()


def test_a_ratio_is_that_of_each_pair_and_a_missed_aim_is_told() -> None:
    figure = Figure("storm", "p99", "ms", [10, 40, 30], "bare", [20, 20, 20], at_most=1.0)

    assert (figure.compared, figure.typical, figure.met) == ([0.5, 2.0, 1.5], 1.5, False)
    assert "| p99 | 30.0 ms | bare 20.0 ms | 1.50 (0.50 to 2.00) | ≤ 1, missed |" in tables.markdown([figure], "")


def test_what_grows_with_the_square_has_an_exponent_of_two() -> None:
    sizes = (10, 100, 1_000)

    assert exponent(sizes, [size**2 for size in sizes]) == pytest.approx(2)
    assert bends(sizes, [1, 10, 1_000]) == (pytest.approx(2), 100)
    assert percentile(range(1, 101), 99) == 99
