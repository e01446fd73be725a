"""Groups are balanced and the same for the same people; their rooms and messages follow the clock."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.breakouts import (
    Breakout,
    BreakoutGroup,
    GroupMember,
    balanced_groups,
    breakout_announcements,
    breakout_rooms,
)
from bot.domain.announcement_kinds import Kind
from bot.domain.attendance.attendance import minutes_present
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan
from bot.domain.venue import Door, breakout_room, is_room_of

NOW = datetime(2030, 1, 1, 10, tzinfo=UTC)
ENDS = NOW + timedelta(minutes=20)

FOLK = st.lists(
    st.builds(
        GroupMember,
        person=st.integers(1, 10**6),
        name=st.just("N"),
        administration=st.sampled_from(["", "BH", "DZ", "EG", "MA", "WCO"]),
        organisation=st.sampled_from(["customs", "international", "company"]),
        language=st.sampled_from(["", "ar", "en", "fr"]),
    ),
    max_size=60,
    unique_by=lambda one: one.person,
)


@given(FOLK, st.integers(2, 25), st.text(max_size=5))
def test_everybody_is_in_exactly_one_group_and_sizes_differ_by_at_most_one(
    people: list[GroupMember], n: int, seed: str
) -> None:
    dealt = balanced_groups(people, n, seed)
    assert len(dealt) == n
    assert Counter(one for group in dealt for one in group) == Counter(people)
    sizes = [len(group) for group in dealt]
    assert max(sizes) - min(sizes) <= 1


@given(FOLK, st.integers(2, 25), st.text(max_size=5))
def test_no_group_gets_more_than_its_share_of_an_administration(people: list[GroupMember], n: int, seed: str) -> None:
    for group in balanced_groups(people, n, seed):
        for name, total in Counter(one.administration for one in people).items():
            assert sum(one.administration == name for one in group) <= math.ceil(total / n)


@given(FOLK, st.integers(2, 25), st.text(max_size=5))
def test_nor_of_a_kind_of_organisation_where_each_administration_is_of_one(
    people: list[GroupMember], n: int, seed: str
) -> None:
    kinds = {"WCO": "international", "": "company"}
    people = [replace(one, organisation=kinds.get(one.administration, "customs")) for one in people]
    for group in balanced_groups(people, n, seed):
        for kind, total in Counter(one.organisation for one in people).items():
            assert sum(one.organisation == kind for one in group) <= math.ceil(total / n)


@given(FOLK, st.integers(2, 25), st.randoms())
def test_the_same_people_are_dealt_alike_in_whatever_order_they_come(
    people: list[GroupMember], n: int, chance: random.Random
) -> None:
    mixed = list(people)
    chance.shuffle(mixed)
    assert balanced_groups(people, n, "s") == balanced_groups(mixed, n, "s")


def test_languages_are_spread_too() -> None:
    people = [GroupMember(n, "N", "BH", "customs", "ar" if n % 2 else "fr") for n in range(1, 13)]
    for group in balanced_groups(people, 3, "s"):
        assert Counter(one.language for one in group) == {"ar": 2, "fr": 2}


def breakout() -> Breakout:
    people = tuple(GroupMember(n, f"P{n}") for n in range(1, 5))
    halves = (BreakoutGroup(1, people[:2]), BreakoutGroup(2, people[2:], rapporteur=3))
    return Breakout("talk.7", None, 20, 9, NOW, halves, NOW, ENDS)


def test_rooms_are_for_their_groups_and_only_to_be_read_once_it_is_over() -> None:
    first, second = breakout_rooms(breakout(), ("A", "B"), NOW)
    assert (first.members, first.strangers) == ({1, 2}, {3, 4})
    assert second.key == breakout_room("talk.7", 2)
    assert [first.door(at, ENDS + timedelta(hours=1)) for at in (NOW, ENDS)] == [Door.OPEN, Door.READ]
    assert [next(breakout_rooms(breakout(), ("A", "B"), at)).wanted for at in (NOW, ENDS)] == [True, False]


def test_what_is_said_follows_the_end() -> None:
    told = list(breakout_announcements("w", breakout()))
    assert Counter(each.kind for each in told) == {Kind.GROUP: 2, Kind.LEFT: 2, Kind.BACK: 2}
    later = list(breakout_announcements("w", replace(breakout(), ends_at=ENDS + timedelta(minutes=5))))
    same = {each.id for each in told} & {each.id for each in later}
    assert same == {each.id for each in told if each.kind is Kind.GROUP}
    assert {each.due for each in later if each.kind is Kind.LEFT} == {ENDS + timedelta(minutes=3)}
    short = replace(breakout(), ends_at=NOW + timedelta(minutes=2))
    assert Kind.LEFT not in {each.kind for each in breakout_announcements("w", short)}
    assert list(breakout_announcements("w", replace(breakout(), opened_at=None, ends_at=None))) == []


def test_a_rapporteur_who_left_speaks_for_nobody() -> None:
    group = breakout().groups[1]
    assert group.speaker == GroupMember(3, "P3")
    assert replace(group, members=group.members[1:]).speaker is None


def test_a_breakout_belongs_to_its_session(example: Plan) -> None:
    session = example.agenda.sessions[0]
    assert is_room_of(session, breakout_room(f"{session.id}.7", 1))
    assert not is_room_of(session, breakout_room(f"{session.id}-2.7", 1))
    assert is_room_of(session, "room:plenary")


def test_time_in_a_group_s_room_is_time_in_the_session(example: Plan) -> None:
    session, other = example.agenda.sessions[:2]
    time = Interval(session.starts_at, session.starts_at + timedelta(minutes=10))
    stay = Stay(1, "N", breakout_room(f"{session.id}.7", 2), time)
    assert minutes_present(session, None, [stay]) == 10
    assert minutes_present(other, None, [stay]) == 0
