"""What answers add up to: the response rate, and nothing by which somebody in a small group could be recognised."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance.attendance import CheckIn, attendance_records
from bot.domain.contributions.feedback import (
    EVALUATION,
    PULSE,
    SCALE,
    SMALLEST_GROUP,
    WORKSHOP,
    FeedbackAnswer,
    attendees,
    feedback_form,
    feedback_summary,
    parse_answers,
)
from bot.domain.plan import Plan

NOW = datetime(2023, 2, 20, 9, tzinfo=UTC)
PEOPLE = st.integers(1, 12)


def answer(person: int, useful: str = "3", subject: str = "keynote") -> FeedbackAnswer:
    return FeedbackAnswer(subject, person, {"useful": useful, "pace": "right", "remark": ""}, NOW)


@given(st.dictionaries(PEOPLE, st.sampled_from(SCALE)), st.frozensets(PEOPLE))
def test_the_response_rate_is_that_of_those_who_attended(given: dict[int, str], there: frozenset[int]) -> None:
    answers = [answer(person, useful) for person, useful in given.items()]
    found = feedback_summary("keynote", [*answers, answer(1, subject="opening")], there)
    assert found.answered == len(there & given.keys()) <= found.attended == len(there)
    assert found.response_rate == (round(100 * found.answered / len(there), 1) if there else None)
    if len(given) < SMALLEST_GROUP:
        assert found.counts is None
        assert found.mean("useful") is None
    else:
        assert found.counts is not None
        assert found.counts["useful"] == Counter(given.values())
        assert "remark" not in found.counts
        mean = found.mean("useful")
        assert mean is not None
        assert abs(mean - sum(map(int, given.values())) / len(given)) <= 0.05 + 1e-9


def test_attendees_are_those_with_minutes_in_the_session_or_in_any(example: Plan) -> None:
    opening, keynote = example.agenda.sessions[:2]
    found = attendance_records(
        example, [CheckIn(opening.id, 1, "A", opening.starts_at), CheckIn(keynote.id, 2, "B", keynote.starts_at)]
    )
    assert attendees(found, keynote.id) == {2}
    assert attendees(found, "break-day-1") == set()
    assert attendees(found, WORKSHOP) == {1, 2}


@given(st.text(max_size=200), st.sampled_from(["keynote", WORKSHOP]))
def test_what_was_typed_is_kept_cleaned_and_may_be_left_out(typed: str, subject: str) -> None:
    chosen = {asked.name: asked.choices[0] for asked in feedback_form(subject) if asked.choices}
    texts = {asked.name: typed for asked in feedback_form(subject) if not asked.choices}
    kept = parse_answers(subject, chosen | texts)
    assert kept is not None
    assert kept.keys() == {asked.name for asked in feedback_form(subject)}
    assert parse_answers(subject, kept) == kept
    assert parse_answers(subject, chosen) == dict.fromkeys(texts, "") | chosen


def test_a_choice_that_is_not_offered_is_not_kept() -> None:
    assert parse_answers("keynote", {"useful": "6", "pace": "right"}) is None
    assert parse_answers("keynote", {"useful": "5"}) is None


def test_forms_fit_into_discords() -> None:
    """Five parts at most; and no part of one is named as a part of the other, since they share a table."""
    assert len(PULSE) == 3
    assert len(EVALUATION) == 5
    assert not {asked.name for asked in PULSE} & {asked.name for asked in EVALUATION}
