"""Questions, feedback and pledges as they are shown: within Discord's limits, and what people typed to the letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example as such_as
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import discord_limits
from bot.domain.contributions import feedback as feedback_rules
from bot.domain.contributions.feedback import SCALE, WORKSHOP, FeedbackAnswer
from bot.domain.contributions.questions import Question, QuestionState
from bot.domain.plan import Plan
from bot.domain.text import clean, escape, measure
from bot.messages import certificates, feedback, pledges, questions
from tests.fitting import assert_discord_takes

Tiny = Callable[..., Plan]
MARK = "f" * 24
NOW = datetime(2023, 2, 20, 11, tzinfo=UTC)
QUESTION = Question("9" * 19, 1, "Amina", anonymous=False, session="keynote", text="Why?", written_at=NOW)

PIECES = (
    *("@everyone", "@here", "<@1>", "<@&2>", "<#3>", "</note:5>", "[a](https://evil.example)", "https://_ "),
    *("**", "__", "||", "`", "\\", "> ", "# ", "- ", "1. ", "\n", "\t", "word ", "جمارك ", "👩‍🔧", "\u202e", "\u2067"),
)
#: Any text, up to the length that a form takes.
TYPED = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=80)
LONG = TYPED | st.builds(lambda signs, times: (signs * times)[:4000], st.sampled_from(PIECES), st.integers(1, 4000))


@given(LONG, st.text(max_size=32), st.sampled_from(QuestionState), st.booleans())
@such_as("\\" * 4000, "\\" * 32, QuestionState.WAITING, False)  # noqa: FBT003 - hypothesis takes positions
@such_as("👩‍🔧" * 1333, "", QuestionState.IN_WRITING, True)  # noqa: FBT003 - the same
def test_discord_takes_the_card_of_any_question(
    example: Plan,
    text: str,
    name: str,
    state: QuestionState,
    anonymous: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    asked = replace(QUESTION, text=text, author_name=name, state=state, anonymous=anonymous, votes=5000)
    assert_discord_takes(questions.question_card(example, asked, MARK))
    due = QUESTION.written_at
    led = replace(asked, answer=text, owner=text[:80], due=due, merged_into="2")
    assert_discord_takes(questions.question_card(example, led, MARK, other=asked))
    (session, *_) = example.agenda
    assert_discord_takes(questions.open_questions(example, session, [asked] * 20, MARK))


@given(TYPED)
def test_a_short_question_is_shown_to_the_letter_with_nothing_active_in_it(example: Plan, text: str) -> None:
    about, _, shown = questions.question_card(example, replace(QUESTION, text=text), MARK).blocks[0].partition("\n")
    assert "Keynote" in about
    assert shown == escape(text)
    assert shown.replace("\\", "") == clean(text).replace("\\", "")


def test_a_card_names_who_asks_unless_they_do_not_want_it(example: Plan) -> None:
    for anonymous in (False, True):
        told = questions.question_card(example, replace(QUESTION, anonymous=anonymous, votes=3), MARK).blocks[1]
        assert ("Amina" in told) != anonymous
        assert ("A participant" in told) == anonymous
        assert "⏳ Waiting · En attente · في الانتظار** · 👥 3" in told
        assert "Amina" in questions.question_line(example, replace(QUESTION, anonymous=anonymous), "en")


def test_a_question_about_a_session_that_is_no_longer_held_still_has_its_card(example: Plan) -> None:
    card = questions.question_card(example, replace(QUESTION, session="gone"), MARK)
    assert card.blocks[0] == "-# 🙋\nWhy?"
    assert_discord_takes(card)
    assert questions.question_line(example, replace(QUESTION, session="gone"), "en").endswith("> Why?")


def test_anonymity_is_told_of_only_where_the_plan_allows_it(tiny: Tiny) -> None:
    without, with_it = (tiny(questions={"anonymous": allowed}) for allowed in (False, True))
    assert "without your name" not in questions.ask_opening(without, MARK).blocks[1]
    assert "without your name" in questions.ask_opening(with_it, MARK).blocks[1]
    assert not tiny().questions.anonymous


def test_discord_takes_every_invitation_and_each_carries_its_mark(example: Plan) -> None:
    session = example.agenda.sessions[1]
    for post in (
        questions.ask_opening(example, MARK),
        feedback.rate(example, session, MARK),
        pledges.pledge(example, MARK),
        feedback.evaluation(example, MARK),
        certificates.certificates(example, MARK),
        questions.question_card(example, QUESTION, MARK),
    ):
        assert_discord_takes(post)
        assert all(button.custom_id.endswith(f":{MARK}") for button in post.buttons)


@given(st.lists(LONG.map(lambda text: text or "-"), min_size=10, max_size=10))
@such_as(["\\" * 4000] * 10)
def test_ten_questions_fit_in_the_moderators_list(example: Plan, texts: list[str]) -> None:
    every = [replace(QUESTION, text=text, author_name="\\" * 32, anonymous=True, votes=5000) for text in texts]
    for language in example.languages:
        lines = [questions.question_line(example, one, language) for one in every]
        assert sum(map(measure, lines)) <= discord_limits.MESSAGE_TEXT - 200


def test_all_that_is_shown_of_the_feedback_fits(example: Plan) -> None:
    sessions = [session.id for session in example.agenda][:11]
    answers = [
        FeedbackAnswer(
            subject,
            person,
            {asked.name: asked.choices[person % len(asked.choices)] if asked.choices else "x" for asked in form},
            NOW + timedelta(minutes=person),
        )
        for subject in [WORKSHOP, *sessions]
        for form in [feedback_rules.feedback_form(subject)]
        for person in range(100, 120)
    ]
    for language in example.languages:
        told = [
            feedback.summary(example, feedback_rules.feedback_summary(subject, answers, range(90, 120)), language)
            for subject in [WORKSHOP, *sessions]
        ]
        assert all("20" in one for one in told)
        assert sum(map(measure, told)) <= discord_limits.MESSAGE_TEXT - 200


def test_choices_on_the_scale_need_no_words() -> None:
    assert [feedback.stars(choice) for choice in SCALE] == ["★★★★★", "★★★★☆", "★★★☆☆", "★★☆☆☆", "★☆☆☆☆"]
