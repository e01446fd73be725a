"""Attendance: person by person and session by session."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from bot.documents.export.attendance_records import AttendanceRecords, load_attendance
from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord, CheckIn
from bot.domain.attendance.own_attendance import AttendanceStatus, attendance_status
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.text import spoken

COLUMNS = (
    "person", "person_id", "session", "title", "starts_at", "ends_at", "scheduled_minutes", "checked_in_at",
    "first_in", "last_out", "voice_minutes", "minutes", "unobserved_minutes", "excused_minutes", "percent", "status",
    "corrected_by", "reason", "workshop_minutes", "workshop_unobserved_minutes", "workshop_percent", "rule_percent",
    "rule_met",
)  # fmt: skip


def attendance_rows(plan: Plan, attendance_records: AttendanceRecords, language: str) -> Iterator[Row]:
    """One row per person and session, attended or not; breaks don't count.

    Last come the sessions under the Chatham House Rule: how many people attended how much, without names or times. The
    figures of the whole workshop leave those sessions out, because the totals would otherwise reveal them.
    """
    named, secret = chatham.named_part(plan), chatham.confidential_part(plan)
    check_ins = {(check_in.person, check_in.session): check_in for check_in in attendance_records.check_ins}
    for record in attendance_records.records(named) if named else ():
        for session in attendance.counted_sessions(named or plan):
            yield _named_row(plan, session, record, check_ins.get((record.person, session.id)), language)
    if secret:
        yield from _anonymous_rows(secret, attendance_records, language)


def _named_row(plan: Plan, session: Session, record: AttendanceRecord, check_in: CheckIn | None, language: str) -> Row:
    span, correction = record.spans.get(session.id), record.corrections.get(session.id)
    return (
        record.name,
        str(record.person),
        session.id,
        spoken(session.title, language),
        local(plan, session.starts_at),
        local(plan, session.ends_at),
        attendance.scheduled_minutes(session),
        local(plan, check_in.since) if check_in else None,
        local(plan, span.since) if span else None,
        local(plan, span.until) if span else None,
        record.voice_by_session[session.id],
        record.minutes_by_session[session.id],
        record.unobserved_by_session[session.id],
        record.excused_by_session[session.id],
        attendance.percent_present(record.minutes_by_session[session.id], record.observed_in(session)),
        str(attendance_status(plan, session, record)),
        correction.author_name if correction else None,
        correction.reason if correction else None,
        record.minutes,
        record.unobserved,
        record.percent,
        plan.attendance.percent,
        record.complete,
    )


def _anonymous_rows(plan: Plan, attendance_records: AttendanceRecords, language: str) -> Iterator[Row]:
    records = attendance_records.records(plan)
    for session in attendance.counted_sessions(plan):
        statuses = [attendance_status(plan, session, record) for record in records]
        # A status that few people have is left out: somebody could be recognised by it.
        shown = chatham.nameable_groups((str(status), number) for number, status in enumerate(statuses))
        yield from chatham.shuffled(
            _anonymous_row(plan, session, status if status in shown else None, language) for status in statuses
        )


def _anonymous_row(plan: Plan, session: Session, status: AttendanceStatus | None, language: str) -> Row:
    cells: Mapping[str, str | int | None] = {
        "session": session.id,
        "title": spoken(session.title, language),
        "scheduled_minutes": attendance.scheduled_minutes(session),
        "status": status and str(status),
        "rule_percent": plan.attendance.percent,
    }
    return tuple(cells.get(column) for column in COLUMNS)


async def _table(source: Source) -> Table:
    attendance_records = await load_attendance(source)
    return whole(
        COLUMNS, await asyncio.to_thread(list, attendance_rows(source.plan, attendance_records, source.spoken))
    )


ATTENDANCE = ExportSubject(
    name="attendance",
    description="Who attended what, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
