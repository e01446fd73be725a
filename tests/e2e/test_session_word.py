"""The word that the chair says: told to the team in time, asked for at check-in, and seen by no participant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain.attendance.session_words import word_matches
from bot.store.plan_in_force import word_list
from tests.e2e.world import PLAN, stamp

if TYPE_CHECKING:
    from bot.domain.text import Text
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


@pytest.fixture
def written_plan() -> str:
    return f"{PLAN}attendance:\n  word: true\n"


def words_in(text: str) -> list[Text]:
    """Each word of the list that stands in a text in all three languages."""
    return [word for word in word_list() if all(f"**{wording}**" in text for wording in word.values())]


async def word_of(world: World, session: str) -> Text:
    answer = await world.moderator.slash(world.channel("team"), "word", session=session)
    assert answer.ephemeral
    (word,) = words_in(answer.text)
    return word


async def say(world: World, person: Person, said: str, session: str = "cases") -> ReceivedAnswer:
    """Press the button, and fill in the form that it opens."""
    form = (await world.press(person, "announcements", f"checkin:{session}:")).modal
    assert form is not None
    return await person.submit(form, {"word": said})


def present(world: World) -> list[tuple[str, int]]:
    return world.rows("SELECT session, person FROM presence ORDER BY session, person")


def wrong(word: Text, count: int) -> list[str]:
    return [other["en"] for other in word_list() if other["en"] != word["en"]][:count]


async def test_the_team_alone_is_told_fifteen_minutes_before_and_anew_after_a_restart_the_same(workshop: World) -> None:
    def told() -> list[str]:
        return [message.text for message in workshop.messages("team") if message.text.startswith("🔑")]

    await workshop.until("2023-03-25 08:44")
    assert told() == []
    await workshop.until("2023-03-25 08:46")
    (first,) = told()
    assert first.startswith("🔑 **Welcome**")
    assert stamp(workshop.at("2023-03-25 09:00")) in first
    word = await word_of(workshop, "welcome")
    assert words_in(first) == [word]
    await workshop.stop_bot()
    await workshop.start_bot()
    assert await word_of(workshop, "welcome") == word
    await workshop.until("2023-03-25 10:31")
    assert [text.split("**")[1] for text in told()] == [
        "Welcome",
        "Ledgers at work",
        "Questions",
    ]  # and none for coffee
    assert not workshop.may(workshop.amina, "team", "view_channel")
    refused = await workshop.amina.slash(workshop.channel("announcements"), "word")
    assert refused.text.startswith("⚠️ This is for the workshop\u2019s moderators.")
    assert await workshop.amina.autocomplete(workshop.channel("announcements"), "word", "session", "") == []
    secret = workshop.rows("SELECT value FROM fact WHERE name = 'word_secret'")[0][0]
    assert secret not in workshop.log


async def test_the_button_asks_for_the_word_and_takes_it_however_it_is_written(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    word = await word_of(workshop, "cases")
    announced = workshop.messages("announcements")[-1].text
    assert "The chair will say a word" in announced

    done = await say(workshop, workshop.amina, f" The {word['en'].upper()}!")
    assert done.ephemeral
    assert done.text.startswith("✅ You are checked in to **Ledgers at work**, at <t:")
    arabic = await workshop.karim.slash(workshop.channel("announcements"), "checkin", word=f"ال{word['ar']}")
    assert arabic.text.startswith("✅ Votre présence à **Registres au travail**")
    assert present(workshop) == sorted([("cases", workshop.amina.id), ("cases", workshop.karim.id)])

    # Who is there already is asked for nothing more, and no wrong word undoes it.
    again = await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    assert again.modal is None
    assert again.text.startswith("✅ You are already checked in")
    typed = await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="cases", word="wrong")
    assert typed.text == again.text
    assert workshop.rows("SELECT * FROM word_try") == []


async def test_a_command_without_the_word_opens_the_form_and_what_was_shown_before_a_restart_works(
    workshop: World,
) -> None:
    await workshop.until("2023-03-25 09:31")
    word = await word_of(workshop, "cases")
    form = (await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="cases")).modal
    assert form is not None
    await workshop.kill_bot()
    await workshop.start_bot()
    for expected in ("✅ You are checked in", "✅ You are already checked in"):
        assert (await workshop.amina.submit(form, {"word": word["fr"]})).text.startswith(expected)
    assert present(workshop) == [("cases", workshop.amina.id)]


async def test_five_wrong_words_are_all_also_at_once_and_after_a_restart(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    word = await word_of(workshop, "cases")
    lobby = workshop.channel("announcements")
    first, *others = wrong(word, 12)
    for _ in range(3):  # the same word again costs nothing
        answer = await say(workshop, workshop.amina, first)
        assert answer.text == (
            "⚠️ That is not the word of this session. Ask the chair to say it again, then try once more: "
            "4 tries are left."
        )
        assert answer.ephemeral
    await asyncio.gather(*(workshop.amina.slash(lobby, "checkin", session="cases", word=other) for other in others))
    await workshop.stop_bot()
    await workshop.start_bot()
    spent = "⚠️ You have used all your tries for the word of **Ledgers at work**. Tell a moderator that you are here."
    assert (await workshop.amina.slash(lobby, "checkin", session="cases", word=word["en"])).text == spent
    pressed = await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    assert (pressed.modal, pressed.text) == (None, spent)
    assert present(workshop) == []
    assert workshop.rows("SELECT count(*) FROM word_try") == [(5,)]
    # Another person, and another session, are another matter.
    assert (await say(workshop, workshop.karim, word["fr"])).text.startswith("✅")
    await workshop.until("2023-03-25 10:46")
    talk = await word_of(workshop, "talk")
    assert (await say(workshop, workshop.amina, talk["en"], "talk")).text.startswith("✅")
    for said in (word, talk):
        assert not any(wording in workshop.log for wording in said.values())


async def test_moderators_hear_the_word_of_any_session_to_come_and_what_to_do_if_there_is_none(workshop: World) -> None:
    team = workshop.channel("team")
    offered = await workshop.moderator.autocomplete(team, "word", "session", "")
    assert [each["value"] for each in offered] == ["welcome", "cases", "talk", "panel", "farewell"]
    answer = await workshop.moderator.slash(team, "word")
    assert "**Welcome**" in answer.text
    assert word_matches(words_in(answer.text)[0]["fr"], await word_of(workshop, "welcome"), ["fr"])
    for session in ("pause", "nothing"):
        refused = await workshop.moderator.slash(team, "word", session=session)
        assert refused.text.startswith("⚠️ No session to come has that name."), session
