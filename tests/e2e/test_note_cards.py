"""What becomes of a note: its card follows whatever its author chooses, also if the bot is killed in between."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from simcord.components import walk_components

from bot.rehearsal.discord.calls import CannotDo, ReceivedAnswer, SeenMessage
from bot.rehearsal.discord.faults import Fault
from bot.rehearsal.discord.people import Person
from tests.e2e.actions import (
    BEFORE_WELCOME,
    NOTE,
    direct_messages,
    fill_in,
    note_cards,
    press_answer,
    settle_edits,
    share_note,
)
from tests.e2e.world import buttons

if TYPE_CHECKING:
    from bot.rehearsal.discord.requests import DiscordRequest
    from tests.e2e.world import World


async def shared(world: World) -> ReceivedAnswer:
    """Amina's note, shown; the answer from which she can change it."""
    await world.until(BEFORE_WELCOME)
    answer = await share_note(world, world.amina)
    await press_answer(world, world.amina, answer, "show:")
    await world.settle()
    return answer


def note_id(world: World) -> str:
    ((found,),) = world.rows("SELECT id FROM note")
    return str(found)


def values_of(form: dict[str, Any]) -> dict[str, str]:
    """What a form shows in its fields when it opens."""
    shown: dict[str, str] = {}
    for part in walk_components(form["components"]):
        if "options" in part:
            shown[part["custom_id"]] = "".join(o["value"] for o in part["options"] if o.get("default"))
        elif "custom_id" in part:
            shown[part["custom_id"]] = part.get("value") or ""
    return shown


# --- details -----------------------------------------------------------------------------------------------------


async def test_details_are_added_in_forms_that_show_them_again_and_the_card_follows(workshop: World) -> None:
    answer = await shared(workshop)
    (before,) = note_cards(workshop)
    kept = await fill_in(workshop, workshop.amina, answer, "details:", results="-5 % @everyone", maturity="pilot")
    assert kept.text.startswith("✅ Your note **Start with one port** is kept, and its card")
    await settle_edits(workshop)
    (after,) = note_cards(workshop)
    assert after.id == before.id
    assert "A pilot" in after.text
    assert r"-5 % \@everyone" in after.text
    again = await press_answer(workshop, workshop.amina, answer, "details:")
    assert again.modal
    assert values_of(again.modal)["results"] == "-5 % @everyone"
    assert values_of(again.modal)["maturity"] == "pilot"
    # Left out, a part is taken out.
    await workshop.amina.submit(again.modal, {"results": "", "maturity": []})
    await settle_edits(workshop)
    assert "A pilot" not in note_cards(workshop)[0].text


