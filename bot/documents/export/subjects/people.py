"""People: each person's total attendance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from bot.documents.export.attendance_records import AttendanceRecords, load_attendance
from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

COLUMNS = (
    "person", "person_id", "administration", "country", "kind of organisation", "sessions", "sessions_attended",
    "scheduled_minutes", "minutes", "unobserved_minutes", "excused_minutes", "percent", "rule_percent", "rule_met",
)  # fmt: skip


def person_rows(
    plan: Plan, attendance_records: AttendanceRecords, place_of: Callable[[int], Participant | None]
) -> Iterator[Row]:
    """One row per person; sessions under the Chatham House Rule don't count."""
    named = chatham.named_part(plan)
    for record in attendance_records.records(named) if named else ():
        place = place_of(record.person)
        yield (
            record.name,
            str(record.person),
            place.administration if place else None,
            (place.country or None) if place else None,
            str(place.organisation) if place else None,
            len(record.minutes_by_session),
            sum(minutes > 0 for minutes in record.minutes_by_session.values()),
            record.scheduled,
            record.minutes,
            record.unobserved,
            round(sum(record.excused_by_session.values()), 1),
            record.percent,
            plan.attendance.percent,
            record.complete,
        )


async def _table(source: Source) -> Table:
    attendance_records = await load_attendance(source)
    rows = await asyncio.to_thread(list, person_rows(source.plan, attendance_records, source.store.participants.of))
    return whole(COLUMNS, rows)


PEOPLE = ExportSubject(
    name="people",
    description="What each person attended in all, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
