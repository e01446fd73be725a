"""Statistics: attendance by country, organisation, day and session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from bot.documents.export.attendance_records import AttendanceRecords, load_attendance
from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, whole
from bot.domain.attendance.statistics import attendance_figures
from bot.domain.contributions.notes import Audience
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

COLUMNS = ("by", "group", "people", "minutes", "percent", "rule_met")

#: The names of the group that merges small ones and of the group of everybody.
_SEVERAL, _EVERYBODY = "several", "everybody"


def statistics_rows(
    plan: Plan, attendance_records: AttendanceRecords, place_of: Callable[[int], Participant | None]
) -> Iterator[Row]:
    """One row per group of at least three people: see `attendance_figures`."""
    for figure in attendance_figures(plan, attendance_records.records(plan), place_of):
        group = _SEVERAL if figure.group is None else figure.group or _EVERYBODY
        yield str(figure.scope), group, figure.people, figure.minutes, figure.percent, figure.complete


async def _table(source: Source) -> Table:
    attendance_records = await load_attendance(source)
    rows = await asyncio.to_thread(list, statistics_rows(source.plan, attendance_records, source.store.participants.of))
    return whole(COLUMNS, rows)


STATISTICS = ExportSubject(
    name="statistics",
    description="Attendance by country, organisation, day and session, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.NOTHING,
    table=_table,
)
