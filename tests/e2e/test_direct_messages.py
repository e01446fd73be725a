"""Direct messages that Discord holds back, loses or neither takes nor refuses: each reaches its person, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.people.direct_messages import MOST_TRIES
from bot.rehearsal.discord.faults import ANSWERS, Fault
from tests.e2e.actions import direct_messages, fill_in, join_workshop, settle_edits, share_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.rehearsal.discord.people import Person
    from bot.rehearsal.discord.requests import DiscordRequest
    from tests.e2e.world import World

OPEN = "2023-03-25 08:30"


def to(world: World, request: DiscordRequest, *people: Person) -> bool:
    """Whether a request sends a direct message (to one of those people, if any are given)."""
    if request.method != "POST" or request.segments[0] != "channels" or request.segments[2:] != ["messages"]:
        return False
    recipients = world.discord.backend.get_channel(int(request.segments[1])).recipient_ids
    return bool(recipients) and (not people or any(person.id in recipients for person in people))


def faulty(world: World, draw: Callable[[DiscordRequest], Fault | None]) -> None:
    """From now on, this goes wrong with requests."""
    world.discord._draw = draw  # noqa: SLF001 - it begins in the midst of a test


async def asked_for_changes(world: World, author: Person, words: str) -> None:
    """The author of a note changes it, and is asked to change it again."""
    ((note,),) = world.rows("SELECT id FROM note WHERE author = ?", author.id)
    edit = await author.slash(world.channel("ledgers"), "note edit", note=note)
    assert edit.modal
    await author.submit(edit.modal, {"did": f"Words of {world.keeper.now()}"})
    shown = await world.organiser.slash(world.channel("ledgers"), "note review", note=note)
    await fill_in(world, world.organiser, shown, "review:changes:", asked=words)


def standing(world: World) -> list[str]:
    return [state for (state,) in world.rows("SELECT state FROM letter ORDER BY written_at, id")]


def reports(world: World, words: str) -> int:
    return sum(words in message.text for message in world.messages("team"))


async def test_the_same_words_again_are_another_message_also_after_a_failure(workshop: World) -> None:
    await workshop.until(OPEN)
    await share_note(workshop, workshop.amina)
    await asked_for_changes(workshop, workshop.amina, "Please add figures.")
    await workshop.settle()
    # The first of two tries isn't heard; of the second the answer is lost, and Discord has it.
    faults = iter((Fault.UNAVAILABLE, Fault.CUT_AFTER))
    faulty(workshop, lambda request: next(faults, None) if to(workshop, request) else None)
    await workshop.until("2023-03-25 09:00")
    await asked_for_changes(workshop, workshop.amina, "Please add figures.")
    await workshop.until("2023-03-25 09:30")
    assert next(faults, None) is None
    first, second = direct_messages(workshop, workshop.amina)
    assert first == second
    assert standing(workshop) == ["sent", "sent"]


async def test_a_message_of_an_earlier_version_is_found_by_its_text_if_it_is_no_older(workshop: World) -> None:
    await join_workshop(workshop, workshop.amina, "Amina", "Bahrain Customs")
    await join_workshop(workshop, workshop.karim, "Karim", "Douanes algériennes")
    await workshop.until(OPEN)
    await workshop.stop_bot()
    backend = workshop.discord.backend
    for person in (workshop.amina, workshop.karim):
        backend.create_message(backend.get_dm_channel(person.id).id, backend.bot_user.id, "Hello!")
    for person, begun_at in (
        (workshop.amina, "2023-03-25T05:00:00.000000Z"),
        (workshop.karim, "2023-03-26T05:00:00.000000Z"),
    ):
        workshop.rewrite(
            "INSERT INTO letter (id, person, kind, text, written_at, state, begun_at)"
            " VALUES (?, ?, 'nudge', 'Hello!', ?, 'sending', ?)",
            f"{person.id:024x}",
            person.id,
            begun_at,
            begun_at,
        )
    await workshop.start_bot()
    await workshop.until("2023-03-26 09:00")
    assert [len(direct_messages(workshop, person)) for person in (workshop.amina, workshop.karim)] == [1, 2]
    assert standing(workshop) == ["sent", "sent"]


async def test_one_that_is_neither_taken_nor_refused_does_not_hold_up_the_others(workshop: World) -> None:
    await workshop.until(OPEN)
    for person in (workshop.amina, workshop.karim):
        await share_note(workshop, person)
    faulty(workshop, lambda request: Fault.UNAVAILABLE if to(workshop, request, workshop.amina) else None)
    for person in (workshop.amina, workshop.karim):
        await asked_for_changes(workshop, person, "Please add figures.")
    await settle_edits(workshop)
    assert (len(direct_messages(workshop, workshop.amina)), len(direct_messages(workshop, workshop.karim))) == (0, 1)
    await workshop.until("2023-03-25 20:30")
    ((tries,),) = workshop.rows("SELECT tries FROM letter WHERE person = ?", workshop.amina.id)
    assert 10 <= tries <= 20  # hourly in the end, for twelve hours
    faulty(workshop, lambda _: None)
    await workshop.until("2023-03-25 22:00")
    assert (len(direct_messages(workshop, workshop.amina)), standing(workshop)) == (1, ["sent", "sent"])


async def test_one_that_is_never_taken_is_given_up_and_the_team_reads_whom_to_write_to(workshop: World) -> None:
    await join_workshop(workshop, workshop.karim, "Karim", "Douanes algériennes")
    await workshop.until(OPEN)
    faulty(workshop, lambda request: Fault.UNAVAILABLE if to(workshop, request) else None)
    shown = await workshop.moderator.slash(workshop.channel("ledgers"), "coverage")
    await workshop.press_in(workshop.moderator, shown, "ledgers", "nudge")
    await settle_edits(workshop)
    assert workshop.rows("SELECT state, tries FROM letter") == [("sending", 1)]
    await workshop.stop_bot()
    workshop.rewrite("UPDATE letter SET tries = ?", MOST_TRIES - 1)
    await workshop.start_bot()
    await workshop.until("2023-03-25 09:00")
    assert standing(workshop) == ["failed"]
    assert reports(workshop, "was given up") == 1
    assert direct_messages(workshop, workshop.karim) == []


@pytest.mark.parametrize("code", [40003, 20026])
async def test_a_throttle_pauses_all_of_them_is_told_once_and_loses_none(
    workshop: World, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    workshop.forgiven.add("invalid")
    monkeypatch.setitem(ANSWERS, Fault.FORBIDDEN, (403, {"message": "Not now", "code": code}, {"Via": "1.1 rehearsal"}))
    people = (workshop.amina, workshop.karim)
    await workshop.until(OPEN)
    for person in people:
        await share_note(workshop, person)
    for incident in (1, 2):
        faulty(
            workshop,
            lambda sent: Fault.FORBIDDEN if to(workshop, sent) or sent.path == "/users/@me/channels" else None,
        )
        before = workshop.discord.requests_invalid
        for person in people:
            await asked_for_changes(workshop, person, "Please add figures.")
        await settle_edits(workshop)
        await workshop.stop_bot()
        await workshop.start_bot()
        await settle_edits(workshop)
        # One was tried; the other waits with it, also after a restart.
        assert workshop.discord.requests_invalid - before == 1
        await workshop.until(workshop.keeper.now() + timedelta(hours=8))
        assert 3 < workshop.discord.requests_invalid - before < 10
        assert reports(workshop, "holds back all direct messages") == incident
        assert reports(workshop, "are being delivered again") == incident - 1
        assert standing(workshop) == ["sent", "sent"] * (incident - 1) + ["planned", "planned"]
        faulty(workshop, lambda _: None)
        await workshop.until(workshop.keeper.now() + timedelta(hours=3))
        assert [len(direct_messages(workshop, person)) for person in people] == [incident, incident]
        assert standing(workshop) == ["sent", "sent"] * incident
        assert reports(workshop, "are being delivered again") == incident


async def test_a_channel_that_is_known_is_not_opened_again(workshop: World) -> None:
    await workshop.until(OPEN)
    await share_note(workshop, workshop.amina)
    for words in ("Please add figures.", "And a date."):
        await asked_for_changes(workshop, workshop.amina, words)
        await workshop.settle()
        await workshop.stop_bot()
        await workshop.start_bot()
    assert len(direct_messages(workshop, workshop.amina)) == 2
    assert workshop.witness.count("POST", "/users/@me/channels") == 1
