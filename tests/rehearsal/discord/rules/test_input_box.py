"""Where people can type messages and commands, and what they can press.

No bot is there to answer: what a person may send ends in NoAnswer, and what the client refuses in CannotDo.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.discord.calls import CannotDo, NoAnswer
from bot.rehearsal.discord.people import Person
from tests.rehearsal.discord.rules.server import Server, bits

CHAT, MESSAGE = 1, 3


@pytest.fixture
def amina(server: Server) -> Person:
    """A member of a server with the slash command /ping and the message menu Quote."""
    register(server, {}, {})
    return server.discord.add_person("amina")


def register(server: Server, ping: dict[str, Any], quote: dict[str, Any]) -> None:
    commands = [
        {"name": "ping", "type": CHAT, "description": "Ping", **ping},
        {"name": "Quote", "type": MESSAGE, **quote},
    ]
    server.send("PUT", f"/applications/{server.world.application_id}/commands", commands)


def posted(server: Server, channel: int) -> int:
    """A message of the bot with a button."""
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Here", "custom_id": "here", "id": 2}], "id": 1}
    return server.world.create_message(channel, server.bot, "Hello", components=[row]).id


async def test_a_command_takes_use_application_commands(server: Server, amina: Person) -> None:
    """`topics/permissions.mdx`: USE_APPLICATION_COMMANDS, for slash commands and context menus."""
    channel = server.channel("general")
    server.overwrite(channel, server.id, deny=("use_application_commands",))
    with pytest.raises(CannotDo, match="isn't shown"):
        await amina.slash(channel, "ping")


async def test_a_command_is_hidden_by_its_default_permissions_and_its_contexts(server: Server, amina: Person) -> None:
    """`interactions/application-commands.mdx`: `default_member_permissions` and `contexts`."""
    channel = server.channel("general")
    register(server, {"default_member_permissions": str(bits("manage_guild"))}, {"contexts": [1]})
    boss = server.discord.add_person("boss", manage_guild=True)
    with pytest.raises(NoAnswer):
        await boss.slash(channel, "ping")
    with pytest.raises(CannotDo, match="isn't shown"):
        await amina.slash(channel, "ping")
    with pytest.raises(CannotDo, match="isn't shown"):
        await amina.menu(posted(server, channel), channel, "Quote")


async def test_a_guild_only_command_is_not_offered_in_private_messages(server: Server, amina: Person) -> None:
    """`interactions/application-commands.mdx`, "Interaction Contexts": without `contexts`, it is."""
    private = server.world.get_dm_channel(amina.id).id
    with pytest.raises(NoAnswer):
        await amina.slash(private, "ping")
    register(server, {"contexts": [0]}, {})
    with pytest.raises(CannotDo, match="isn't shown"):
        await amina.slash(private, "ping")
