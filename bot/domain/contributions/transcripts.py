"""Transcripts: the messages of a channel, and when they are to be saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.plan import Plan
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, BREAKOUT_ROOM, WELCOME, RoomForm, topic_room, venue_rooms

#: The author of the bot's own messages.
BOT = 0


@dataclass(frozen=True, slots=True)
class TranscriptChannel:
    """One of the workshop's channels."""

    id: int
    room: str
    """Its key among the workshop's rooms."""
    name: str


@dataclass(frozen=True, slots=True)
class SavedTranscript:
    """The stored state of a channel's transcript."""

    channel: TranscriptChannel
    unsaved: int
    """The number of changes to the bot's messages in it since it was saved."""
    ended_at: datetime | None
    """The end of the workshop (UTC) for which it was saved; None if for none yet."""

    def due(self, ends_at: datetime) -> bool:
        """Whether it is to be saved, once a workshop is over that ends at `ends_at`."""
        return self.unsaved > 0 or self.ended_at != ends_at


@dataclass(frozen=True, slots=True)
class TranscriptMessage:
    """One message as Discord had it. Instants are UTC."""

    id: int
    author: int
    """A Discord account, or BOT."""
    name: str
    """As Discord shows who wrote it."""
    written_at: datetime
    edited_at: datetime | None
    text: str | None
    """None where it was not the bot that wrote it."""


def unsaved_rooms(plan: Plan, ids: Mapping[str, int], saved: Mapping[int, SavedTranscript]) -> list[str]:
    """The rooms whose channels are not saved as they were at the end. `ids`: rooms to Discord ids; `saved`: by id."""
    wanted = [room.key for room in venue_rooms(plan) if room.form is not RoomForm.CATEGORY]
    wanted += [key for key in ids if key.startswith(BREAKOUT_ROOM)]
    ends_at = plan.agenda.ends_at
    known = {key: saved.get(ids[key]) for key in wanted if key in ids}
    return [key for key, transcript in known.items() if transcript is None or transcript.due(ends_at)]


def names_nobody(plan: Plan, room: str) -> bool:
    """Whether a room holds nothing that leads to who said what, or who was there, under the Chatham House Rule."""
    return not plan.confidential_sessions or room in _open_rooms(plan)


def _open_rooms(plan: Plan) -> Iterator[str]:
    yield from (WELCOME, AGENDA, ANNOUNCEMENTS)
    yield from (topic_room(topic.id) for topic in plan.topics if topic.id not in plan.confidential_topics)
