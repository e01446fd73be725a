"""The Chatham House Rule: what was shared and attended under it stays unnamed, whatever becomes of the session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.rehearsal.discord.people import Person
from tests.e2e.world import PLAN, buttons

if TYPE_CHECKING:
    from tests.e2e.world import World

RULED = PLAN.replace("        topic: sensors\n", "        topic: sensors\n        chatham_house: true\n")
NOTE = {"title": "Secret", "kind": "mixed", "did": "What I did", "learned": "What I learned"}


@pytest.fixture
def written_plan() -> str:
    return RULED


async def share(world: World, person: Person) -> None:
    """Share a note on the topic of the session under the rule, for everybody to see."""
    form = (await person.slash(world.channel("sensors"), "note share")).modal
    assert form is not None
    await world.press_in(person, await person.submit(form, NOTE), "sensors", "show:")


async def exported(world: World, subject: str, *options: str) -> list[dict[str, Any]]:
    ran = await world.plenary("export", subject, "--format", "json", *options)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["rows"]


async def assert_nobody_is_told(world: World) -> None:
    """Neither by an export, nor by a card, nor by what the bot answers."""
    known = [known for person in (world.amina, world.karim) for known in (person.name, str(person.id))]
    known += [
        "Amina",
        "Karim",
        *(str(key) for (key,) in world.rows("SELECT id FROM note UNION SELECT id FROM question")),
    ]
    for subject in ("notes", "questions", "attendance", "intervals", "audit"):
        told = json.dumps(await exported(world, subject), ensure_ascii=False)
        assert [trace for trace in known if trace in told] == [], subject
    await world.settle()
    cards = [message.text for room in ("sensors", "questions") for message in world.messages(room)]
    found = await world.karim.slash(world.channel("sensors"), "note search", words="secret")
    listed = await world.moderator.slash(world.channel("team"), "question list")
    for told in (*cards, found.text, listed.text):
        assert [trace for trace in known if trace in told] == []
    assert any("Secret" in card for card in cards)
    assert any("Who leaked?" in card for card in cards)


async def confirm(world: World, command: str, **options: str) -> None:
    shown = await world.moderator.slash(world.channel("team"), command, **options)
    assert shown.message_id is not None
    done = await world.moderator.press(shown.message_id, world.channel("team"), buttons(shown)[0])
    assert done.text.startswith("✅"), done.text


async def test_no_edit_cancellation_or_new_id_of_a_session_lifts_the_rule(workshop: World) -> None:
    await workshop.until("2023-03-27 08:55")
    await share(workshop, workshop.amina)
    await share(workshop, workshop.karim)
    form = (await workshop.amina.slash(workshop.channel("questions"), "ask", session="panel")).modal
    assert form is not None
    await workshop.amina.submit(form, {"text": "Who leaked?", "session": "panel"})
    await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="panel")
    assert workshop.rows("SELECT session FROM presence") == [("panel",)]
    await assert_nobody_is_told(workshop)
    await confirm(workshop, "session edit", session="panel", topic="ledgers")
    await assert_nobody_is_told(workshop)
    await confirm(workshop, "session cancel", session="panel")
    await assert_nobody_is_told(workshop)
    await workshop.stop_bot()
    (workshop.folder / "plan.yaml").write_text(PLAN.replace("id: panel\n", "id: panel-b\n"), "utf-8")
    await workshop.start_bot()
    await assert_nobody_is_told(workshop)


async def test_an_anonymous_note_does_not_lead_to_the_message_that_it_was(workshop: World) -> None:
    """Neither for readers of an export or of the audit, nor by the buttons of its card, nor for who does it too."""
    await workshop.until("2023-03-25 09:31")
    room, amina = workshop.channel("ledgers"), workshop.amina
    message = workshop.discord.backend.create_message(room, amina.id, "We bribed nobody.")
    form = (await amina.menu(message.id, room, "Save as note")).modal
    assert form is not None
    kept = await amina.submit(form, NOTE | {"topic": "ledgers"})
    access = (await workshop.press_in(amina, kept, "ledgers", "access:")).modal
    assert access is not None
    await amina.submit(access, {"visibility": "public", "attribution": "anonymous"})
    await workshop.settle()
    # Saved again, it is the same note.
    again = (await amina.menu(message.id, room, "Save as note")).modal
    assert again is not None
    await amina.submit(again, NOTE | {"topic": "ledgers", "title": "Again"})
    assert workshop.rows("SELECT title FROM note") == [("Again",)]
    await workshop.press(workshop.karim, "ledgers", "echo:")
    note = workshop.rows("SELECT id FROM note")[0][0]
    await workshop.organiser.slash(workshop.channel("team"), "note review", note=note)
    [row] = await exported(workshop, "notes", "--for", "public")
    assert row["author"] is None
    dossier = await workshop.karim.slash(workshop.channel("welcome"), "me export")
    told = [json.dumps(row), json.dumps(await exported(workshop, "audit"))]
    told += [file.content.decode() for file in dossier.attachments]
    told += [custom_id for one in workshop.messages("ledgers") for custom_id in one.custom_ids]
    assert any(custom_id.startswith("echo:") for custom_id in told)
    assert [one for one in told if str(message.id) in one or str(amina.id) in one] == []
