"""A subject as a file of any format: what organisers are handed by the bot, and what the shell writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from bot.documents.export import calendars, frab, subjects
from bot.documents.export.formats import TABLE_WRITERS, ColumnHeading, Opened
from bot.documents.export.kinds import TABULAR, Format, Subject, takes
from bot.documents.export.table import Row, Source
from bot.store.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    subject: Subject
    form: Format
    rows: int
    rule: str
    """The rule that it obeys, in the file's language."""

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"{self.subject}.{self.form}"


async def write(subject: Subject, form: Format, source: Source, out: Opened) -> Exported:
    """Write a subject into an opened file, in a thread, and a page at a time where it may be large.

    Raises ValueError where it can't be written so.
    """
    if not takes(subject, form):
        forms = ", ".join(TABULAR)
        raise ValueError(f"Only the agenda can be written as {form}; ask for {subject} as one of {forms}.")
    rule = subjects.rule_told(subject, source.audience, source.plan, source.spoken)
    if form in TABULAR:
        return Exported(subject, form, await _write_table(subject, form, source, rule, out), rule)
    content = await asyncio.to_thread(_schedule, form, source, rule)
    out.write(content)
    shown = source.programme.held if form is Format.ICS else source.plan.agenda.sessions
    return Exported(subject, form, len(shown), rule)


async def _write_table(subject: Subject, form: Format, source: Source, rule: str, out: Opened) -> int:
    table = await subjects.table(subject, source)
    plan, language = source.plan, source.spoken
    heading = ColumnHeading(str(subject), plan.title[language], rule, plan.zone, language, table.columns)
    return await write_table(form, heading, table.pages, out)


async def write_table(form: Format, heading: ColumnHeading, pages: AsyncIterator[Iterable[Row]], out: Opened) -> int:
    """Write a table into an opened file, in a thread; how many rows it has."""
    writer = await asyncio.to_thread(TABLE_WRITERS[form], out, heading)
    rows = 0
    async for page in pages:
        rows += await asyncio.to_thread(writer.add, page)
    await asyncio.to_thread(writer.close)
    return rows


def _schedule(form: Format, source: Source, rule: str) -> bytes:
    plan, language = source.plan, source.spoken
    match form:
        case Format.FRAB_XML:
            return frab.as_xml(plan, rule, language)
        case Format.FRAB_JSON:
            return frab.as_json(plan, rule, language)
        case _:
            return calendars.calendar(plan, source.programme.held, source.now, language, rule)


def deed(key: str, source: Source, who: int, exported: Exported, by: str = "") -> AuditEntry:
    """What the audit keeps of an export: who took away what, for whom. `by`: whoever has no account on Discord."""
    told = f"{exported.form} for {source.audience}, {exported.rows} rows" + (f", by {by}" if by else "")
    return AuditEntry(f"export/{key}", source.now, who, "exported", str(exported.subject), latter=told)
