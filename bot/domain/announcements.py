"""Which announcements there must be, and when: derived from the plan, so that nothing has to remember them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.agenda import Session
from bot.domain.notes import Note
from bot.domain.plan import Plan
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, QUESTIONS, TEAM, topic_room

#: How long after its instant a message is still worth sending, where no session bounds it.
CUSTOM_LIFETIME = timedelta(hours=2)
END_LIFETIME = timedelta(minutes=30)
FEEDBACK_LIFETIME = CHANGE_LIFETIME = timedelta(hours=12)
REPORT_LIFETIME = CARD_LIFETIME = timedelta(days=7)
#: How long before a session the team is told its word; earlier, if check-in opens earlier.
WORD_LEAD = timedelta(minutes=15)


class Kind(StrEnum):
    """What an announcement is about. Of two that are due at the same instant, the upper one comes first."""

    AGENDA = "agenda"
    TOPIC = "topic"
    """The message that opens a topic's channel."""
    ASK = "ask"
    """The message that opens the room for questions."""
    WORD = "word"
    """The word that a session's chair is to say aloud, for the team."""
    END = "end"
    FEEDBACK = "feedback"
    """How was the session that has just ended?"""
    EVALUATION = "evaluation"
    """How was the workshop?"""
    SOON = "soon"
    START = "start"
    PLEDGE = "pledge"
    """What will you apply, and by when?"""
    CHANGE = "change"
    """What moderators changed in the agenda; the subject is the id of the first such change."""
    CUSTOM = "custom"
    """Written by a moderator; the subject is its id."""
    CARD = "card"
    """A note shown in its topic's channel; the subject is the note's id."""
    REQUEST = "request"
    """A message's author is asked to let it be a note; the subject is the message's id."""
    QUESTION = "question"
    """A question shown in the room for them; the subject is its id."""
    REPORT = "report"
    """One line for the organisers; the subject is the line."""


class State(StrEnum):
    """Where a delivery is on its way."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message due at an instant (UTC), in one room of the venue, worth sending until `expires`."""

    workshop: str
    kind: Kind
    subject: str
    room: str
    due: datetime
    expires: datetime
    again: bool = False
    """Whether the same is announced anew for each instant at which it is due: a session that is moved after people
    were told that it starts soon is told of once more."""

    @property
    def id(self) -> str:
        """The same for the same announcement, for ever: its row, its nonce, and the mark in its message.

        24 hexadecimal digits, because Discord takes a nonce of at most 25 characters.
        """
        key = f"{self.workshop}/{self.kind}/{self.subject}"
        if self.again:
            key += f"/{self.due.isoformat()}"
        return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


def card(plan: Plan, note: Note, now: datetime) -> Announcement:
    """What shows a note in its topic's channel. One shared in the evening of the last day still deserves its card."""
    return Announcement(plan.id, Kind.CARD, note.id, topic_room(note.topic), now, card_expires(plan, now))


def request(plan: Plan, message: str, room: str, now: datetime) -> Announcement:
    """What asks a message's author, in its own channel, to let it be a note."""
    return Announcement(plan.id, Kind.REQUEST, message, room, now, card_expires(plan, now))


def card_expires(plan: Plan, now: datetime) -> datetime:
    """Until when a card that is due now is worth sending."""
    return max(plan.agenda.ends_at, now) + CARD_LIFETIME


def planned(plan: Plan) -> tuple[Announcement, ...]:
    """Every announcement that the plan itself asks for, in order of its instant."""
    derived = [*_topics(plan), *_agendas(plan), *_words(plan), *_sessions(plan), *_invitations(plan)]
    return tuple(sorted(derived, key=lambda announcement: announcement.due))


@dataclass(frozen=True, slots=True)
class Effects:
    """How many announcements another agenda has at another instant, no more, or in addition."""

    moved: int
    gone: int
    added: int


def effects(before: Plan, after: Plan) -> Effects:
    """What becomes of the announcements if one plan takes the other's place."""
    one, other = ({(each.kind, each.subject): each.due for each in planned(plan)} for plan in (before, after))
    return Effects(
        moved=sum(key in other and other[key] != due for key, due in one.items()),
        gone=len(one.keys() - other.keys()),
        added=len(other.keys() - one.keys()),
    )


def _topics(plan: Plan) -> Iterator[Announcement]:
    for topic in plan.topics:
        due = plan.topic_opens_at(topic.id)
        yield Announcement(plan.id, Kind.TOPIC, topic.id, topic_room(topic.id), due, plan.agenda.ends_at)


def _agendas(plan: Plan) -> Iterator[Announcement]:
    for day in plan.agenda.days:
        expires = max(session.ends_at for session in plan.agenda.on(day))
        yield Announcement(plan.id, Kind.AGENDA, day.isoformat(), AGENDA, plan.morning(day), expires)


def _words(plan: Plan) -> Iterator[Announcement]:
    lead = max(WORD_LEAD, timedelta(minutes=plan.attendance.opens_before))
    for session in plan.agenda:
        if plan.attendance.word and plan.counts_for_attendance(session):
            due = session.starts_at - lead
            yield Announcement(plan.id, Kind.WORD, session.id, TEAM, due, session.ends_at)


def _sessions(plan: Plan) -> Iterator[Announcement]:
    rules = plan.announcements
    for session in plan.agenda:
        if session.kind in rules.soon.kinds:
            yield _of(plan, Kind.SOON, session, session.starts_at - timedelta(minutes=rules.soon.lead))
        if session.kind in rules.start.kinds:
            yield _of(plan, Kind.START, session, session.starts_at)
        if session.kind in rules.end.kinds:
            yield _of(plan, Kind.END, session, session.ends_at)
        if session.kind in rules.feedback.kinds:
            yield _of(plan, Kind.FEEDBACK, session, session.ends_at)


def _invitations(plan: Plan) -> Iterator[Announcement]:
    """What participants are invited to once: to ask, to pledge when the last session begins, to evaluate at the end."""
    over, last = plan.agenda.ends_at, plan.agenda.sessions[-1]
    instants = {
        Kind.ASK: (QUESTIONS, plan.questions_open_at, over),
        Kind.PLEDGE: (ANNOUNCEMENTS, last.starts_at, over + CARD_LIFETIME),
        Kind.EVALUATION: (ANNOUNCEMENTS, over, over + CARD_LIFETIME),
    }
    for kind, (room, due, expires) in instants.items():
        yield Announcement(plan.id, kind, "workshop", room, due, expires)


def _of(plan: Plan, kind: Kind, session: Session, due: datetime) -> Announcement:
    expires = {
        Kind.SOON: session.starts_at,
        Kind.START: session.ends_at,
        Kind.END: session.ends_at + END_LIFETIME,
        Kind.FEEDBACK: session.ends_at + FEEDBACK_LIFETIME,
    }[kind]
    return Announcement(plan.id, kind, session.id, ANNOUNCEMENTS, due, expires, again=True)
