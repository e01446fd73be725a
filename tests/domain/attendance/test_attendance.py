"""When a session takes check-ins, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.attendance import (
    CheckIn,
    CheckinRefusal,
    attendance_record,
    attendance_records,
    checkin_opens_at,
    checkin_refusal,
    counted_sessions,
    minutes_present,
    next_opening,
    open_sessions,
    times_present,
)
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.attendance.own_attendance import AttendanceReason, Outlook, attendance_reasons, outlook
from bot.domain.attendance.presence import Interval, Stay, total
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]
SECOND = timedelta(seconds=1)
AROUND = st.integers(-4 * 3600, 8 * 3600).map(lambda seconds: timedelta(seconds=seconds))


def session_of(plan: Plan, name: str) -> Session:
    """A session that is surely there."""
    session = plan.agenda.find(name)
    assert session is not None
    return session


def there(session: Session, since: datetime, person: int = 1, name: str = "Amina") -> CheckIn:
    """Somebody in a session since then."""
    return CheckIn(session.id, person, name, since)


@pytest.mark.parametrize(
    ("edge", "after", "expected"),
    [
        ("opens", -SECOND, CheckinRefusal.NOT_YET),
        ("opens", timedelta(), None),
        ("ends", -SECOND, None),
        ("ends", timedelta(), CheckinRefusal.OVER),
    ],
)
def test_check_in_is_open_from_ten_minutes_before_until_the_end(
    tiny: Tiny, edge: str, after: timedelta, expected: CheckinRefusal | None
) -> None:
    """To the second."""
    plan = tiny()
    talk = session_of(plan, "talk")
    instant = talk.starts_at - timedelta(minutes=10) if edge == "opens" else talk.ends_at
    assert checkin_refusal(plan, talk, instant + after) is expected


@given(AROUND)
def test_a_break_takes_no_check_in_at_any_time(tiny: Tiny, after: timedelta) -> None:
    """And says so, rather than `too early`."""
    plan = tiny()
    coffee = session_of(plan, "coffee")
    assert checkin_refusal(plan, coffee, coffee.starts_at + after) is CheckinRefusal.NOT_COUNTED


@given(AROUND, st.integers(0, 90))
def test_what_is_open_and_what_opens_next_agree_with_what_is_refused(tiny: Tiny, after: timedelta, early: int) -> None:
    """Nothing that counts opens between now and the next opening."""
    plan = tiny(attendance={"opens_before": early})
    now = plan.agenda.sessions[0].starts_at + after
    assert open_sessions(plan, now) == tuple(s for s in plan.agenda if checkin_refusal(plan, s, now) is None)
    coming = next_opening(plan, now)
    to_open = [
        checkin_opens_at(plan, s) for s in plan.agenda if checkin_refusal(plan, s, now) is CheckinRefusal.NOT_YET
    ]
    assert (checkin_opens_at(plan, coming) if coming else None) == min(to_open, default=None)
    if coming:
        assert checkin_refusal(plan, coming, checkin_opens_at(plan, coming)) is None


@given(AROUND, AROUND)
def test_minutes_are_within_the_session_and_fewer_the_later_one_came(
    tiny: Tiny, one: timedelta, other: timedelta
) -> None:
    """Nobody gains by coming before the start, and nobody owes anything by coming after the end."""
    talk = session_of(tiny(), "talk")
    early, late = (minutes_present(talk, there(talk, talk.starts_at + after)) for after in sorted((one, other)))
    assert 75 >= early >= late >= 0
    if max(one, other) >= talk.length:
        assert late == 0
    if min(one, other) <= timedelta():
        assert early == 75


def test_who_was_not_there_has_no_minutes(tiny: Tiny) -> None:
    """Rather than all of them."""
    assert minutes_present(session_of(tiny(), "talk"), None) == 0


STAYS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["welcome", "coffee", "talk", "cancelled"]), AROUND),
    unique_by=lambda stay: stay[:2],
    max_size=16,
)


@given(STAYS, st.integers(1, 100))
def test_a_record_adds_up_what_counts(tiny: Tiny, stays: list[tuple[int, str, timedelta]], percent: int) -> None:
    """One a person, out of 105 scheduled minutes: neither breaks nor sessions that are no longer there count."""
    plan = tiny(attendance={"percent": percent})
    start = plan.agenda.sessions[0].starts_at
    presences = [CheckIn(session, person, f"P{person}", start + after) for person, session, after in stays]
    told = attendance_records(plan, presences)
    assert [one.person for one in told] == sorted({person for person, _, _ in stays})
    for one in told:
        assert set(one.minutes_by_session) == {"welcome", "talk"}
        assert one.scheduled == 105
        own = {p.session: p for p in presences if p.person == one.person}
        assert one.minutes == sum(
            minutes_present(session_of(plan, name), own.get(name)) for name in ("welcome", "talk")
        )
        assert one.percent is not None
        assert 0 <= one.percent <= 100
        assert one.percent == pytest.approx(one.minutes / 105 * 100, abs=0.05)
        assert one.complete == (one.minutes / 105 >= percent / 100)


def test_the_rule_is_met_exactly_at_its_share(tiny: Tiny) -> None:
    """79.6 percent, shown as such, is not 80; nor does rounding help."""
    days = [
        {
            "date": "2023-02-20",
            "sessions": [{"id": "long", "kind": "panel", "start": "09:00", "end": "17:20", "title": "500 minutes"}],
        }
    ]
    plan = tiny(days=days)
    long = session_of(plan, "long")
    met, missed = (
        attendance_records(plan, [there(long, long.starts_at + timedelta(minutes=late))])[0] for late in (100, 101)
    )
    assert (met.complete, met.percent) == (True, 80.0)
    assert (missed.complete, missed.percent) == (False, 79.8)


def test_people_are_in_order_of_the_names_that_discord_showed_last(tiny: Tiny) -> None:
    """Capital or not; of two of the same name, by their ids."""
    plan = tiny()
    welcome, talk = session_of(plan, "welcome"), session_of(plan, "talk")
    presences = [
        there(talk, talk.starts_at, person=2, name="zahra"),
        there(welcome, welcome.starts_at, person=2, name="Aaron"),
        there(welcome, welcome.starts_at, person=3, name="Bilal"),
        there(welcome, welcome.starts_at, person=1, name="bilal"),
    ]
    assert [(record.person, record.name) for record in attendance_records(plan, presences)] == [
        (1, "bilal"),
        (3, "Bilal"),
        (2, "zahra"),
    ]


def test_nobody_there_is_no_record(tiny: Tiny) -> None:
    """Not an error."""
    assert attendance_records(tiny(), []) == ()


# --- one person ------------------------------------------------------------------------------------------------

OWN = st.dictionaries(st.sampled_from(["welcome", "talk"]), st.integers(-10, 120))
WHEN = st.integers(-60, 180)


@given(OWN, st.integers(1, 100))
def test_ones_own_record_is_the_one_among_everybodys(tiny: Tiny, came: dict[str, int], percent: int) -> None:
    """And there is one also of who was never there; its whole percents never flatter."""
    plan = tiny(attendance={"percent": percent})
    start = plan.agenda.sessions[0].starts_at
    checked = {name: CheckIn(name, 1, "Amina", start + timedelta(minutes=after)) for name, after in came.items()}
    own = attendance_record(plan, 1, "Amina", checked)
    assert attendance_records(plan, checked.values()) == ((own,) if checked else ())
    assert own.complete == (own.minutes > 0 and own.whole_percent >= percent)


@given(OWN, WHEN, st.integers(1, 100))
def test_what_is_within_reach_is_reached_by_coming_to_all_that_is_left(
    tiny: Tiny, came: dict[str, int], now_is: int, percent: int
) -> None:
    """And what is missed is not."""
    plan = tiny(attendance={"percent": percent})
    start = plan.agenda.sessions[0].starts_at
    now = start + timedelta(minutes=now_is)
    checked = {
        name: CheckIn(name, 1, "Amina", start + timedelta(minutes=after))
        for name, after in came.items()
        if after <= now_is
    }
    own = attendance_record(plan, 1, "Amina", checked)
    told = outlook(plan, own, checked, now)
    assert (told is Outlook.REACHED) == own.complete
    left = {s.id: there(s, now) for s in counted_sessions(plan) if s.ends_at > now}
    assert attendance_record(plan, 1, "Amina", {**left, **checked}).complete == (told is not Outlook.MISSED)


@given(OWN, WHEN)
def test_every_session_has_a_reason_and_whether_it_is_ahead_open_or_missed_is_one_of_them_where_nothing_is_known(
    tiny: Tiny, came: dict[str, int], now_is: int
) -> None:
    """As check-in itself says."""
    plan = tiny()
    now = plan.agenda.sessions[0].starts_at + timedelta(minutes=now_is)
    checked = {name: CheckIn(name, 1, "Amina", now) for name in came}
    own = attendance_record(plan, 1, "Amina", checked)
    for session in counted_sessions(plan):
        told = attendance_reasons(plan, session, own, checked.get(session.id), now)
        expected = {
            None: AttendanceReason.OPEN,
            CheckinRefusal.NOT_YET: AttendanceReason.AHEAD,
            CheckinRefusal.OVER: AttendanceReason.ABSENT,
        }
        refused = checkin_refusal(plan, session, now)
        assert refused is not CheckinRefusal.NOT_COUNTED
        assert told == ((AttendanceReason.CHECKED_IN,) if session.id in checked else (expected[refused],))


def test_times_present_are_those_that_the_records_count(tiny: Tiny) -> None:
    """By check-in, by stay, by both, and by correction."""
    plan = tiny()
    welcome, talk = session_of(plan, "welcome"), session_of(plan, "talk")
    minute = timedelta(minutes=1)
    presences = [
        there(talk, talk.starts_at + 20 * minute),
        there(talk, talk.starts_at, 2),
        there(welcome, welcome.starts_at, 3),
    ]
    stays = [
        Stay(1, "Amina", "room:plenary", Interval(welcome.starts_at + 5 * minute, talk.starts_at + 10 * minute)),
        Stay(4, "Badr", "room:elsewhere", Interval(welcome.starts_at, talk.ends_at)),
    ]
    corrections = [
        Correction("a", talk.id, 2, "Amina", Mark.ABSENT, "left", 9, "Mod", talk.ends_at),
        Correction("b", welcome.id, 5, "Dalia", Mark.PRESENT, "came", 9, "Mod", talk.ends_at),
        Correction("c", talk.id, 1, "Amina", Mark.EXCUSED, "ill", 9, "Mod", talk.ends_at),
    ]
    times = times_present(plan, presences, stays, corrections)
    counted = attendance_records(plan, presences, stays, corrections=corrections)
    assert {
        (session, person): round(total(when) / minute)
        for session, people in times.items()
        for person, when in people.items()
    } == {(session, one.person): there for one in counted for session, there in one.minutes_by_session.items() if there}
    assert {person for people in times.values() for person in people} == {1, 3, 5}
