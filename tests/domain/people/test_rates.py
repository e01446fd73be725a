"""Rates: nobody waits who keeps to them, nobody gets beyond them, and memory is bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people.rates import RATES, LimitedAction, Limiter

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
PERSON = 1

acts = st.sampled_from(LimitedAction)
#: Seconds between one thing that somebody does and the next.
gaps = st.lists(st.floats(0, 100), max_size=300)


@given(acts, gaps)
def test_no_more_is_let_through_than_the_rate_and_who_is_told_to_wait_may_then(
    act: LimitedAction, pauses: list[float]
) -> None:
    rate, limiter, now = RATES[act], Limiter(), NOON
    done: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        again_at = limiter.take(PERSON, act, now)
        if again_at is None:
            done.append(now)
        else:
            assert now < again_at <= now + rate.every
            now = again_at
            assert limiter.take(PERSON, act, now) is None
            done.append(now)
    for index, first in enumerate(done):
        passed = (done[-1] - first) / rate.every
        assert len(done) - index <= rate.at_once + passed + 1e-6


@given(acts, st.integers(0, 1000))
def test_who_keeps_to_the_rate_never_waits(act: LimitedAction, count: int) -> None:
    rate, limiter = RATES[act], Limiter()
    at_once = [limiter.take(PERSON, act, NOON) for _ in range(rate.at_once)]
    steady = [limiter.take(PERSON, act, NOON + n * rate.every) for n in range(1, count)]
    assert set(at_once + steady) <= {None}


@given(acts, st.lists(st.timedeltas(-timedelta(days=400), timedelta(days=400)), max_size=50))
def test_a_clock_that_jumps_keeps_nobody_waiting_for_long(act: LimitedAction, jumps: list[timedelta]) -> None:
    limiter, now = Limiter(), NOON
    for jump in jumps:
        now += jump
        *_, again_at = [limiter.take(PERSON, act, now) for _ in range(RATES[act].at_once + 1)]
        assert again_at is not None
        assert again_at <= now + RATES[act].every


@pytest.mark.parametrize("act", LimitedAction)
def test_people_and_what_they_do_are_counted_apart_and_memory_is_bounded(act: LimitedAction) -> None:
    limiter = Limiter(most=100)
    for _ in range(RATES[act].at_once):
        assert limiter.take(PERSON, act, NOON) is None
    assert limiter.take(PERSON, act, NOON)
    assert [limiter.take(PERSON, other, NOON) for other in LimitedAction if other is not act] == [None, None]
    assert {limiter.take(person, act, NOON) for person in range(2, 1000)} == {None}
    assert len(limiter._full_at) == 100  # noqa: SLF001 - what is kept shows nowhere else
