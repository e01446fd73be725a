"""What a report is made of: all that the store has of the workshop, read once, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.domain import attendance
from bot.domain.agenda import Session
from bot.domain.attendance import Record
from bot.domain.feedback import Answer, Summary, attendees, summary
from bot.domain.notes import Audience, Note, Signature, signature, visible_to
from bot.domain.participants import OrganisationKind, Participant
from bot.domain.plan import Plan
from bot.domain.pledges import Pledge
from bot.domain.presence import Interval
from bot.domain.questions import PLAIN, Question
from bot.programme import Programme
from bot.store import Store
from bot.store.agenda import HeldSession


@dataclass(frozen=True)
class Material:
    """Values of one instant; what is derived from them is computed once, when it is asked for."""

    plan: Plan
    """With the agenda as it is held."""
    held: Sequence[HeldSession]
    now: datetime
    """UTC: as of when all of this is."""
    places: Sequence[Participant]
    records: Sequence[Record]
    times: Mapping[str, Mapping[int, Sequence[Interval]]]
    """When people were there, by session and person."""
    every_note: Sequence[Note]
    echoes: Mapping[str, int]
    questions: Sequence[Question]
    answers: Sequence[Answer]
    pledges: Sequence[Pledge]
    audience: Audience
    """Whom the notes are handed to."""

    # --- who was there --------------------------------------------------------------------------------------------

    @cached_property
    def attended(self) -> tuple[Record, ...]:
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

    def people_in(self, session: Session) -> int:
        """How many were in a session."""
        return len(attendees(self.records, session.id))

    @cached_property
    def person_minutes(self) -> int:
        """Whole minutes of all who attended, in all sessions that count."""
        return sum(record.minutes for record in self.attended)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """Those that count for attendance and have begun."""
        return tuple(session for session in attendance.counting(self.plan) if session.starts_at <= self.now)

    # --- what they said -------------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Those that the audience may read, the earliest first."""
        return tuple(note for note in self.every_note if visible_to(note, self.audience))

    def signed(self, note: Note) -> Signature:
        """How a note's author is named, as they chose."""
        return signature(note, self.place_of(note.author))

    @cached_property
    def shown_questions(self) -> tuple[Question, ...]:
        """Those that are neither merged into another one nor hidden."""
        return tuple(question for question in self.questions if question.state in PLAIN)

    def rated(self, subject: str) -> Summary:
        """What the answers about a session, or the workshop, add up to."""
        return summary(subject, self.answers, attendees(self.records, subject))


async def gather(programme: Programme, store: Store, now: datetime, audience: Audience) -> Material:
    """Everything, as of now."""
    plan = programme.plan
    presences, stays = await store.attendance.all(), await store.stays.all()
    corrections = await store.corrections.standing()
    blind = attendance.blind(plan, await store.stays.watches(), now)
    return Material(
        plan=plan,
        held=programme.held,
        now=now,
        places=store.people.all(),
        records=attendance.records(plan, presences, stays, blind, corrections),
        times=attendance.times_present(plan, presences, stays, corrections),
        every_note=await store.notes.all(),
        echoes=await store.contacts.echoes(),
        questions=await store.questions.all(),
        answers=await store.feedback.all(),
        pledges=await store.pledges.all(),
        audience=audience,
    )
