"""Which announcements there must be, and when: derived from the plan, so that nothing has to remember them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Session
from bot.domain.contributions.notes import Note
from bot.domain.local_time import day_of, instant_or_later, months_after
from bot.domain.plan import Plan
from bot.domain.text import shorten
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, QUESTIONS, TEAM, WELCOME, topic_room

#: How long after its instant a message is still worth sending, where no session bounds it.
CUSTOM_LIFETIME = timedelta(hours=2)
END_LIFETIME = timedelta(minutes=30)
FEEDBACK_LIFETIME = CHANGE_LIFETIME = DIGEST_LIFETIME = timedelta(hours=12)
HOLD_LIFETIME = timedelta(minutes=10)
#: Characters of a line for the team: it may quote an error's text, which may be a page of HTML.
_REPORT_LENGTH = 1_500
REPORT_LIFETIME = CARD_LIFETIME = FOLLOW_UP_LIFETIME = timedelta(days=7)
#: How long before a session the team is told its word; earlier, if check-in opens earlier.
WORD_LEAD = timedelta(minutes=15)

#: Long past: what is due then is sent as soon as its room is there.
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
#: How long after a day's last session what happened is told to those who missed it.
_DIGEST_AFTER = timedelta(minutes=15)
#: The last time at which the team is asked whether the speakers of a session are there.
LAST_RUNG = timedelta(minutes=5)
#: So long after its instant something may still be planned: whoever is shown it first needs a moment.
_HASTE = timedelta(minutes=10)
#: Sessions announced in one message; more would be longer than Discord shows.
_TOGETHER = 4
#: What joins the ids of several sessions in one subject; no id has it.
_AND = "+"


class Kind(StrEnum):
    """What an announcement is about. Of two that are due at the same instant, the upper one comes first."""

    WELCOME = "welcome"
    """What everybody in the server reads first; due from the beginning, so never late."""
    PANEL = "panel"
    """The moderators' run of show; the subject is the day, or the id of the command that asked for it."""
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
    OPEN = "open"
    """The questions about a session that were not answered in it; the subject is the session's id."""
    EVALUATION = "evaluation"
    """How was the workshop?"""
    DIGEST = "digest"
    """What happened on a day, for those who missed it."""
    LADDER = "ladder"
    """Are the speakers of a session there? For the team."""
    SOON = "soon"
    START = "start"
    PLEDGE = "pledge"
    """What will you apply, and by when?"""
    FOLLOW_UP = "follow_up"
    """What has become of the pledges? The subject is how many months after the workshop it asks."""
    GROUP = "group"
    """Who is in a breakout's group; the subject is the breakout's id and the group's number, here and below."""
    LEFT = "left"
    """A breakout is over in a moment."""
    BACK = "back"
    """A breakout is over: please come back."""
    CHANGE = "change"
    """What moderators changed in the agenda; the subject is the id of the first such change."""
    HOLD = "hold"
    """Moderators hold the day; the subject is the hold's id."""
    CUSTOM = "custom"
    """Written by a moderator; the subject is its id."""
    CARD = "card"
    """A note shown in its topic's channel; the subject is the note's id."""
    REQUEST = "request"
    """A message's author is asked to let it be a note; the subject is the message's id."""
    QUESTION = "question"
    """A question shown in the room for them; the subject is its id."""
    CERTIFICATES = "certificates"
    """Everybody may take their certificate, by a button."""
    TEAM_REQUEST = "team_request"
    """Somebody asks for a place of the team; the subject is the place's id and who asks, empty once it is decided."""
    REPORT = "report"
    """One line for the organisers; the subject is the line."""


#: What is told of sessions, and so waits while moderators hold the day.
HELD_BACK = frozenset(
    {Kind.LADDER, Kind.SOON, Kind.START, Kind.END, Kind.FEEDBACK, Kind.OPEN, Kind.DIGEST, Kind.PLEDGE}
)

#: What moderators may switch off.
QUIETABLE = (Kind.LADDER, Kind.SOON, Kind.START, Kind.END, Kind.FEEDBACK, Kind.DIGEST)


class AnnouncementRoom(StrEnum):
    """Whom a moderator's announcement notifies: one of the workshop's roles."""

    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    ORGANISER = "organiser"


class DeliveryState(StrEnum):
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
    def subjects(self) -> tuple[str, ...]:
        """The sessions that it tells of, where it tells of sessions."""
        return subjects(self.subject)

    @property
    def id(self) -> str:
        """The same for the same announcement, for ever: its row, its nonce, and the mark in its message.

        24 hexadecimal digits, because Discord takes a nonce of at most 25 characters.
        """
        key = f"{self.workshop}/{self.kind}/{self.subject}"
        if self.again:
            key += f"/{self.due.isoformat()}"
        return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Overdue:
    """Deliveries that are due and not settled."""

    since: datetime
    """When the first of them was first seen due (UTC)."""
    rooms: tuple[str, ...]


