"""Announcements: messages that are due at an instant, each with an id that is the same for ever.

Which kinds there are: announcement_kinds.py. Which of them the plan asks for, and when: planned_announcements.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.announcement_kinds import KINDS, Kind
from bot.domain.contributions.notes import Note
from bot.domain.local_time import instant_or_later
from bot.domain.plan import Plan
from bot.domain.text import shorten
from bot.domain.venue import topic_room

#: Characters of a line for the team: it may quote an error's text, which may be a page of HTML.
_REPORT_LENGTH = 1_500
#: A moderator may confirm what they were shown within this time after its instant.
_CONFIRMED_WITHIN = timedelta(minutes=10)
#: Joins the ids of several sessions in one subject; no id contains it.
_AND = "+"


class NotifiedRole(StrEnum):
    """The role that a moderator's announcement notifies."""

    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    ORGANISER = "organiser"


class DeliveryState(StrEnum):
    """The state of a delivery."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message due at an instant (UTC), in one room of the venue, worth sending until `expires` (UTC)."""

    workshop: str
    kind: Kind
    subject: str
    room: str
    due: datetime
    expires: datetime
    again: bool = False
    """Whether it is another announcement at another instant, see KindRow.repeats."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of its sessions, if it is about sessions."""
        return subjects(self.subject)

    @property
    def id(self) -> str:
        """The announcement's permanent id: the key of its row, its nonce, and the mark in its message.

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


def announce(  # noqa: PLR0913 - one parameter a part of it
    workshop: str, kind: Kind, subject: str, due: datetime, *, ends: datetime | None = None, room: str | None = None
) -> Announcement:
    """An announcement by its kind's row in KINDS.

    `ends` is the end of what it is about (UTC), from which its lifetime counts; `room` is for kinds whose row has none.
    """
    row = KINDS[kind]
    place = room or row.room
    if place is None:
        raise ValueError(
            f"an announcement of the kind {kind} must say its room, or have it in bot/domain/announcement_kinds.py"
        )
    return Announcement(workshop, kind, subject, place, due, (ends or due) + row.lifetime, again=row.repeats)


def joined(ids: tuple[str, ...]) -> str:
    """The subject of an announcement about several sessions."""
    return _AND.join(ids)


def subjects(subject: str) -> tuple[str, ...]:
    """The ids of the sessions in a subject."""
    return tuple(subject.split(_AND))


def report(workshop: str, line: str, now: datetime) -> Announcement:
    """One line for the team, due at once. The same line at another instant is another report."""
    return announce(workshop, Kind.REPORT, shorten(line, _REPORT_LENGTH), now)


def team_request(workshop: str, place: str, person: int, now: datetime) -> Announcement:
    """Asks the organisers to give somebody a place in the team, or its role again."""
    return announce(workshop, Kind.TEAM_REQUEST, f"{place} <@{person}>", now)


def requested(subject: str) -> tuple[str, int]:
    """The place's id, and the Discord id of the person who asks, from a team request's subject."""
    place, _, mention = subject.partition(" ")
    return place, int(mention.strip("<@>"))


def certificates(plan: Plan, now: datetime) -> Announcement:
    """Lets everybody take their certificate."""
    return announce(plan.id, Kind.CERTIFICATES, "workshop", now, ends=_workshop_ends(plan, now))


def card(plan: Plan, note: Note, now: datetime) -> Announcement:
    """Shows a note in its topic's channel."""
    ends = _workshop_ends(plan, now)
    return announce(plan.id, Kind.CARD, note.id, now, ends=ends, room=topic_room(note.topic))


def request(plan: Plan, message: str, room: str, now: datetime) -> Announcement:
    """Asks a message's author, in its own channel, for permission to make it a note."""
    return announce(plan.id, Kind.REQUEST, message, now, ends=_workshop_ends(plan, now), room=room)


def resend_until(plan: Plan, kind: Kind, now: datetime) -> datetime:
    """Until when (UTC) a message that was taken back is worth sending again, in another room."""
    return _workshop_ends(plan, now) + KINDS[kind].lifetime


def _workshop_ends(plan: Plan, now: datetime) -> datetime:
    """The workshop's end; `now` after it, because a note shared in the last evening is shown as well."""
    return max(plan.agenda.ends_at, now)


def custom(  # noqa: PLR0913 - one parameter a part of it
    plan: Plan, subject: str, room: str, due: datetime, now: datetime, *, daily: bool
) -> tuple[Announcement, ...]:
    """A moderator's announcement: once at an instant, or from then on daily until the workshop ends.

    Daily means at the same wall time of the workshop's zone. What has passed at `now` is left out.
    """
    instants = _daily(plan, due) if daily else (due,)
    to_come = (instant for instant in instants if instant >= now - _CONFIRMED_WITHIN)
    return tuple(
        replace(announce(plan.id, Kind.CUSTOM, subject, instant, room=room), again=daily) for instant in to_come
    )


def _daily(plan: Plan, first: datetime) -> Iterator[datetime]:
    begins = first.astimezone(plan.tz)
    for after in range(max(0, (plan.agenda.days[-1] - begins.date()).days) + 1):
        yield instant_or_later(begins.date() + timedelta(days=after), begins.time(), plan.tz)
