"""Every way in, tried by people who have no business there: each is refused, nothing is told, nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from simcord.backend import serializers
from simcord.enums import AppCommandType, ComponentType, InteractionType, OptionType
from simcord.interactions import nest_options

from bot.domain.people.rates import RATES, LimitedAction
from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.calls import Attachment
from tests.e2e.world import buttons
from tests.entries import BEFORE_SETUP, COMMANDS, MENUS, PRESSED, PRIVATE, SUGGESTIONS

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World

OTHER_SERVER = "⚠️ This workshop lives in another server. Use the bot there."
NOT_SET_UP = "⚠️ There is no workshop here yet. The manager of this server can open it with /workshop setup."
NOT_IN_SERVER = "⚠️ This works only in the workshop\u2019s server. Open it there and try again."
OUT_OF_REACH = "⚠️ Discord does not show me the workshop\u2019s server at this moment. Please try again in a minute."
FOR_ORGANISERS = "⚠️ This is for the workshop\u2019s organisers. If you need it, ask an organiser to do it for you."
ROSTER = b"name,administration,country,role\nFatima Director,WCO,BE,organiser\nAmina Zahra,Bahrain Customs,BH,\n"
#: So many are tried at a time; the bot has three seconds for each.
_AT_ONCE = 25
#: What the bot writes by itself, whoever asks for what.
BY_ITSELF = {"fact", "incident", "watch", "sqlite_sequence"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in, as it comes from Discord."""

    name: str
    """As the table of entries has it."""
    kind: InteractionType
    data: dict[str, Any]


def ways(world: World) -> Iterator[Way]:
    """Every command, suggestion, entry of a menu, button, select and form."""
    backend = world.discord.backend

    def command(path: str, *options: dict[str, Any]) -> dict[str, Any]:
        name, *nesting = path.split()
        root = backend.find_command(name, None, type=AppCommandType.CHAT_INPUT)
        assert root
        return {
            "id": root["id"],
            "name": name,
            "type": root["type"],
            "options": nest_options(root, nesting, [*options]),
        }

    for path in COMMANDS:
        yield Way(path, InteractionType.APPLICATION_COMMAND, command(path))
    for suggestion in SUGGESTIONS:
        path, _, option = suggestion.rpartition(" ")
        typed = {"name": option, "type": OptionType.STRING, "value": "", "focused": True}
        yield Way(path, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, command(path, typed))
    for entry in MENUS:
        root = backend.find_command(entry, None, type=AppCommandType.MESSAGE)
        assert root
        channel = backend.get_channel(world.general)
        message = backend.create_message(channel.id, world.organiser.id, "What we did")
        target = dict(serializers.message_payload(backend, message))
        yield Way(
            entry,
            InteractionType.APPLICATION_COMMAND,
            {
                "id": root["id"],
                "name": entry,
                "type": root["type"],
                "target_id": str(message.id),
                "resolved": {"messages": {str(message.id): target}},
            },
        )
    for kind in PRESSED:
        pressed = {"custom_id": kind, "id": 1}
        component = InteractionType.MESSAGE_COMPONENT
        yield Way(kind, component, {**pressed, "component_type": ComponentType.BUTTON})
        yield Way(kind, component, {**pressed, "component_type": ComponentType.STRING_SELECT, "values": ["x"]})
        yield Way(kind, InteractionType.MODAL_SUBMIT, {"custom_id": kind, "components": []})


