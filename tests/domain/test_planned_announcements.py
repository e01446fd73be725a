"""Which announcements a plan asks for, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.agenda.sessions import Agenda, SessionKind
from bot.domain.announcement_kinds import KINDS, Kind, Silence
from bot.domain.announcements import Announcement
from bot.domain.plan import Plan
from bot.domain.planned_announcements import Restraint, planned, restrained
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, TEAM, topic_room, venue_rooms


def only(plan: Plan, kind: Kind) -> dict[str, Announcement]:
    """The plan's announcements of one kind, by subject."""
    return {one.subject: one for one in planned(plan) if one.kind is kind}


def test_each_announcement_of_the_example_is_there_once(example: Plan) -> None:
    """The welcome, four topics, three days, and every session as the file's own lists say."""
    attended = [s.id for s in example.agenda if s.kind is not SessionKind.BREAK]
    expected = [
        (Kind.WELCOME, example.id),
        (Kind.HELP_DESK, example.id),
        *((Kind.TOPIC, topic.id) for topic in example.topics),
        *((Kind.AGENDA, day) for day in ("2023-02-20", "2023-02-21", "2023-02-22")),
        *((Kind.SOON, name) for name in attended),
        *((Kind.START, s.id) for s in example.agenda),
        *((Kind.END, name) for name in attended if name != "opening"),
        *((Kind.FEEDBACK, name) for name in attended if name not in {"opening", "closing"}),
        *((kind, day) for kind in (Kind.PANEL, Kind.DIGEST) for day in ("2023-02-20", "2023-02-21", "2023-02-22")),
        *((Kind.LADDER, s.id) for s in example.agenda if s.speakers for _ in range(4)),
        *((Kind.OPEN, s.id) for s in example.agenda if s.topic),
        *((kind, "workshop") for kind in (Kind.ASK, Kind.PLEDGE, Kind.EVALUATION)),
        *((Kind.FOLLOW_UP, months) for months in ("3", "6")),
    ]
    assert Counter((one.kind, one.subject) for one in planned(example)) == Counter(expected)
    assert len({one.id for one in planned(example)}) == len(expected)


def test_announcements_stand_in_order_of_their_instant(example: Plan) -> None:
    """And each can still be sent when it is due."""
    announcements = planned(example)
    assert [one.due for one in announcements] == sorted(one.due for one in announcements)
    assert all(one.due < one.expires for one in announcements)


def test_each_goes_to_a_room_that_there_is(example: Plan) -> None:
    """Agendas to the agenda, topics to their channels, the rest to the announcements."""
    assert {one.room for one in planned(example)} <= {room.key for room in venue_rooms(example)}
    assert {one.room for one in only(example, Kind.AGENDA).values()} == {AGENDA}
    assert {name: one.room for name, one in only(example, Kind.TOPIC).items()} == {
        topic.id: topic_room(topic.id) for topic in example.topics
    }
    for kind in (Kind.SOON, Kind.START, Kind.END):
        assert {one.room for one in only(example, kind).values()} == {ANNOUNCEMENTS}


def test_sessions_are_announced_while_it_helps(example: Plan) -> None:
    """`soon` until the start, `start` until the end, `end` for half an hour."""
    soon, start, end = (only(example, kind) for kind in (Kind.SOON, Kind.START, Kind.END))
    for session in example.agenda:
        assert (start[session.id].due, start[session.id].expires) == (session.starts_at, session.ends_at)
        if session.id in soon:
            told = soon[session.id]
            assert (told.due, told.expires) == (session.starts_at - timedelta(minutes=10), session.starts_at)
        if session.id in end:
            told = end[session.id]
            assert (told.due, told.expires) == (session.ends_at, session.ends_at + timedelta(minutes=30))


def test_the_agenda_comes_in_the_morning_and_serves_all_day(example: Plan) -> None:
    """At eight in Brussels, seven UTC, until the day's last session ends."""
    first = only(example, Kind.AGENDA)["2023-02-20"]
    assert (first.due, first.expires) == (
        datetime(2023, 2, 20, 7, tzinfo=UTC),
        datetime(2023, 2, 20, 12, 30, tzinfo=UTC),
    )


def test_a_topic_opens_on_its_morning_and_serves_to_the_end(example: Plan) -> None:
    """With the channel."""
    opening = only(example, Kind.TOPIC)["international-standards"]
    assert (opening.due, opening.expires) == (datetime(2023, 2, 22, 7, tzinfo=UTC), example.agenda.ends_at)


