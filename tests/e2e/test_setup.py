"""Opening the rooms: made, adopted, mended; never twice, and never for people they aren't for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.calls import NoAnswer

if TYPE_CHECKING:
    from tests.e2e.world import World

ROOMS = [
    "Customs lab", "welcome", "help-desk", "team", "agenda", "announcements", "questions", "plenary", "ledgers",
    "sensors",
]  # fmt: skip
ROLES = ["Moderator", "Organiser", "Participant"]
MANAGE_ROLES, MANAGE_CHANNELS = 1 << 28, 1 << 4
CATEGORY, VOICE = 4, 2


def assert_whole(world: World) -> None:
    """The server has each role and room once, all in the one category, and the database knows them by their ids."""
    assert world.channels() == ROOMS
    assert world.roles() == ROLES
    backend = world.discord.backend
    assert [backend.channels[world.channel(name)].parent_id for name in ROOMS[1:]] == [world.channel(ROOMS[0])] * 9
    kept = dict(world.rows("SELECT key, discord_id FROM venue"))
    rooms = (
        "category", "welcome", "help-desk", "team", "agenda", "announcements", "questions", "room:plenary",
        "topic:ledgers", "topic:sensors",
    )  # fmt: skip
    assert kept == {
        **{f"role:{name.lower()}": world.role(name) for name in ROLES},
        **{key: world.channel(name) for key, name in zip(rooms, ROOMS, strict=True)},
    }


def assert_doors(world: World) -> None:
    """Who may do what on the afternoon before the workshop."""
    everyone = (world.organiser, world.moderator, world.amina, world.visitor)
    sees = {name: [world.may(person, name, "view_channel") for person in everyone] for name in ROOMS[1:]}
    assert sees == {
        "welcome": [True, True, True, True],
        "help-desk": [True, True, True, True],
        "team": [True, True, False, False],
        "agenda": [True, True, True, False],
        "announcements": [True, True, True, False],
        "questions": [True, True, False, False],
        "plenary": [True, True, True, False],
        "ledgers": [True, True, False, False],
        "sensors": [True, True, False, False],
    }
    for name in ("agenda", "announcements"):
        assert world.may(world.amina, name, "read_message_history")
        assert not world.may(world.amina, name, "send_messages")
        assert world.may(world.moderator, name, "send_messages")
    for person in (world.amina, world.visitor):
        assert world.may(person, "welcome", "read_message_history")
        assert not world.may(person, "welcome", "send_messages")
    assert world.may(world.amina, "plenary", "connect")
    assert world.may(world.amina, "plenary", "speak")


async def test_setup_opens_every_room_to_those_it_is_for_and_a_second_one_changes_nothing(world: World) -> None:
    await world.start_bot()
    answer = await world.setup()
    assert answer.ephemeral
    assert answer.text.startswith("✅ 13 things were made: Organiser, Moderator, Participant, Customs lab, welcome")
    assert_whole(world)
    assert_doors(world)
    kinds = [world.discord.backend.channels[world.channel(name)].type for name in ROOMS]
    assert kinds == [CATEGORY, 0, 0, 0, 0, 0, 0, VOICE, 0, 0]
    assert world.discord.backend.channels[world.channel("ledgers")].topic == "Who may write"

    before, changes = world.picture(), world.witness.changes()
    answer = await world.organiser.slash(world.general, "workshop setup")
    await world.settle()
    assert answer.text == "✅ Everything is there already; nothing was changed."
    assert (world.picture(), world.witness.changes()) == (before, changes)

    # Nor does another start, which looks at everything anew; and it registers no command anew.
    assert world.witness.count("PUT", "/commands") == 1
    assert await world.stop_bot() == 0
    await world.start_bot()
    assert (world.picture(), world.witness.changes()) == (before, changes)
    assert world.witness.count("PUT", "/commands") == 1


async def test_setup_does_not_wait_for_discord_to_tell_of_the_roles_that_it_made(world: World) -> None:
    """Discord answers that a role is made, and tells of it as an event when it gets round to it."""
    tell = world.discord.gateway.emit

    def tell_late(event: str, payload: Mapping[str, Any]) -> None:
        if event == "GUILD_ROLE_CREATE":
            asyncio.get_running_loop().call_later(1, tell, event, payload)
        else:
            tell(event, payload)

    await world.start_bot()
    world.discord.gateway.emit = tell_late
    answer = await world.organiser.slash(world.general, "workshop setup")
    assert answer.text.startswith("✅ 13 things were made")
    await asyncio.sleep(1)
    world.hand_out_roles()
    await world.settle()
    assert_whole(world)
    assert_doors(world)


async def test_setup_adopts_what_has_the_right_name_and_keeps_what_others_granted(world: World) -> None:
    backend = world.discord.backend
    role = backend.create_role(world.guild_id, "Moderator")
    category = backend.create_channel(world.guild_id, "Customs lab", type=CATEGORY)
    agenda = backend.create_channel(world.guild_id, "agenda", parent_id=category.id)
    # A namesake elsewhere isn't ours.
    elsewhere = backend.create_channel(world.guild_id, "team")
    before = json.dumps(elsewhere, default=vars)
    guests = backend.create_role(world.guild_id, "Guests")
    world.allow(agenda.id, guests.id, "view_channel")
    await world.start_bot()
    answer = await world.setup()
    assert answer.text.startswith("✅ 10 things were made: Organiser, Participant, welcome, help-desk, team,")
    assert (world.role("Moderator"), world.channel("Customs lab"), world.channel("agenda")) == (
        role.id,
        category.id,
        agenda.id,
    )
    assert sorted(world.channels()) == sorted([*ROOMS, "team"])
    assert json.dumps(elsewhere, default=vars) == before
    backend.delete_channel(elsewhere.id)
    assert_doors(world)
    world.discord.give_role(world.visitor, guests.id)
    assert world.may(world.visitor, "agenda", "view_channel")


async def test_what_was_changed_or_deleted_by_hand_is_mended_and_nothing_else_changes(workshop: World) -> None:
    backend = workshop.discord.backend
    kept = {name: workshop.channel(name) for name in ROOMS if name != "announcements"}
    workshop.allow(workshop.channel("team"), workshop.role("Participant"), "view_channel")
    assert workshop.may(workshop.amina, "team", "view_channel")
    await workshop.organiser.slash(workshop.general, "workshop setup")
    assert_doors(workshop)
    backend.delete_channel(workshop.channel("announcements"))
    backend.delete_role(workshop.guild_id, workshop.role("Participant"))
    await workshop.settle()
    assert (await workshop.setup()).text.startswith("✅")
    assert {name: workshop.channel(name) for name in kept} == kept
    assert sorted(workshop.channels()) == sorted(ROOMS)
    assert workshop.roles() == ROLES
    assert_doors(workshop)
    # What is announced from now on goes to the new one.
    await workshop.until("2023-03-25 08:50")
    assert workshop.titles("announcements") == ["⏰ **Welcome**"]


async def test_a_role_or_channel_deleted_while_the_bot_was_away_is_made_anew_at_its_start(workshop: World) -> None:
    await workshop.stop_bot()
    backend = workshop.discord.backend
    backend.delete_channel(workshop.channel("agenda"))
    backend.delete_role(workshop.guild_id, workshop.role("Moderator"))
    await workshop.start_bot()
    workshop.hand_out_roles()
    assert sorted(workshop.channels()) == sorted(ROOMS)
    assert_doors(workshop)


@pytest.mark.parametrize(("what", "number"), [("roles", 1), ("channels", 1), ("channels", 5)])
async def test_a_setup_killed_half_way_is_completed_at_the_next_start(world: World, what: str, number: int) -> None:
    """Discord made the thing, and the bot was killed before it heard of it."""
    made = 0

    def kill(method: str, path: str) -> None:
        nonlocal made
        made += (method, path) == ("POST", f"/guilds/{world.guild_id}/{what}")
        if made == number:
            world.kill_in_the_act()

    await world.start_bot()
    world.witness.on_request = kill
    with pytest.raises(NoAnswer, match="went away"):
        await world.organiser.slash(world.general, "workshop setup")
    assert made == number
    world.witness.on_request = None
    await world.kill_bot()
    assert len(world.channels()) < len(ROOMS)

    await world.start_bot()
    world.hand_out_roles()
    assert_whole(world)
    assert_doors(world)
    answer = await world.setup()
    assert "nothing was changed" in answer.text


async def test_a_missing_permission_is_named_and_once_given_setup_goes_on(world: World) -> None:
    own_role = world.discord.backend.guilds[world.guild_id].members[world.discord.backend.bot_user.id].role_ids[0]
    everything = permission_bits()
    await world.start_bot()
    for missing, name in ((MANAGE_ROLES, "Manage Roles"), (MANAGE_CHANNELS, "Manage Channels")):
        world.discord.backend.edit_role(world.guild_id, own_role, {"permissions": everything & ~missing})
        answer = await world.organiser.slash(world.general, "workshop setup")
        assert answer.text.startswith(f"⚠️ I lack permissions here: {name}. ")
        assert world.channels() == []
        assert world.roles() == []
    world.discord.backend.edit_role(world.guild_id, own_role, {"permissions": everything})
    assert (await world.setup()).text.startswith("✅ 13 things were made")
    assert_whole(world)


async def test_another_server_is_refused_once_the_workshop_has_its_own(world: World) -> None:
    backend = world.discord.backend
    other = world.discord.add_guild("Elsewhere", bot_permissions=permission_bits())
    hall = backend.create_channel(other, "hall").id
    stranger = world.discord.add_person("stranger", manage_guild=True, guild_id=other)
    await world.start_bot()
    await world.setup()
    for command in ("workshop setup", "now", "agenda", "export notes"):
        answer = await stranger.slash(hall, command)
        assert answer.text == "⚠️ This workshop lives in another server. Use the bot there."
    assert [backend.channels[each].name for each in backend.guilds[other].channel_ids] == ["hall"]
    message = world.plant(hall, "now")
    assert "another server" in (await stranger.press(message.id, hall, "now")).text
    assert_whole(world)
