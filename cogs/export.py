"""/export: what the organisers take away."""

from __future__ import annotations

import tempfile
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.documents.export.kinds import Format, Subject
from bot.documents.export.table import Source
from bot.domain.contributions.notes import Audience
from bot.domain.people.access import Role
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.platform.router import command

TableFormat = Literal["csv", "xlsx", "json", "md"]
"""What is no schedule."""


class ExportCog(commands.GroupCog, group_name="export", group_description="What the organisers take away"):
    """What the organisers take away."""

    @command(Role.ORGANISER, "Notes that authors let an audience read, as a file")
    @app_commands.rename(audience="for")
    @app_commands.describe(audience="For whom the file is: only what authors let these read is in it")
    async def notes(
        self,
        context: Context,
        format: TableFormat = "csv",  # noqa: A002 - people see it
        audience: Audience = Audience.ORGANISERS,
    ) -> None:
        """The notes that an audience may read."""
        await _hand_over(context, Subject.NOTES, Format(format), audience)

    @command(Role.ORGANISER, "Who attended what, as a file")
    async def attendance(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Who attended what."""
        await _hand_over(context, Subject.ATTENDANCE, Format(format))

    @command(Role.ORGANISER, "What each person attended in all, as a file")
    async def people(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What each person attended in all."""
        await _hand_over(context, Subject.PEOPLE, Format(format))

    @command(Role.ORGANISER, "Every stay and check-in from when to when, as a file")
    async def intervals(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What attendance is worked out from."""
        await _hand_over(context, Subject.INTERVALS, Format(format))

    @command(Role.ORGANISER, "Attendance by country, organisation, day and session, as a file")
    async def statistics(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Attendance in figures."""
        await _hand_over(context, Subject.STATISTICS, Format(format))

    @command(Role.ORGANISER, "The list of participants with who has joined, as a file")
    async def participants(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """The list of participants."""
        await _hand_over(context, Subject.PARTICIPANTS, Format(format))

    @command(Role.ORGANISER, "Every session as it was planned and held, as a file")
    async def agenda(self, context: Context, format: Format = Format.CSV) -> None:  # noqa: A002 - likewise
        """The agenda, cancelled sessions included."""
        await _hand_over(context, Subject.AGENDA, format)

    @command(Role.ORGANISER, "Every question, as a file")
    async def questions(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every question."""
        await _hand_over(context, Subject.QUESTIONS, Format(format))

    @command(Role.ORGANISER, "Every answer about sessions and workshop without its author, as a file")
    async def feedback(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every answer about sessions and workshop."""
        await _hand_over(context, Subject.FEEDBACK, Format(format))

    @command(Role.ORGANISER, "Every pledge, as a file")
    async def pledges(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """Every pledge."""
        await _hand_over(context, Subject.PLEDGES, Format(format))

    @command(Role.ORGANISER, "What the channels held at the end, as a file")
    async def transcripts(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What the channels held at the end."""
        await _hand_over(context, Subject.TRANSCRIPTS, Format(format))

    @command(Role.ORGANISER, "What moderators and organisers did, exports included, as a file")
    async def audit(self, context: Context, format: TableFormat = "csv") -> None:  # noqa: A002 - likewise
        """What moderators and organisers did."""
        await _hand_over(context, Subject.AUDIT, Format(format))


async def _hand_over(
    context: Context, subject: Subject, form: Format, audience: Audience = Audience.ORGANISERS
) -> None:
    await context.defer()
    # Imported here: a bot that starts doesn't need it yet.
    from bot.documents.export import files, subjects  # noqa: PLC0415

    source = Source(context.workshop.programme, context.store, context.now, audience, context.language)
    with tempfile.TemporaryFile() as made:
        exported = await files.write(subject, form, source, made)
        if made.tell() > context.interaction.filesize_limit:
            context.refuse("refused.export.too_large", subject=str(subject), form=str(form))
        await context.store.audit.record(files.deed(str(context.interaction.id), source, context.person.id, exported))
        made.seek(0)
        rule = subjects.rule_told(subject, audience, source.plan, context.language)
        await context.done("export.done", discord.File(made, filename=exported.name), n=exported.rows, rule=rule)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ExportCog())
