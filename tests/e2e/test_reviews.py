"""The review of notes, and private reminders: what moderators do, what authors read, what is never sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.actions import (
    BEFORE_WELCOME,
    direct_messages,
    fill_in,
    join_workshop,
    note_cards,
    open_review,
    press_answer,
    settle_edits,
    share_note,
    show_note,
)

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


async def mine(world: World, person: Person) -> ReceivedAnswer:
    """What somebody is told of their notes; what moderators wish of one comes as its own message."""
    return await person.slash(world.channel("ledgers"), "note mine")


def deeds(world: World) -> list[str]:
    return [what for (what,) in world.rows("SELECT what FROM audit ORDER BY at, id")]


async def test_the_queue_is_looked_through_and_every_deed_is_audited(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    first = await show_note(workshop, workshop.amina)
    await show_note(workshop, workshop.karim, title="Another port")
    await share_note(workshop, workshop.karim, title="Organisers only")
    shown = await open_review(workshop)
    assert "2 notes wait" in shown.text
    assert "Start with one port" in shown.text
    tagged = await fill_in(workshop, workshop.moderator, shown, "review:tag:", tags="Façade, ports,  Façade")
    assert "Façade · ports" in tagged.text
    found = await workshop.karim.slash(workshop.channel("ledgers"), "note search", words="facade")
    assert "Start with one port" in found.text
    cleared = await press_answer(workshop, workshop.moderator, tagged, "review:clear:")
    assert "**Start with one port** is cleared" in cleared.text
    assert "Another port" in cleared.text
    again = await press_answer(workshop, workshop.moderator, tagged, "review:clear:")
    assert "is cleared" in again.text
    assert deeds(workshop) == ["note tagged", "note cleared"]
    published = await press_answer(
        workshop, workshop.moderator, await open_review(workshop, note=first), "review:publish:"
    )
    assert "is published" in published.text
    # What its author keeps to the organisers is no moderator's to read.
    assert "Organisers only" not in (await press_answer(workshop, workshop.moderator, cleared, "review:next:")).text
    whole = await workshop.organiser.slash(workshop.channel("ledgers"), "note review")
    assert "2 notes wait" in whole.text
    refused = await fill_in(workshop, workshop.moderator, tagged, "review:tag:", tags="a, b, c, d, e, f")
    assert refused.text.startswith("⚠️")


async def test_an_author_is_asked_for_changes_and_what_they_change_waits_again(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    note = await show_note(workshop, workshop.amina)
    asked = await fill_in(
        workshop, workshop.moderator, await open_review(workshop), "review:changes:", asked="Which port?"
    )
    assert "is asked privately" in asked.text
    await settle_edits(workshop)
    (told,) = direct_messages(workshop, workshop.amina)
    assert "Which port?" in told
    assert direct_messages(workshop, workshop.karim) == []
    assert "0 notes wait" in (await open_review(workshop)).text
    edit = await workshop.amina.slash(workshop.channel("ledgers"), "note edit", note=note)
    assert edit.modal
    await workshop.amina.submit(edit.modal, {"did": "We put the port of Bejaia on the ledger first."})
    assert "Start with one port" in (await open_review(workshop)).text


async def test_another_wording_is_the_authors_to_accept(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    note = await show_note(workshop, workshop.amina)
    (before,) = note_cards(workshop)
    wording = {"title": "Begin with one port", "did": "One port first.", "learned": "Agree first."}
    await fill_in(workshop, workshop.moderator, await open_review(workshop), "review:edit:", **wording)
    await settle_edits(workshop)
    assert len(direct_messages(workshop, workshop.amina)) == 1
    assert note_cards(workshop)[0].text == before.text
    await mine(workshop, workshop.amina)
    await workshop.settle()
    button = f"proposed:yes:{note}"
    told = workshop.discord.backend.messages[workshop.channel("ledgers")]
    page = next(key for key in sorted(told) if button in str(told[key].components))
    done = await workshop.amina.press(page, workshop.channel("ledgers"), button)
    assert done.text.startswith("✅")
    await settle_edits(workshop)
    (after,) = note_cards(workshop)
    assert (after.id, "Begin with one port" in after.text) == (before.id, True)
    assert workshop.rows("SELECT title FROM note_revision") == [("Start with one port",)]
    assert workshop.rows("SELECT state, proposal FROM note_review") == [("cleared", None)]
    again = await workshop.amina.press(page, workshop.channel("ledgers"), button)
    assert again.text.startswith("⚠️")


async def test_a_duplicate_becomes_a_part_of_the_other_until_its_author_wants_it_back(workshop: World) -> None:
    await workshop.until(BEFORE_WELCOME)
    kept = await show_note(workshop, workshop.amina)
    double = await show_note(workshop, workshop.karim, title="The same again")
    assert len(note_cards(workshop)) == 2
    merged = await fill_in(
        workshop, workshop.moderator, await open_review(workshop, note=double), "review:merge:", into=kept
    )
    assert "is merged" in merged.text
    await settle_edits(workshop)
    (card,) = note_cards(workshop)
    assert "Start with one port" in card.text
    assert "Amina" in card.text
    assert "Karim" in card.text
    assert workshop.rows("SELECT note, title FROM note_revision") == [(kept, "The same again")]
    assert deeds(workshop) == ["notes merged"]
    await workshop.karim.press(
        workshop.plant(workshop.channel("ledgers"), f"show:{double}").id, workshop.channel("ledgers"), f"show:{double}"
    )
    await settle_edits(workshop)
    assert len(note_cards(workshop)) == 2
    assert "Karim" not in next(one.text for one in note_cards(workshop) if "Start with one port" in one.text)


def kill_at_a_private_message(world: World) -> list[str]:
    """Have the bot killed when Discord takes the next one; then there is its path in the list."""
    killed: list[str] = []

    def strike(method: str, path: str) -> None:
        dms = {str(one.id) for one in world.discord.backend.channels.values() if one.guild_id is None}
        if method == "POST" and path.split("/")[2:3] and path.split("/")[2] in dms and not killed:
            killed.append(path)
            world.kill_in_the_act()

    world.witness.on_request = strike
    return killed


async def test_who_has_shared_nothing_is_reminded_once_even_if_the_bot_is_killed_in_the_act(workshop: World) -> None:
    await join_workshop(workshop, workshop.amina, "Amina", "Bahrain Customs")
    await join_workshop(workshop, workshop.karim, "Karim", "Douanes algériennes")
    await join_workshop(workshop, workshop.visitor, "Vera", "Malta Customs")
    await workshop.until(BEFORE_WELCOME)
    await show_note(workshop, workshop.amina)
    shown = await workshop.moderator.slash(workshop.channel("ledgers"), "coverage")
    assert "2 of 3 administrations have shared nothing yet" in shown.text
    assert "▪️ **Bahrain Customs** · Shared ledgers 1 · Sensors 0" in shown.text
    killed = kill_at_a_private_message(workshop)
    told = await press_answer(workshop, workshop.moderator, shown, "nudge")
    assert told.text == "✅ 2 people are reminded privately. Nobody is reminded twice."
    await workshop.eventually(lambda: killed, "a private message")
    await workshop.kill_bot()
    await workshop.start_bot()
    await settle_edits(workshop)
    assert direct_messages(workshop, workshop.amina) == []
    assert [len(direct_messages(workshop, one)) for one in (workshop.karim, workshop.visitor)] == [1, 1]
    assert workshop.rows("SELECT state, count(*) FROM letter GROUP BY state") == [("sent", 2)]
    again = await press_answer(workshop, workshop.moderator, shown, "nudge")
    assert "0 people" in again.text
    await settle_edits(workshop)
    assert [len(direct_messages(workshop, one)) for one in (workshop.karim, workshop.visitor)] == [1, 1]
    assert deeds(workshop) == ["participants nudged"]


async def test_whom_discord_lets_nobody_write_to_is_named_to_the_moderators(workshop: World) -> None:
    workshop.forgiven.add("invalid")
    await join_workshop(workshop, workshop.karim, "Karim", "Douanes algériennes")
    await join_workshop(workshop, workshop.visitor, "Vera", "Malta Customs")
    workshop.discord.limits.unwilling.add(workshop.karim.id)
    await workshop.until(BEFORE_WELCOME)
    shown = await workshop.moderator.slash(workshop.channel("ledgers"), "coverage")
    await press_answer(workshop, workshop.moderator, shown, "nudge")
    await settle_edits(workshop)
    assert [len(direct_messages(workshop, one)) for one in (workshop.karim, workshop.visitor)] == [0, 1]
    assert workshop.discord.requests_invalid == 1
    told = await workshop.moderator.slash(workshop.channel("ledgers"), "coverage")
    assert "1 person was reminded so far" in told.text
    assert "did not deliver one reminder" in told.text
    assert f"<@{workshop.karim.id}>" in told.text
