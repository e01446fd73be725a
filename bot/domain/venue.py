"""The venue: which roles and rooms a plan asks for on Discord, and who may do what in them at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.plan import PLENARY, Plan, RoomKind
from bot.domain.text import Text

#: Names under which rooms are kept in the store, and which announcements go to.
CATEGORY = "category"
AGENDA = "agenda"
ANNOUNCEMENTS = "announcements"
QUESTIONS = "questions"
TEAM = "team"
#: What the key of a voice or stage room begins with.
MEETING_ROOM = "room:"


#: What the bot needs on Discord, by Discord's names: the bit in its permissions field, and why. The invite link
#: asks for exactly these. Source: Discord's API documentation, "Permissions".
PERMISSIONS = {
    "manage_channels": (1 << 4, "make the category and the rooms"),
    "view_channel": (1 << 10, "see the rooms that it keeps"),
    "send_messages": (1 << 11, "post the agenda and the announcements"),
    "read_message_history": (1 << 16, "find its own messages again, so that none is sent twice"),
    "connect": (1 << 20, "let participants into the voice rooms: nobody can grant what they lack"),
    "speak": (1 << 21, "let participants speak in them, likewise"),
    "manage_roles": (1 << 28, "make the three roles, and open and close rooms for them"),
    # It covers changing and ending one's own events, so that Manage Events is not needed.
    "create_events": (1 << 44, "show each session among the server's events"),
}

#: Those of them without which all the rest still works.
DISPENSABLE = frozenset({"create_events"})


def permission_bits() -> int:
    """Everything that the bot needs, as Discord's permissions field and invite links carry it."""
    return sum(bit for bit, _ in PERMISSIONS.values())


class Form(StrEnum):
    """What a room is on Discord."""

    CATEGORY = "category"
    TEXT = "text"
    VOICE = "voice"
    STAGE = "stage"


class Door(StrEnum):
    """What participants may do in a room. Moderators, organisers and the bot always may."""

    CLOSED = "closed"
    """Not seen."""
    READ = "read"
    """Seen and read."""
    OPEN = "open"
    """Read and written, or heard and spoken in."""


@dataclass(frozen=True, slots=True)
class Room:
    """One channel (or the category) that the plan asks for."""

    key: str
    form: Form
    name: str
    about: Text | None
    opens_at: datetime | None = None
    """Closed to participants before."""
    writable: bool = False
    """Whether participants write there while the workshop lasts."""

    def door(self, now: datetime, ends_at: datetime) -> Door:
        """What participants may do at `now`, in a workshop that ends at `ends_at`."""
        if self.key == TEAM or (self.opens_at is not None and now < self.opens_at):
            return Door.CLOSED
        if self.form is Form.TEXT and (not self.writable or now >= ends_at):
            return Door.READ
        return Door.OPEN


def topic_room(topic_id: str) -> str:
    """The key of a topic's channel."""
    return f"topic:{topic_id}"


def meeting_room(room_id: str) -> str:
    """The key of a voice or stage room."""
    return f"{MEETING_ROOM}{room_id}"


def rooms(plan: Plan) -> tuple[Room, ...]:
    """Everything that the plan asks for, the category first, in the order in which people see it."""
    return tuple(_rooms(plan))


def _rooms(plan: Plan) -> Iterator[Room]:
    language = plan.languages[0]
    yield Room(CATEGORY, Form.CATEGORY, plan.title[language], None)
    yield Room(TEAM, Form.TEXT, TEAM, None)
    yield Room(AGENDA, Form.TEXT, AGENDA, plan.description)
    yield Room(ANNOUNCEMENTS, Form.TEXT, ANNOUNCEMENTS, None)
    yield Room(QUESTIONS, Form.TEXT, QUESTIONS, None, plan.questions_open_at)
    named = {entry.id: entry for entry in plan.rooms}
    for room_id in dict.fromkeys([PLENARY, *named]):
        entry = named.get(room_id)
        form = Form.STAGE if entry and entry.kind is RoomKind.STAGE else Form.VOICE
        yield Room(meeting_room(room_id), form, entry.title[language] if entry else PLENARY, None)
    for topic in plan.topics:
        opens_at = plan.topic_opens_at(topic.id)
        yield Room(topic_room(topic.id), Form.TEXT, topic.id, topic.description, opens_at, writable=True)


def next_change(plan: Plan, now: datetime) -> datetime | None:
    """The next instant after `now` at which a door opens or closes."""
    doors = [room.opens_at for room in rooms(plan) if room.opens_at is not None]
    return min((at for at in [*doors, plan.agenda.ends_at] if at > now), default=None)
