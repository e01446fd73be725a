"""Questions with their votes and cards, feedback and pledges: kept to the letter, once each."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question, QuestionState, with_outcome
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.engine.database import Database

NOON = datetime(2023, 2, 20, 12, 0, 0, 123456, tzinfo=UTC)
SNOWFLAKE = 2**63 - 1
AWKWARD = 'الجمارك 🇲🇦 \'; DROP TABLE question; -- %s ? :name\n\ttab \\ "quoted" é e\u0301 👩‍🔬 \x00 end'
QUESTION = Question("77", 1, "Amina", anonymous=False, session="keynote", text="Why?", written_at=NOON)
CARD = Announcement("workshop", Kind.QUESTION, "77", "questions", NOON, NOON + timedelta(days=7))

DEED = AuditEntry("question/1", NOON, 9, "question led", "77")


def card_of(question: str) -> Announcement:
    return replace(CARD, subject=question)


async def unshown(store: Store) -> int:
    found = await store.deliveries.find(CARD.id)
    assert found
    return found.unshown


async def test_a_question_is_kept_to_the_letter_with_its_card(store: Store) -> None:
    question = replace(QUESTION, author=SNOWFLAKE, author_name=AWKWARD, text=AWKWARD * 30, anonymous=True)
    assert await store.questions.submit(question, CARD)
    assert await store.questions.find("77") == question
    assert await store.questions.all() == [question]
    assert [one.id for one in await store.deliveries.planned(Kind.QUESTION)] == [CARD.id]


async def test_a_question_submitted_again_is_the_same_and_nobody_rewords_that_of_another(store: Store) -> None:
    await store.questions.submit(QUESTION, CARD)
    assert await store.questions.submit(replace(QUESTION, text="How?", session="panel", anonymous=True), CARD)
    assert await store.questions.all() == [replace(QUESTION, text="How?", session="panel", anonymous=True)]
    assert await unshown(store) == 1
    assert not await store.questions.submit(replace(QUESTION, author=2, text="Mine"), CARD)
    assert [one.text for one in await store.questions.all()] == ["How?"]
    assert await unshown(store) == 1


async def test_a_question_whose_card_cannot_be_planned_is_not_kept(store: Store, database: Database) -> None:
    """Both or neither."""
    await database.write(lambda transaction: transaction.execute("ALTER TABLE delivery RENAME TO away"))
    with pytest.raises(Exception, match="delivery"):
        await store.questions.submit(QUESTION, CARD)
    assert await store.questions.all() == []


async def test_each_is_counted_once_and_each_change_has_the_card_edited(store: Store) -> None:
    await store.questions.submit(QUESTION, CARD)
    told = await asyncio.gather(*(store.questions.vote("77", person, card_of) for person in (2, 3, SNOWFLAKE, 3, 3)))
    assert told == [True, True, True, False, True]
    found = await store.questions.find("77")
    assert found == replace(QUESTION, votes=3)
    assert await unshown(store) == 5
    assert await store.questions.lead(with_outcome(QUESTION, QuestionState.IN_WRITING), DEED, [CARD])
    assert await store.questions.find("77") == replace(QUESTION, votes=3, state=QuestionState.IN_WRITING)
    assert await unshown(store) == 6
    assert not await store.questions.lead(with_outcome(replace(QUESTION, id="78"), QuestionState.ASKED), DEED, [CARD])
    assert await store.questions.find("78") is None


async def test_what_was_answered_last_counts_for_each_person_and_subject(store: Store) -> None:
    first = FeedbackAnswer("keynote", SNOWFLAKE, {"useful": "5", "pace": "right", "remark": AWKWARD}, NOON)
    changed = replace(first, values={"useful": "1", "pace": "slow", "remark": ""}, written_at=NOON + timedelta(hours=1))
    other = replace(first, subject=WORKSHOP)
    for one in (first, other, changed):
        await store.feedback.put(one)
    assert await store.feedback.of("keynote", SNOWFLAKE) == changed
    assert await store.feedback.of(WORKSHOP, SNOWFLAKE) == other
    assert await store.feedback.of("keynote", 1) is None
    assert await store.feedback.all() == [other, changed]


async def test_a_pledge_made_again_is_changed(store: Store) -> None:
    pledge = Pledge(SNOWFLAKE, AWKWARD, AWKWARD, date(2023, 6, 30), follow_up=True, written_at=NOON)
    again = replace(pledge, text="Less", by=date(2023, 7, 1), follow_up=False, written_at=NOON + timedelta(hours=1))
    await store.pledges.put(pledge)
    assert await store.pledges.of(SNOWFLAKE) == pledge
    await store.pledges.put(again)
    assert await store.pledges.all() == [again]
    assert await store.pledges.of(1) is None


async def test_merged_questions_have_each_vote_once_and_take_votes_where_they_went(
    store: Store, database: Database
) -> None:
    """Whoever asked one of them counts for the other, and nobody for their own; taken back, the first has its own."""
    other = replace(QUESTION, id="78", author=2, author_name="Bilal")
    for one in (QUESTION, other):
        await store.questions.submit(one, card_of(one.id))
    for person in (2, 3, 4):
        await store.questions.vote("77", person, card_of)
    for person in (4, 5):
        await store.questions.vote("78", person, card_of)
    merged = with_outcome(QUESTION, QuestionState.MERGED, merged_into="78")
    for _ in range(2):
        assert await store.questions.lead(merged, DEED, [CARD, card_of("78")])
    found = await store.questions.find("78")
    assert found
    assert found.votes == 4
    voters = await database.read("SELECT person FROM question_vote WHERE question = '78' ORDER BY person")
    assert [person for (person,) in voters] == [1, 3, 4, 5]  # 1 asked the other one
    assert await store.questions.vote("77", 6, card_of) is True
    assert await store.questions.vote("77", 2, card_of) is None
    assert [one.votes for one in await store.questions.all()] == [3, 5]
    back = with_outcome(other, QuestionState.MERGED, merged_into="77")
    assert not await store.questions.lead(back, replace(DEED, id="question/2"), [])
    (deed,) = [one for one in await store.audit.all() if one.id == DEED.id]
    assert (deed.former, deed.latter) == ("waiting", "merged: 78")
