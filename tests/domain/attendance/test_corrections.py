"""Corrections: what a moderator says counts, taken back it never was, and an excuse costs nobody anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance.attendance import (
    AttendanceRecord,
    CheckIn,
    CheckinRefusal,
    attendance_records,
    checkin_refusal,
    next_opening,
    open_sessions,
)
from bot.domain.attendance.corrections import Correction, Mark, corrections_in_force
from bot.domain.attendance.own_attendance import (
    AttendanceReason,
    AttendanceStatus,
    Outlook,
    attendance_reasons,
    attendance_status,
    outlook,
)
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.attendance.roll_call import people_in_room, roll_call_of, sessions_by_nearness
from bot.domain.plan import Plan
from bot.domain.venue import meeting_room

Tiny = Callable[..., Plan]
SESSIONS = st.sampled_from(["welcome", "talk"])
CAME = st.dictionaries(SESSIONS, st.integers(-10, 120))
SPANS = st.tuples(st.integers(-30, 150), st.integers(1, 90))
SAID = st.lists(st.tuples(SESSIONS, st.sampled_from(Mark), st.integers(0, 3)), max_size=5)


class Day:
    """One person's day in a plan, from what is drawn; minutes from its start."""

    def __init__(self, plan: Plan, came: dict[str, int], inside: list[tuple[int, int]]) -> None:
        self.plan = plan
        self.start = plan.agenda.sessions[0].starts_at
        self.presences = [CheckIn(name, 1, "Amina", self.at(after)) for name, after in came.items()]
        room = meeting_room(plan.agenda.sessions[0].room)
        self.stays = [Stay(1, "Amina", room, self.span(*each)) for each in inside]

    def at(self, minute: float):  # noqa: ANN201 - an instant
        return self.start + timedelta(minutes=minute)

    def span(self, since: int, length: int) -> Interval:
        return Interval(self.at(since), self.at(since + length))

    def corrections(self, said: list[tuple[str, Mark, int]]) -> list[Correction]:
        """In the order in which they were said, some in the same minute."""
        minutes = sorted(minute for _, _, minute in said)
        return [
            Correction(f"{n:03}", session, 1, "Amina", mark, "why", 9, "Rachid", self.at(minutes[n]))
            for n, (session, mark, _) in enumerate(said)
        ]

    def record(
        self, corrections: list[Correction], blind: list[tuple[int, int]] | None = None
    ) -> AttendanceRecord | None:
        unseen = [self.span(*each) for each in blind or []]
        found = attendance_records(self.plan, self.presences, self.stays, unseen, corrections)
        return found[0] if found else None


def said(day: Day, session: str, mark: Mark) -> Correction:
    return Correction("x", session, 1, "Amina", mark, "why", 9, "Rachid", day.at(60))


@given(CAME, st.lists(SPANS, max_size=3), st.lists(SPANS, max_size=2), SAID, SESSIONS, st.sampled_from(Mark))
def test_a_correction_and_its_undo_leave_the_record_as_it_was(  # noqa: PLR0913, PLR0917 - one a strategy
    tiny: Tiny,
    came: dict[str, int],
    inside: list[tuple[int, int]],
    blind: list[tuple[int, int]],
    before: list[tuple[str, Mark, int]],
    session: str,
    mark: Mark,
) -> None:
    """Also where others were said before it."""
    day = Day(tiny(), came, inside)
    earlier = day.corrections(before)
    undone = replace(said(day, session, mark), undone_at=day.at(61))
    assert day.record([*earlier, undone], blind) == day.record(earlier, blind)


@given(CAME, st.lists(SPANS, max_size=3), st.lists(SPANS, max_size=2), SESSIONS, st.integers(1, 100))
def test_an_excuse_never_lowers_a_percentage(  # noqa: PLR0913, PLR0917 - one a strategy
    tiny: Tiny,
    came: dict[str, int],
    inside: list[tuple[int, int]],
    blind: list[tuple[int, int]],
    session: str,
    percent: int,
) -> None:
    """Nor takes away what the rule asks for; and what was attended of the session still counts."""
    day = Day(tiny(attendance={"percent": percent}), came, inside)
    excused = day.record([said(day, session, Mark.EXCUSED)], blind)
    assert excused is not None
    former = day.record([], blind)
    if former is None:
        assert excused.minutes == 0
        return
    assert excused.minutes_by_session == former.minutes_by_session
    assert former.percent is None or excused.percent is None or excused.percent >= former.percent
    assert excused.percent is not None or excused.minutes == 0
    assert excused.whole_percent >= former.whole_percent
    assert excused.complete or not former.complete


@given(CAME, st.lists(SPANS, max_size=3), st.lists(SPANS, max_size=2), SESSIONS)
def test_present_is_the_whole_session_and_absent_none_of_it(
    tiny: Tiny,
    came: dict[str, int],
    inside: list[tuple[int, int]],
    blind: list[tuple[int, int]],
    session: str,
) -> None:
    """Whatever the check-in, the room and the bot's eyes say; the other session is as it was."""
    day = Day(tiny(), came, inside)
    length = {"welcome": 30, "talk": 75}[session]
    for mark, minutes in ((Mark.PRESENT, length), (Mark.ABSENT, 0)):
        own = day.record([said(day, session, mark)], blind)
        assert own is not None
        assert own.minutes_by_session[session] == minutes
        assert own.unobserved_by_session[session] == own.excused_by_session[session] == 0
        former = day.record([], blind)
        (other,) = {"welcome", "talk"} - {session}
        if former is not None:
            assert own.minutes_by_session[other] == former.minutes_by_session[other]
            assert own.voice_by_session == former.voice_by_session