def report(workshop: str, line: str, now: datetime) -> Announcement:
    """One line for organisers and moderators, at once. The same line at another instant is another report."""
    expires = now + REPORT_LIFETIME
    return Announcement(workshop, Kind.REPORT, shorten(line, _REPORT_LENGTH), TEAM, now, expires, again=True)


def team_request(workshop: str, place: str, person: int, now: datetime) -> Announcement:
    """What asks the organisers to let somebody take a place of the team, or have its role again."""
    subject = f"{place} <@{person}>"
    return Announcement(workshop, Kind.TEAM_REQUEST, subject, TEAM, now, now + REPORT_LIFETIME, again=True)


def requested(subject: str) -> tuple[str, int]:
    """The place's id and the Discord id of who asks, of a request's subject."""
    place, _, mention = subject.partition(" ")
    return place, int(mention.strip("<@>"))


def subjects(subject: str) -> tuple[str, ...]:
    """The ids of the sessions in a subject: of those that start or end at the same instant there may be several."""
    return tuple(subject.split(_AND))


def certificates(plan: Plan, now: datetime) -> Announcement:
    """What lets everybody take their certificate, once an organiser releases them."""
    return Announcement(plan.id, Kind.CERTIFICATES, "workshop", ANNOUNCEMENTS, now, card_expires(plan, now))


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
    welcome = Announcement(plan.id, Kind.WELCOME, plan.id, WELCOME, _BEGINNING, plan.agenda.ends_at)
    derived = [welcome, *_topics(plan), *_days(plan), *_words(plan), *_sessions(plan), *_invitations(plan)]
    derived += follow_ups(plan)
    return tuple(sorted(derived, key=lambda announcement: announcement.due))


def custom(  # noqa: PLR0913 - one parameter a part of it
    plan: Plan, subject: str, room: str, due: datetime, now: datetime, *, daily: bool
) -> tuple[Announcement, ...]:
    """When something that a moderator wrote is sent: at an instant, or from then on daily until the workshop ends.

    Each time at which clocks show the same, less what has passed.
    """
    instants = _daily(plan, due) if daily else (due,)
    to_come = (at for at in instants if at >= now - _HASTE)
    return tuple(
        Announcement(plan.id, Kind.CUSTOM, subject, room, at, at + CUSTOM_LIFETIME, again=daily) for at in to_come
    )


def _daily(plan: Plan, first: datetime) -> Iterator[datetime]:
    begins = first.astimezone(plan.tz)
    for after in range(max(0, (plan.agenda.days[-1] - begins.date()).days) + 1):
        yield instant_or_later(begins.date() + timedelta(days=after), begins.time(), plan.tz)


@dataclass(frozen=True, slots=True)
class Restraint:
    """What moderators want not to be sent, though the plan asks for it."""

    quiet: Collection[Kind] = ()
    """Kinds that are switched off."""
    here: Collection[str] = ()
    """Sessions whose speakers are there: nobody need be asked any more."""
    held_since: datetime | None = None
    """Since when (UTC) the day is held, if it is: what its sessions have to tell waits."""


def restrained(wanted: Iterable[Announcement], restraint: Restraint, zone: ZoneInfo) -> tuple[Announcement, ...]:
    """What of `wanted` is to be sent."""
    return tuple(one for one in wanted if not _withheld(one, restraint, zone))


def _withheld(one: Announcement, restraint: Restraint, zone: ZoneInfo) -> bool:
    since = restraint.held_since
    in_time = since is None or one.due < since or day_of(one.due, zone) != day_of(since, zone)
    answered = one.kind is Kind.LADDER and all(session in restraint.here for session in one.subjects)
    return one.kind in restraint.quiet or answered or not (in_time or one.kind not in HELD_BACK)


@dataclass(frozen=True, slots=True)
class Effects:
    """How many announcements another agenda has at another instant, no more, or in addition."""

    moved: int
    gone: int
    added: int


def effects(before: Plan, after: Plan) -> Effects:
    """What becomes of the announcements if one plan takes the other's place."""
    one, other = (_dues(plan) for plan in (before, after))
    return Effects(
        moved=sum(key in other and other[key] != due for key, due in one.items()),
        gone=len(one.keys() - other.keys()),
        added=len(other.keys() - one.keys()),
    )


