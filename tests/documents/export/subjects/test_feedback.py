"""Rows of feedback: nobody is named, nor the sessions that few people rated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.documents.export.subject import Format
from bot.documents.export.subjects import feedback
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns, written

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def test_feedback_names_nobody_nor_the_sessions_that_few_rated(example: Plan) -> None:
    """In an order that tells nothing of who was first."""

    def pulse(subject: str, person: int, useful: str) -> FeedbackAnswer:
        at = NOON + timedelta(minutes=person)
        return FeedbackAnswer(subject, person, {"useful": useful, "pace": "right", "remark": "=x"}, at)

    evaluation = FeedbackAnswer(WORKSHOP, 9001, {"overall": "5", "recommend": "yes"}, NOON)
    answers = [
        pulse("keynote", 9003, "5"),
        pulse("keynote", 9002, "1"),
        pulse("keynote", 9001, "3"),
        pulse("ai-risk", 9001, "4"),
        pulse("gone", 9001, "2"),
        evaluation,
    ]
    rows = in_columns(feedback.COLUMNS, feedback.feedback_rows(example, answers))
    assert [(row["about"], row["session"], row["useful"]) for row in rows] == [
        ("workshop", None, ""),
        ("session", "keynote", "1"),
        ("session", "keynote", "3"),
        ("session", "keynote", "5"),
        ("session", None, "2"),
        ("session", None, "4"),
    ]
    assert rows[0]["overall"] == "5"
    for form in (Format.CSV, Format.JSON, Format.MARKDOWN):
        told = written(form, feedback.COLUMNS, [feedback.feedback_rows(example, answers)]).decode()
        assert "900" not in told
        assert "ai-risk" not in told
