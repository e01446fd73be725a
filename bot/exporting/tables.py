"""What was collected as tables, and tables as CSV or JSON; the agenda as a calendar too."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import attendance
from bot.domain.attendance import Presence, Record
from bot.domain.corrections import Correction
from bot.domain.feedback import EVALUATION, PULSE, SMALLEST_GROUP, WORKSHOP, Answer
from bot.domain.notes import Audience, Detail, Note, Signature, signature, visible_to
from bot.domain.participants import Participant
from bot.domain.plan import Plan
from bot.domain.pledges import Pledge
from bot.domain.presence import Interval, Stay
from bot.domain.questions import Question
from bot.domain.standing import standing
from bot.domain.text import spoken
from bot.exporting import calendars
from bot.programme import Programme
from bot.store import Store
from bot.store.agenda import HeldSession

Cell = str | int | float | bool | None

#: A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection").
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Subject(StrEnum):
    """What can be exported."""

    NOTES = "notes"
    ATTENDANCE = "attendance"
    QUESTIONS = "questions"
    FEEDBACK = "feedback"
    PLEDGES = "pledges"
    AGENDA = "agenda"


class Format(StrEnum):
    """How it can be written."""

    CSV = "csv"
    JSON = "json"
    ICS = "ics"
    """The agenda only."""


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns and their rows; times are ISO-8601 with the offset of the workshop's zone."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What is handed over."""

    content: bytes
    rows: int


async def exported(  # noqa: PLR0913, PLR0917 - what, how, for whom, and of what
    subject: Subject,
    form: Format,
    programme: Programme,
    store: Store,
    now: datetime,
    audience: Audience = Audience.ORGANISERS,
) -> Exported:
    """A subject as a file, as of now. Raises ValueError where it can't be written so."""
    content = await table(subject, programme, store, now, audience)
    if form is not Format.ICS:
        return Exported(await rendered(content, form), len(content.rows))
    if subject is not Subject.AGENDA:
        raise ValueError(f"Only the agenda can be written as {form}; ask for {subject} as csv or json.")
    plan, held = programme.plan, programme.held
    made = await asyncio.to_thread(calendars.calendar, plan, held, now, plan.languages[0])
    return Exported(made, len(held))


async def table(
    subject: Subject, programme: Programme, store: Store, now: datetime, audience: Audience = Audience.ORGANISERS
) -> Table:
    """A subject's table, as of now. `audience`: for whom the notes are."""
    plan = programme.plan
    match subject:
        case Subject.NOTES:
            echoes = await store.contacts.echoes()
            return notes_table(plan, await store.notes.all(), audience, store.people.of, echoes)
        case Subject.QUESTIONS:
            return questions_table(plan, await store.questions.all())
        case Subject.FEEDBACK:
            return feedback_table(plan, await store.feedback.all())
        case Subject.PLEDGES:
            return pledges_table(plan, await store.pledges.all())
        case Subject.AGENDA:
            return agenda_table(plan, programme.held)
        case Subject.ATTENDANCE:
            blind = attendance.blind(plan, await store.stays.watches(), now)
            corrections = await store.corrections.standing()
            return attendance_table(plan, await store.attendance.all(), await store.stays.all(), blind, corrections)


def agenda_table(plan: Plan, held: Iterable[HeldSession]) -> Table:
    """One row a session, the earliest first; cancelled ones say so. `sequence` grows with each change."""
    titles = [f"title_{language}" for language in plan.languages]
    columns = (
        "id", "kind", "day", "starts_at", "ends_at", "room", "topic", *titles, "speakers", "state", "sequence",
    )  # fmt: skip
    first = plan.languages[0]
    rows = [
        (
            one.session.id,
            str(one.session.kind),
            one.session.day.isoformat(),
            _local(plan, one.session.starts_at),
            _local(plan, one.session.ends_at),
            calendars.room_name(plan, one.session, first),
            one.session.topic,
            *(spoken(one.session.title, language) for language in plan.languages),
            "; ".join(calendars.speaker(each, first) for each in one.session.speakers),
            "planned" if one.cancelled_at is None else "cancelled",
            one.sequence,
        )
        for one in sorted(held, key=lambda one: (one.session.starts_at, one.session.id))
    ]
    return Table(columns, rows)


def rule(subject: Subject, audience: Audience) -> str:
    """Which rule a table obeys, as its sentence is called in the catalogues."""
    return f"{subject}.{audience}" if subject is Subject.NOTES else str(subject)


def notes_table(
    plan: Plan,
    notes: Iterable[Note],
    audience: Audience,
    author_of: Callable[[int], Participant | None],
    echoes: Mapping[str, int],
) -> Table:
    """One row a note that the audience may read, the earliest first, to the letter as it was kept.

    Of its author there is what they chose to tell. `echoes`: how many do the same, by note.
    """
    columns = (
        "id", "written_at", "author", "author_id", "administration", "country", "organisation", "region", "topic",
        "kind", "title", "did", "learned", *map(str, Detail), "echoes", "visibility", "attribution",
    )  # fmt: skip
    rows = [
        (
            note.id,
            _local(plan, note.written_at),
            *_author(plan, signature(note, author_of(note.author))),
            note.topic,
            str(note.kind),
            note.title,
            note.did,
            note.learned,
            *(note.details.get(detail) for detail in Detail),
            echoes.get(note.id, 0),
            str(note.visibility),
            str(note.attribution),
        )
        for note in notes
        if visible_to(note, audience)
    ]
    return Table(columns, rows)