async def test_a_link_that_is_none_is_named_and_the_text_comes_back(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    answer = await share_note(workshop, workshop.amina)
    refused = await fill_in(
        workshop, workshop.amina, answer, "details:means:", links="javascript:alert(1)", cost="Little"
    )
    assert refused.text.startswith("⚠️ “javascript:alert(1)” is not an address")
    assert refused.attachments[0].content.decode().split("\n\n")[2:] == ["Little", "", "javascript:alert(1)"]
    assert workshop.rows("SELECT details FROM note") == [("{}",)]
    kept = await fill_in(
        workshop, workshop.amina, answer, "details:means:", links="https://a.example/b\nhttp://c.example"
    )
    assert kept.text.startswith("✅")


# --- who sees it -------------------------------------------------------------------------------------------------


async def test_a_card_loses_its_name_goes_and_comes_back_as_its_author_chooses(workshop: World) -> None:
    """Edited in place while it is shown; hidden and shown again, it is another message."""
    answer = await shared(workshop)
    (named,) = note_cards(workshop)
    assert "Amina" in named.text
    await fill_in(workshop, workshop.amina, answer, "access:", visibility="public", attribution="anonymous")
    await settle_edits(workshop)
    (nameless,) = note_cards(workshop)
    assert nameless.id == named.id
    assert "Amina" not in nameless.text
    assert "A participant" in nameless.text
    for times in range(1, 3):
        kept = await fill_in(workshop, workshop.amina, answer, "access:", visibility="organisers", attribution="name")
        assert "Only the organisers see it" in kept.text
        await settle_edits(workshop)
        assert note_cards(workshop) == []
        await press_answer(workshop, workshop.amina, kept, "show:")
        await settle_edits(workshop)
        (back,) = note_cards(workshop)
        assert "Amina" in back.text
        assert workshop.rows("SELECT state, message_id, retracted FROM delivery WHERE kind = 'card'") == [
            ("sent", back.id, times)
        ]
    given = workshop.rows("SELECT visibility, attribution, key, language, wording FROM note_consent ORDER BY number")
    assert [row[:2] for row in given[:3]] == [
        ("participants", "name"),
        ("public", "anonymous"),
        ("organisers", "name"),
    ]
    assert given[1][2:4] == ("consent.access", "en")
    assert given[1][4].startswith("By sending this form you agree")


async def test_a_note_withdrawn_is_gone_for_everybody_but_its_author(workshop: World) -> None:
    await shared(workshop)
    amina, lobby = workshop.amina, workshop.channel("ledgers")
    assert await amina.autocomplete(lobby, "note withdraw", "note", "START one") == []
    (offered,) = await amina.autocomplete(lobby, "note withdraw", "note", "START With")
    assert await workshop.karim.autocomplete(lobby, "note withdraw", "note", "start") == []
    stolen = await workshop.karim.slash(lobby, "note withdraw", note=offered["value"])
    assert stolen.text.startswith("⚠️ Vous n")
    answer = await amina.slash(lobby, "note withdraw", note=offered["value"])
    assert answer.text.startswith("✅ Your note **Start with one port** is withdrawn")
    await settle_edits(workshop)
    assert note_cards(workshop) == []
    for person in (workshop.karim, workshop.organiser):
        found = await person.slash(lobby, "note search", words="port")
        assert "Start with" not in found.text
    assert "Only you: a draft" in (await amina.slash(lobby, "note mine")).text
    exported = await workshop.plenary("export", "notes", "--format", "json")
    assert json.loads(exported.out)["rows"] == []
    assert "drafts never leave" in exported.err


async def test_a_card_is_gone_only_if_discord_says_so_of_the_message(workshop: World) -> None:
    """Of a room that it doesn't find for a moment, Discord says 404 too."""
    await shared(workshop)
    lobby, lost = workshop.channel("ledgers"), 1

    def draw(request: DiscordRequest) -> Fault | None:
        nonlocal lost
        if request.method != "DELETE" or not lost:
            return None
        lost -= 1
        return Fault.NOT_FOUND

    workshop.discord._draw = draw  # noqa: SLF001 - it begins in the midst of the test
    workshop.forgiven.add("invalid")
    (offered,) = await workshop.amina.autocomplete(lobby, "note withdraw", "note", "START With")
    await workshop.amina.slash(lobby, "note withdraw", note=offered["value"])
    await workshop.until(workshop.keeper.now() + timedelta(minutes=3))
    assert lost == 0
    assert note_cards(workshop) == []


async def test_a_note_moved_to_another_topic_takes_its_card_along(workshop: World) -> None:
    await workshop.until("2023-03-27 09:00")
    answer = await share_note(workshop, workshop.amina)
    await press_answer(workshop, workshop.amina, answer, "show:")
    await settle_edits(workshop)
    lobby = workshop.channel("ledgers")
    (offered,) = await workshop.amina.autocomplete(lobby, "note edit", "note", "port")
    opened = await workshop.amina.slash(lobby, "note edit", note=offered["value"])
    assert opened.modal is not None
    assert values_of(opened.modal) == {**NOTE, "topic": "ledgers"}
    await workshop.amina.submit(opened.modal, {"topic": "sensors", "title": "Start with two ports"})
    await settle_edits(workshop)
    assert note_cards(workshop) == []
    (moved,) = note_cards(workshop, "sensors")
    assert "Start with two ports" in moved.text
    assert workshop.rows("SELECT topic, title FROM note_revision") == [("ledgers", "Start with one port")]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("heard", [True, False])
async def test_a_bot_killed_while_its_card_follows_finishes_the_work_when_it_is_back(
    workshop: World,
    method: str,
    heard: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Whether Discord heard of it or not; nor does the change get lost if the bot is dead before it tries."""
    answer = await shared(workshop)
    (before,) = note_cards(workshop)

    def kill(called: str, path: str) -> None:
        asks = called == "POST" and path.startswith("/interactions/")
        if asks if not heard else (called == method and "/messages/" in path):
            workshop.kill_in_the_act()

    chosen = {"visibility": "private" if method == "DELETE" else "series", "attribution": "anonymous"}
    opened = await press_answer(workshop, workshop.amina, answer, "access:")
    assert opened.modal
    workshop.witness.on_request = kill
    await workshop.amina.submit(opened.modal, chosen)
    if heard:
        await workshop.eventually(lambda: any(each == method for each, _ in workshop.witness.requests), "the request")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    await workshop.start_bot()
    await settle_edits(workshop)
    if method == "DELETE":
        assert note_cards(workshop) == []
        assert workshop.rows("SELECT state FROM delivery WHERE kind = 'card'") == [("cancelled",)]
    else:
        (after,) = note_cards(workshop)
        assert (after.id, "Amina" in after.text) == (before.id, False)


async def test_a_card_hidden_after_a_kill_in_the_middle_of_sending_does_not_stay(workshop: World) -> None:
    """The message is on Discord, and nobody recorded it."""
    await workshop.until(BEFORE_WELCOME)
    answer = await share_note(workshop, workshop.amina)
    opened = await press_answer(workshop, workshop.amina, answer, "access:")
    assert opened.modal

    def kill(called: str, path: str) -> None:
        if called == "POST" and path.endswith("/messages"):
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    await press_answer(workshop, workshop.amina, answer, "show:")
    await workshop.eventually(lambda: note_cards(workshop), "the card")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    workshop.rewrite("UPDATE note SET visibility = 'organisers'")
    await workshop.start_bot()
    await settle_edits(workshop)
    assert note_cards(workshop) == []
    assert workshop.rows("SELECT state FROM delivery WHERE kind = 'card'") == [("cancelled",)]


async def test_a_card_hidden_before_discord_could_take_it_is_never_seen(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    answer = await share_note(workshop, workshop.amina)
    room, failing, tries = workshop.channel("ledgers"), True, 0

    def draw(request: DiscordRequest) -> Fault | None:
        nonlocal tries
        if not failing or request.method != "POST" or request.path != f"/channels/{room}/messages":
            return None
        tries += 1
        return Fault.UNAVAILABLE

    workshop.discord._draw = draw  # noqa: SLF001 - it begins in the midst of the test
    await press_answer(workshop, workshop.amina, answer, "show:")
    await workshop.eventually(lambda: tries, "the first try")
    opened = await press_answer(workshop, workshop.amina, answer, "access:")
    assert opened.modal
    await workshop.amina.submit(opened.modal, {"visibility": "organisers", "attribution": "name"})
    failing = False
    await workshop.until(workshop.keeper.now() + timedelta(minutes=3))
    assert note_cards(workshop) == []
    assert workshop.rows("SELECT state FROM delivery WHERE kind = 'card'") == [("cancelled",)]


# --- finding -----------------------------------------------------------------------------------------------------


async def test_a_search_finds_in_three_scripts_what_the_reader_may_see_and_leads_to_its_card(workshop: World) -> None:
    await shared(workshop)
    lobby = workshop.channel("ledgers")
    await share_note(
        workshop, workshop.karim, title="Évaluer les risques", did="التَّعرف على الشحنة", learned="@everyone"
    )
    (card,) = note_cards(workshop)
    link = f"https://discord.com/channels/{workshop.guild_id}/{lobby}/{card.id}"
    assert link in (await workshop.karim.slash(lobby, "note search", words="PORT ledger")).text
    assert link in (await workshop.amina.slash(lobby, "note mine")).text
    # Karim's is for the organisers alone.
    for words in ("evaluer RISQUES", "شحنه"):
        for person, sees in ((workshop.karim, True), (workshop.organiser, True), (workshop.amina, False)):
            found = await person.slash(lobby, "note search", words=words)
            assert found.ephemeral
            assert ("Évaluer les risques" in found.text) is sees
    nothing = await workshop.amina.slash(lobby, "note search", words="?!")
    assert nothing.text.startswith("⚠️ There is no word")


# --- others ------------------------------------------------------------------------------------------------------


async def test_who_does_it_too_is_counted_once_and_can_take_it_back(workshop: World) -> None:
    await shared(workshop)
    counted = await workshop.press(workshop.karim, "ledgers", "echo:")
    again = await workshop.press(workshop.karim, "ledgers", "echo:")
    assert counted.text == again.text
    assert counted.text.startswith("✅ Vous êtes compté")
    await settle_edits(workshop)
    assert "One other does this too" in note_cards(workshop)[0].text
    own = await workshop.press(workshop.amina, "ledgers", "echo:")
    assert own.text.startswith("⚠️ This is your own note")
    for _ in range(2):
        await press_answer(workshop, workshop.karim, counted, "unecho:")
    await settle_edits(workshop)
    assert "does this too" not in note_cards(workshop)[0].text


async def test_two_people_are_in_touch_only_if_both_want_it(workshop: World) -> None:
    answer = await shared(workshop)
    lobby = workshop.channel("ledgers")
    await fill_in(workshop, workshop.amina, answer, "access:", visibility="participants", attribution="anonymous")
    asked = await workshop.press(workshop.karim, "ledgers", "touch:")
    assert "est sollicité et lit votre nom" in asked.text
    await workshop.press(workshop.karim, "ledgers", "touch:")
    await settle_edits(workshop)
    (letter,) = direct_messages(workshop, workshop.amina)
    assert "Karim · DZ would like to be in touch" in letter
    assert direct_messages(workshop, workshop.karim) == []
    waiting = await workshop.karim.slash(lobby, "note contacts")
    assert "pas encore de réponse" in waiting.text
    listed = await workshop.amina.slash(lobby, "note contacts")
    assert "Karim · DZ would like to be in touch" in listed.text
    assert f"<@{workshop.karim.id}>" not in listed.text
    # A refusal looks like silence, and can be thought over.
    await press_answer(workshop, workshop.amina, listed, "meet:no:")
    assert (await workshop.karim.slash(lobby, "note contacts")).text == waiting.text
    assert not any(custom_id.startswith("meet:") for custom_id in buttons(waiting))
    button = f"meet:yes:{note_id(workshop)}:{workshop.karim.id}"
    agreed = await workshop.amina.press(workshop.plant(lobby, button).id, lobby, button)
    assert f"(<@{workshop.karim.id}>)" in agreed.text
    told = await workshop.karim.slash(lobby, "note contacts")
    assert f"Amina · BH (<@{workshop.amina.id}>)" in told.text
    # Nobody answers for somebody else.
    planted = workshop.plant(lobby, button)
    stolen = await workshop.moderator.press(planted.id, lobby, button)
    assert stolen.text.startswith("⚠️")


# --- messages ----------------------------------------------------------------------------------------------------


def write(world: World, person: Person, words: str) -> int:
    made = world.discord.backend.create_message(world.channel("ledgers"), person.id, words)
    return int(made.id)


async def test_ones_own_message_becomes_a_note_once(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    lobby, amina = workshop.channel("ledgers"), workshop.amina
    message = write(workshop, amina, "We lost\nforty @everyone trackers")
    opened = await amina.menu(message, lobby, "Save as note")
    assert opened.modal is not None
    shown = values_of(opened.modal)
    assert (shown["title"], shown["did"], shown["topic"]) == (
        "We lost forty @everyone trackers",
        "We lost\nforty @everyone trackers",
        "ledgers",
    )
    await amina.submit(opened.modal, {"kind": "failed", "learned": "Count them."})
    again = await amina.menu(message, lobby, "Save as note")
    assert again.modal is not None
    assert values_of(again.modal)["learned"] == "Count them."
    await amina.submit(again.modal, {"learned": "Count them twice."})
    [(note_id, learned)] = workshop.rows("SELECT id, learned FROM note")
    assert learned == "Count them twice."
    assert note_id != str(message)  # it is in the buttons of the card, also of an anonymous note
    assert workshop.rows("SELECT count(*) FROM note_revision") == [(1,)]


def questions(world: World) -> list[SeenMessage]:
    return [message for message in world.messages("ledgers") if any(c.startswith("allow:") for c in message.custom_ids)]


async def test_a_message_of_somebody_else_becomes_a_note_of_theirs_if_they_agree(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    lobby, amina, karim = workshop.channel("ledgers"), workshop.amina, workshop.karim
    message = write(workshop, amina, "We lost forty trackers")
    for _ in range(2):
        asked = await karim.menu(message, lobby, "Save as note")
        assert asked.text.startswith(f"✅ <@{amina.id}> est sollicité")
    await workshop.settle()
    await workshop.kill_bot()
    await workshop.start_bot()
    (question,) = questions(workshop)
    assert f"/{lobby}/{message}" in question.text
    for other in (karim, workshop.organiser):
        refused = await workshop.press(other, "ledgers", "allow:")
        assert refused.text.startswith("⚠️")
    opened = await workshop.press(amina, "ledgers", "allow:")
    assert opened.modal is not None
    await amina.submit(opened.modal, {"kind": "failed", "learned": "Count them."})
    await settle_edits(workshop)
    assert questions(workshop) == []
    assert workshop.rows("SELECT author, did, visibility FROM note") == [
        (amina.id, "We lost forty trackers", "organisers")
    ]
    assert workshop.rows("SELECT * FROM note_request") == []
    assert (await karim.menu(message, lobby, "Save as note")).text.startswith("⚠️ Ce message est déjà une note")


async def test_a_message_whose_author_declines_is_forgotten(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    lobby, amina, karim = workshop.channel("ledgers"), workshop.amina, workshop.karim
    message = write(workshop, amina, "Our secret figure is 4711")
    await karim.menu(message, lobby, "Save as note")
    await workshop.settle()
    declined = await workshop.press(amina, "ledgers", "decline:")
    assert declined.text.startswith("✅ Nothing is kept")
    await settle_edits(workshop)
    assert questions(workshop) == []
    assert workshop.rows("SELECT text FROM note_request") == [(None,)]
    await karim.menu(message, lobby, "Save as note")
    await settle_edits(workshop)
    assert questions(workshop) == []


async def test_what_no_person_wrote_is_no_note(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    lobby = workshop.channel("ledgers")
    of_the_bot = workshop.messages("ledgers")[0].id
    assert (await workshop.amina.menu(of_the_bot, lobby, "Save as note")).text.startswith("⚠️ That message has no text")
    elsewhere = workshop.discord.backend.create_message(workshop.general, workshop.karim.id, "Hello")
    asked = await workshop.amina.menu(elsewhere.id, workshop.general, "Save as note")
    assert asked.text.startswith("⚠️ Its author can")
    refused = await workshop.visitor.menu(elsewhere.id, workshop.general, "Save as note")
    assert refused.text.startswith("⚠️ This is for the workshop")


# --- what was posted before --------------------------------------------------------------------------------------


async def test_buttons_and_forms_of_long_ago_still_work(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    lobby = workshop.channel("ledgers")
    opened = await workshop.amina.press(
        workshop.plant(lobby, "note:ledgers:" + "f" * 24).id, lobby, "note:ledgers:" + "f" * 24
    )
    assert opened.modal is not None
    assert opened.modal["custom_id"].startswith("noted:")
    await workshop.amina.submit(opened.modal, NOTE)
    button = f"show:{note_id(workshop)}"
    assert (await workshop.amina.press(workshop.plant(lobby, button).id, lobby, button)).text.startswith("✅")
    await settle_edits(workshop)
    assert len(note_cards(workshop)) == 1
    gone = "echo:1:" + "f" * 24
    assert (await workshop.amina.press(workshop.plant(lobby, gone).id, lobby, gone)).text.startswith(
        "⚠️ This note is no"
    )
    with pytest.raises(CannotDo):
        await workshop.amina.slash(lobby, "note")
