"""Real time, and the arithmetic of a rehearsal's time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock, Pace, opened

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them bare
MARKS = st.floats(0, 10**7)
PACES = st.builds(Pace, MOMENTS, MARKS, st.sampled_from([0.5, 1.0, 60.0, 600.0, 5000.0]))
TICK = timedelta(microseconds=5)


@given(PACES)
def test_at_its_mark_a_pace_is_at_its_instant(pace: Pace) -> None:
    """There it begins."""
    assert pace.at(pace.mark) == pace.instant
    assert pace.seconds_until(pace.instant, pace.mark) == 0


@given(PACES, st.floats(0, 10**4))
def test_time_passes_at_its_rate(pace: Pace, seconds: float) -> None:
    """So many seconds in a real one, also before the mark; float and microsecond round a little."""
    ahead = timedelta(seconds=seconds * pace.rate)
    slack = TICK + timedelta(seconds=1e-8 * pace.rate)
    assert abs(pace.at(pace.mark + seconds) - pace.instant - ahead) <= slack
    assert abs(pace.instant - pace.at(pace.mark - seconds) - ahead) <= slack


@given(PACES, MARKS, st.integers(-(10**6), 10**6))
def test_who_waits_as_long_as_told_wakes_at_the_instant(pace: Pace, mark: float, ahead: int) -> None:
    """`seconds_until` is the inverse of `at`."""
    instant = pace.instant + timedelta(seconds=ahead)
    woken = pace.at(mark + pace.seconds_until(instant, mark))
    assert abs(woken - instant) <= TICK + timedelta(seconds=1e-8 * pace.rate)


@given(PACES, MARKS, MARKS)
def test_time_never_runs_backwards(pace: Pace, one: float, other: float) -> None:
    """A later mark is no earlier instant."""
    assert pace.at(min(one, other)) <= pace.at(max(one, other))


@given(PACES)
def test_a_pace_survives_the_wire(pace: Pace) -> None:
    """To the microsecond, through JSON."""
    assert Pace.from_wire(json.loads(json.dumps(pace.to_wire()))) == pace


@given(MOMENTS)
def test_in_real_time_the_machine_shows_the_instant_itself(instant: datetime) -> None:
    """Nothing is converted."""
    assert Clock().on_machine(instant) == instant


async def test_without_an_address_time_is_real() -> None:
    """In UTC; what only a rehearsal listens to does nothing."""
    async with opened("") as clock:
        assert type(clock) is Clock
        earlier, later = clock.now(), clock.now()
        assert earlier <= later
        assert earlier.tzinfo is UTC
        clock.watch(lambda: None)
        clock.rest(None)
        clock.stir()
