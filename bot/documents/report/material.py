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
    """A note as its audience may read it: what an export's row has of it."""

    topic: str | None
    """None of a few that are under the Chatham House Rule."""
    kind: NoteKind
    title: str
    did: str
    learned: str
    details: Mapping[Detail, str]
    echoes: int
    signed: Signature


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """A question, the same."""

    session: str | None
    text: str
    state: QuestionState
    votes: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class ReportPledge:
    """A pledge, the same."""

    who: str | None
    text: str
    by: date
    state: PledgeState | None
    """What had become of it when its author was last asked."""
    said: str


@dataclass(frozen=True)
class ReportMaterial:
    """Values of one instant; what is derived from them is computed once, when it is asked for."""

    plan: Plan
    """With the agenda as it is held."""
    held: Sequence[HeldSession]
    now: datetime
    """UTC: as of when all of this is."""
    places: Sequence[Participant]
    records: Sequence[AttendanceRecord]
    named: Sequence[AttendanceRecord]
    """The same of the sessions alone that are not under the Chatham House Rule."""
    times: Mapping[str, Mapping[int, Sequence[Interval]]]
    """When people were there, by session and person."""
    every_note: Sequence[Note]
    echoes: Mapping[str, int]
    every_question: Sequence[Question]
    answers: Sequence[FeedbackAnswer]
    every_pledge: Sequence[Pledge]
    audience: Audience
    """Whom the notes are handed to."""

    # --- who was there --------------------------------------------------------------------------------------------

    @cached_property
    def attended(self) -> tuple[AttendanceRecord, ...]:
        """Those who were in a session that counts."""
        return tuple(record for record in self.records if record.minutes > 0)

    @cached_property
    def _by_person(self) -> Mapping[int, Participant]:
        return {place.person: place for place in self.places if place.person is not None}

    def place_of(self, person: int) -> Participant | None:
        """The place that somebody has taken."""
        return self._by_person.get(person)

    def represented(self, people: Iterable[int]) -> tuple[Participant, ...]:
        """The places of those of the people who have one."""
        return tuple(place for person in people if (place := self.place_of(person)))

    @cached_property
    def there(self) -> tuple[Participant, ...]:
        """The places of those who attended."""
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
        """How many reached the share that the plan asks for."""
        return sum(record.complete for record in self.attended)

    def people_in(self, session: Session) -> int | None:
        """How many were in a session; None of few in one under the Chatham House Rule."""
        there = len(attendees(self.records, session.id))
        return None if there < SMALLEST_GROUP and session.id in self.plan.confidential_sessions else there

    @cached_property
    def represented_openly(self) -> tuple[Participant, ...]:
        """The places of those who attended a session that is not under the Chatham House Rule."""
        return self.represented(record.person for record in self.named if record.minutes > 0)

    @cached_property
    def person_minutes(self) -> int:
        """Whole minutes of all who attended, in all sessions that count."""
        return sum(record.minutes for record in self.attended)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """Those that count for attendance and have begun."""
        return tuple(session for session in attendance.counted_sessions(self.plan) if session.starts_at <= self.now)

    # --- what they said -------------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> tuple[ReportNote, ...]:
        """Those that the audience may read, as exports tell them; by topic and kind, the earliest first."""
        rows = NoteRows(self.plan, self.audience, self.place_of, self.echoes).all(self.every_note)
        topics, kinds = [topic.id for topic in self.plan.topics], list(NoteKind)
        told = [_told(row) for row in rows]
        # A topic that the plan has no more comes with those that aren't told.
        told = [one if one.topic in topics else replace(one, topic=None) for one in told]
        order = {topic: place for place, topic in enumerate(topics)}
        return tuple(sorted(told, key=lambda one: (order.get(one.topic or "", len(order)), kinds.index(one.kind))))

    @cached_property
    def questions(self) -> tuple[ReportQuestion, ...]:
        """Those that are neither merged into another one nor hidden, the most wanted first."""
        rows = (_columns(questions.COLUMNS, row) for row in questions.question_rows(self.plan, self.every_question))
        told = [
            ReportQuestion(r["session"], r["text"], QuestionState(r["state"]), r["votes"], r["answer"]) for r in rows
        ]
        return tuple(sorted((one for one in told if one.state in PLAIN), key=lambda one: -one.votes))

    @cached_property
    def pledges(self) -> tuple[ReportPledge, ...]:
        """All, the one due first in front."""
        rows = (_columns(pledges.COLUMNS, row) for row in pledges.pledge_rows(self.plan, self.every_pledge))
        told = [
            ReportPledge(
                row["person"],
                row["text"],
                row["by"],
                PledgeState(row["progress"]) if row["progress"] else None,
                row["progress_text"] or "",
            )
            for row in rows
        ]
        return tuple(sorted(told, key=lambda one: (one.by, one.text)))

    def rated(self, subject: str) -> FeedbackSummary:
        """What the answers about a session, or the workshop, add up to."""
        return chatham.protected_summary(subject, self.answers, attendees(self.records, subject))


async def gather(programme: PlanInForce, store: Store, now: datetime, audience: Audience) -> ReportMaterial:
    """Everything, as of now."""
    plan = programme.plan
    kept = await load_attendance(Source(programme, store, now, audience))
    named = chatham.named_part(plan)
    return ReportMaterial(
        plan=plan,
        held=programme.held,
        now=now,
        places=store.participants.all(),
        records=kept.records(plan),
        named=kept.records(named) if named else (),
        times=attendance.times_present(plan, kept.check_ins, kept.stays, kept.corrections),
        every_note=await store.notes.all(),
        echoes=await store.contacts.echoes(),
        every_question=await store.questions.all(),
        answers=await store.feedback.all(),
        every_pledge=await store.pledges.all(),
        audience=audience,
    )


def _columns(columns: Sequence[str], row: Row) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _told(row: Row) -> ReportNote:
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
