"""The client that knows which workshop lives in which server."""

from __future__ import annotations

import logging

import discord

from bot.hosting.context import Context
from bot.hosting.workshop import Workshop
from bot.platform.access import Access
from bot.platform.client import Plenary
from bot.platform.interactions import Interaction

log = logging.getLogger(__name__)


class WorkshopClient(Plenary):
    """The bot, with the workshop that it hosts."""

    workshop: Workshop
    """Set once it has been built, before the client connects."""

    async def reconcile(self) -> None:
        """Reconcile each workshop with its server."""
        for workshop in self.workshops:
            await workshop.reconcile()

    async def repair(self, discord_id: int) -> None:
        """Have the workshop that owns a role or a channel look at it again."""
        for workshop in self.workshops:
            await workshop.repair(discord_id)

    @property
    def workshops(self) -> tuple[Workshop, ...]:
        """All workshops that it hosts: today, one."""
        return (self.workshop,)

    def workshop_of(self, guild_id: int | None) -> Workshop | None:
        """The workshop that lives in a server; None if none does."""
        return self.workshop if guild_id is not None and guild_id == self.workshop.venue.guild_id else None

    def access_of(self, interaction: Interaction) -> Access:
        """The access check of the workshop that an interaction belongs to; it also refuses other servers."""
        return self._addressed(interaction).access

    def context_of(self, interaction: Interaction) -> Context:
        """The context of an interaction that passed the check."""
        return Context(self._addressed(interaction), interaction)

    def _addressed(self, _interaction: Interaction) -> Workshop:
        """The workshop that an interaction belongs to: the only one, also before it has a server."""
        return self.workshop

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Reconcile a workshop whose server came after READY, or came back after an outage of Discord.

        Discord also announces every other server that the bot was invited to; those are ignored.
        """
        if self.workshop_of(guild.id):
            await self.on_ready()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Reconcile a workshop to whose server the bot was invited again."""
        await self.on_guild_available(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a workshop's server if the bot was removed from it, or if it was deleted."""
        if workshop := self.workshop_of(guild.id):
            log.warning("The bot was removed from the workshop's server; nothing is done until it is invited again")
            workshop.venue.forget_server()
