"""/export: one command for each row of the table of export subjects."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.documents.export.subject import ExportSubject, Format
from bot.documents.export.subjects import SUBJECTS
from bot.documents.export.table import Source
from bot.domain.contributions.notes import Audience
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.platform.router import command


class ExportCog(commands.GroupCog, group_name="export", group_description="What the organisers take away"):
    """Hands each subject to an organiser as a file."""

    def __init__(self) -> None:
        assert self.app_command  # noqa: S101 - a GroupCog has one
        for subject in SUBJECTS.values():
            subject_command = _command(subject)
            subject_command.binding = self
            self.app_command.add_command(subject_command)


def _command(subject: ExportSubject) -> app_commands.Command[Any, ..., Any]:
    async def for_organisers(_cog: object, context: Context, format: str = Format.CSV) -> None:  # noqa: A002 - people see it
        await _hand_over(context, subject, Format(format), Audience.ORGANISERS)

    @app_commands.rename(audience="for")
    @app_commands.describe(audience="For whom the file is: only what authors let these read is in it")
    async def for_an_audience(
        _cog: object,
        context: Context,
        format: str = Format.CSV,  # noqa: A002 - people see it
        audience: Audience = Audience.ORGANISERS,
    ) -> None:
        await _hand_over(context, subject, Format(format), audience)

    handler: Callable[..., Coroutine[Any, Any, None]]
    handler = for_an_audience if len(subject.audiences) > 1 else for_organisers
    handler.__qualname__ = f"{ExportCog.__name__}.{subject.name}"  # discord.py recognises a method by it
    choices = [app_commands.Choice(name=str(form), value=str(form)) for form in subject.formats]
    described = command(subject.role, subject.description, name=subject.name)(handler)
    return app_commands.choices(format=choices)(described)


async def _hand_over(context: Context, subject: ExportSubject, form: Format, audience: Audience) -> None:
    await context.defer()
    # Imported here: the writers would make the bot start later.
    from bot.documents.export import files  # noqa: PLC0415

    source = Source(context.workshop.programme, context.store, context.now, audience, context.language)
    with tempfile.TemporaryFile() as content:
        exported = await files.write(subject, form, source, content)
        if content.tell() > context.interaction.filesize_limit:
            context.refuse("refused.export.too_large", subject=subject.name, form=str(form))
        entry = files.audit_entry(str(context.interaction.id), source, context.person.id, exported)
        await context.store.audit.record(entry)
        content.seek(0)
        rule = subject.rule(audience, source.plan, context.language)
        await context.done("export.done", discord.File(content, filename=exported.name), n=exported.rows, rule=rule)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ExportCog())
