"""/help: what the person who asks can do here, made from the commands that there are."""

from __future__ import annotations

from collections.abc import Iterator

from discord import app_commands
from discord.ext import commands

from bot import answers
from bot.answers import Entry
from bot.app import Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.ui import Interaction, answer_at_length


class Help(commands.Cog, description="Finding your way"):
    """The manual."""

    def __init__(self, client: Workshop) -> None:
        self._client = client

    @needs(Role.VISITOR)
    @app_commands.command(description="What you can do here")
    async def help(self, interaction: Interaction) -> None:
        """Show every command that the person may use, each to be clicked."""
        access = self._client.access
        manual = answers.manual(tuple(entries(self._client)), access.role(interaction), access.language(interaction))
        await answer_at_length(interaction, manual)


def entries(client: Workshop) -> Iterator[Entry]:
    """Every command that there is, with what it is for: its group's description, else its cog's."""
    for command in client.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            group, cog = command.root_parent, command.binding
            purpose = group.description if group else cog.description if isinstance(cog, commands.Cog) else ""
            yield Entry(client.mention(command), command.description, purpose, command.extras["role"])


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Help(client))
