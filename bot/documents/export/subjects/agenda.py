"""The agenda: each session as it was planned, and as it was held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.documents.export import calendars
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.plan import Plan
from bot.domain.text import spoken
from bot.store.agenda import HeldSession


async def table(source: Source) -> Table:
    """One row a session."""
    begun = await source.store.deliveries.sent_at(Kind.START)
    programme = source.programme
    told = rows(source.plan, programme.held, programme.filed, begun, source.spoken)
    return whole(columns(source.plan), told)


def columns(plan: Plan) -> tuple[str, ...]:
    """A title in each of the workshop's languages."""
    titles = [f"title_{language}" for language in plan.languages]
    return (
        "id", "kind", "day", "starts_at", "ends_at", "room", "topic", *titles, "speakers", "state", "sequence",
        "planned_starts_at", "planned_ends_at", "planned_room", "minutes_late", "announced_at",
    )  # fmt: skip


def rows(
    plan: Plan,
    held: Iterable[HeldSession],
    planned: Agenda,
    begun: Mapping[str, datetime],
    language: str,
) -> Iterator[Row]:
    """One row a session, the earliest first; cancelled ones say so. `sequence` grows with each change.

    `planned`: the agenda of the plan's file; of a session that it doesn't have, nothing was planned. `begun`: when the
    start of each was announced.
    """
    for one in sorted(held, key=lambda one: (one.session.starts_at, one.session.id)):
        session, before = one.session, planned.find(one.session.id)
        yield (
            session.id,
            str(session.kind),
            session.day,
            local(plan, session.starts_at),
            local(plan, session.ends_at),
            calendars.room_name(plan, session, language),
            session.topic,
            *(spoken(session.title, each) for each in plan.languages),
            "; ".join(each.named(language) for each in session.speakers),
            "planned" if one.cancelled_at is None else "cancelled",
            one.sequence,
            local(plan, before.starts_at) if before else None,
            local(plan, before.ends_at) if before else None,
            calendars.room_name(plan, before, language) if before else None,
            round((session.starts_at - before.starts_at).total_seconds() / 60) if before else None,
            local(plan, begun[session.id]) if session.id in begun else None,
        )
