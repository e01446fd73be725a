"""Direct messages: their pace, their marks, and for how long they wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people.direct_messages import (
    MOST_TRIES,
    PACE,
    RETRY,
    THROTTLED,
    DirectMessage,
    DirectMessageKind,
    Throttle,
    direct_message,
    next_throttle,
)

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def written(subject: str) -> DirectMessage:
    return direct_message("w", DirectMessageKind.CHANGES, subject, 1, "The same words", NOON)


@given(st.lists(st.sampled_from([0, 0, 1, 60, 150, 900]), min_size=1, max_size=60))
def test_never_more_are_sent_in_any_window_than_the_pace_allows(waits: list[int]) -> None:
    """Whatever the moments at which messages are written, and however many wait."""
    sent: list[datetime] = []
    wanted = NOON
    for wait in waits:
        wanted += wait * SECOND
        now = max([wanted, *sent[-1:]])
        ready_at = PACE.ready_at(sent[::-1][: PACE.most], now)
        assert ready_at >= now
        assert PACE.ready_at(sent[::-1][: PACE.most], ready_at) == ready_at
        sent.append(ready_at)
    for first in sent:
        assert sum(first <= instant < first + PACE.window for instant in sent) <= PACE.most
    assert all(later - earlier >= PACE.gap for earlier, later in pairwise(sent))


def test_forty_messages_take_little_more_than_an_hour() -> None:
    sent: list[datetime] = []
    for _ in range(40):
        sent.append(PACE.ready_at(sent[::-1][: PACE.most], sent[-1] if sent else NOON))
    assert sent[4] - sent[0] < timedelta(minutes=1)
    assert timedelta(hours=1) < sent[-1] - sent[0] < timedelta(minutes=75)


def test_what_was_sent_by_a_clock_that_was_put_back_holds_nothing_up() -> None:
    assert PACE.ready_at([NOON + DAY] * PACE.most, NOON) == NOON
    assert replace(written("1"), retry_at=NOON + DAY).ready_at(NOON) == NOON
    assert not Throttle(NOON + DAY, NOON + 2 * DAY, 1).active(NOON)


@given(st.text(), st.text())
def test_a_mark_is_a_component_id_of_its_own(one: str, other: str) -> None:
    assert 0 < written(one).mark < 2**31
    assert (written(one).mark == written(other).mark) == (one == other)


def test_a_throttle_lasts_longer_each_time_up_to_a_limit_and_keeps_its_beginning() -> None:
    throttle = next_throttle(None, NOON)
    lengths: list[timedelta] = []
    for _ in range(10_000):
        lengths.append(throttle.until - NOON)
        assert throttle.since == NOON
        throttle = next_throttle(throttle, NOON)
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (timedelta(minutes=10), THROTTLED.longest)
    assert throttle.active(NOON)
    assert not throttle.active(throttle.until)


def test_one_that_fails_for_good_is_tried_for_days_and_not_for_ever() -> None:
    assert 3 * DAY < sum((RETRY.after(n) for n in range(1, MOST_TRIES)), timedelta(0)) < 5 * DAY
