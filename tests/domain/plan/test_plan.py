"""What follows from a plan: its agenda, its rooms, and when they open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from bot.domain.plan import PLENARY, Plan
from tests.domain.plan.days import day

Tiny = Callable[..., Plan]


def test_instants_are_those_of_the_zone(tiny: Tiny) -> None:
    """Ten in Brussels in February is nine UTC, and in July it is eight."""
    winter, summer = (tiny(days=[day({}, on=on)]).agenda.sessions[0] for on in ("2023-02-20", "2023-07-20"))
    assert winter.starts_at == datetime(2023, 2, 20, 8, tzinfo=UTC)
    assert summer.starts_at == datetime(2023, 7, 20, 7, tzinfo=UTC)
    assert summer.room == PLENARY


def test_sessions_stand_in_order_of_their_start(tiny: Tiny) -> None:
    """However the file lists them; of two that start together, the shorter first."""
    plan = tiny(days=[day({"start": "11:00", "end": "12:00"}, {"end": "10:30"}, {"end": "10:00"})])
    assert [session.id for session in plan.agenda] == ["s2", "s1", "s0"]


def test_a_topic_opens_on_the_morning_of_its_first_session(tiny: Tiny) -> None:
    """One that no session has opens on the first morning."""
    topics = [{"id": name, "title": name, "description": name} for name in ("early", "late", "never")]
    days = [
        day({"id": "one", "topic": "early"}, on="2023-02-20"),
        day({"id": "two", "topic": "late"}, {"id": "three", "topic": "early"}, on="2023-02-21"),
    ]
    plan = tiny(topics=topics, days=days, announcements={"agenda": {"at": "7:15"}})
    first, second = plan.morning(date(2023, 2, 20)), plan.morning(date(2023, 2, 21))
    assert first == datetime(2023, 2, 20, 6, 15, tzinfo=UTC)
    assert [plan.topic_opens_at(topic.id) for topic in plan.topics] == [first, second, first]


def test_a_topic_is_found_by_its_id(tiny: Tiny) -> None:
    """And only by it."""
    found = tiny().topic("ledgers")
    assert found is not None
    assert found.title == {"en": "Ledgers"}
    assert tiny().topic("nothing") is None


def test_every_room_has_a_name_in_every_language(tiny: Tiny) -> None:
    """The plenary too, where the plan doesn't name it."""
    rooms = [{"id": "attic", "title": {"en": "Attic", "fr": "Grenier"}}]
    plan = tiny(languages=["en", "fr"], rooms=rooms)
    assert plan.room_names == {"plenary": {"en": "plenary", "fr": "plenary"}, "attic": rooms[0]["title"]}
    named = tiny(rooms=[{"id": PLENARY, "title": "Big hall"}])
    assert named.room_names == {"plenary": {"en": "Big hall"}}


def test_breaks_do_not_count_for_attendance(tiny: Tiny) -> None:
    """Unless the plan excludes something else."""
    counted = [session.id for session in tiny().agenda if tiny().counts_for_attendance(session)]
    assert counted == ["welcome", "talk"]
    other = tiny(attendance={"excluded": ["opening"]})
    assert [session.id for session in other.agenda if other.counts_for_attendance(session)] == ["coffee", "talk"]
