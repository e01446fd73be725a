"""/help: the commands that a person may use, listed from the bot's own; and shortened messages in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from bot.domain.people.roles import Role
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.jobs.composer import Composer
from bot.messages import help as help_messages
from bot.messages.help import HelpEntry
from bot.platform.router import command, pressed


class HelpCog(commands.Cog, description="Finding your way"):
    """Shows the list of commands, and the full text of a shortened message."""

    def __init__(self, client: WorkshopClient) -> None:
        self._client = client

    @command(Role.VISITOR, "What you can do here")
    async def help(self, context: Context) -> None:
        """Show every command that the person may use, each as a link."""
        await self.show_manual(context)

    @pressed("manual", Role.VISITOR)
    async def show_manual(self, context: Context, _mark: str = "") -> None:
        """Show the commands, as the command does."""
        await context.reply(help_messages.manual(tuple(entries(self._client)), context.role, context.language))

    @pressed("whole", Role.VISITOR)
    async def show_whole(self, context: Context, mark: str) -> None:
        """Show a shortened message in full; everybody who sees its channel may read it."""
        composer = Composer(context.workshop.programme, context.store, context.workshop.venue)
        delivery = await context.store.deliveries.find(mark)
        channel = context.interaction.channel_id
        if delivery is None or delivery.channel_id != channel or not await composer.room(delivery):
            context.refuse("refused.gone")
        try:
            post = await composer.post(delivery, context.now)
        except LookupError:
            post = None
        if post is None:
            context.refuse("refused.gone")
        await context.reply(replace(post, buttons=()))


def entries(client: WorkshopClient) -> Iterator[HelpEntry]:
    """Return every command, with its group's description, else its cog's."""
    for entry in client.tree.walk_commands():
        if isinstance(entry, app_commands.Command):
            group, cog = entry.root_parent, entry.binding
            purpose = group.description if group else cog.description if isinstance(cog, commands.Cog) else ""
            yield HelpEntry(client.mention(entry), entry.description, purpose, entry.extras["role"])


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(HelpCog(client))
