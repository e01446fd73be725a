"""The agenda: each session as it was planned, and as it was held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.documents.export import calendars, frab
from bot.documents.export.subject import ChathamRule, ExportSubject, Format, Schedule
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.contributions.notes import Audience
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.text import spoken
from bot.store.agenda import HeldSession


def columns(plan: Plan) -> tuple[str, ...]:
    """The names of the columns, with a title in each of the workshop's languages."""
    titles = [f"title_{language}" for language in plan.languages]
    return (
        "id", "kind", "day", "starts_at", "ends_at", "room", "topic", *titles, "speakers", "state", "sequence",
        "planned_starts_at", "planned_ends_at", "planned_room", "minutes_late", "announced_at",
    )  # fmt: skip


def agenda_rows(
    plan: Plan,
    held: Iterable[HeldSession],
    planned: Agenda,
    begun: Mapping[str, datetime],
    language: str,
) -> Iterator[Row]:
    """One row per session, earliest first; cancelled sessions are marked. `sequence` grows with each change.

    `planned`: the agenda of the plan's file; a session that isn't in it has empty `planned_` cells. `begun`: when the
    start of each session was announced, by its id.
    """
    for entry in sorted(held, key=lambda entry: (entry.session.starts_at, entry.session.id)):
        session, before = entry.session, planned.find(entry.session.id)
        yield (
            session.id,
            str(session.kind),
            session.day,
            local(plan, session.starts_at),
            local(plan, session.ends_at),
            calendars.room_name(plan, session, language),
            session.topic,
            *(spoken(session.title, title_language) for title_language in plan.languages),
            "; ".join(speaker.named(language) for speaker in session.speakers),
            "planned" if entry.cancelled_at is None else "cancelled",
            entry.sequence,
            local(plan, before.starts_at) if before else None,
            local(plan, before.ends_at) if before else None,
            calendars.room_name(plan, before, language) if before else None,
            round((session.starts_at - before.starts_at).total_seconds() / 60) if before else None,
            local(plan, begun[session.id]) if session.id in begun else None,
        )


async def _table(source: Source) -> Table:
    begun = await source.store.deliveries.sent_at(Kind.START)
    programme = source.programme
    rows = agenda_rows(source.plan, programme.held, programme.filed, begun, source.spoken)
    return whole(columns(source.plan), rows)


def _calendar(source: Source, rule: str) -> Schedule:
    held = source.programme.held
    return Schedule(calendars.calendar(source.plan, held, source.now, source.spoken, rule), len(held))


def _frab_xml(source: Source, rule: str) -> Schedule:
    return Schedule(frab.as_xml(source.plan, rule, source.spoken), len(source.plan.agenda.sessions))


def _frab_json(source: Source, rule: str) -> Schedule:
    return Schedule(frab.as_json(source.plan, rule, source.spoken), len(source.plan.agenda.sessions))


AGENDA = ExportSubject(
    name="agenda",
    description="Every session as it was planned and held, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.NOTHING,
    table=_table,
    schedules={Format.ICS: _calendar, Format.FRAB_XML: _frab_xml, Format.FRAB_JSON: _frab_json},
    dated=(Format.ICS,),  # a calendar states when it was made
)
