"""Back-off: delays are capped for any number of failures, and a series ends with a success."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backoff import REFUSED, TRANSIENT, Backoff, Pauses

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def test_ten_thousand_failures_never_overflow_and_never_shorten_the_delay() -> None:
    for backoff in (TRANSIENT, REFUSED, Backoff(timedelta(hours=1), timedelta(days=1))):
        delays = [backoff.after(failures) for failures in range(10_001)]
        assert delays == sorted(delays)
        assert delays[0] == delays[1] == backoff.first
        assert delays[2] == 2 * backoff.first
        assert delays[-1] == backoff.longest


@given(st.integers(min_value=1, max_value=10_000), st.timedeltas(timedelta(0), timedelta(hours=2)))
def test_a_pause_lasts_as_long_as_the_server_asks_within_the_cap(failures: int, asked: timedelta) -> None:
    pauses = Pauses[str]()
    for _ in range(min(failures, 50)):
        pauses.failed("room", NOON, at_least=asked)
    assert pauses.active("room", NOON)
    assert pauses.active("room", NOON + min(asked, TRANSIENT.longest) - timedelta(seconds=1)) or asked < timedelta(
        seconds=1
    )
    assert not pauses.active("room", NOON + TRANSIENT.longest)


def test_a_success_ends_the_series() -> None:
    pauses = Pauses[str]()
    pauses.failed("room", NOON, REFUSED)
    pauses.failed("room", NOON + timedelta(minutes=1), REFUSED)
    assert pauses.failing_since("room") == NOON
    assert pauses.next_end(NOON + timedelta(minutes=1)) == NOON + timedelta(minutes=3)
    pauses.clear("room")
    pauses.clear("room")
    assert pauses.failing_since("room") is None
    pauses.failed("room", NOON, REFUSED)
    assert not pauses.active("room", NOON + REFUSED.first)


def test_a_clock_that_is_put_back_does_not_prolong_a_pause() -> None:
    pauses = Pauses[str]()
    pauses.failed("room", NOON, REFUSED)
    assert not pauses.active("room", NOON - timedelta(hours=1))
