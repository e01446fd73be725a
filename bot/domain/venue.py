"""The venue: which roles and rooms a plan asks for on Discord, and who may do what in them at a moment.

Source of the permissions: https://discord.com/developers/docs/topics/permissions (names, bits, and the permissions that
threads, voice and stage channels need).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.agenda.sessions import Session
from bot.domain.contributions.chatham_stamps import ChathamStamp
from bot.domain.people.roles import Role
from bot.domain.plan import PLENARY, Plan, RoomKind
from bot.domain.text import Text

#: Keys of rooms, in the store and as targets of announcements.
CATEGORY = "category"
WELCOME = "welcome"
HELP_DESK = "help-desk"
AGENDA = "agenda"
ANNOUNCEMENTS = "announcements"
QUESTIONS = "questions"
TEAM = "team"
#: Prefix of the key of a voice or stage room.
MEETING_ROOM = "room:"
#: Prefix of the key of a breakout's room.
BREAKOUT_ROOM = "breakout:"


class RoomForm(StrEnum):
    """The form of a room on Discord."""

    CATEGORY = "category"
    TEXT = "text"
    VOICE = "voice"
    STAGE = "stage"


class Door(StrEnum):
    """What participants may do in a room. Moderators, organisers and the bot always may."""

    CLOSED = "closed"
    """Invisible."""
    READ = "read"
    """Read only."""
    OPEN = "open"
    """Read and write, or listen and speak."""


@dataclass(frozen=True, slots=True)
class Room:
    """One channel (or the category) that the plan asks for."""

    key: str
    form: RoomForm
    name: str
    about: Text | None
    opens_at: datetime | None = None
    """Closed to participants until then (UTC)."""
    writable: bool = False
    """Whether participants write there while the workshop lasts."""
    public: bool = False
    """Whether everybody in the server sees and reads it, in the workshop or not."""
    always_open: bool = False
    """Whether everybody in the server writes there at all times: before they join, after the workshop, in the archive.

    Discord lets nobody type a command where they can't write, so one room must stay open for commands.
    """
    closes_at: datetime | None = None
    """Read only from then on (UTC), for those who were let in."""
    members: frozenset[int] | None = None
    """The Discord ids of the only participants who are let in; None: all are."""
    strangers: frozenset[int] = frozenset()
    """Discord ids of those who may have been let in before, and no longer are."""
    wanted: bool = True
    """Whether it is created if it is missing."""

    def door(self, now: datetime, ends_at: datetime) -> Door:
        """Return what participants may do at `now`, in a workshop that ends at `ends_at` (both UTC)."""
        if self.key == TEAM or (self.opens_at is not None and now < self.opens_at):
            return Door.CLOSED
        if self.closes_at is not None and now >= self.closes_at:
            return Door.READ
        if self.form is RoomForm.TEXT and not self.always_open and (not self.writable or now >= ends_at):
            return Door.READ
        return Door.OPEN


def role_key(role: Role) -> str:
    """The key of a role."""
    return f"role:{role.name.lower()}"


def category_room(number: int) -> str:
    """The key of the category of that number, counted from 1."""
    return CATEGORY if number == 1 else f"{CATEGORY}:{number}"


def topic_room(topic_id: str) -> str:
    """The key of a topic's channel."""
    return f"topic:{topic_id}"


def meeting_room(room_id: str) -> str:
    """The key of a voice or stage room."""
    return f"{MEETING_ROOM}{room_id}"


def breakout_room(breakout_id: str, number: int) -> str:
    """The key of a group's room. Its breakout's id begins with that of the session, and a dot."""
    return f"{BREAKOUT_ROOM}{breakout_id}:{number}"


def is_room_of(session: Session | ChathamStamp, key: str) -> bool:
    """Whether people in that room are in the session: in its own room, or in one of its groups'."""
    return key == meeting_room(session.room) or key.startswith(f"{BREAKOUT_ROOM}{session.id}.")


def venue_rooms(plan: Plan) -> tuple[Room, ...]:
    """Return every room that the plan asks for, the category first, in the order in which people see them."""
    return tuple(_rooms(plan))


def _rooms(plan: Plan) -> Iterator[Room]:
    language = plan.languages[0]
    yield Room(CATEGORY, RoomForm.CATEGORY, plan.title[language], None)
    yield Room(WELCOME, RoomForm.TEXT, WELCOME, None, public=True)
    yield Room(HELP_DESK, RoomForm.TEXT, HELP_DESK, None, writable=True, always_open=True)
    yield Room(TEAM, RoomForm.TEXT, TEAM, None)
    yield Room(AGENDA, RoomForm.TEXT, AGENDA, plan.description)
    yield Room(ANNOUNCEMENTS, RoomForm.TEXT, ANNOUNCEMENTS, None)
    yield Room(QUESTIONS, RoomForm.TEXT, QUESTIONS, None, plan.questions_open_at)
    named = {entry.id: entry for entry in plan.rooms}
    for room_id in dict.fromkeys([PLENARY, *named]):
        entry = named.get(room_id)
        form = RoomForm.STAGE if entry and entry.kind is RoomKind.STAGE else RoomForm.VOICE
        yield Room(meeting_room(room_id), form, entry.title[language] if entry else PLENARY, None)
    for topic in plan.topics:
        opens_at = plan.topic_opens_at(topic.id)
        yield Room(topic_room(topic.id), RoomForm.TEXT, topic.id, topic.description, opens_at, writable=True)


def next_door_change(plan: Plan, now: datetime) -> datetime | None:
    """Return the next instant (UTC) after `now` at which a door opens or closes."""
    doors = [room.opens_at for room in venue_rooms(plan) if room.opens_at is not None]
    return min((at for at in [*doors, plan.agenda.ends_at] if at > now), default=None)
