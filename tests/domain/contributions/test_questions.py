"""Which sessions a question may be about, and in what order moderators take questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contributions.questions import (
    PLAIN,
    Question,
    QuestionState,
    card_announcement,
    question_queue,
    questions_still_open,
    sessions_to_ask_about,
    with_outcome,
)
from bot.domain.discord_limits import OPTIONS
from bot.domain.plan import Plan

NOW = datetime(2023, 2, 20, 9, tzinfo=UTC)
QUESTION = Question("1", 1, "Amina", anonymous=False, session="keynote", text="Why?", written_at=NOW)


@pytest.mark.parametrize(
    ("at", "likeliest"),
    [
        ("2023-02-19 12:00", "opening"),
        ("2023-02-20 08:00", "opening"),
        ("2023-02-20 10:30", "keynote"),
        ("2023-02-20 11:45", "blockchain-members"),  # the break: what has just been heard
        ("2023-02-20 18:00", "blockchain-questions"),
        ("2023-02-21 00:10", "ai-risk"),
        ("2023-03-01 12:00", "closing"),
    ],
)
def test_a_question_is_likeliest_about_what_was_heard_last(example: Plan, at: str, likeliest: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=example.tz)
    offered, chosen = sessions_to_ask_about(example, now)
    assert chosen.id == likeliest
    assert chosen in offered
    assert {session.day for session in offered} == {chosen.day}
    assert all(example.counts_for_attendance(session) for session in offered)


def test_a_session_that_is_wanted_is_chosen_among_those_of_its_day(example: Plan) -> None:
    offered, chosen = sessions_to_ask_about(example, NOW, "data-model")
    assert chosen.id == "data-model"
    assert [session.id for session in offered] == ["data-model", "standards-partners", "recommendations", "closing"]
    assert sessions_to_ask_about(example, NOW, "gone")[1].id == "opening"
    assert sessions_to_ask_about(example, NOW, "break-day-1")[1].id == "break-day-1"


@given(st.integers(1, 40), st.integers(0, 24 * 60))
def test_no_more_are_offered_than_a_select_takes(tiny: Callable[..., Plan], size: int, minute: int) -> None:
    sessions = [
        {
            "id": f"s{n}",
            "kind": "panel",
            "start": f"{8 + n // 6}:{n % 6}0",
            "end": f"{8 + n // 6}:{n % 6}5",
            "title": "S",
        }
        for n in range(size)
    ]
    plan = tiny(topics=[], days=[{"date": "2023-02-20", "sessions": sessions}])
    offered, chosen = sessions_to_ask_about(plan, datetime(2023, 2, 20, tzinfo=plan.tz) + timedelta(minutes=minute))
    assert len(offered) == min(size, OPTIONS)
    assert chosen in offered


@given(st.lists(st.tuples(st.sampled_from(QuestionState), st.integers(0, 9)), max_size=12))
def test_the_queue_has_those_that_wait_first_and_the_most_wanted_in_front(
    drawn: list[tuple[QuestionState, int]],
) -> None:
    every = [replace(QUESTION, id=f"{n:03}", state=state, votes=votes) for n, (state, votes) in enumerate(drawn)]
    ordered = question_queue(reversed(every))
    assert sorted(ordered, key=lambda one: one.id) == [one for one in every if one.state in PLAIN]
    keys = [(one.state is not QuestionState.WAITING, -one.votes, one.id) for one in ordered]
    assert keys == sorted(keys)


def test_a_question_asked_after_the_workshop_still_gets_its_card(example: Plan) -> None:
    late = example.agenda.ends_at + timedelta(days=30)
    assert card_announcement(example, "1", late).expires > late
    assert card_announcement(example, "1", NOW).id == card_announcement(example, "1", late).id


ADMINISTRATIONS = {1: "Bahrain", 2: "Tunisia", 3: "Tunisia", 4: "Jordan"}


def test_those_whom_nobody_has_heard_come_first_if_wanted() -> None:
    """However many votes the others have; among themselves, all are as before."""
    asked = replace(QUESTION, id="a", author=2, state=QuestionState.ASKED)
    wanted = replace(QUESTION, id="b", author=3, votes=9)
    first, second = (
        replace(QUESTION, id=key, author=author, votes=votes) for key, author, votes in (("c", 1, 1), ("d", 4, 2))
    )
    every = [asked, wanted, first, second]
    assert [one.id for one in question_queue(every)] == ["b", "d", "c", "a"]
    assert [one.id for one in question_queue(every, lambda one: ADMINISTRATIONS[one.author])] == ["d", "c", "b", "a"]


def test_what_a_moderator_says_replaces_what_was_said_before() -> None:
    """And the audit tells all of it."""
    due = NOW + timedelta(days=3)
    handed = with_outcome(QUESTION, QuestionState.IN_WRITING, owner="Risk unit", due=due)
    assert handed.standing == f"in_writing: Risk unit: until {due.isoformat()}"
    answered = with_outcome(handed, QuestionState.ANSWERED, answer="Because.")
    assert (answered.owner, answered.due, answered.standing) == (None, None, "answered: Because.")
    assert with_outcome(answered, QuestionState.WAITING) == QUESTION
    hidden = with_outcome(QUESTION, QuestionState.HIDDEN, hidden_for="An offer")
    assert [one.id for one in questions_still_open([handed, answered, hidden], QUESTION.session)] == [QUESTION.id]
    assert questions_still_open([QUESTION], "another") == []
