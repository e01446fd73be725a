"""/export: what the organisers take away."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.exporting import tables
from bot.exporting.tables import Format, Subject
from bot.i18n import text
from bot.ui import DONE, Interaction


class Export(commands.GroupCog, group_name="export", group_description="What the organisers take away"):
    """What the organisers take away."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every note, as a file")
    async def notes(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - people see it
        """Every note."""
        await self._hand_over(interaction, Subject.NOTES, format)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Who attended what, as a file")
    async def attendance(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """Who attended what."""
        await self._hand_over(interaction, Subject.ATTENDANCE, format)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every question, as a file")
    async def questions(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """Every question."""
        await self._hand_over(interaction, Subject.QUESTIONS, format)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every answer about sessions and workshop without its author, as a file")
    async def feedback(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """Every answer about sessions and workshop."""
        await self._hand_over(interaction, Subject.FEEDBACK, format)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every pledge, as a file")
    async def pledges(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """Every pledge."""
        await self._hand_over(interaction, Subject.PLEDGES, format)

    async def _hand_over(self, interaction: Interaction, subject: Subject, form: Format) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        table = await tables.table(subject, self._parts.plan, self._parts.store, self._parts.clock.now())
        content = await tables.rendered(table, form)
        language = self._parts.access.language(interaction)
        file = discord.File(io.BytesIO(content), filename=f"{subject}.{form}")
        told = text(language, "export.done", n=len(table.rows), rule=text(language, f"export.rule.{subject}"))
        await interaction.edit_original_response(content=f"{DONE} {told}", attachments=[file])


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Export(client))
