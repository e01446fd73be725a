"""Shared notes: kept to the letter before anybody is told so, once each; refused with the text handed back."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.text import clean
from bot.rehearsal.discord.calls import CannotDo, NoAnswer, ReceivedAnswer, custom_ids
from bot.rehearsal.discord.people import Person

if TYPE_CHECKING:
    from tests.e2e.world import World

NOTE = {
    "title": "Start with one port",
    "kind": "worked",
    "did": "We put *one* port on the ledger first.",
    "learned": "Agree on who may write before anything else.",
}
COLUMNS = "title, kind, did, learned"
OPEN = "2023-03-25 08:00"


async def form_of(person: Person, world: World) -> dict[str, Any]:
    shown = await person.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert shown.modal is not None
    return shown.modal


def kept(world: World) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in world.rows(f"SELECT {COLUMNS} FROM note")]  # noqa: S608


def file_of(answer: ReceivedAnswer) -> str:
    (file,) = answer.attachments
    assert file.filename == "note.txt"
    return file.content.decode()


async def test_a_note_by_command_or_button_is_on_disk_before_it_is_said(workshop: World) -> None:
    kept_when_said: list[int] = []

    def look(method: str, path: str) -> None:
        if method == "POST" and path.startswith("/interactions/"):
            kept_when_said.append(len(kept(workshop)))

    await workshop.until(OPEN)
    by_command = await form_of(workshop.amina, workshop)
    assert by_command["title"] == "Share an experience"
    shown = await workshop.press(workshop.karim, "ledgers", "note:ledgers:")
    by_button = shown.modal
    assert by_button is not None
    assert by_button["title"] == "Partager une expérience"
    labels = [part["label"] for part in by_button["components"]]
    assert labels[0] == "Titre"
    # The topic is known in both, so they ask for files instead.
    for form in (by_command, by_button):
        names = [part["component"]["custom_id"] for part in form["components"]]
        assert names == ["title", "kind", "did", "learned", "files"]

    workshop.witness.on_request = look
    answer = await workshop.amina.submit(by_command, NOTE)
    second = await workshop.karim.submit(by_button, NOTE | {"title": "Commencer petit"})
    assert kept_when_said == [1, 2]
    assert answer.ephemeral
    assert second.ephemeral
    assert answer.text.startswith("✅ Your note **Start with one port** is kept. Only the organisers see it.")
    assert second.text.startswith("✅ Votre note **Commencer petit**")
    assert kept(workshop) == [NOTE, NOTE | {"title": "Commencer petit"}]
    assert workshop.rows("SELECT topic FROM note") == [("ledgers",)] * 2
    # Nobody else was shown any of it.
    assert workshop.titles("ledgers") == ["## **Shared ledgers**"]


async def test_the_same_form_sent_twice_is_one_note_that_says_what_was_sent_last(workshop: World) -> None:
    await workshop.until(OPEN)
    form = await form_of(workshop.amina, workshop)
    answers = await asyncio.gather(*(workshop.amina.submit(form, NOTE) for _ in range(3)))
    answers.append(await workshop.amina.submit(form, NOTE | {"learned": "Agree first."}))
    assert all(answer.text.startswith("✅ Your note") for answer in answers)
    assert kept(workshop) == [NOTE | {"learned": "Agree first."}]
    # Another form is another note.
    await workshop.amina.submit(await form_of(workshop.amina, workshop), NOTE)
    assert len(kept(workshop)) == 2


async def test_a_form_outlives_the_bot_that_opened_it_and_so_does_what_was_sent(workshop: World) -> None:
    await workshop.until(OPEN)
    form = await form_of(workshop.amina, workshop)
    await workshop.kill_bot()
    with pytest.raises(NoAnswer, match="offline"):
        await workshop.amina.submit(form, NOTE)
    await workshop.start_bot()
    second = await form_of(workshop.karim, workshop)
    assert (await workshop.amina.submit(form, NOTE)).text.startswith("✅ Your note")
    assert kept(workshop) == [NOTE]

    def kill(method: str, path: str) -> None:
        if method == "POST" and path.startswith("/interactions/"):
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    # The answer reached Discord, but the bot that gave it is dead before it knows.
    answer = await workshop.karim.submit(second, NOTE | {"title": "Petit"})
    assert answer.text.startswith("✅")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    assert [note["title"] for note in kept(workshop)] == ["Start with one port", "Petit"]
    await workshop.start_bot()
    assert (await workshop.karim.submit(second, NOTE | {"title": "Petit"})).text.startswith("✅")
    assert [note["title"] for note in kept(workshop)] == ["Start with one port", "Petit"]


DIRECTIONS = "\u200e\u202e\u2066 \u2069\u200f"


BLANKS = ("    ", DIRECTIONS, "\n\t \r\n", "\u200b\u200b\ufeff")


async def test_a_part_that_nobody_can_read_is_refused_and_the_text_comes_back(workshop: World) -> None:
    """Blanks, signs that only turn the direction of writing, and signs that have no width at all."""
    await workshop.until(OPEN)
    for part, blank in itertools.product(("title", "did", "learned"), BLANKS):
        typed = NOTE | {part: blank}
        answer = await workshop.amina.submit(await form_of(workshop.amina, workshop), typed)
        assert answer.ephemeral
        assert answer.text.startswith("⚠️ A part of the note holds nothing that can be read"), part
        assert file_of(answer) == "\n\n".join(clean(typed[each]) for each in ("title", "did", "learned"))
    assert kept(workshop) == []


async def test_a_note_is_shown_once_and_by_its_author_only(workshop: World) -> None:
    await workshop.until(OPEN)
    amina, lobby = workshop.amina, workshop.channel("ledgers")
    answer = await amina.submit(await form_of(amina, workshop), NOTE)
    with pytest.raises(CannotDo, match="sees no message"):
        await workshop.press_in(workshop.karim, answer, "ledgers", "show:")
    ((note_id,),) = workshop.rows("SELECT id FROM note")
    button = f"show:{note_id}"
    planted = workshop.plant(lobby, button)
    for other in (workshop.karim, workshop.moderator):
        refused = await other.press(planted.id, lobby, button)
        assert refused.ephemeral
        assert refused.text.startswith("⚠️")
    await workshop.settle()
    assert workshop.rows("SELECT count(*) FROM delivery WHERE kind = 'card'") == [(0,)]

    shown = await asyncio.gather(*(workshop.press_in(amina, answer, "ledgers", "show:") for _ in range(3)))
    shown.append(await workshop.press_in(amina, answer, "ledgers", "show:"))
    assert {each.text for each in shown} == {f"✅ Your note is shown in <#{lobby}>. Thank you."}
    await workshop.settle()
    await workshop.kill_bot()
    await workshop.start_bot()
    await workshop.press_in(amina, answer, "ledgers", "show:")
    await workshop.settle()
    cards = [message for message in workshop.messages("ledgers") if "Start with one port" in message.text]
    (card,) = cards
    assert "We put \\*one\\* port" in card.text
    assert "Amina · BH" in card.text
    assert workshop.rows("SELECT visibility FROM note") == [("participants",)]


async def test_four_thousand_characters_from_right_to_left_are_kept_to_the_letter_and_their_card_fits(
    workshop: World,
) -> None:
    await workshop.until(OPEN)
    # A family emoji is five code points held together by joiners, and eight units as Discord counts.
    phrase = "سجلنا كل شحنة 👨‍👩‍👧 على السجل، *ثم* راجعناها مع الميناء (<@1>)\n"
    did = (phrase * 100)[:3999] + "."
    learned = ("لا\u200cتبدأ كبيراً 🚢 " * 400)[:3999] + "."
    title = "ملاحظة " * 21
    typed = NOTE | {"title": title.strip()[:150], "did": did, "learned": learned}
    assert (len(did), len(learned)) == (4000, 4000)
    answer = await workshop.karim.submit(await form_of(workshop.karim, workshop), typed)
    assert answer.text.startswith("✅")
    assert kept(workshop) == [typed]
    assert (await workshop.press_in(workshop.karim, answer, "ledgers", "show:")).text.startswith("✅")
    await workshop.settle()
    card = workshop.messages("ledgers")[-1]
    assert typed["title"] in card.text
    assert "…" in card.text
    message = workshop.discord.backend.messages[card.channel_id][card.id]
    assert len(card.text.encode("utf-16-le")) // 2 <= 4000
    assert custom_ids(message)[0].startswith("note:ledgers:")
    assert workshop.rows("SELECT state FROM delivery WHERE kind = 'card'") == [("sent",)]
    # And it leaves by every door as it came in.
    exported = await workshop.plenary("export", "notes", "--format", "json")
    assert all(text in exported.out.decode() for text in ("لا\u200cتبدأ كبيراً 🚢", "👨‍👩‍👧"))


async def test_the_button_under_a_session_that_ended_opens_the_form_for_its_topic(workshop: World) -> None:
    await workshop.until("2023-03-27 10:30")
    ended = await workshop.press(workshop.amina, "announcements", "note:sensors:")
    assert ended.modal is not None
    # After the workshop, too, a note is kept and shown.
    answer = await workshop.amina.submit(ended.modal, NOTE)
    assert (await workshop.press_in(workshop.amina, answer, "announcements", "show:")).text.startswith("✅")
    await workshop.settle()
    assert workshop.rows("SELECT topic FROM note") == [("sensors",)]
    assert "Start with one port" in workshop.titles("sensors")[-1]
