"""Every way in, tried by everybody: who is let in, and what the others are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.people.roles import Role
from bot.domain.venue_permissions import permission_bits
from bot.messages.i18n import text
from bot.rehearsal.discord.calls import Attachment
from tests.entries import COMMANDS, MENUS, PRESSED, SUGGESTIONS

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import OptionValue, Person
    from tests.e2e.world import World

Json = dict[str, Any]

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ATTACHMENT = 1, 2, 3, 4, 5, 6, 7, 11
SLASH, MESSAGE_MENU = 1, 3


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, where they are, and what they are in the workshop; no role at all in another server."""

    person: Person
    channel: int
    role: Role | None

    def refusal(self, needed: Role, world: World) -> str | None:
        """What they must be told by what needs a role; None if they are let in."""
        if self.role is None:
            key = "refused.other_server"
        elif self.role < needed:
            key = f"refused.role.{needed.name.lower()}"
        else:
            return None
        language = "fr" if self.person.locale == "fr" else "en"
        channel = f"<#{world.channel('welcome')}>"
        return f"⚠️ {text(language, key)}" if self.role is None else f"⚠️ {text(language, key, channel=channel)}"


@pytest.fixture
async def everybody(workshop: World) -> dict[str, Somebody]:
    """A stranger to the workshop, one of each role, and somebody of another server to which the bot was invited."""
    other = workshop.discord.add_guild("Elsewhere", bot_permissions=permission_bits())
    room = workshop.discord.backend.create_channel(other, "general").id
    foreigner = workshop.discord.add_person("foreigner", manage_guild=True, locale="fr", guild_id=other)
    await workshop.settle()
    here = workshop.general
    return {
        "stranger": Somebody(workshop.visitor, here, Role.VISITOR),
        "participant": Somebody(workshop.amina, here, Role.PARTICIPANT),
        "moderator": Somebody(workshop.moderator, here, Role.MODERATOR),
        "organiser": Somebody(workshop.organiser, here, Role.ORGANISER),
        "other server": Somebody(foreigner, room, None),
    }


def refusals(world: World) -> tuple[str, ...]:
    """Every sentence by which somebody is told that they, or their server, are the wrong one."""
    channel = f"<#{world.channel('welcome')}>"
    roles = ("participant", "moderator", "organiser")
    return tuple(
        f"⚠️ {sentence}"
        for language in ("en", "fr", "ar")
        for sentence in (
            *(text(language, f"refused.role.{role}", channel=channel) for role in roles),
            text(language, "refused.other_server"),
            text(language, "refused.not_in_server"),
        )
    )


def registered(world: World) -> Iterator[tuple[str, list[Json]]]:
    """Each slash command that the bot has told Discord of, with its options."""

    def walk(path: str, node: Json) -> Iterator[tuple[str, list[Json]]]:
        options: list[Json] = node.get("options") or []
        below = [option for option in options if option["type"] in {SUBCOMMAND, GROUP}]
        for option in below:
            yield from walk(f"{path} {option['name']}", option)
        if not below:
            yield path, options

    for (name, kind), command in world.discord.backend.commands[None].items():
        if kind == SLASH:
            yield from walk(name, command)


def filled(options: list[Json], somebody: Somebody) -> dict[str, OptionValue]:
    """Any value that Discord takes for each option that is required."""
    values: dict[int, OptionValue] = {
        STRING: "x",
        BOOLEAN: True,
        USER: somebody.person,
        CHANNEL: somebody.channel,
        ATTACHMENT: Attachment("people.csv", b"name"),
    }

    def value(option: Json) -> OptionValue:
        if option.get("choices"):
            return option["choices"][0]["value"]
        return option.get("min_value", 1) if option["type"] == INTEGER else values[option["type"]]

    return {option["name"]: value(option) for option in options if option.get("required")}


def wrong(answer: ReceivedAnswer, wanted: str | None, known: tuple[str, ...]) -> str | None:
    """What is wrong with an answer to somebody who must be told `wanted`, or let in."""
    if wanted is None:
        return f"was refused: {answer.text}" if answer.text in known else None
    if answer.text == wanted and answer.ephemeral and answer.modal is None and not answer.attachments:
        return None
    return f"must be told {wanted!r}, and only they; was told {answer.text[:200]!r}, ephemeral: {answer.ephemeral}"


def held_against(found: dict[tuple[str, str], str | None]) -> dict[tuple[str, str], str]:
    return {where: fault for where, fault in found.items() if fault}


async def test_every_command_lets_in_whom_it_is_for(workshop: World, everybody: dict[str, Somebody]) -> None:
    workshop.forgiven.add("error")  # what is typed is nonsense
    there, known = dict(registered(workshop)), refusals(workshop)
    assert there.keys() == COMMANDS.keys()
    found: dict[tuple[str, str], str | None] = {}
    for command, options in there.items():
        await workshop.settle()  # nobody does so much at once
        for who, one in everybody.items():
            answer = await one.person.slash(one.channel, command, **filled(options, one))
            found[command, who] = wrong(answer, one.refusal(COMMANDS[command], workshop), known)
    assert held_against(found) == {}


async def test_every_menu_lets_in_whom_it_is_for(workshop: World, everybody: dict[str, Somebody]) -> None:
    known = refusals(workshop)
    there = {name for name, kind in workshop.discord.backend.commands[None] if kind == MESSAGE_MENU}
    assert there == MENUS.keys()
    found: dict[tuple[str, str], str | None] = {}
    for who, one in everybody.items():
        message = workshop.discord.backend.create_message(one.channel, one.person.id, "An experience")
        for entry, role in MENUS.items():
            answer = await one.person.menu(message.id, one.channel, entry)
            found[entry, who] = wrong(answer, one.refusal(role, workshop), known)
    assert held_against(found) == {}


async def test_every_suggestion_is_made_to_whom_it_is_for(workshop: World, everybody: dict[str, Somebody]) -> None:
    """A refusal can't be told here: nothing is suggested."""
    there = {
        f"{command} {option['name']}": (command, option["name"])
        for command, options in registered(workshop)
        for option in options
        if option.get("autocomplete")
    }
    assert there.keys() == SUGGESTIONS.keys()
    found: dict[tuple[str, str], str | None] = {}
    suggested: set[str] = set()
    for name, (command, option) in there.items():
        offered = {
            who: len(await one.person.autocomplete(one.channel, command, option, "")) for who, one in everybody.items()
        }
        for who, one in everybody.items():
            refused = one.refusal(SUGGESTIONS[name], workshop) is not None
            # Nobody has anything of their own yet: whoever may see any, sees what the organiser sees.
            expected = 0 if refused else offered["organiser"]
            found[name, who] = None if offered[who] == expected else f"{offered[who]} suggestions, not {expected}"
        suggested |= {name} if offered["organiser"] else set()
    assert held_against(found) == {}
    assert len(suggested) >= 15


async def test_everything_pressed_lets_in_whom_it_is_for(workshop: World, everybody: dict[str, Somebody]) -> None:
    workshop.forgiven.add("error")  # the buttons belong to nothing
    known = refusals(workshop)
    found: dict[tuple[str, str], str | None] = {}
    for kind, role in PRESSED.items():
        await workshop.settle()  # nobody does so much at once
        for who, one in everybody.items():
            message = workshop.plant(one.channel, f"{kind}:x")
            answer = await one.person.press(message.id, one.channel, f"{kind}:x")
            found[kind, who] = wrong(answer, one.refusal(role, workshop), known)
    assert held_against(found) == {}
