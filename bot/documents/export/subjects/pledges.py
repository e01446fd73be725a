"""Pledges: what people will apply, and their due dates."""

from __future__ import annotations

from collections.abc import Iterable

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.contributions.pledges import Pledge
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

COLUMNS = ("written_at", "person", "person_id", "follow_up", "text", "by", "progress", "progress_at", "progress_text")


def pledge_rows(plan: Plan, pledges: Iterable[Pledge]) -> list[Row]:
    """One row per pledge, in the order of `pledges`; its author only if they agreed to be asked about it.

    Where the whole workshop is under the Chatham House Rule, nobody is named, and the rows are shuffled.
    """
    if plan.wholly_confidential:
        return chatham.shuffled(map(_anonymous_row, pledges))
    return [_named_row(plan, pledge) for pledge in pledges]


def _named_row(plan: Plan, pledge: Pledge) -> Row:
    progress = pledge.progress
    return (
        local(plan, pledge.written_at),
        pledge.name if pledge.follow_up else None,
        str(pledge.person) if pledge.follow_up else None,
        pledge.follow_up,
        pledge.text,
        pledge.by,
        str(progress.state) if progress else None,
        local(plan, progress.written_at) if progress else None,
        progress.text if progress else None,
    )


def _anonymous_row(pledge: Pledge) -> Row:
    progress = pledge.progress
    return (
        None,
        None,
        None,
        pledge.follow_up,
        chatham.without_links(pledge.text),
        pledge.by,
        str(progress.state) if progress else None,
        None,
        chatham.without_links(progress.text) if progress else None,
    )


async def _table(source: Source) -> Table:
    return whole(COLUMNS, pledge_rows(source.plan, await source.store.pledges.all()))


PLEDGES = ExportSubject(
    name="pledges",
    description="Every pledge, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
