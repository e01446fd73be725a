"""/help: what the person who asks can do here, made from the commands that there are; and messages in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from bot.app import WorkshopClient
from bot.domain.people.access import Role
from bot.jobs.composer import Composer
from bot.messages import help as help_messages
from bot.messages.errors import UserError
from bot.messages.help import HelpEntry
from bot.platform.answers import answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed


class HelpCog(commands.Cog, description="Finding your way"):
    """The manual, and all of a message that had to be shortened."""

    def __init__(self, client: WorkshopClient) -> None:
        self._client = client

    @needs(Role.VISITOR)
    @app_commands.command(description="What you can do here")
    async def help(self, interaction: Interaction) -> None:
        """Show every command that the person may use, each to be clicked."""
        access = self._client.access
        manual = help_messages.manual(
            tuple(entries(self._client)), access.role(interaction), access.language(interaction)
        )
        await answer(interaction, manual)

    @pressed("whole", Role.VISITOR)
    async def show_whole(self, interaction: Interaction, mark: str) -> None:
        """The button under a message that had to be shortened: who sees its channel may read all of it."""
        parts = self._client.parts
        composer = Composer(parts.programme, parts.store, parts.venue)
        delivery = await parts.store.deliveries.find(mark)
        if delivery is None or delivery.channel_id != interaction.channel_id or not await composer.room(delivery):
            raise UserError("refused.gone")
        try:
            post = await composer.post(delivery, parts.clock.now())
        except LookupError:
            post = None
        if post is None:
            raise UserError("refused.gone")
        await answer(interaction, replace(post, buttons=()))


def entries(client: WorkshopClient) -> Iterator[HelpEntry]:
    """Every command that there is, with what it is for: its group's description, else its cog's."""
    for command in client.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            group, cog = command.root_parent, command.binding
            purpose = group.description if group else cog.description if isinstance(cog, commands.Cog) else ""
            yield HelpEntry(client.mention(command), command.description, purpose, command.extras["role"])


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(HelpCog(client))