@given(SAID)
def test_the_latest_that_stands_counts(tiny: Tiny, drawn: list[tuple[str, Mark, int]]) -> None:
    """In whatever order they are read."""
    corrections = Day(tiny(), {}, []).corrections(drawn)
    found = corrections_in_force(reversed(corrections))
    for name in ("welcome", "talk"):
        own = [one for one in corrections if one.session == name]
        assert found.get((1, name)) == (own[-1] if own else None)


def test_a_session_comes_to_one_of_five(tiny: Tiny) -> None:
    """At the plan's share of 80 %, to the minute."""
    plan = tiny()
    talk = plan.agenda.sessions[2]
    for late, expected in (
        (15, AttendanceStatus.PRESENT),
        (16, AttendanceStatus.PARTLY),
        (75, AttendanceStatus.ABSENT),
    ):
        day = Day(plan, {"talk": 45 + late, "welcome": 0}, [])
        own = day.record([])
        assert own is not None
        assert attendance_status(plan, talk, own) is expected
        unseen = day.record([], [(-30, 300)])
        assert unseen is not None
        assert attendance_status(plan, talk, unseen) is (
            AttendanceStatus.UNOBSERVED if late == 75 else AttendanceStatus.PRESENT
        )
        excused = day.record([said(day, "talk", Mark.EXCUSED)])
        assert excused is not None
        assert attendance_status(plan, talk, excused) is AttendanceStatus.EXCUSED


def test_what_a_moderator_said_is_the_first_reason(tiny: Tiny) -> None:
    """And what else is known is still told, but not that one could check in."""
    day = Day(tiny(), {"welcome": 5}, [])
    welcome, _, talk = day.plan.agenda.sessions
    own = day.record([said(day, "welcome", Mark.ABSENT), replace(said(day, "talk", Mark.EXCUSED), id="y")])
    assert own is not None
    told = attendance_reasons(day.plan, welcome, own, day.presences[0], day.at(10))
    assert told == (AttendanceReason.MARKED_ABSENT, AttendanceReason.CHECKED_IN)
    assert attendance_reasons(day.plan, talk, own, None, day.at(50)) == (AttendanceReason.EXCUSED,)
    # Nothing is left by which anything could be reached.
    assert outlook(day.plan, own, {"welcome": day.presences[0]}, day.at(10)) is Outlook.MISSED


# --- check-in by hand ------------------------------------------------------------------------------------------


@given(st.integers(-200, 300), st.dictionaries(st.sampled_from(["welcome", "coffee", "talk"]), st.booleans()))
def test_a_door_held_by_hand_is_as_it_is_held_until_the_session_is_over(
    tiny: Tiny, minute: int, doors: dict[str, bool]
) -> None:
    """And never makes a break count; what opens next is none that is held."""
    plan = tiny()
    now = Day(plan, {}, []).at(minute)
    for session in plan.agenda:
        told = checkin_refusal(plan, session, now, doors)
        by_plan = checkin_refusal(plan, session, now)
        if session.id not in doors or by_plan in {CheckinRefusal.OVER, CheckinRefusal.NOT_COUNTED}:
            assert told is by_plan
        else:
            assert told is (None if doors[session.id] else CheckinRefusal.CLOSED)
        assert (session in open_sessions(plan, now, doors)) == (told is None)
    coming = next_opening(plan, now, doors)
    assert coming is None or coming.id not in doors


# --- the roll --------------------------------------------------------------------------------------------------


def test_everybody_is_on_the_roll_once(tiny: Tiny) -> None:
    """By what a moderator said, else by their check-in, else by the room."""
    day = Day(tiny(), {"talk": 50}, [(44, 40)])
    talk = day.plan.agenda.sessions[2]
    there = {1: "Amina", 2: "Bilal", 3: "Chafik"}
    marked = replace(said(day, "talk", Mark.PRESENT), person=3, name="Chafik")
    other = replace(said(day, "welcome", Mark.ABSENT), person=2, id="y")
    found = roll_call_of(talk, day.presences, there, [marked, other])
    assert (found.checked_in, found.in_room, found.corrected) == ({1: "Amina"}, {2: "Bilal"}, {3: marked})
    assert people_in_room(talk, day.stays) == {1: "Amina"}
    assert people_in_room(talk, [day.stays[0]._replace(time=day.span(0, 45))]) == {}


def test_moderators_find_the_session_under_way_first(tiny: Tiny) -> None:
    """Then what is over, the latest first, then what is to come; never a break."""
    day = Day(tiny(), {}, [])
    assert [one.id for one in sessions_by_nearness(day.plan, day.at(50))] == ["talk", "welcome"]
    assert [one.id for one in sessions_by_nearness(day.plan, day.at(5))] == ["welcome", "talk"]