@pytest.mark.parametrize("lead", [1, 25, 120])
def test_the_notice_is_as_long_as_the_plan_says(tiny: Callable[..., Plan], lead: int) -> None:
    """In minutes before the start."""
    plan = tiny(announcements={"soon": {"lead": lead}})
    for session in plan.agenda:
        if session.kind is not SessionKind.BREAK:
            assert session.starts_at - only(plan, Kind.SOON)[session.id].due == timedelta(minutes=lead)


def test_only_the_kinds_that_the_plan_names_are_announced(tiny: Callable[..., Plan]) -> None:
    """Each rule for itself."""
    plan = tiny(announcements={"soon": {"kinds": []}, "start": {"kinds": ["break"]}, "end": {"kinds": ["opening"]}})
    assert [sorted(only(plan, kind)) for kind in (Kind.SOON, Kind.START, Kind.END)] == [[], ["coffee"], ["welcome"]]


@pytest.mark.parametrize(("early", "lead"), [(0, 15), (10, 15), (30, 30)])
def test_the_team_is_told_a_word_before_check_in_opens_where_the_plan_asks_for_one(
    tiny: Callable[..., Plan], early: int, lead: int
) -> None:
    """Fifteen minutes before each session that counts; it is of use until its end."""
    plan = tiny(attendance={"word": True, "opens_before": early})
    told = only(plan, Kind.WORD)
    assert set(told) == {"welcome", "talk"}
    for name, one in told.items():
        session = plan.agenda.find(name)
        assert session is not None
        assert (one.room, one.due, one.expires) == (
            TEAM, session.starts_at - timedelta(minutes=lead), session.ends_at,
        )  # fmt: skip
    assert only(tiny(attendance={"opens_before": early}), Kind.WORD) == {}


def parallel(tiny: Callable[..., Plan], count: int) -> Plan:
    """So many sessions at the same time."""
    plan = tiny()
    one, *_ = plan.agenda.on(plan.agenda.days[0])
    return plan.with_agenda(Agenda(tuple(replace(one, id=f"s{n}") for n in range(count))))


@pytest.mark.parametrize(("count", "messages"), [(1, [1]), (3, [3]), (4, [4]), (9, [4, 4, 1])])
def test_what_is_told_of_sessions_at_the_same_instant_is_told_together(
    tiny: Callable[..., Plan], count: int, messages: list[int]
) -> None:
    """Each once, and no more in one message than Discord shows."""
    starts = [one for one in planned(parallel(tiny, count)) if one.kind is Kind.START]
    assert sorted((len(one.subjects) for one in starts), reverse=True) == messages
    assert sorted(subject for one in starts for subject in one.subjects) == [f"s{n}" for n in range(count)]


def test_the_team_is_asked_about_speakers_ever_later_until_the_session_starts(example: Plan) -> None:
    """Each time until the next one: what comes too late for it is not asked any more."""
    keynote = example.agenda.find("keynote")
    assert keynote
    asked = [one for one in planned(example) if one.kind is Kind.LADDER and one.subject == keynote.id]
    before = [(keynote.starts_at - one.due) // timedelta(minutes=1) for one in asked]
    assert before == [60, 30, 15, 5]
    assert [one.expires for one in asked] == [*(one.due for one in asked[1:]), keynote.starts_at]


def test_what_moderators_hold_back_is_not_sent_and_the_rest_is(example: Plan) -> None:
    """A hold is for its day alone; who is here is for the team's question alone."""
    since = datetime(2023, 2, 21, 9, 30, tzinfo=UTC)
    every = planned(example)
    held = set(every) - set(restrained(every, Restraint(held_since=since), example.tz))
    held_back = {kind for kind, row in KINDS.items() if Silence.HOLD in row.silenced_by}
    assert {one.kind for one in held} == held_back - {Kind.PLEDGE}  # due on another day
    assert {one.due.date() for one in held} == {since.date()}
    assert held == {one for one in every if one.kind in held_back and one.due >= since and one.due.day == since.day}
    quiet = restrained(every, Restraint(quiet=(Kind.SOON,)), example.tz)
    assert set(every) - set(quiet) == {one for one in every if one.kind is Kind.SOON}
    here = restrained(every, Restraint(here=("keynote",)), example.tz)
    assert {(one.kind, one.subject) for one in set(every) - set(here)} == {(Kind.LADDER, "keynote")}
