"""Which rooms a plan asks for, and how their doors stand over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.discord_limits import CATEGORY_CHANNELS, CHANNEL_TOPIC, NAME
from bot.domain.plan import Plan
from bot.domain.venue import TEAM, Door, RoomForm, next_door_change, topic_room, venue_rooms
from bot.domain.venue_permissions import PERMISSIONS, permission_bits

Tiny = Callable[..., Plan]
BEFORE = datetime(2023, 2, 19, tzinfo=UTC)
FIRST_MORNING, THIRD_MORNING, END = (
    datetime(2023, 2, 20, 7, tzinfo=UTC),
    datetime(2023, 2, 22, 7, tzinfo=UTC),
    datetime(2023, 2, 22, 12, 30, tzinfo=UTC),
)


def doors(plan: Plan, now: datetime) -> dict[str, Door]:
    """How every door stands."""
    return {room.key: room.door(now, plan.agenda.ends_at) for room in venue_rooms(plan)}


def test_the_example_asks_for_these_rooms(example: Plan) -> None:
    """In the order in which people see them, within Discord's limits."""
    asked = venue_rooms(example)
    assert [(room.key, room.form) for room in asked] == [
        ("category", RoomForm.CATEGORY),
        ("welcome", RoomForm.TEXT),
        ("help-desk", RoomForm.TEXT),
        ("team", RoomForm.TEXT),
        ("agenda", RoomForm.TEXT),
        ("announcements", RoomForm.TEXT),
        ("questions", RoomForm.TEXT),
        ("room:plenary", RoomForm.VOICE),
        ("topic:blockchain", RoomForm.TEXT),
        ("topic:artificial-intelligence", RoomForm.TEXT),
        ("topic:internet-of-things", RoomForm.TEXT),
        ("topic:international-standards", RoomForm.TEXT),
    ]
    assert all(len(room.name) <= NAME for room in asked)
    assert all(len(text) <= CHANNEL_TOPIC for room in asked for text in (room.about or {}).values())
    assert len(asked) <= CATEGORY_CHANNELS


def test_plenary_is_there_in_any_case(tiny: Tiny) -> None:
    """Listed or not, once, and first; a stage where the plan asks for one."""
    stage = {"id": "hall", "kind": "stage", "title": "Hall"}
    found = [(room.key, room.form) for room in venue_rooms(tiny(rooms=[stage])) if room.key.startswith("room:")]
    assert found == [("room:plenary", RoomForm.VOICE), ("room:hall", RoomForm.STAGE)]


def test_the_team_room_is_never_open(example: Plan) -> None:
    """To participants, that is."""
    assert {doors(example, now)[TEAM] for now in (BEFORE, FIRST_MORNING, THIRD_MORNING, END)} == {Door.CLOSED}


def test_people_read_agenda_and_announcements_and_meet_in_plenary_at_any_time(example: Plan) -> None:
    """Only the bot and its moderators write there."""
    for now in (BEFORE, FIRST_MORNING, THIRD_MORNING, END):
        standing = doors(example, now)
        assert (standing["agenda"], standing["announcements"]) == (Door.READ, Door.READ)
        assert standing["room:plenary"] is Door.OPEN


@pytest.mark.parametrize(
    ("topic", "morning"), [("blockchain", FIRST_MORNING), ("international-standards", THIRD_MORNING)]
)
def test_a_topic_opens_on_its_morning_and_is_read_only_after_the_end(
    example: Plan, topic: str, morning: datetime
) -> None:
    """Closed until its morning, open till the workshop ends, to the second."""
    second = timedelta(seconds=1)
    edges = (morning - second, morning, END - second, END)
    standing = [doors(example, now)[topic_room(topic)] for now in edges]
    assert standing == [Door.CLOSED, Door.OPEN, Door.OPEN, Door.READ]


@given(st.integers(0, 5 * 24 * 60), st.floats(0, 0.99))
def test_no_door_moves_before_the_next_change(example: Plan, after: int, share: float) -> None:
    """Then at least one does; after the workshop none."""
    now = BEFORE + timedelta(minutes=after)
    change = next_door_change(example, now)
    if change is None:
        assert now >= END
        return
    assert now < change <= END
    assert doors(example, now + (change - now) * share) == doors(example, now)
    assert doors(example, change) != doors(example, now)


def test_the_bot_asks_for_what_it_needs_and_never_for_everything() -> None:
    """One bit a permission; Administrator (8) is none of them."""
    bits = [bit for bit, _ in PERMISSIONS.values()]
    assert sum(bits) == permission_bits()
    assert all(bit & (bit - 1) == 0 for bit in bits)
    assert len(set(bits)) == len(bits)
    assert not permission_bits() & 8
