"""Export files: a subject in any format, for the bot and for the shell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from bot.documents.export.formats import TABLE_WRITERS, ColumnHeading, Opened
from bot.documents.export.subject import ExportSubject, Format
from bot.documents.export.table import Row, Source
from bot.store.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """The description of a written file."""

    subject: ExportSubject
    form: Format
    rows: int
    rule: str
    """The rule that the file obeys, in the file's language."""

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.subject}.{self.form}"


async def write(subject: ExportSubject, form: Format, source: Source, out: Opened) -> ExportedFile:
    """Write a subject into an opened file, in a thread, and a page at a time where it may be large.

    Raises ValueError if the subject doesn't take this format, or isn't for this audience.
    """
    if form not in subject.formats:
        forms = ", ".join(subject.formats)
        raise ValueError(f"{subject} can't be written as {form}; ask for {subject} as one of {forms}.")
    if source.audience not in subject.audiences:
        raise ValueError(f"{subject} can't be written for {source.audience}.")
    rule = subject.rule(source.audience, source.plan, source.spoken)
    if form in subject.schedules:
        schedule = await asyncio.to_thread(subject.schedules[form], source, rule)
        out.write(schedule.content)
        return ExportedFile(subject, form, schedule.sessions, rule)
    table = await subject.table(source)
    plan, language = source.plan, source.spoken
    heading = ColumnHeading(subject.name, plan.title[language], rule, plan.zone, language, table.columns)
    return ExportedFile(subject, form, await write_table(form, heading, table.pages, out), rule)


async def write_table(form: Format, heading: ColumnHeading, pages: AsyncIterator[Iterable[Row]], out: Opened) -> int:
    """Write a table into an opened file, in a thread, and return how many rows it has."""
    writer = await asyncio.to_thread(TABLE_WRITERS[form], out, heading)
    rows = 0
    async for page in pages:
        rows += await asyncio.to_thread(writer.add, page)
    await asyncio.to_thread(writer.close)
    return rows


def audit_entry(key: str, source: Source, who: int, exported: ExportedFile, by: str = "") -> AuditEntry:
    """The audit entry of an export: who exported what, for whom. `by`: the name of a person without an account."""
    latter = f"{exported.form} for {source.audience}, {exported.rows} rows" + (f", by {by}" if by else "")
    return AuditEntry(f"export/{key}", source.now, who, "exported", exported.subject.name, latter=latter)
