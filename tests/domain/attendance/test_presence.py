"""Intervals are united, never added; what nobody saw is unobserved, never absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.attendance import (
    AttendanceRecord,
    CheckIn,
    attendance_records,
    minutes_present,
    unwatched_times,
)
from bot.domain.attendance.presence import ALIVE_MARK, Interval, Stay, gaps, headcounts, total, unite, within
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]
MINUTE = timedelta(minutes=1)
ZERO = datetime.fromisoformat("2023-02-20T09:00:00+00:00")  # the tiny plan's first session starts

# Small numbers of minutes, so that edges often meet.
TIMES = st.integers(-20, 140).map(lambda n: ZERO + n * MINUTE)
INTERVALS = st.builds(Interval, TIMES, TIMES)
LISTS = st.lists(INTERVALS, max_size=8)


def at(minute: float) -> datetime:
    """So many minutes after the start of the first session."""
    return ZERO + minute * MINUTE


def span(since: float, until: float) -> Interval:
    return Interval(at(since), at(until))


def covered(intervals: Sequence[Interval]) -> set[int]:
    """The minutes that lie in any of the intervals: the plainest way to say what they hold."""
    return {n for n in range(-20, 140) if any(one.since <= at(n) < one.until for one in intervals)}


# --- intervals -------------------------------------------------------------------------------------------------


@given(LISTS)
def test_united_intervals_hold_the_same_moments_in_order_and_apart(intervals: list[Interval]) -> None:
    united = unite(intervals)
    assert covered(united) == covered(intervals)
    assert all(one.since < one.until for one in united)
    assert all(one.until < other.since for one, other in pairwise(united))


@given(LISTS, st.randoms())
def test_neither_order_nor_repetition_changes_a_union(intervals: list[Interval], chance: Random) -> None:
    shuffled = [*intervals, *intervals]
    chance.shuffle(shuffled)
    assert unite(shuffled) == unite(intervals) == unite(unite(intervals))


@given(LISTS, INTERVALS)
def test_what_lies_within_a_frame_and_its_gaps_make_up_the_frame(intervals: list[Interval], frame: Interval) -> None:
    inside, outside = within(intervals, frame), gaps(intervals, frame)
    assert covered(inside) == covered(intervals) & covered([frame])
    assert covered(outside) == covered([frame]) - covered(intervals)
    assert total(inside) + total(outside) == total([frame])


@given(LISTS)
def test_a_moment_counts_once_in_a_total(intervals: list[Interval]) -> None:
    assert total(intervals) == len(covered(intervals)) * MINUTE


# --- what it adds up to ----------------------------------------------------------------------------------------

PERSON, OTHER = 1, 2
SESSIONS = {"welcome": range(30), "talk": range(45, 120)}  # minutes; coffee in between doesn't count


def stay(interval: Interval, person: int = PERSON, room: str = "room:plenary", name: str = "Amina") -> Stay:
    return Stay(person, name, room, interval)


def record_of(
    plan: Plan, *stays: Stay, unseen: Sequence[Interval] = (), checked: Sequence[CheckIn] = ()
) -> AttendanceRecord:
    (record,) = attendance_records(plan, checked, stays, unseen)
    return record


@given(LISTS, LISTS, st.dictionaries(st.sampled_from(sorted(SESSIONS)), TIMES))
def test_each_scheduled_minute_is_present_unobserved_or_absent(
    tiny: Tiny, inside: list[Interval], unseen: list[Interval], checked: dict[str, datetime]
) -> None:
    """By counting minutes one by one."""
    presences = [CheckIn(session, PERSON, "Amina", since) for session, since in checked.items()]
    found = attendance_records(tiny(), presences, map(stay, inside), unite(unseen))
    there = {name: covered(inside) & set(span_) for name, span_ in SESSIONS.items()}
    assert bool(found) == (bool(checked) or any(there.values()))
    for record in found:
        for name, scheduled in SESSIONS.items():
            by_check_in = {n for n in scheduled if name in checked and at(n) >= checked[name]}
            present = there[name] | by_check_in
            unobserved = covered(unseen) & set(scheduled) - present
            assert record.voice_by_session[name] == len(there[name])
            assert record.minutes_by_session[name] == len(present)
            assert record.unobserved_by_session[name] == len(unobserved)
        observed = 105 - record.unobserved
        assert record.percent == (pytest.approx(100 * record.minutes / observed, abs=0.06) if observed else None)
        assert record.complete == (record.minutes > 0 and record.minutes / observed >= 0.8)


@given(LISTS)
def test_another_room_and_another_person_add_nothing(tiny: Tiny, intervals: list[Interval]) -> None:
    own = stay(span(0, 10))
    elsewhere = [stay(one, room="room:annex") for one in intervals]
    others = [stay(one, person=OTHER, name="Karim") for one in intervals]
    found = attendance_records(tiny(), [], [own, *elsewhere, *others])
    assert next(one for one in found if one.person == PERSON).minutes == 10


def test_a_session_in_another_room_counts_there(tiny: Tiny) -> None:
    days = [
        {
            "date": "2023-02-20",
            "sessions": [
                {"id": "one", "kind": "panel", "start": "10:00", "end": "10:30", "title": "One"},
                {"id": "two", "kind": "panel", "start": "10:00", "end": "10:30", "title": "Two", "room": "annex"},
            ],
        }
    ]
    plan = tiny(days=days, rooms=[{"id": "annex", "title": "Annex"}])
    record = record_of(plan, stay(span(0, 10)), stay(span(10, 30), room="room:annex"))
    assert record.minutes_by_session == {"one": 10, "two": 20}


def test_who_was_only_there_in_the_break_is_not_told_of(tiny: Tiny) -> None:
    assert attendance_records(tiny(), [], [stay(span(30, 45)), stay(span(-20, 0)), stay(span(120, 140))]) == ()


def test_an_outage_makes_nobody_absent(tiny: Tiny) -> None:
    """There before and after it: the whole of what was seen."""
    record = record_of(tiny(), stay(span(0, 10)), stay(span(20, 120)), unseen=[span(10, 20)])
    assert (record.minutes, record.unobserved, record.percent, record.complete) == (95, 10.0, 100.0, True)


def test_an_outage_makes_nobody_present(tiny: Tiny) -> None:
    """Gone after it: of the 95 minutes seen, present for 10."""
    record = record_of(tiny(), stay(span(0, 10)), unseen=[span(10, 20)])
    assert (record.minutes, record.unobserved, record.percent, record.complete) == (10, 10.0, 10.5, False)


def test_a_share_is_never_more_than_all(tiny: Tiny) -> None:
    """Present minutes are whole ones, unobserved ones have a decimal: rounding may carry them past each other."""
    record = record_of(tiny(), stay(span(0, 29.6)), stay(span(45, 119.6)), unseen=[span(29.6, 45), span(119.6, 120)])
    assert (record.minutes, record.unobserved, record.percent) == (105, 0.8, 100.0)


def test_the_latest_name_is_shown_from_wherever_it_comes(tiny: Tiny) -> None:
    checked = [CheckIn("talk", PERSON, "Amina at noon", at(100))]
    assert record_of(tiny(), stay(span(0, 10)), checked=checked).name == "Amina at noon"
    assert record_of(tiny(), stay(span(110, 120), name="Amina, late"), checked=checked).name == "Amina, late"


def talk_of(plan: Plan) -> Session:
    talk = plan.agenda.find("talk")
    assert talk is not None
    return talk


def test_a_check_in_counts_to_the_end_and_is_united_with_the_stay(tiny: Tiny) -> None:
    talk = talk_of(tiny())
    checked = CheckIn("talk", PERSON, "Amina", at(60))
    assert minutes_present(talk, checked, [stay(span(50, 70))]) == 70
    assert minutes_present(talk, None, [stay(span(50, 70)), stay(span(60, 80))]) == 30


# --- when nobody was watching ----------------------------------------------------------------------------------


@given(LISTS, TIMES)
def test_what_was_not_watched_is_blind_up_to_now(tiny: Tiny, watches: list[Interval], now: datetime) -> None:
    """Two alive marks are left out: a watch under way lags behind."""
    plan = tiny()
    known = Interval(plan.agenda.sessions[0].starts_at, min(plan.agenda.ends_at, now - 2 * ALIVE_MARK))
    unseen = unwatched_times(plan, watches, now)
    assert total(unseen) + total(within(watches, known)) == total([known])
    assert within(unseen, known) == unseen
    assert not any(within(unseen, watch) for watch in watches)


def test_what_is_to_come_is_not_unobserved(tiny: Tiny) -> None:
    plan = tiny()
    assert unwatched_times(plan, [], at(-5)) == ()
    assert unwatched_times(plan, [span(-5, 9.9)], at(10)) == ()
    assert unwatched_times(plan, [span(-5, 5)], at(10)) == (Interval(at(5), at(10) - 2 * ALIVE_MARK),)
    assert unwatched_times(plan, [span(-5, 5)], at(10_000)) == (span(5, 120),)


@given(st.dictionaries(st.integers(1, 5), LISTS), st.lists(TIMES, max_size=10))
def test_heads_are_counted_as_by_somebody_who_looks_into_each_room(
    stays: dict[int, list[Interval]], looks: list[datetime]
) -> None:
    """From the moment at which one comes, until that at which one goes; in two rooms at once, one is one."""
    expected = [
        sum(any(stay.since <= look < stay.until for stay in given) for given in stays.values()) for look in looks
    ]
    assert headcounts(stays, looks) == expected
