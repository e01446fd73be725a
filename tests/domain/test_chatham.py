"""The Chatham House Rule: who is in a small group can't be told, nor worked out from what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import chatham
from bot.domain.feedback import SMALLEST_GROUP
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]

GROUPS = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.integers(1, 12), max_size=6))


def itself(person: int) -> int:
    return person


@given(GROUPS)
def test_every_group_that_is_told_has_enough_people(groups: Mapping[str, Sequence[int]]) -> None:
    assert all(len(set(members)) >= SMALLEST_GROUP for _, members in chatham.merged(groups, itself))


@given(GROUPS)
def test_nobody_is_lost_unless_nothing_is_told_of_them_all(groups: Mapping[str, Sequence[int]]) -> None:
    """What is missing from the sum is so little that nothing at all could be told."""
    everybody = sorted(member for members in groups.values() for member in members)
    told = sorted(member for _, members in chatham.merged(groups, itself) for member in members)
    assert told == everybody or (told == [] and len(set(everybody)) < SMALLEST_GROUP)


@given(GROUPS)
def test_small_groups_are_one_without_a_name_at_the_end(groups: Mapping[str, Sequence[int]]) -> None:
    told = chatham.merged(groups, itself)
    names = [name for name, _ in told]
    assert names.count(None) <= 1
    assert None not in names[:-1]
    assert [name for name in names if name is not None] == [name for name in groups if name in names]
    assert all(members == tuple(groups[name]) for name, members in told if name is not None)


def test_the_smallest_group_joins_two_who_could_be_worked_out_else() -> None:
    assert chatham.merged({"a": [1, 2, 3, 4], "b": [5, 6, 7], "c": [8, 9]}, itself) == (
        ("a", (1, 2, 3, 4)),
        (None, (8, 9, 5, 6, 7)),
    )


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5))))
def test_a_group_is_named_if_enough_different_people_are_in_it(members: list[tuple[str, int]]) -> None:
    told = chatham.told_groups(members)
    assert told == {g for g in "abc" if len({person for group, person in members if group == g}) >= SMALLEST_GROUP}


@given(st.lists(st.text(max_size=5)), st.randoms(use_true_random=False))
def test_the_order_of_entry_is_lost(rows: list[str], random: object) -> None:
    """However they were entered, they come in the same order, and all of them."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue] - a random.Random, as hypothesis makes it
    assert chatham.shuffled(rows) == chatham.shuffled(shuffled)
    assert sorted(chatham.shuffled(rows)) == sorted(rows)


def test_rows_are_not_in_the_order_of_what_they_say_either() -> None:
    rows = list(range(50))
    assert chatham.shuffled(rows) not in (rows, rows[::-1])


@given(st.text(max_size=40), st.text("abc/.?=&-#", min_size=1, max_size=20), st.text(max_size=40))
def test_no_address_is_left_in_a_text(before: str, path: str, after: str) -> None:
    told = chatham.without_links(f"{before} https://douane.example/{path} {after} WWW.douane.example")
    assert "douane" not in told


def test_a_session_is_under_the_rule_by_itself_or_with_the_whole_workshop(tiny: Tiny) -> None:
    sessions = [{**session, "chatham_house": session["id"] == "talk"} for session in SESSIONS]
    plan = tiny(days=[{"date": "2023-02-20", "sessions": sessions}])
    assert (plan.confidential_sessions, plan.confidential_topics) == ({"talk"}, {"ledgers"})
    assert [
        part and [s.id for s in part.agenda] for part in (chatham.named_part(plan), chatham.confidential_part(plan))
    ] == [
        ["welcome"],
        ["talk"],
    ]
    whole = tiny(chatham_house=True)
    assert whole.confidential_sessions == {"welcome", "coffee", "talk"}
    assert whole.confidential_topics == {"ledgers"}
    assert chatham.named_part(whole) is None
    assert chatham.confidential_part(tiny()) is None
    # Also what moderators add on the day.
    assert whole.with_agenda(plan.agenda).confidential_sessions == {"welcome", "talk"}


SESSIONS = (
    {"id": "welcome", "kind": "opening", "start": "10:00", "end": "10:30", "title": "Welcome"},
    {"id": "talk", "kind": "panel", "start": "10:45", "end": "12:00", "topic": "ledgers", "title": "Talk"},
)
