"""/export: what the organisers take away."""

from __future__ import annotations

import tempfile
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.documents.export.kinds import Format, Subject
from bot.documents.export.table import Source
from bot.domain.contributions.notes import Audience
from bot.domain.people.access import Role
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction

TableFormat = Literal["csv", "xlsx", "json", "md"]
"""What is no schedule."""


class ExportCog(commands.GroupCog, group_name="export", group_description="What the organisers take away"):
    """What the organisers take away."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

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
    @app_commands.command(description="What each person attended in all, as a file")
    async def people(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What each person attended in all."""
        await self._hand_over(interaction, Subject.PEOPLE, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every stay and check-in from when to when, as a file")
    async def intervals(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What attendance is worked out from."""
        await self._hand_over(interaction, Subject.INTERVALS, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Attendance by country, organisation, day and session, as a file")
    async def statistics(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Attendance in figures."""
        await self._hand_over(interaction, Subject.STATISTICS, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="The list of participants with who has joined, as a file")
    async def participants(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """The list of participants."""
        await self._hand_over(interaction, Subject.PARTICIPANTS, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Every session as it was planned and held, as a file")
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

    @needs(Role.ORGANISER)
    @app_commands.command(description="What the channels held at the end, as a file")
    async def transcripts(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What the channels held at the end."""
        await self._hand_over(interaction, Subject.TRANSCRIPTS, Format(format))

    @needs(Role.ORGANISER)
    @app_commands.command(description="What moderators and organisers did, exports included, as a file")
    async def audit(self, interaction: Interaction, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What moderators and organisers did."""
        await self._hand_over(interaction, Subject.AUDIT, Format(format))

    async def _hand_over(
        self, interaction: Interaction, subject: Subject, form: Format, audience: Audience = Audience.ORGANISERS
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Imported here: a bot that starts doesn't need it yet.
        from bot.documents.export import files, subjects  # noqa: PLC0415

        parts = self._parts
        language = parts.access.language(interaction)
        source = Source(parts.programme, parts.store, parts.clock.now(), audience, language)
        with tempfile.TemporaryFile() as made:
            exported = await files.write(subject, form, source, made)
            if made.tell() > interaction.filesize_limit:
                raise UserError("refused.export.too_large", subject=str(subject), form=str(form))
            await parts.store.audit.record(files.deed(str(interaction.id), source, interaction.user.id, exported))
            made.seek(0)
            rule = subjects.rule_told(subject, audience, source.plan, language)
            told = text(language, "export.done", n=exported.rows, rule=rule)
            file = discord.File(made, filename=exported.name)
            await answer(interaction, f"{DONE} {told}", file)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ExportCog(client))
