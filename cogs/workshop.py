"""/workshop: opening the rooms, and closing."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.closing import beside
from bot.domain.access import Role
from bot.domain.venue import DISPENSABLE, PERMISSIONS
from bot.i18n import text
from bot.store.backup import STAMP
from bot.ui import DONE, Interaction, RefusalError, answer

#: Progress is shown so often, at most.
_BETWEEN_SECONDS = 2


class Rooms(commands.GroupCog, group_name="workshop", group_description="The workshop's roles and rooms"):
    """Opening the rooms, and closing."""

    def __init__(self, client: Workshop) -> None:
        self._client = client
        self._parts: Parts = client.parts
        self._closing = asyncio.Lock()

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

    @needs(Role.ORGANISER)
    @app_commands.command(description="Make the closing pack: all that the organisers owe, as one archive")
    async def close(self, interaction: Interaction) -> None:
        """Save the transcripts, and hand over the closing pack; it stays beside the database where it is too large."""
        if self._closing.locked():
            raise RefusalError("refused.closing.under_way")
        async with self._closing:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._close(interaction, self._parts.access.language(interaction))

    async def _close(self, interaction: Interaction, language: str) -> None:
        parts, now, shown = self._parts, self._parts.clock.now(), _Progress(interaction)

        async def saving(done: int, total: int) -> None:
            await shown.tell(text(language, "closing.saving", done=done, total=total))

        async def making(done: int, total: int) -> None:
            await shown.tell(text(language, "closing.making", done=done, total=total))

        unread = await parts.transcripts.save_all(now, saving)
        pack = parts.settings.database.with_name(f"{parts.plan.id}-closing-{now:{STAMP}}.zip")
        try:
            await beside.make(parts.settings, pack, now, interaction.user.id, making)
        except beside.ClosingError as failure:
            raise RefusalError("refused.closing.failed", problem=str(failure)) from None
        told = text(language, "closing.kept", path=pack)
        if pack.stat().st_size <= interaction.filesize_limit:
            await interaction.followup.send(file=discord.File(pack), ephemeral=True)
            pack.unlink()
            told = text(language, "closing.done")
        lines = [f"{DONE} {told}", *([text(language, "closing.unread", channels=" ".join(unread))] if unread else [])]
        await answer(interaction, "\n".join(lines))


class _Progress:
    """An answer that is edited while something takes its time, though not at every step."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._shown_at: float | None = None

    async def tell(self, sentence: str) -> None:
        """Show how far it is."""
        now = asyncio.get_running_loop().time()
        if self._shown_at is None or now - self._shown_at >= _BETWEEN_SECONDS:
            self._shown_at = now
            await answer(self._interaction, f"⏳ {sentence}")


def _require_permissions(guild: discord.Guild) -> None:
    held = guild.me.guild_permissions
    missing = [name for name in PERMISSIONS if name not in DISPENSABLE and not getattr(held, name)]
    if missing:
        names = ", ".join(name.replace("_", " ").title() for name in missing)
        raise RefusalError("refused.permissions", names=names)


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Rooms(client))
