"""/export: what the organisers take away."""

from __future__ import annotations

import io
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.domain.notes import Audience
from bot.exporting import tables
from bot.exporting.tables import Format, Subject
from bot.i18n import text
from bot.ui import DONE, Interaction

TableFormat = Literal["csv", "json"]
"""What is no calendar."""


class Export(commands.GroupCog, group_name="export", group_description="What the organisers take away"):
    """What the organisers take away."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.ORGANISER)
    @app_commands.command(description="Notes that authors let an audience read, as a file")
    @app_commands.rename(audience="for")
    @app_commands.describe(audience="For whom the file is: only what authors let these read is in it")
    async def notes(
        self,
        interaction: Interaction,
        format: TableFormat = "csv",  # noqa: A002 - people see it
        audience: Audience = Audience.ORGANISERS,
    ) -> None:
        """The notes that an audience may read."""
        await self._hand_over(interaction, Subject.NOTES, Format(format), audience)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Who attended what, as a file")
    async def attendance(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Who attended what."""
        await self._hand_over(interaction, Subject.ATTENDANCE, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every session as it is held, as a file")
    async def agenda(self, interaction: Interaction, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """The agenda, cancelled sessions included."""
        await self._hand_over(interaction, Subject.AGENDA, format)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every question, as a file")
    async def questions(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every question."""
        await self._hand_over(interaction, Subject.QUESTIONS, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every answer about sessions and workshop without its author, as a file")
    async def feedback(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every answer about sessions and workshop."""
        await self._hand_over(interaction, Subject.FEEDBACK, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every pledge, as a file")
    async def pledges(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every pledge."""
        await self._hand_over(interaction, Subject.PLEDGES, Format(format))

    async def _hand_over(
        self, interaction: Interaction, subject: Subject, form: Format, audience: Audience = Audience.ORGANISERS
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        parts = self._parts
        exported = await tables.exported(subject, form, parts.programme, parts.store, parts.clock.now(), audience)
        language = parts.access.language(interaction)
        file = discord.File(io.BytesIO(exported.content), filename=f"{subject}.{form}")
        rule = text(language, f"export.rule.{tables.rule(subject, audience)}")
        told = text(language, "export.done", n=exported.rows, rule=rule)
        await interaction.edit_original_response(content=f"{DONE} {told}", attachments=[file])


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Export(client))
