"""Questions: kept to the letter before anybody is told so, once each, as cards that always show what is so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.text import clean
from bot.domain.venue import QUESTIONS
from bot.rehearsal.discord.calls import CannotDo, NoAnswer, ReceivedAnswer, SeenMessage
from bot.rehearsal.discord.people import Person
from tests.e2e.actions import DURING_CASES, QUESTION, ask_question, question_form

if TYPE_CHECKING:
    from tests.e2e.world import World


def cards(world: World) -> list[SeenMessage]:
    return [m for m in world.messages(QUESTIONS) if any(each.startswith("too:") for each in m.custom_ids)]


async def settle(world: World) -> None:
    """Until the cards show what is so: each is edited at most every three seconds."""
    await world.settle()
    await world.settle()


async def vote(person: Person, card: SeenMessage) -> str:
    return (await person.press(card.id, card.channel_id, card.custom_ids[0])).text


async def test_the_room_opens_with_a_message_that_carries_the_button_and_only_the_bot_writes_there(
    workshop: World,
) -> None:
    early = await workshop.amina.slash(workshop.channel("announcements"), "ask")
    assert early.text.startswith("⚠️ Questions are taken from the first day on")
    with pytest.raises(CannotDo):
        await workshop.amina.slash(workshop.channel(QUESTIONS), "ask")
    await workshop.until(DURING_CASES)
    (opening,) = workshop.messages(QUESTIONS)
    assert opening.text.startswith("## Your questions · Vos questions · أسئلتكم")
    assert "You may ask without your name" in opening.text
    assert not workshop.may(workshop.amina, QUESTIONS, "send_messages")
    assert workshop.may(workshop.amina, QUESTIONS, "view_channel")
    shown = await workshop.press(workshop.karim, QUESTIONS, "ask:")
    assert shown.modal is not None
    assert shown.modal["title"] == "Poser une question"
    text, session, who = shown.modal["components"]
    assert text["component"]["max_length"] == 4000
    # The day's sessions but the break, and of them the one under way.
    offered = session["component"]["options"]
    assert [option["value"] for option in offered] == ["welcome", "cases", "talk"]
    assert [option["value"] for option in offered if option.get("default")] == ["cases"]
    assert who["description"] == "Anonyme : la salle ne voit pas votre nom ; les modérateurs le voient."


async def test_a_session_that_is_named_is_chosen_already(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    offered = await workshop.amina.autocomplete(workshop.channel("ledgers"), "ask", "session", "sensor")
    assert [choice["value"] for choice in offered] == ["panel"]
    form = await question_form(workshop.amina, workshop, session="panel")
    options = form["components"][1]["component"]["options"]
    assert [(option["value"], option.get("default", False)) for option in options] == [
        ("panel", True),
        ("farewell", False),
    ]


async def test_a_question_is_on_disk_before_it_is_said_and_becomes_one_card(workshop: World) -> None:
    kept_when_said: list[int] = []

    def look(method: str, path: str) -> None:
        if method == "POST" and path.startswith("/interactions/"):
            kept_when_said.append(len(workshop.rows("SELECT id FROM question")))

    await workshop.until(DURING_CASES)
    form = await question_form(workshop.amina, workshop)
    workshop.witness.on_request = look
    answers = await asyncio.gather(*(workshop.amina.submit(form, {"text": QUESTION}) for _ in range(3)))
    workshop.witness.on_request = None
    assert {answer.text for answer in answers} == {
        f"✅ Your question is kept, and is shown in <#{workshop.channel(QUESTIONS)}>."
    }
    assert kept_when_said == [1, 1, 1]
    await settle(workshop)
    (card,) = cards(workshop)
    assert "Who may \\*write\\* to the ledger?" in card.text
    assert "Ledgers at work · Registres au travail" in card.text
    assert "⏳ Waiting · En attente" in card.text
    assert "👥 0" in card.text
    assert "Amina · BH" in card.text
    # Sent again with other words, it is the same question, and its card follows.
    await workshop.amina.submit(form, {"text": "Who may read it?"})
    await settle(workshop)
    (again,) = cards(workshop)
    assert again.id == card.id
    assert "Who may read it?" in again.text
    # Whoever got hold of the form of another can't reword the question.
    assert workshop.rows("SELECT author FROM question") == [(workshop.amina.id,)]


async def test_who_asks_anonymously_is_known_to_the_moderators_and_to_nobody_else(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    await ask_question(workshop, workshop.amina, QUESTION, who="anonymous")
    await settle(workshop)
    (card,) = cards(workshop)
    assert "A participant · Un participant · أحد المشاركين" in card.text
    assert "Amina" not in card.text
    listed = await workshop.moderator.slash(workshop.channel("team"), "question list")
    assert "Amina · BH (anonymous to the room)" in listed.text
    refused = await workshop.karim.slash(workshop.channel("ledgers"), "question list")
    assert refused.text.startswith("⚠️")
    exported = (await workshop.plenary("export", "questions", "--format", "json")).out.decode()
    assert "Amina" not in exported
    assert str(workshop.amina.id) not in exported
    assert QUESTION in exported


async def test_a_form_outlives_the_bot_that_opened_it_and_a_card_is_sent_once_whenever_it_dies(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    form = await question_form(workshop.amina, workshop)
    await workshop.kill_bot()
    with pytest.raises(NoAnswer, match="offline"):
        await workshop.amina.submit(form, {"text": QUESTION})
    await workshop.start_bot()

    def kill(method: str, path: str) -> None:
        if method == "POST" and path.endswith(f"/channels/{workshop.channel(QUESTIONS)}/messages"):
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    await workshop.amina.submit(form, {"text": QUESTION})
    await workshop.eventually(lambda: not workshop.discord.online, "the end of the bot's connection")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    # What is found again in the channel shows what was so when it was sent: it is edited, if that has changed.
    assert workshop.rewrite("UPDATE question SET state = 'asked'") == 1
    assert workshop.rewrite("UPDATE delivery SET unshown = 1 WHERE kind = 'question' AND state = 'sending'") == 1
    await workshop.start_bot()
    await settle(workshop)
    assert ["🎤 Asked" in card.text for card in cards(workshop)] == [True]
    await workshop.amina.submit(form, {"text": QUESTION})
    await settle(workshop)
    assert len(cards(workshop)) == 1
    # Votes that came while a killed bot had yet to show them are shown by the next.
    (card,) = cards(workshop)

    def kill_at_edit(method: str, _path: str) -> None:
        if method == "PATCH":
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill_at_edit
    await vote(workshop.karim, card)
    await workshop.eventually(lambda: not workshop.discord.online, "the end of the bot's connection")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    await workshop.start_bot()
    await settle(workshop)
    assert "👥 1" in cards(workshop)[0].text


async def test_each_counts_once_and_can_take_it_back_and_many_votes_are_few_edits(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    await ask_question(workshop, workshop.amina, QUESTION)
    await settle(workshop)
    (card,) = cards(workshop)
    assert (await vote(workshop.amina, card)).startswith("⚠️ This is your own question")
    assert (await vote(workshop.karim, card)).startswith("✅ Votre voix est comptée")
    await settle(workshop)
    assert "👥 1" in cards(workshop)[0].text
    assert (await vote(workshop.karim, card)).startswith("✅ Votre voix est retirée")
    await settle(workshop)
    assert "👥 0" in cards(workshop)[0].text

    crowd = [workshop.discord.add_person(f"p{n}", guild_id=workshop.guild_id) for n in range(25)]
    for person in crowd:
        workshop.discord.give_role(person, workshop.role("Participant"))
    before = workshop.witness.count("PATCH", f"/{card.id}")
    told = await asyncio.gather(*(vote(person, card) for person in crowd))
    assert all(each.startswith("✅ Your vote is counted") for each in told)
    await settle(workshop)
    assert "👥 25" in cards(workshop)[0].text
    assert 1 <= workshop.witness.count("PATCH", f"/{card.id}") - before <= 3


async def test_moderators_see_the_queue_and_mark_what_becomes_of_each(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    await ask_question(workshop, workshop.amina, "The first question")
    await ask_question(workshop, workshop.karim, "The second question")
    await settle(workshop)
    _, second = cards(workshop)
    await vote(workshop.amina, second)
    team = workshop.channel("team")
    listed = await workshop.moderator.slash(team, "question list")
    assert listed.text.startswith("✅ 2 questions wait.")
    assert listed.text.index("The second") < listed.text.index("The first")
    offered = await workshop.moderator.autocomplete(team, "question state", "question", "")
    assert [choice["name"] for choice in offered] == ["⏳ 1 · The second question", "⏳ 0 · The first question"]
    states = await workshop.moderator.autocomplete(team, "question state", "to", "")
    assert [choice["name"] for choice in states] == ["Waiting", "Asked", "Answered", "To be answered in writing"]
    signs = {"asked": "🎤 Asked", "answered": "✅ Answered", "in_writing": "✍️ To be answered", "waiting": "⏳ Waiting"}
    for state, sign in signs.items():
        told = await workshop.moderator.slash(team, "question state", question=offered[0]["value"], to=state)
        assert told.text.startswith("✅ The question is marked"), told.text
        await settle(workshop)
        assert sign in cards(workshop)[1].text
    for question, state in ((offered[0]["value"], "lost"), ("1", "asked")):
        refused = await workshop.moderator.slash(team, "question state", question=question, to=state)
        assert refused.text.startswith("⚠️")
    refused = await workshop.amina.slash(
        workshop.channel("ledgers"), "question state", question=offered[0]["value"], to="asked"
    )
    assert refused.text.startswith("⚠️")


async def test_what_cannot_be_kept_goes_back_to_its_author(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    blank = "\u202e \u2069"
    answer = await workshop.amina.submit(await question_form(workshop.amina, workshop), {"text": blank})
    assert answer.text.startswith("⚠️ There is nothing in that question")
    assert answer.attachments[0].content.decode() == clean(blank)
    lobby = workshop.channel("ledgers")
    for button in ("too:1:x", "ask", "too", "ask:a:b:c"):
        planted = workshop.plant(lobby, button)
        refused = await workshop.amina.press(planted.id, lobby, button)
        assert refused.modal is not None if button == "ask" else refused.text.startswith("⚠️"), button
    assert workshop.rows("SELECT id FROM question") == []


HOSTILE = ("سؤال 👨‍👩‍👧 *طويل* <@1>\n" * 200, "\\" * 4000, "@everyone [a](https://evil.example) ||x||", "=1+1,\"'\n- a")


async def test_any_text_comes_out_as_it_went_in_and_mentions_nobody(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    texts = [text[:4000].strip() for text in HOSTILE]
    for text in texts:
        await ask_question(workshop, workshop.amina, text)
    await settle(workshop)
    for card in cards(workshop):
        assert len(card.text.encode("utf-16-le")) // 2 <= 4000
        assert not workshop.discord.backend.messages[card.channel_id][card.id].mention_everyone
    assert workshop.rows("SELECT text FROM question ORDER BY rowid") == [(text,) for text in texts]
    listed = await workshop.moderator.slash(workshop.channel("team"), "question list")
    assert listed.text.startswith(f"✅ {len(texts)} questions wait.")


# --- what moderators make of the queue ---------------------------------------------------------------------------


async def lead(world: World, command: str, **options: str) -> ReceivedAnswer:
    answer = await world.moderator.slash(world.channel("team"), f"question {command}", **options)
    await settle(world)
    return answer


async def asked(world: World, *texts: str) -> list[str]:
    """Amina asks each; their ids."""
    for text in texts:
        await ask_question(world, world.amina, text)
    await settle(world)
    return [str(key) for (key,) in world.rows("SELECT id FROM question ORDER BY written_at")]


def led(world: World) -> list[tuple[Any, ...]]:
    return world.rows("SELECT who, subject, former, latter FROM audit WHERE what = 'question led' ORDER BY at")


async def test_an_answer_stands_on_the_card_until_something_else_is_said(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    (first,) = await asked(workshop, QUESTION)
    form = (await lead(workshop, "answer", question=first)).modal
    assert form is not None
    await workshop.kill_bot()
    await workshop.start_bot()
    for _ in range(2):
        done = await workshop.moderator.submit(form, {"answer": "The *ministry*."})
        assert done.text.startswith("✅ The question is marked")
    await settle(workshop)
    (card,) = cards(workshop)
    assert "💬 The \\*ministry\\*." in card.text
    assert "✅ Answered" in card.text
    blank = await workshop.moderator.submit(form, {"answer": "\u202e"})
    assert blank.text.startswith("⚠️ There is nothing in that answer")
    assert blank.attachments[0].content.decode() == clean("\u202e")
    handed = await lead(workshop, "write", question=first, owner="Risk *unit*", when="2023-03-30 12:00")
    assert handed.text.startswith("✅")
    (card,) = cards(workshop)
    assert "ministry" not in card.text
    assert f"✍️ Risk \\*unit\\* · <t:{int(workshop.at('2023-03-30 12:00').timestamp())}:f>" in card.text
    assert (await lead(workshop, "write", question=first, owner="X", when="soon")).text.startswith("⚠️")
    refused = await workshop.amina.slash(workshop.channel("ledgers"), "question answer", question=first)
    assert refused.text.startswith("⚠️ This is for")
    who, answered = workshop.moderator.id, "answered: The *ministry*."
    writing = f"in_writing: Risk *unit*: until {workshop.at('2023-03-30 12:00').isoformat()}"
    assert led(workshop) == [
        (who, first, "waiting", answered),
        (who, first, answered, answered),
        (who, first, answered, writing),
    ]


async def test_merged_questions_share_their_votes_and_the_card_points_to_the_other(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    first, second = await asked(workshop, "The first question", "The second question")
    one, _ = cards(workshop)
    await vote(workshop.karim, one)
    for into in (first, "1"):
        assert (await lead(workshop, "merge", question=first, into=into)).text.startswith("⚠️")
    for _ in range(2):
        assert (await lead(workshop, "merge", question=first, into=second)).text.startswith("✅")
    one, other = cards(workshop)
    assert "➡️ Merged into another question" in one.text
    assert "➡️ The second question" in one.text
    assert "👥 1" in other.text
    # Whoever presses the old card is counted, or no longer counted, where it went.
    assert (await vote(workshop.karim, one)).startswith("✅ Votre voix est retirée")
    assert (await vote(workshop.organiser, one)).startswith("✅ Your vote is counted")
    await settle(workshop)
    assert "👥 1" in cards(workshop)[1].text
    assert (await lead(workshop, "merge", question=second, into=first)).text.startswith("⚠️ These two")
    offered = await workshop.moderator.autocomplete(workshop.channel("team"), "question hide", "question", "")
    assert [choice["value"] for choice in offered] == [second]
    assert (await lead(workshop, "state", question=first, to="waiting")).text.startswith("✅")
    assert "⏳ Waiting" in cards(workshop)[0].text


async def test_a_hidden_question_leaves_its_card_and_only_its_author_reads_why(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    (first,) = await asked(workshop, QUESTION)
    assert (await lead(workshop, "hide", question=first, reason="Not about *this*")).text.startswith("✅")
    (card,) = [m for m in workshop.messages(QUESTIONS) if any(each.startswith("why:") for each in m.custom_ids)]
    assert "ledger" not in card.text
    assert card.text.startswith("🚫 Withdrawn by the moderators")
    why = await workshop.press(workshop.amina, QUESTIONS, "why:")
    assert why.text.startswith("✅ The moderators withdrew your question: Not about \\*this\\*.")
    other = await workshop.press(workshop.karim, QUESTIONS, "why:")
    assert other.text.startswith("⚠️ Seule la personne")
    await lead(workshop, "state", question=first, to="waiting")
    (again,) = cards(workshop)
    assert again.id == card.id
    assert "Who may \\*write\\*" in again.text


async def test_what_is_open_follows_into_the_topics_room_once_and_stays_true(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    first, second = await asked(workshop, "The *first* question", "The second question")
    await lead(workshop, "state", question=second, to="answered")
    await workshop.until("2023-03-25 10:31")

    def lists() -> list[SeenMessage]:
        return [message for message in workshop.messages("ledgers") if message.text.startswith("❓")]

    (told,) = lists()
    assert "Ledgers at work" in told.text
    assert "⏳ 👥 0 · The \\*first\\* question" in told.text
    assert "second" not in told.text
    await workshop.kill_bot()
    await workshop.start_bot()
    await lead(workshop, "hide", question=first, reason="r")
    await settle(workshop)
    (after,) = lists()
    assert after.id == told.id
    assert "first" not in after.text
    assert "No question about this session is open any more." in after.text
    # Nothing was asked about the last one: nothing is told.
    await workshop.until("2023-03-25 11:31")
    assert len(lists()) == 1


async def test_administrations_that_were_not_heard_come_first_if_wanted(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    first, _ = await asked(workshop, "The first question", "The second question")
    await ask_question(workshop, workshop.karim, "From another")
    await lead(workshop, "state", question=first, to="asked")
    _, wanted, _ = cards(workshop)
    await vote(workshop.karim, wanted)
    team = workshop.channel("team")
    by_votes = (await workshop.moderator.slash(team, "question list")).text
    assert by_votes.index("The second") < by_votes.index("From another") < by_votes.index("The first")
    unheard = (await workshop.moderator.slash(team, "question list", unheard=True)).text
    assert unheard.index("From another") < unheard.index("The second") < unheard.index("The first")
