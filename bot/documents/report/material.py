"""What a report is made of: all that the store has of the workshop, read once, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bot.documents.export.attendance_records import load_attendance
from bot.documents.export.subjects import notes, pledges, questions
from bot.documents.export.subjects.notes import NoteRows
from bot.documents.export.table import Row, Source
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.attendance.presence import Interval
from bot.domain.contributions import chatham
from bot.domain.contributions.feedback import SMALLEST_GROUP, FeedbackAnswer, FeedbackSummary, attendees
from bot.domain.contributions.notes import Audience, Detail, Note, NoteKind, Signature
from bot.domain.contributions.pledges import Pledge, PledgeState
from bot.domain.contributions.questions import PLAIN, Question, QuestionState
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.plan import Plan
from bot.store import Store
from bot.store.agenda import HeldSession
from bot.store.plan_in_force import PlanInForce


@dataclass(frozen=True, slots=True)
class ReportNote:
    """A note as its audience may read it, from its row in the notes export."""

    topic: str | None
    """None if showing it could identify the author under the Chatham House Rule."""
    kind: NoteKind
    title: str
    did: str
    learned: str
    details: Mapping[Detail, str]
    echoes: int
    signed: Signature


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """A question, from its row in the questions export."""

    session: str | None
    text: str
    state: QuestionState
    votes: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class ReportPledge:
    """A pledge, from its row in the pledges export."""

    who: str | None
    text: str
    by: date
    state: PledgeState | None
    """The progress that its author last reported; None before any report."""
    said: str


@dataclass(frozen=True)
class ReportMaterial:
    """The data of a report as of one instant; derived values are computed on first use and cached."""

    plan: Plan
    """With the agenda as it is held."""
    held: Sequence[HeldSession]
    now: datetime
    """UTC; the instant that the data is from."""
    places: Sequence[Participant]
    records: Sequence[AttendanceRecord]
    named: Sequence[AttendanceRecord]
    """Records over only the sessions that are not under the Chatham House Rule."""
    times: Mapping[str, Mapping[int, Sequence[Interval]]]
    """When people were present, by session and person."""
    every_note: Sequence[Note]
    echoes: Mapping[str, int]
    every_question: Sequence[Question]
    answers: Sequence[FeedbackAnswer]
    every_pledge: Sequence[Pledge]
    audience: Audience
    """The audience whose view of the notes is used."""

    # --- who was there --------------------------------------------------------------------------------------------

    @cached_property
    def attended(self) -> tuple[AttendanceRecord, ...]:
        """The records of people who attended a session that counts."""
        return tuple(record for record in self.records if record.minutes > 0)

    @cached_property
    def _by_person(self) -> Mapping[int, Participant]:
        return {place.person: place for place in self.places if place.person is not None}

    def place_of(self, person: int) -> Participant | None:
        """A person's place, or None."""
        return self._by_person.get(person)

    def represented(self, people: Iterable[int]) -> tuple[Participant, ...]:
        """The places of the given people; people without a place are left out."""
        return tuple(place for person in people if (place := self.place_of(person)))

    @cached_property
    def there(self) -> tuple[Participant, ...]:
        """The places of the people who attended."""
        return self.represented(record.person for record in self.attended)

    @cached_property
    def organisations(self) -> frozenset[str]:
        """The administrations and organisations of those who attended."""
        return frozenset(place.administration for place in self.there if place.administration)

    @cached_property
    def members(self) -> frozenset[str]:
        """The countries (ISO 3166-1 alpha-2) whose customs administrations attended."""
        customs = (place for place in self.there if place.organisation is OrganisationKind.CUSTOMS)
        return frozenset(place.country for place in customs if place.country)

    @cached_property
    def complete(self) -> int:
        """The number of people who met the plan's attendance rule."""
        return sum(record.complete for record in self.attended)

    def people_in(self, session: Session) -> int | None:
        """The number of people in a session; None if few attended one under the Chatham House Rule."""
        attending = len(attendees(self.records, session.id))
        return None if attending < SMALLEST_GROUP and session.id in self.plan.confidential_sessions else attending

    @cached_property
    def represented_openly(self) -> tuple[Participant, ...]:
        """The places of the people who attended a session that is not under the Chatham House Rule."""
        return self.represented(record.person for record in self.named if record.minutes > 0)

    @cached_property
    def person_minutes(self) -> int:
        """Whole minutes of all who attended, in all sessions that count."""
        return sum(record.minutes for record in self.attended)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions that count for attendance and have begun."""
        return tuple(session for session in attendance.counted_sessions(self.plan) if session.starts_at <= self.now)

    # --- what they said -------------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> tuple[ReportNote, ...]:
        """The notes that the audience may read, as exported; by topic and kind, earliest first."""
        rows = NoteRows(self.plan, self.audience, self.place_of, self.echoes).all(self.every_note)
        topics, kinds = [topic.id for topic in self.plan.topics], list(NoteKind)
        report_notes = [_report_note(row) for row in rows]
        # A note on a topic that the plan no longer has is listed with the notes without a topic.
        report_notes = [note if note.topic in topics else replace(note, topic=None) for note in report_notes]
        order = {topic: place for place, topic in enumerate(topics)}
        return tuple(
            sorted(report_notes, key=lambda note: (order.get(note.topic or "", len(order)), kinds.index(note.kind)))
        )

    @cached_property
    def questions(self) -> tuple[ReportQuestion, ...]:
        """The questions that are neither merged nor hidden, most votes first."""
        rows = (_columns(questions.COLUMNS, row) for row in questions.question_rows(self.plan, self.every_question))
        report_questions = [
            ReportQuestion(r["session"], r["text"], QuestionState(r["state"]), r["votes"], r["answer"]) for r in rows
        ]
        return tuple(
            sorted(
                (question for question in report_questions if question.state in PLAIN),
                key=lambda question: -question.votes,
            )
        )

    @cached_property
    def pledges(self) -> tuple[ReportPledge, ...]:
        """All pledges, earliest due date first."""
        rows = (_columns(pledges.COLUMNS, row) for row in pledges.pledge_rows(self.plan, self.every_pledge))
        report_pledges = [
            ReportPledge(
                row["person"],
                row["text"],
                row["by"],
                PledgeState(row["progress"]) if row["progress"] else None,
                row["progress_text"] or "",
            )
            for row in rows
        ]
        return tuple(sorted(report_pledges, key=lambda pledge: (pledge.by, pledge.text)))

    def rated(self, subject: str) -> FeedbackSummary:
        """The summary of the feedback about a session or the workshop."""
        return chatham.protected_summary(subject, self.answers, attendees(self.records, subject))


async def gather(programme: PlanInForce, store: Store, now: datetime, audience: Audience) -> ReportMaterial:
    """Load all data of a report, as of `now`."""
    plan = programme.plan
    attendance_records = await load_attendance(Source(programme, store, now, audience))
    named = chatham.named_part(plan)
    return ReportMaterial(
        plan=plan,
        held=programme.held,
        now=now,
        places=store.participants.all(),
        records=attendance_records.records(plan),
        named=attendance_records.records(named) if named else (),
        times=attendance.times_present(
            plan, attendance_records.check_ins, attendance_records.stays, attendance_records.corrections
        ),
        every_note=await store.notes.all(),
        echoes=await store.contacts.echoes(),
        every_question=await store.questions.all(),
        answers=await store.feedback.all(),
        every_pledge=await store.pledges.all(),
        audience=audience,
    )


def _columns(columns: Sequence[str], row: Row) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _report_note(row: Row) -> ReportNote:
    known = _columns(notes.COLUMNS, row)
    organisation = known["organisation"]
    return ReportNote(
        known["topic"],
        NoteKind(known["kind"]),
        known["title"],
        known["did"],
        known["learned"],
        {detail: known[detail] for detail in Detail if known[detail]},
        known["echoes"],
        Signature(
            None,
            known["author"] or "",
            known["administration"] or "",
            known["country"] or "",
            OrganisationKind(organisation) if organisation else None,
            known["region"] is not None,
        ),
    )
