"""The Chatham House Rule: who is in a small group can't be told, nor worked out from what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance.presence import Interval
from bot.domain.contributions import chatham
from bot.domain.contributions.chatham_stamps import WHOLE, ChathamStamp, lasting_stamps
from bot.domain.contributions.feedback import SMALLEST_GROUP, FeedbackAnswer
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]
NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

GROUPS = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.integers(1, 12), max_size=6))


def itself(person: int) -> int:
    return person


@given(GROUPS)
def test_every_group_that_is_told_has_enough_people(groups: Mapping[str, Sequence[int]]) -> None:
    assert all(len(set(members)) >= SMALLEST_GROUP for _, members in chatham.merge_small_groups(groups, itself))


@given(GROUPS)
def test_nobody_is_lost_unless_nothing_is_told_of_them_all(groups: Mapping[str, Sequence[int]]) -> None:
    """What is missing from the sum is so little that nothing at all could be told."""
    everybody = sorted(member for members in groups.values() for member in members)
    told = sorted(member for _, members in chatham.merge_small_groups(groups, itself) for member in members)
    assert told == everybody or (told == [] and len(set(everybody)) < SMALLEST_GROUP)


@given(GROUPS)
def test_small_groups_are_one_without_a_name_at_the_end(groups: Mapping[str, Sequence[int]]) -> None:
    told = chatham.merge_small_groups(groups, itself)
    names = [name for name, _ in told]
    assert names.count(None) <= 1
    assert None not in names[:-1]
    assert [name for name in names if name is not None] == [name for name in groups if name in names]
    assert all(members == tuple(groups[name]) for name, members in told if name is not None)


def test_the_smallest_group_joins_two_who_could_be_worked_out_else() -> None:
    assert chatham.merge_small_groups({"a": [1, 2, 3, 4], "b": [5, 6, 7], "c": [8, 9]}, itself) == (
        ("a", (1, 2, 3, 4)),
        (None, (8, 9, 5, 6, 7)),
    )


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 5))))
def test_no_group_of_under_three_is_named_or_left_over(members: list[tuple[str, int]]) -> None:
    """Whoever takes the named groups from all of them is left with several, or with none, or with all there is."""
    groups = {group: {person for name, person in members if name == group} for group, _ in members}
    told = chatham.nameable_groups(members)
    assert all(len(groups[group]) >= SMALLEST_GROUP for group in told)
    left = groups.keys() - told
    assert len(left) != 1 or len(groups) == 1
    # No more than that is kept back: the small ones, and one beside the only one.
    small = {group for group, people in groups.items() if len(people) < SMALLEST_GROUP}
    assert small <= left
    assert len(left - small) == int(len(small) == 1 and len(groups) > 1)
    assert all(len(groups[group]) <= len(groups[other]) for group in left for other in told)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 5)), unique=True), st.sampled_from("abcd"))
def test_an_export_and_a_report_together_tell_no_session_that_few_rated(
    rated: list[tuple[str, int]], subject: str
) -> None:
    """The report counts the choices of those sessions alone that the export names."""
    answers = [FeedbackAnswer(session, person, {"useful": "3", "pace": "right"}, NOON) for session, person in rated]
    counted = chatham.protected_summary(subject, answers, ()).counts is not None
    assert counted is (subject in chatham.nameable_groups(rated))


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


def stamp(session: str = "talk", topic: str | None = "ledgers", begins: int = 1) -> ChathamStamp:
    """Of a session in the plenary that begins so many hours after noon, and lasts one."""
    return ChathamStamp(session, topic, "plenary", Interval(NOON + begins * HOUR, NOON + (begins + 1) * HOUR))


@given(st.sampled_from([set[str](), {"talk"}, {"ledgers"}, {"panel", WHOLE}]), st.integers(-2, 2))
def test_a_stamp_lasts_if_its_session_had_begun_or_something_was_contributed(
    contributed: set[str], begins: int
) -> None:
    before = stamp(begins=begins)
    kept = lasting_stamps([before], contributed, NOON)
    if begins < 0:
        assert before.time
        assert kept == {before._replace(time=Interval(before.time.since, min(before.time.until, NOON)))}
    else:
        assert kept == ({before._replace(time=None)} if contributed & {"talk", "ledgers"} else set())


def test_what_was_stamped_is_under_the_rule_whatever_the_plan_says(tiny: Tiny) -> None:
    plan = tiny().with_stamps(frozenset({stamp("gone", "sensors", begins=3)}))
    assert (plan.confidential_sessions, plan.confidential_topics) == ({"gone"}, {"sensors"})
    assert plan.with_agenda(plan.agenda).stamps == plan.stamps
    whole = tiny().with_stamps(frozenset({stamp(WHOLE, None)}))
    assert whole.wholly_confidential
    assert whole.confidential_sessions == {"welcome", "coffee", "talk"}


def test_a_session_in_the_same_room_at_the_same_time_is_under_the_rule_too(tiny: Tiny) -> None:
    """An import may have given the session another id; and who was in the one was in the other."""
    talk = tiny().agenda.sessions[-1]
    held = Interval(talk.starts_at + HOUR / 6, talk.starts_at + HOUR / 3)
    for room, time, secret in (("plenary", held, {"talk"}), ("hall", held, set[str]()), ("plenary", None, set[str]())):
        plan = tiny().with_stamps(frozenset({ChathamStamp("gone", None, room, time)}))
        assert plan.confidential_sessions == {"gone"} | secret
    moved = replace(talk, room="hall")
    elsewhere = tiny().with_stamps(frozenset({ChathamStamp("gone", None, "plenary", held)}))
    agenda = replace(elsewhere.agenda, sessions=(moved,))
    assert elsewhere.with_agenda(agenda).confidential_sessions == {"gone"}


SESSIONS = (
    {"id": "welcome", "kind": "opening", "start": "10:00", "end": "10:30", "title": "Welcome"},
    {"id": "talk", "kind": "panel", "start": "10:45", "end": "12:00", "topic": "ledgers", "title": "Talk"},
)