def _author(plan: Plan, signed: Signature) -> Iterable[Cell]:
    """Name, id, administration, country, kind of organisation and region, each where it may be told."""
    yield signed.name or None
    yield str(signed.person) if signed.person is not None else None
    yield signed.administration or None
    yield signed.country or None
    yield str(signed.organisation) if signed.organisation else None
    yield plan.region[plan.languages[0]] if plan.region and signed.region else None


def questions_table(plan: Plan, questions: Iterable[Question]) -> Table:
    """One row a question, the earliest first; who asked anonymously is not named here either."""
    columns = (
        "id",
        "written_at",
        "session",
        "author",
        "author_id",
        "anonymous",
        "text",
        "state",
        "votes",
        "answer",
        "owner",
        "due",
        "merged_into",
        "hidden_for",
    )
    rows = [
        (
            one.id,
            _local(plan, one.written_at),
            one.session,
            None if one.anonymous else one.author_name,
            None if one.anonymous else str(one.author),
            one.anonymous,
            one.text,
            str(one.state),
            one.votes,
            one.answer,
            one.owner,
            _local(plan, one.due) if one.due else None,
            one.merged_into,
            one.hidden_for,
        )
        for one in questions
    ]
    return Table(columns, rows)


def feedback_table(plan: Plan, answers: Sequence[Answer]) -> Table:
    """One row an answer, without who gave it or when; what few answered about isn't told apart (see feedback.py).

    In the order of what they say, since that of their times would tell who was first.
    """
    order = [WORKSHOP, *(session.id for session in plan.agenda)]
    names = [asked.name for asked in (*PULSE, *EVALUATION)]
    groups = Counter(answer.subject for answer in answers)
    rows: list[tuple[str, ...]] = []
    for answer in answers:
        about = answer.subject if answer.subject in order else ""
        known = about and (about == WORKSHOP or groups[about] >= SMALLEST_GROUP)
        values = tuple(answer.values.get(name, "") for name in names)
        rows.append(("workshop" if about == WORKSHOP else "session", about if known else "", *values))
    rows.sort(key=lambda row: (order.index(row[1]) if row[1] else len(order), row))
    return Table(
        ("about", "session", *names),
        [(about, None if session == WORKSHOP else session or None, *said) for about, session, *said in rows],
    )


def pledges_table(plan: Plan, pledges: Iterable[Pledge]) -> Table:
    """One row a pledge, the earliest first; by whom only where they agreed to be asked about it."""
    columns = ("written_at", "person", "person_id", "follow_up", "text", "by")
    rows = [
        (
            _local(plan, one.written_at),
            one.name if one.follow_up else None,
            str(one.person) if one.follow_up else None,
            one.follow_up,
            one.text,
            one.by.isoformat(),
        )
        for one in pledges
    ]
    return Table(columns, rows)


def attendance_table(
    plan: Plan,
    presences: Sequence[Presence],
    stays: Iterable[Stay] = (),
    blind: Sequence[Interval] = (),
    corrections: Iterable[Correction] = (),
) -> Table:
    """One row a person and session that counts, whether they came or not; breaks don't count.

    `blind`: when the bot was not watching the rooms. See `attendance.Record` for what follows from it.
    """
    columns = (
        "person", "person_id", "session", "title", "starts_at", "ends_at", "scheduled_minutes", "checked_in_at",
        "voice_minutes", "minutes", "unobserved_minutes", "excused_minutes", "percent", "status", "corrected_by",
        "reason", "workshop_minutes", "workshop_unobserved_minutes", "workshop_percent", "rule_percent", "rule_met",
    )  # fmt: skip
    checked_in = {(presence.person, presence.session): presence for presence in presences}
    records = attendance.records(plan, presences, stays, blind, corrections)
    rows = [row for record in records for row in _attendance_rows(plan, record, checked_in)]
    return Table(columns, rows)


def _attendance_rows(
    plan: Plan, record: Record, checked_in: Mapping[tuple[int, str], Presence]
) -> Iterable[Sequence[Cell]]:
    for session in plan.agenda:
        if not plan.counts_for_attendance(session):
            continue
        presence = checked_in.get((record.person, session.id))
        scheduled, minutes = attendance.scheduled_minutes(session), record.minutes_by_session[session.id]
        unobserved, excused = record.unobserved_by_session[session.id], record.excused_by_session[session.id]
        correction = record.corrections.get(session.id)
        yield (
            record.name,
            str(record.person),
            session.id,
            session.title[plan.languages[0]],
            _local(plan, session.starts_at),
            _local(plan, session.ends_at),
            scheduled,
            _local(plan, presence.since) if presence else None,
            record.voice_by_session[session.id],
            minutes,
            unobserved,
            excused,
            attendance.share(minutes, scheduled - unobserved - excused),
            str(standing(plan, session, record)),
            correction.author_name if correction else None,
            correction.reason if correction else None,
            record.minutes,
            record.unobserved,
            record.percent,
            plan.attendance.percent,
            record.complete,
        )


def _local(plan: Plan, moment: datetime) -> str:
    return moment.astimezone(plan.tz).isoformat(timespec="seconds")


async def rendered(content: Table, form: Format) -> bytes:
    """A table as a file, made in a thread: a large one would hold up the loop."""
    return await asyncio.to_thread(as_csv if form is Format.CSV else as_json, content)


def as_csv(content: Table) -> bytes:
    """RFC 4180, UTF-8 with the byte order mark by which spreadsheets know it; nothing is taken for a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(content.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in content.rows)
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) else cell


def as_json(content: Table) -> bytes:
    """A list of objects, one a row, texts to the letter."""
    return json.dumps(as_records(content), ensure_ascii=False, indent=1).encode()


def as_records(content: Table) -> list[dict[str, Cell]]:
    """One mapping a row, from column to cell."""
    return [dict(zip(content.columns, row, strict=True)) for row in content.rows]
