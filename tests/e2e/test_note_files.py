"""Files of notes: uploaded in a form, kept next to the database, and what becomes of them. With a real bot."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from bot.rehearsal.discord.calls import Attachment, ReceivedAnswer
from bot.rehearsal.discord.people import Person
from bot.store.engine.content_folder import contents, digest_of, folder_of
from tests.e2e.actions import NOTE, note_cards, press_answer, settle_edits

if TYPE_CHECKING:
    from tests.e2e.world import World

OPEN = "2023-03-25 08:00"
PAPER = Attachment("Amina's paper.pdf", b"%PDF-1.7 what we wrote")


def photo(colour: str = "teal") -> Attachment:
    """A photo that tells who took it."""
    exif = Image.Exif()
    exif[0x013B] = "zebrafish"
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG", exif=exif)
    return Attachment(f"{colour}.jpg", out.getvalue())


async def share(world: World, person: Person, *files: Attachment, **changed: str) -> ReceivedAnswer:
    opened = await person.slash(world.channel("ledgers"), "note share")
    assert opened.modal is not None
    return await person.submit(opened.modal, {**NOTE, **changed, "files": files})


async def files_form(world: World, person: Person, answer: ReceivedAnswer) -> dict[str, Any]:
    opened = await press_answer(world, person, answer, "files:")
    assert opened.modal is not None, opened.text
    return opened.modal


def rows(world: World) -> list[tuple[str, str]]:
    return [(str(name), str(kind)) for name, kind in world.rows("SELECT name, type FROM note_file ORDER BY number")]


def on_disk(world: World) -> list[bytes]:
    folder = folder_of(world.database)
    return sorted((folder / name).read_bytes() for name in contents(folder))


async def test_files_come_with_the_note_and_lose_what_is_not_seen(workshop: World) -> None:
    await workshop.until(OPEN)
    answer = await share(workshop, workshop.amina, photo(), PAPER)
    assert answer.ephemeral
    assert answer.text.startswith("✅ Your note **Start with one port** is kept.")
    assert "📎 `teal.jpg`, `Amina's paper.pdf`" in answer.text
    assert rows(workshop) == [("teal.jpg", "jpg"), ("Amina's paper.pdf", "pdf")]
    [paper, picture] = on_disk(workshop)
    assert paper == PAPER.content
    assert picture.startswith(b"\xff\xd8")
    assert b"zebrafish" not in picture


async def test_what_is_no_picture_and_no_pdf_is_refused_and_the_note_is_kept(workshop: World) -> None:
    """Also if its name says that it is one, and if it is cut off."""
    await workshop.until(OPEN)
    answer = await share(
        workshop, workshop.amina, Attachment("page.png", b"<html>"), Attachment("half.jpg", photo().content[:30]), PAPER
    )
    assert answer.text.startswith("✅ Your note")
    for name in ("page.png", "half.jpg"):
        assert f"⚠️ `{name}` is not kept: it is neither a picture" in answer.text
    assert rows(workshop) == [("Amina's paper.pdf", "pdf")]
    assert workshop.rows("SELECT title FROM note") == [(NOTE["title"],)]


async def test_files_are_added_and_removed_later_up_to_three(workshop: World) -> None:
    await workshop.until(OPEN)
    answer = await share(workshop, workshop.amina)
    form = await files_form(workshop, workshop.amina, answer)
    assert [part.get("component", part)["type"] for part in form["components"]] == [19, 10]
    added = await workshop.amina.submit(form, {"files": [photo("red"), photo("blue")]})
    assert "📎 `red.jpg`, `blue.jpg`" in added.text
    form = await files_form(workshop, workshop.amina, added)
    [held] = [part["component"] for part in form["components"] if part.get("component", {}).get("type") == 22]
    assert [option["label"] for option in held["options"]] == ["red.jpg", "blue.jpg"]
    again = await workshop.amina.submit(
        form, {"unwanted": held["options"][0]["value"], "files": [photo("green"), photo("navy"), photo("gold")]}
    )
    assert "📎 `blue.jpg`, `green.jpg`, `navy.jpg`" in again.text
    assert "⚠️ `gold.jpg` is not kept: a note has at most 3 files." in again.text
    assert len(on_disk(workshop)) == 3


async def test_nobody_else_reaches_a_notes_files(workshop: World) -> None:
    await workshop.until(OPEN)
    answer = await share(workshop, workshop.amina, photo())
    form = await files_form(workshop, workshop.amina, answer)
    workshop.karim._forms |= workshop.amina._forms  # noqa: SLF001 - as a forged request would be
    refused = await workshop.karim.submit(form, {"unwanted": digest_of(on_disk(workshop)[0]), "files": [PAPER]})
    assert refused.text.startswith("⚠️")
    assert rows(workshop) == [("teal.jpg", "jpg")]


async def test_a_file_that_discord_does_not_hand_over_costs_nothing_else(
    workshop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workshop.until(OPEN)
    opened = await workshop.amina.slash(workshop.channel("ledgers"), "note share")
    assert opened.modal is not None
    monkeypatch.setattr(workshop.discord.backend.cdn, "get", lambda _url: None)
    answer = await workshop.amina.submit(opened.modal, {**NOTE, "files": [photo()]})
    assert answer.text.startswith("✅ Your note")
    assert "⚠️ `teal.jpg` is not kept: Discord did not hand it over." in answer.text
    assert on_disk(workshop) == []


async def test_files_are_erased_with_their_author(workshop: World) -> None:
    await workshop.until(OPEN)
    await share(workshop, workshop.amina, photo())
    await share(workshop, workshop.karim, PAPER)
    asked = await workshop.amina.slash(workshop.channel("ledgers"), "me delete")
    erased = await press_answer(workshop, workshop.amina, asked, "erase:")
    assert erased.text.startswith("✅")
    await settle_edits(workshop)
    assert on_disk(workshop) == [PAPER.content]
    assert rows(workshop) == [("Amina's paper.pdf", "pdf")]


def attached(world: World) -> list[list[str]]:
    """The names of the files on each card, by what shows them."""
    shown: list[list[str]] = []
    for card in note_cards(world):
        message = world.discord.backend.messages[card.channel_id][card.id]
        shown.append([str(file["filename"]) for file in message.attachments])
    return shown


async def test_a_card_shows_the_pictures_and_keeps_them_when_it_is_edited(workshop: World) -> None:
    await workshop.until(OPEN)
    answer = await share(workshop, workshop.amina, photo(), PAPER)
    await press_answer(workshop, workshop.amina, answer, "show:")
    await settle_edits(workshop)
    assert attached(workshop) == [["file-1.jpg", "file-2.pdf"]]
    [card] = note_cards(workshop)
    message = workshop.discord.backend.messages[card.channel_id][card.id]
    assert [part["type"] for part in message.components if part["type"] in {12, 13}] == [12, 13]
    sent = [file["id"] for file in message.attachments]
    # An edit of its text sends the files no second time.
    await workshop.press(workshop.karim, "ledgers", "echo:")
    await settle_edits(workshop)
    assert [file["id"] for file in message.attachments] == sent
    assert "🤝" in note_cards(workshop)[0].text
    # Signed otherwise, the PDF, which names its author, leaves the card.
    form = (await press_answer(workshop, workshop.amina, answer, "access:")).modal
    assert form is not None
    told = await workshop.amina.submit(form, {"visibility": "participants", "attribution": "anonymous"})
    assert "see the PDF for now" in told.text
    await settle_edits(workshop)
    assert attached(workshop) == [["file-1.jpg"]]
    # Without files, the card has none.
    form = await files_form(workshop, workshop.amina, answer)
    [held] = [part["component"] for part in form["components"] if part.get("component", {}).get("type") == 22]
    await workshop.amina.submit(form, {"unwanted": [option["value"] for option in held["options"]]})
    await settle_edits(workshop)
    assert attached(workshop) == [[]]


async def test_a_person_gets_their_files_back(workshop: World) -> None:
    await workshop.until(OPEN)
    await share(workshop, workshop.amina, photo(), PAPER)
    exported = await workshop.amina.slash(workshop.channel("ledgers"), "me export")
    assert b"Amina's paper.pdf" in exported.attachments[1].content
    there = workshop.discord.backend.messages[workshop.channel("ledgers")]

    def sent() -> list[Any]:
        return [message for message in there.values() if message.content.startswith("📎 **Start with one port**")]

    await workshop.eventually(lambda: bool(sent()), "the files")
    [message] = sent()
    assert message.is_ephemeral
    assert [str(file["filename"]) for file in message.attachments] == ["file-1.jpg", "file-2.pdf"]


async def test_lists_tell_how_many_files_a_note_has_for_their_reader(workshop: World) -> None:
    await workshop.until(OPEN)
    answer = await share(workshop, workshop.amina, photo(), PAPER)
    form = (await press_answer(workshop, workshop.amina, answer, "access:")).modal
    assert form is not None
    await workshop.amina.submit(form, {"visibility": "participants", "attribution": "anonymous"})
    lobby = workshop.channel("ledgers")
    assert "📎 2" in (await workshop.amina.slash(lobby, "note mine")).text
    # The PDF names its author, who isn't named.
    assert "📎 1" in (await workshop.karim.slash(lobby, "note search", words="port")).text
