"""Presence by voice: passes voice and connection events on to the presence watch."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.hosting.client import WorkshopClient


class VoicePresenceCog(commands.Cog):
    """Passes Discord's events on to the presence watch of the workshop that they concern."""

    def __init__(self, client: WorkshopClient) -> None:
        self._client = client

    async def cog_load(self) -> None:
        """Called by discord.py."""
        for workshop in self._client.workshops:
            workshop.presence.start()

    async def cog_unload(self) -> None:
        """Called by discord.py when the bot stops, while it is still connected."""
        for workshop in self._client.workshops:
            await workshop.presence.stop()

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """Handle READY: a new session, without the events missed before it."""
        for workshop in self._client.workshops:
            workshop.presence.forget()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """Handle RESUMED: the session continues, and Discord has sent the missed events."""
        for workshop in self._client.workshops:
            await workshop.presence.resume()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Begin the watch after READY or an outage of Discord: the server's voice states are known again."""
        if workshop := self._client.workshop_of(guild.id):
            await workshop.presence.mark()

    @commands.Cog.listener("on_guild_unavailable")
    @commands.Cog.listener("on_guild_remove")
    async def on_guild_out_of_sight(self, guild: discord.Guild) -> None:
        """Suspend the watch: after an outage of Discord or the bot's removal, the server sends no events."""
        if workshop := self._client.workshop_of(guild.id):
            workshop.presence.forget()

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Record who enters, leaves or changes rooms; ignore other changes, such as unmuting."""
        workshop = self._client.workshop_of(member.guild.id)
        if workshop and before.channel != after.channel:
            await workshop.presence.record_move(member, after.channel)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(VoicePresenceCog(client))