def content(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept but for what the bot writes by itself: reports of lasting failures, and its attempts to send."""
    tables = [name for (name,) in world.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = {table: world.rows(f"SELECT * FROM {table}") for table in tables if table not in BY_ITSELF}  # noqa: S608
    asked_for = "SELECT id, kind, subject, due FROM delivery WHERE kind != 'report'"
    return kept | ({"delivery": world.rows(asked_for)} if "delivery" in kept else {})


async def try_all(world: World, person: Person, channel: int, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Try every way in; the name of each and its answer. Nothing may be told beside that, or kept, or done."""
    kept, done = content(world), world.witness.changes()
    tried = [way for way in ways(world) if way.name not in but]
    ask = person._ask  # noqa: SLF001 - what Discord's client would not send either is tried
    answers: list[ReceivedAnswer] = []
    for first in range(0, len(tried), _AT_ONCE):
        some = tried[first : first + _AT_ONCE]
        forms = sum(way.kind is InteractionType.MODAL_SUBMIT for way in some)
        allowed = forms * RATES[LimitedAction.WRITE].every + len(some) * RATES[LimitedAction.PRESS].every
        await world.keeper.sleep_until(world.keeper.now() + allowed)
        answers += await asyncio.gather(*(ask(way.kind, channel, way.data) for way in some))
    told: list[tuple[str, str]] = []
    for way, answer in zip(tried, answers, strict=True):
        assert (answer.modal, answer.attachments, answer.choices) == (None, (), ()), way
        if way.kind is not InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
            assert answer.ephemeral, way
            told.append((way.name, answer.text))
    assert content(world) == kept
    assert world.witness.changes() == done
    assert told
    return told


async def refused(world: World, person: Person, channel: int, words: str, but: Collection[str] = ()) -> None:
    """Every way in is refused with the same words."""
    assert [(name, text) for name, text in await try_all(world, person, channel, but) if text != words] == []


async def test_nobody_has_anything_where_the_workshop_is_not(world: World) -> None:
    discord, backend = world.discord, world.discord.backend
    elsewhere = discord.add_guild("Elsewhere", bot_permissions=permission_bits())
    hall = backend.create_channel(elsewhere, "hall").id
    stranger = discord.add_person("stranger", manage_guild=True, guild_id=elsewhere)
    alone = backend.get_dm_channel(stranger.id).id
    await world.start_bot()

    # Before the first setup there is nothing but that, for those who manage a server.
    await refused(world, stranger, hall, NOT_SET_UP, BEFORE_SETUP)
    await refused(world, stranger, alone, NOT_IN_SERVER)
    await refused(world, world.visitor, world.general, NOT_SET_UP, BEFORE_SETUP)
    told = [text for name, text in await try_all(world, world.visitor, world.general) if name in BEFORE_SETUP]
    assert set(told) == {FOR_ORGANISERS}

    await world.setup()
    team = world.channel("team")
    shown = await world.organiser.slash(team, "participants import", file=Attachment("roster.csv", ROSTER))
    await world.organiser.press(shown.message_id or 0, team, buttons(shown)[0])
    await world.settle()
    await refused(world, stranger, hall, OTHER_SERVER)
    await refused(world, stranger, alone, NOT_IN_SERVER, PRIVATE)
    assert {text[:2] for _, text in await try_all(world, stranger, alone)} == {"⚠️"}

    # An outage of Discord's: in the workshop's own server, too, nobody is anything.
    discord.gateway.emit("GUILD_DELETE", {"id": str(world.guild_id), "unavailable": True})
    await refused(world, world.organiser, world.general, OUT_OF_REACH)
    await refused(world, stranger, hall, OTHER_SERVER)
    guild = backend.guilds[world.guild_id]
    discord.gateway.emit("GUILD_CREATE", dict(serializers.guild_create_payload(backend, guild)))
    await world.settle()
    assert "are there" in (await world.organiser.slash(world.general, "workshop status")).text

    # The bot is removed from the workshop's server.
    backend.remove_guild(world.guild_id)
    await discord.gateway.caught_up()
    world.guild_id, world.general = elsewhere, hall  # where the menu's message is
    await refused(world, stranger, hall, OTHER_SERVER)
    await refused(world, stranger, alone, NOT_IN_SERVER, PRIVATE)
    assert [backend.channels[number].name for number in backend.guilds[elsewhere].channel_ids] == ["hall"]


async def test_a_bot_that_is_invited_again_has_its_roles_and_rooms_again(workshop: World) -> None:
    """What was deleted meanwhile is made; what it remembered of that counts for nothing."""
    discord, backend = workshop.discord, workshop.discord.backend
    guild = backend.guilds.pop(workshop.guild_id)
    discord.gateway.emit("GUILD_DELETE", {"id": str(guild.id)})
    await discord.gateway.caught_up()
    backend.guilds[guild.id] = guild
    for role in ("Moderator", "Participant"):
        backend.delete_role(guild.id, workshop.role(role))
    backend.delete_channel(workshop.channel("agenda"))
    discord.gateway.emit("GUILD_CREATE", dict(serializers.guild_create_payload(backend, guild)))
    await workshop.eventually(lambda: "agenda" in workshop.channels(), "the agenda's room")
    await workshop.settle()
    assert workshop.roles() == ["Moderator", "Organiser", "Participant"]
    assert sorted(name for name in workshop.channels() if name == "agenda") == ["agenda"]
    workshop.hand_out_roles()
    assert (await workshop.moderator.slash(workshop.general, "announce list")).text.startswith("✅")
    assert workshop.may(workshop.amina, "agenda", "view_channel")


async def test_only_the_shell_moves_a_workshop(workshop: World) -> None:
    discord, backend, home = workshop.discord, workshop.discord.backend, workshop.guild_id
    elsewhere = discord.add_guild("Elsewhere", bot_permissions=permission_bits())
    hall = backend.create_channel(elsewhere, "hall").id
    stranger = discord.add_person("stranger", manage_guild=True, guild_id=elsewhere)
    backend.remove_guild(home)
    await discord.gateway.caught_up()
    assert (await stranger.slash(hall, "workshop setup")).text == OTHER_SERVER
    applied = await workshop.plenary("rooms", "apply", "--server", str(elsewhere))
    assert applied.code == 2
    assert f"belongs to the server {home}" in applied.err
    assert (await workshop.plenary("rooms", "move", "--server", str(elsewhere))).code == 2  # the bot runs
    await workshop.stop_bot()
    assert (await workshop.plenary("rooms", "move")).code == 2
    moved = await workshop.plenary("rooms", "move", "--server", str(elsewhere))
    assert moved.code == 0, moved.err
    assert workshop.rows("SELECT what, former, latter FROM audit") == [("workshop moved", str(home), str(elsewhere))]
    await workshop.start_bot()
    workshop.guild_id = elsewhere
    assert workshop.roles() == ["Moderator", "Organiser", "Participant"]
    assert workshop.channels()[1:4] == ["Customs lab", "welcome", "help-desk"]
    assert "are there" in (await stranger.slash(hall, "workshop status")).text


@pytest.mark.parametrize("choice", ["adopt", "new"])
async def test_roles_that_people_have_become_the_workshops_only_if_an_organiser_says_so(
    world: World, choice: str
) -> None:
    backend = world.discord.backend
    roles = {name: backend.create_role(world.guild_id, name).id for name in ("Moderator", "Organiser")}
    world.discord.give_role(world.visitor, roles["Moderator"])
    world.discord.give_role(world.karim, roles["Organiser"])
    await world.start_bot()
    plan = await world.organiser.slash(world.general, "workshop plan")
    assert "First, setup asks" in plan.text
    assert "Organiser (one person has it) and Moderator (one person has it)" in plan.text
    asked = await world.organiser.slash(world.general, "workshop setup")
    assert asked.text.startswith(
        "⚠️ This server already has roles that are called like the workshop\u2019s: Organiser ("
    )
    await world.settle()
    assert world.channels() == []
    assert (await world.karim.slash(world.general, "export people")).attachments == ()
    [button] = [each for each in buttons(asked) if each.startswith(f"roles:{choice}")]
    done = await world.organiser.press(asked.message_id or 0, world.general, button)
    assert done.text.startswith("✅"), done.text
    await world.settle()
    kept = {int(number) for _, number in world.rows("SELECT key, discord_id FROM venue WHERE key LIKE 'role:%'")}
    adopted = choice == "adopt"
    assert (set(roles.values()) <= kept) is adopted
    assert (await world.karim.slash(world.general, "export people")).text.startswith("✅" if adopted else "⚠️")
    assert bool(world.rows("SELECT 1 FROM audit WHERE what = 'roles adopted'")) is adopted
    assert any("existing roles" in line for line in world.titles("team")) is adopted
