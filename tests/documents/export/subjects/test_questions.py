"""Rows of questions: word for word, without who asked anonymously."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.documents.export.subjects import questions
from bot.domain.contributions.questions import Question
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


@given(st.text(max_size=200))
def test_a_question_is_one_row_and_who_asked_anonymously_is_not_in_it(example: Plan, text: str) -> None:
    asked = Question("7", 42, "Amina", anonymous=False, session="keynote", text=text, written_at=NOON, votes=3)
    named, hidden = in_columns(
        questions.COLUMNS, questions.question_rows(example, [asked, replace(asked, anonymous=True)])
    )
    assert named == {
        "id": "7",
        "written_at": NOON,
        "session": "keynote",
        "author": "Amina",
        "author_id": "42",
        "anonymous": False,
        "text": text,
        "state": "waiting",
        "votes": 3,
        **dict.fromkeys(("answer", "owner", "due", "merged_into", "hidden_for")),
    }
    assert hidden == named | {"author": None, "author_id": None, "anonymous": True}
