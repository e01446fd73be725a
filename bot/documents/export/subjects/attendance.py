"""Attendance: session by session, person by person, and as statistics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord, CheckIn
from bot.domain.attendance.corrections import Correction
from bot.domain.attendance.own_attendance import AttendanceStatus, attendance_status
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.attendance.statistics import attendance_figures
from bot.domain.contributions import chatham
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.domain.text import spoken

BY_SESSION = (
    "person", "person_id", "session", "title", "starts_at", "ends_at", "scheduled_minutes", "checked_in_at",
    "first_in", "last_out", "voice_minutes", "minutes", "unobserved_minutes", "excused_minutes", "percent", "status",
    "corrected_by", "reason", "workshop_minutes", "workshop_unobserved_minutes", "workshop_percent", "rule_percent",
    "rule_met",
)  # fmt: skip
BY_PERSON = (
    "person", "person_id", "administration", "country", "kind of organisation", "sessions", "sessions_attended",
    "scheduled_minutes", "minutes", "unobserved_minutes", "excused_minutes", "percent", "rule_percent", "rule_met",
)  # fmt: skip
STATISTICS = ("by", "group", "people", "minutes", "percent", "rule_met")

#: The group of several small ones, and that of everybody.
_SEVERAL, _EVERYBODY = "several", "everybody"


@dataclass(frozen=True, slots=True)
class AttendanceRecords:
    """All that is known of who was where."""

    presences: Sequence[CheckIn]
    stays: Sequence[Stay] = ()
    blind: Sequence[Interval] = ()
    """When the bot was not watching the rooms. See `attendance.AttendanceRecord` for what follows from it."""
    corrections: Sequence[Correction] = ()

    def records(self, plan: Plan) -> tuple[AttendanceRecord, ...]:
        """What it adds up to in a plan's sessions; of who was in none of them, nothing."""
        sessions = {session.id for session in plan.agenda}
        presences = [one for one in self.presences if one.session in sessions]
        corrections = [one for one in self.corrections if one.session in sessions]
        return attendance.attendance_records(plan, presences, self.stays, self.blind, corrections)


async def kept_by(source: Source) -> AttendanceRecords:
    """All that is known by now."""
    store = source.store
    blind = attendance.unwatched_times(source.plan, await store.presence.watches(), source.now)
    corrections = await store.corrections.standing()
    return AttendanceRecords(await store.attendance.all(), await store.presence.all(), blind, tuple(corrections))


async def by_session(source: Source) -> Table:
    """One row a person and session that counts."""
    kept = await kept_by(source)
    return whole(BY_SESSION, await asyncio.to_thread(list, session_rows(source.plan, kept, source.spoken)))


async def by_person(source: Source) -> Table:
    """One row a person."""
    kept = await kept_by(source)
    return whole(BY_PERSON, await asyncio.to_thread(list, person_rows(source.plan, kept, source.store.participants.of)))


async def statistics(source: Source) -> Table:
    """One row a group of at least three people."""
    kept = await kept_by(source)
    return whole(
        STATISTICS, await asyncio.to_thread(list, figure_rows(source.plan, kept, source.store.participants.of))
    )


def session_rows(plan: Plan, kept: AttendanceRecords, language: str) -> Iterator[Row]:
    """One row a person and session that counts, whether they came or not; breaks don't count.

    At the end those of sessions under the Chatham House Rule: how much of it somebody attended, not who, nor when. What
    is told of the workshop as a whole is of the other sessions, because it would else tell of these.
    """
    named, secret = chatham.named_part(plan), chatham.confidential_part(plan)
    checked_in = {(presence.person, presence.session): presence for presence in kept.presences}
    for record in kept.records(named) if named else ():
        for session in attendance.counted_sessions(named or plan):
            yield _session_row(plan, session, record, checked_in.get((record.person, session.id)), language)
    if secret:
        yield from _anonymous_rows(secret, kept, language)


def _session_row(
    plan: Plan, session: Session, record: AttendanceRecord, presence: CheckIn | None, language: str
) -> Row:
    span, correction = record.spans.get(session.id), record.corrections.get(session.id)
    return (
        record.name,
        str(record.person),
        session.id,
        spoken(session.title, language),
        local(plan, session.starts_at),
        local(plan, session.ends_at),
        attendance.scheduled_minutes(session),
        local(plan, presence.since) if presence else None,
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


def _anonymous_rows(plan: Plan, kept: AttendanceRecords, language: str) -> Iterator[Row]:
    records = kept.records(plan)
    for session in attendance.counted_sessions(plan):
        found = [attendance_status(plan, session, record) for record in records]
        # A status that few have is not told: somebody could be recognised by it.
        told = chatham.nameable_groups((str(one), number) for number, one in enumerate(found))
        yield from chatham.shuffled(
            _anonymous_row(plan, session, one if one in told else None, language) for one in found
        )


def _anonymous_row(plan: Plan, session: Session, found: AttendanceStatus | None, language: str) -> Row:
    known: Mapping[str, str | int | None] = {
        "session": session.id,
        "title": spoken(session.title, language),
        "scheduled_minutes": attendance.scheduled_minutes(session),
        "status": found and str(found),
        "rule_percent": plan.attendance.percent,
    }
    return tuple(known.get(column) for column in BY_SESSION)


def person_rows(plan: Plan, kept: AttendanceRecords, place_of: Callable[[int], Participant | None]) -> Iterator[Row]:
    """One row a person; sessions under the Chatham House Rule don't count in it."""
    named = chatham.named_part(plan)
    for record in kept.records(named) if named else ():
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


def figure_rows(plan: Plan, kept: AttendanceRecords, place_of: Callable[[int], Participant | None]) -> Iterator[Row]:
    """One row a group of at least three people: see `attendance_figures`."""
    for one in attendance_figures(plan, kept.records(plan), place_of):
        group = _SEVERAL if one.group is None else one.group or _EVERYBODY
        yield str(one.scope), group, one.people, one.minutes, one.percent, one.complete
