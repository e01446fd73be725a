"""Pledges: what people will apply, and by when."""

from __future__ import annotations

from collections.abc import Iterable

from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.pledges import Pledge
from bot.domain.plan import Plan

COLUMNS = ("written_at", "person", "person_id", "follow_up", "text", "by", "progress", "progress_at", "progress_text")


async def table(source: Source) -> Table:
    """One row a pledge."""
    return whole(COLUMNS, rows(source.plan, await source.store.pledges.all()))


def rows(plan: Plan, pledges: Iterable[Pledge]) -> list[Row]:
    """One row a pledge, in the order in which they come; by whom only where they agreed to be asked about it.

    Where the whole workshop is under the Chatham House Rule, nobody is named.
    """
    if plan.wholly_confidential:
        return chatham.shuffled(
            (
                None,
                None,
                None,
                one.follow_up,
                chatham.without_links(one.text),
                one.by,
                str(one.progress.state) if one.progress else None,
                None,
                chatham.without_links(one.progress.text) if one.progress else None,
            )
            for one in pledges
        )
    return [
        (
            local(plan, one.written_at),
            one.name if one.follow_up else None,
            str(one.person) if one.follow_up else None,
            one.follow_up,
            one.text,
            one.by,
            str(one.progress.state) if one.progress else None,
            local(plan, one.progress.written_at) if one.progress else None,
            one.progress.text if one.progress else None,
        )
        for one in pledges
    ]
