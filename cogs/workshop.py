"""/workshop: opening the rooms."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.domain.venue import DISPENSABLE, PERMISSIONS
from bot.i18n import text
from bot.ui import DONE, Interaction, RefusalError, answer


class Rooms(commands.GroupCog, group_name="workshop", group_description="The workshop's roles and rooms"):
    """Opening the rooms."""

    def __init__(self, client: Workshop) -> None:
        self._client = client
        self._parts: Parts = client.parts

    @needs(Role.ORGANISER)
    @app_commands.command(description="Make or mend the workshop's roles and rooms in this server")
    async def setup(self, interaction: Interaction) -> None:
        """Make, adopt or mend everything that the plan asks for; run twice, it changes nothing."""
        guild = interaction.guild
        if guild is None:
            raise RefusalError("refused.not_in_server")
        _require_permissions(guild)
        await interaction.response.defer(ephemeral=True, thinking=True)
        parts = self._parts
        await parts.venue.adopt(guild.id)
        try:
            made = await parts.venue.ensure(guild, parts.clock.now())
        except discord.Forbidden as failure:
            raise RefusalError("refused.setup", problem=failure.text) from None
        await parts.courier.replan()
        language = parts.access.language(interaction)
        names = ", ".join(made)
        told = text(language, "setup.made", n=len(made), names=names) if made else text(language, "setup.unchanged")
        await answer(interaction, f"{DONE} {told}")


def _require_permissions(guild: discord.Guild) -> None:
    held = guild.me.guild_permissions
    missing = [name for name in PERMISSIONS if name not in DISPENSABLE and not getattr(held, name)]
    if missing:
        names = ", ".join(name.replace("_", " ").title() for name in missing)
        raise RefusalError("refused.permissions", names=names)


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Rooms(client))