def _dues(plan: Plan) -> dict[tuple[Kind, str], datetime]:
    """When each thing is told to participants; each session for itself, also where several share a message."""
    told = (each for each in planned(plan) if each.room != TEAM)
    return {(each.kind, subject): each.due for each in told for subject in each.subjects}


def _topics(plan: Plan) -> Iterator[Announcement]:
    for topic in plan.topics:
        due = plan.topic_opens_at(topic.id)
        yield Announcement(plan.id, Kind.TOPIC, topic.id, topic_room(topic.id), due, plan.agenda.ends_at)


def _days(plan: Plan) -> Iterator[Announcement]:
    for day in plan.agenda.days:
        over = max(session.ends_at for session in plan.agenda.on(day))
        subject, morning = day.isoformat(), plan.morning(day)
        yield Announcement(plan.id, Kind.PANEL, subject, TEAM, morning, over)
        yield Announcement(plan.id, Kind.AGENDA, subject, AGENDA, morning, over)
        if plan.announcements.digest:
            due = over + _DIGEST_AFTER
            yield Announcement(plan.id, Kind.DIGEST, subject, ANNOUNCEMENTS, due, due + DIGEST_LIFETIME)


def _words(plan: Plan) -> Iterator[Announcement]:
    lead = max(WORD_LEAD, timedelta(minutes=plan.attendance.opens_before))
    for session in plan.agenda:
        if plan.attendance.word and plan.counts_for_attendance(session):
            due = session.starts_at - lead
            yield Announcement(plan.id, Kind.WORD, session.id, TEAM, due, session.ends_at)


def _sessions(plan: Plan) -> Iterator[Announcement]:
    rules, agenda = plan.announcements, plan.agenda
    for together in _at_once((s for s in agenda if s.kind in rules.soon.kinds), "starts_at"):
        yield _of(plan, Kind.SOON, together, together[0].starts_at - timedelta(minutes=rules.soon.lead))
    for together in _at_once((s for s in agenda if s.kind in rules.start.kinds), "starts_at"):
        yield _of(plan, Kind.START, together, together[0].starts_at)
    for together in _at_once((s for s in agenda if s.kind in rules.end.kinds), "ends_at"):
        yield _of(plan, Kind.END, together, together[0].ends_at)
    for together in _at_once((s for s in agenda if s.kind in rules.feedback.kinds), "ends_at"):
        yield _of(plan, Kind.FEEDBACK, together, together[0].ends_at)
    asked = sorted({timedelta(minutes=minutes) for minutes in rules.ladder}, reverse=True)
    rungs = [*asked, LAST_RUNG, timedelta(0)] if asked else []
    for together in _at_once((s for s in agenda if s.speakers), "starts_at"):
        starts = together[0].starts_at
        for rung, following in pairwise(rungs):
            yield replace(_of(plan, Kind.LADDER, together, starts - rung), expires=starts - following)
    for session in agenda:
        if session.topic:
            over, room = session.ends_at, topic_room(session.topic)
            yield Announcement(plan.id, Kind.OPEN, session.id, room, over, over + FEEDBACK_LIFETIME)


def _at_once(sessions: Iterable[Session], edge: str) -> Iterator[tuple[Session, ...]]:
    """Those that start, or end, at the same instant: they are announced together."""
    at = attrgetter(edge)
    for _, group in groupby(sorted(sessions, key=lambda one: (at(one), one.id)), key=at):
        together = tuple(group)
        yield from (together[first : first + _TOGETHER] for first in range(0, len(together), _TOGETHER))


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


def follow_ups(plan: Plan) -> tuple[Announcement, ...]:
    """When those who made a pledge are asked how it goes: calendar months after the last day, in the morning."""
    last, clock = plan.agenda.days[-1], plan.announcements.agenda.at
    dues = {n: instant_or_later(months_after(last, n), clock, plan.tz) for n in sorted(set(plan.pledges.follow_up))}
    return tuple(
        Announcement(plan.id, Kind.FOLLOW_UP, str(n), ANNOUNCEMENTS, due, due + FOLLOW_UP_LIFETIME)
        for n, due in dues.items()
    )


def _of(plan: Plan, kind: Kind, together: tuple[Session, ...], due: datetime) -> Announcement:
    starts, ends = (min(instants) for instants in zip(*((s.starts_at, s.ends_at) for s in together), strict=True))
    expires = {
        Kind.LADDER: starts,
        Kind.SOON: starts,
        Kind.START: ends,
        Kind.END: ends + END_LIFETIME,
        Kind.FEEDBACK: ends + FEEDBACK_LIFETIME,
    }[kind]
    room = TEAM if kind is Kind.LADDER else ANNOUNCEMENTS
    return Announcement(plan.id, kind, _AND.join(one.id for one in together), room, due, expires, again=True)
