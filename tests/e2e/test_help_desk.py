"""The help desk: one room where everybody can type commands at all times, and a button for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcord.backend.errors import BackendError

from bot.domain.people.roles import Role
from tests.e2e.actions import NOTE, share_note
from tests.e2e.world import buttons
from tests.entries import COMMANDS

if TYPE_CHECKING:
    from bot.rehearsal.discord.operations import CheckedRequest
    from tests.e2e.world import World

DESK = "help-desk"
OVER = "2023-03-27 10:40"

#: The button behind each command of participants: of the panel, of a person's own page, or of the list of their notes.
BUTTONS = {
    "agenda": "day:",
    "ask": "ask:",
    "calendar": "calendar:",
    "checkin": "checkin:",
    "help": "manual:",
    "join": "join:",
    "language": "language:",
    "me attendance": "attendance",
    "me certificate": "certificate",
    "me delete": "delete",
    "me export": "export",
    "next": "now:",
    "note contacts": "contacts",
    "note edit": "rewrite:",
    "note mine": "mine",
    "note search": "search",
    "note share": "note:",
    "note withdraw": "withdraw:",
    "now": "now:",
    "pledge": "pledge",
}


async def panel(world: World) -> list[str]:
    """The custom ids of the panel's buttons."""
    return [custom_id for message in world.messages(DESK) for custom_id in message.custom_ids]


async def test_every_command_of_participants_has_a_button(workshop: World) -> None:
    assert {name for name, role in COMMANDS.items() if role <= Role.PARTICIPANT} == set(BUTTONS)
    await workshop.until("2023-03-25 09:10")
    await share_note(workshop, workshop.amina)
    page = await workshop.press(workshop.amina, DESK, "me:")
    mine = await workshop.press_in(workshop.amina, page, DESK, "mine")
    there = [*await panel(workshop), *buttons(page), *buttons(mine)]
    assert {name for name, button in BUTTONS.items() if not any(each.startswith(button) for each in there)} == set()


async def test_the_buttons_do_what_the_commands_do(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    amina = workshop.amina
    await share_note(workshop, amina)
    assert "Welcome" in (await workshop.press(amina, DESK, "checkin:")).text
    assert "Ledgers at work" in (await workshop.press(amina, DESK, "day:")).text
    page = await workshop.press(amina, DESK, "me:")
    assert page.ephemeral
    assert "Welcome" in (await workshop.press_in(amina, page, DESK, "attendance")).text
    assert (await workshop.press_in(amina, page, DESK, "export")).text.startswith("✅")
    assert (await workshop.press_in(amina, page, DESK, "calendar")).text.startswith("✅ ")
    search = await workshop.press_in(amina, page, DESK, "search")
    assert search.modal
    assert NOTE["title"] in (await amina.submit(search.modal, {"words": "one port"})).text
    mine = await workshop.press_in(amina, page, DESK, "mine")
    form = await workshop.press_in(amina, mine, DESK, "rewrite:")
    assert form.modal
    assert (await workshop.press_in(amina, mine, DESK, "withdraw:")).text.startswith("✅")
    assert (await workshop.press_in(amina, page, DESK, "delete")).text.startswith("✅")


async def test_everybody_writes_there_before_joining_and_in_the_archive(workshop: World) -> None:
    everybody = (workshop.visitor, workshop.amina, workshop.moderator)
    assert all(workshop.may(person, DESK, "send_messages") for person in everybody)
    assert (await workshop.visitor.slash(workshop.channel(DESK), "join")).modal
    await workshop.until(OVER)
    answer = await workshop.organiser.slash(workshop.general, "workshop archive")
    assert answer.text.startswith("✅")
    await workshop.settle()
    assert all(workshop.may(person, DESK, "send_messages") for person in everybody)
    assert not workshop.may(workshop.amina, "ledgers", "send_messages")
    assert (await workshop.amina.slash(workshop.channel(DESK), "me export")).text.startswith("✅")


async def test_the_panel_is_pinned_once_and_offers_the_certificate_when_all_is_over(workshop: World) -> None:
    (message,) = workshop.messages(DESK)
    assert workshop.discord.backend.messages[message.channel_id][message.id].pinned
    assert any(button.startswith("checkin:") for button in message.custom_ids)
    await workshop.stop_bot()
    await workshop.start_bot()
    assert workshop.witness.count("PUT", f"/messages/pins/{message.id}") == 1
    await workshop.until(OVER)
    (after,) = workshop.messages(DESK)
    assert after.id == message.id
    assert any(button.startswith("certificate:") for button in after.custom_ids)
    assert not any(button.startswith("checkin:") for button in after.custom_ids)


async def test_a_panel_that_discord_does_not_pin_is_there_all_the_same(world: World) -> None:
    """A channel takes 250 pins: code 30003, topics/opcodes-and-status-codes.mdx."""
    carry_out = world.discord._carry_out  # noqa: SLF001 - it stands for a channel full of pins

    def full(asked: CheckedRequest) -> Any:  # noqa: ANN401 - JSON
        if "/messages/pins/" in asked.request.path:
            raise BackendError(400, 30003, "Maximum number of pins reached for the channel (250)")
        return carry_out(asked)

    world.discord._carry_out = full  # type: ignore[method-assign]  # noqa: SLF001
    await world.start_bot()
    await world.setup()
    (message,) = world.messages(DESK)
    assert world.rows("SELECT state, message_id FROM delivery WHERE kind = 'help_desk'") == [("sent", message.id)]


async def test_a_workshop_of_an_earlier_version_gets_the_room_at_its_next_start(workshop: World) -> None:
    await workshop.until(OVER)
    await workshop.organiser.slash(workshop.general, "workshop archive")
    await workshop.stop_bot()
    workshop.rewrite("DELETE FROM venue WHERE key = 'help-desk'")
    workshop.rewrite("DELETE FROM delivery WHERE kind = 'help_desk'")
    workshop.discord.backend.delete_channel(workshop.channel(DESK))
    await workshop.start_bot()
    await workshop.settle()
    assert workshop.may(workshop.visitor, DESK, "send_messages")
    assert len(workshop.messages(DESK)) == 1


async def test_a_visitor_is_offered_to_join_and_their_data(workshop: World) -> None:
    page = await workshop.press(workshop.visitor, "welcome", "me:")
    assert [button.partition(":")[0] for button in buttons(page)][:3] == ["join", "export", "delete"]
