"""Pulses, the evaluation and pledges: one answer a person, kept before it is said, changeable, shown without names."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.text import clean
from bot.rehearsal.discord.calls import NoAnswer, ReceivedAnswer
from bot.rehearsal.discord.people import Person
from tests.e2e.actions import LAST_MORNING, PLEDGE, form_values, pledge_form

if TYPE_CHECKING:
    from tests.e2e.world import World

AFTER_CASES = "2023-03-25 10:32"
OVER = "2023-03-27 10:31"
PULSE = {"useful": "4", "pace": "fast", "remark": "Fewer *slides*, @everyone"}
EVALUATION = {"overall": "5", "objectives": "partly", "helps": "", "changes": "الوقت", "recommend": "yes"}


async def rating_form(world: World, person: Person, subject: str = "cases") -> dict[str, Any]:
    shown = await world.press(person, "announcements", f"rate:{subject}:")
    assert shown.modal is not None, shown.text
    return shown.modal


def kept(world: World) -> dict[tuple[str, int], dict[str, str]]:
    rows = world.rows("SELECT subject, person, answers FROM feedback")
    return {(subject, person): json.loads(answers) for subject, person, answers in rows}


def crowd(world: World, size: int) -> list[Person]:
    people = [world.discord.add_person(f"p{n}", guild_id=world.guild_id) for n in range(size)]
    for person in people:
        world.discord.give_role(person, world.role("Participant"))
    return people


async def check_in(world: World, person: Person) -> None:
    answer = await world.press(person, "announcements", "checkin:cases:")
    assert answer.text.startswith("✅"), answer.text


async def test_a_session_of_the_kinds_in_the_plan_is_rated_once_a_person_and_the_answer_can_be_changed(
    workshop: World,
) -> None:
    kept_when_said: list[int] = []

    def look(method: str, path: str) -> None:
        if method == "POST" and path.startswith("/interactions/"):
            kept_when_said.append(len(kept(workshop)))

    await workshop.until(AFTER_CASES)
    asked = [each for m in workshop.messages("announcements") for each in m.custom_ids if each.startswith("rate:")]
    assert [each.split(":")[1] for each in asked] == ["cases"]  # the opening is none of them
    form = await rating_form(workshop, workshop.amina)
    assert form_values(form) == {"useful": "", "pace": "", "remark": ""}
    assert [option["label"] for option in form["components"][0]["component"]["options"]] == [
        "★★★★★", "★★★★☆", "★★★☆☆", "★★☆☆☆", "★☆☆☆☆",
    ]  # fmt: skip
    workshop.witness.on_request = look
    answers = await asyncio.gather(*(workshop.amina.submit(form, PULSE) for _ in range(3)))
    workshop.witness.on_request = None
    assert all(answer.text.startswith("✅ Thank you, your answer is saved.") for answer in answers)
    assert kept_when_said == [1, 1, 1]
    assert kept(workshop) == {("cases", workshop.amina.id): PULSE}
    again = await rating_form(workshop, workshop.amina)
    assert form_values(again) == PULSE
    await workshop.amina.submit(again, {"useful": "2", "remark": ""})
    assert kept(workshop) == {("cases", workshop.amina.id): PULSE | {"useful": "2", "remark": ""}}
    french = await rating_form(workshop, workshop.karim)
    assert french["components"][1]["label"] == "Rythme et niveau"


async def test_a_form_outlives_the_bot_that_opened_it(workshop: World) -> None:
    await workshop.until(AFTER_CASES)
    form = await rating_form(workshop, workshop.amina)
    await workshop.kill_bot()
    with pytest.raises(NoAnswer, match="offline"):
        await workshop.amina.submit(form, PULSE)
    await workshop.start_bot()
    assert (await workshop.amina.submit(form, PULSE)).text.startswith("✅")
    assert kept(workshop) == {("cases", workshop.amina.id): PULSE}
    announced = [each for m in workshop.messages("announcements") for each in m.custom_ids if each.startswith("rate:")]
    assert len(announced) == 1


async def test_the_response_rate_is_counted_nobody_is_named_and_few_are_not_told_apart(workshop: World) -> None:
    team = workshop.channel("team")
    early = await workshop.moderator.slash(team, "feedback show")
    assert early.text.startswith("⚠️ No session has been rated yet.")
    await workshop.until("2023-03-25 09:35")
    everybody = [workshop.amina, workshop.karim, *crowd(workshop, 2)]
    for person in everybody:
        await check_in(workshop, person)
    await workshop.until(AFTER_CASES)

    async def show() -> str:
        return (await workshop.moderator.slash(team, "feedback show")).text

    for person in everybody[:2]:
        await person.submit(await rating_form(workshop, person), PULSE)
    assert "Answered: 2 of the 4 who attended (50.0 %)." in await show()
    assert "Fewer than three people answered" in await show()
    await everybody[2].submit(await rating_form(workshop, everybody[2]), PULSE | {"useful": "1", "pace": "slow"})
    told = await show()
    assert "Answered: 3 of the 4 who attended (75.0 %)." in told
    assert "Useful for my work: 3.0 / 5" in told
    assert "Too fast or too advanced 2 · Too slow or too basic 1" in told
    assert "slides" not in told
    assert "Amina" not in told
    refused = await workshop.amina.slash(workshop.channel("ledgers"), "feedback show")
    assert refused.text.startswith("⚠️")
    exported = (await workshop.plenary("export", "feedback", "--format", "json")).out.decode()
    assert [(row["session"], row["useful"]) for row in json.loads(exported)["rows"]] == [
        ("cases", "1"), ("cases", "4"), ("cases", "4"),
    ]  # fmt: skip
    assert not any(str(person.id) in exported or person.name in exported for person in everybody)


async def test_the_workshop_is_evaluated_at_its_end(workshop: World) -> None:
    await workshop.until(OVER)
    form = await rating_form(workshop, workshop.karim, "_workshop")
    assert len(form["components"]) == 5
    assert (await workshop.karim.submit(form, EVALUATION)).text.startswith("✅ Merci")
    assert kept(workshop) == {("_workshop", workshop.karim.id): EVALUATION}
    told = (await workshop.moderator.slash(workshop.channel("team"), "feedback show")).text
    assert "The workshop as a whole" in told


async def test_an_old_or_strange_button_says_what_to_do(workshop: World) -> None:
    await workshop.until(AFTER_CASES)
    lobby = workshop.channel("ledgers")
    for button in ("rate:gone:x", "rate", "pledge:a:b", "pledge:x"):
        planted = workshop.plant(lobby, button)
        refused = await workshop.amina.press(planted.id, lobby, button)
        assert refused.text.startswith("⚠️"), button
    assert kept(workshop) == {}


async def test_a_pledge_is_made_from_the_last_day_on_and_can_be_changed(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    early = await workshop.amina.slash(lobby, "pledge")
    assert early.text.startswith("⚠️ Pledges are made on the last day")
    await workshop.until(LAST_MORNING)
    form = await pledge_form(workshop, workshop.amina)
    assert form["title"] == "What will you apply in your administration?"
    answer = await workshop.amina.submit(form, PLEDGE)
    assert answer.text.startswith("✅ Your pledge for Friday")
    assert "30 June 2023" in answer.text
    again = await pledge_form(workshop, workshop.amina)
    assert form_values(again) == PLEDGE
    await workshop.kill_bot()
    await workshop.start_bot()
    await workshop.amina.submit(again, {"by": "31/12/2023", "contact": False})
    assert workshop.rows("SELECT person, text, by_day, follow_up FROM pledge") == [
        (workshop.amina.id, PLEDGE["text"], "2023-12-31", 0)
    ]
    await workshop.until(OVER)
    shown = await workshop.press(workshop.karim, "announcements", "pledge:")
    assert shown.modal is not None
    assert (await workshop.karim.submit(shown.modal, PLEDGE | {"text": "Essayer @here"})).text.startswith("✅")
    rows = json.loads((await workshop.plenary("export", "pledges", "--format", "json")).out)["rows"]
    assert [(row["person"], row["text"]) for row in rows] == [(None, PLEDGE["text"]), ("Karim · DZ", "Essayer @here")]


#: What is typed instead, and why it is refused.
REFUSED_PLEDGES: tuple[tuple[dict[str, str], str], ...] = (
    ({"by": "soon"}, "⚠️ “soon” is not a date that I understand."),
    ({"by": "2023-02-30"}, "⚠️ “2023-02-30” is not a date that I understand."),
    ({"by": "2023-03-26"}, "⚠️ “2023-03-26” has passed: today is 2023-03-27."),
    ({"text": "\u202e \u200b"}, "⚠️ There is nothing in that pledge that can be read"),
)


async def test_a_pledge_that_cannot_be_kept_goes_back_with_the_reason(workshop: World) -> None:
    await workshop.until(LAST_MORNING)
    for typed, sentence in REFUSED_PLEDGES:
        form = await pledge_form(workshop, workshop.amina)
        answer: ReceivedAnswer = await workshop.amina.submit(form, PLEDGE | typed)
        assert answer.text.startswith(sentence)
        assert answer.attachments[0].content.decode() == clean(str((PLEDGE | typed)["text"]))
    assert workshop.rows("SELECT person FROM pledge") == []
