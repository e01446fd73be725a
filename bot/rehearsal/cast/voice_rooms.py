"""Who is in which voice room, as Discord sees it, and the rooms of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from simcord.enums import ChannelType

from bot.domain.agenda.breakouts import breakout_id
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan
from bot.domain.venue import breakout_room, venue_rooms
from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.people import Person
from bot.rehearsal.timekeeper import Timekeeper


class VoiceRooms:
    """Follows the voice states of the server: people enter, leave and are moved."""

    def __init__(self, plan: Callable[[], Plan], discord: LoopbackDiscord, keeper: Timekeeper) -> None:
        self._plan = plan
        self._discord = discord
        self._keeper = keeper
        self._inside: dict[int, tuple[str, datetime]] = {}
        self.names: dict[int, str] = {}
        """Names of the people to follow, by Discord id."""
        self.stays: list[Stay] = []
        """The stays that have ended."""
        discord.backend.subscribers.append(self._on_event)

    def room_of(self, person: int) -> str | None:
        """The key of the room that a person is in, if any."""
        return self._inside[person][0] if person in self._inside else None

    def group_rooms(self, guild_id: int) -> list[int]:
        """The ids of the voice rooms that the plan does not name, the oldest first."""
        planned = {room.name for room in venue_rooms(self._plan())}
        channels = self._discord.backend.channels.values()
        return sorted(
            channel.id
            for channel in channels
            if channel.guild_id == guild_id and channel.type == ChannelType.VOICE and channel.name not in planned
        )

    def _on_event(self, event: str, payload: Mapping[str, Any]) -> None:
        if event != "VOICE_STATE_UPDATE":
            return
        person, now = int(payload["user_id"]), self._keeper.now()
        to = self._key(int(payload["channel_id"])) if payload["channel_id"] else None
        if to == self.room_of(person):
            return
        if person in self._inside:
            room, since = self._inside.pop(person)
            self.stays.append(Stay(person, self.names[person], room, Interval(since, now)))
        if to is not None:
            self._inside[person] = to, now

    def _key(self, channel: int) -> str:
        """The key of a room; a room that the plan does not name belongs to the live session."""
        name = self._discord.backend.get_channel(channel).name
        planned = {room.name: room.key for room in venue_rooms(self._plan())}
        live = self._plan().agenda.live(self._keeper.now())
        return planned.get(name or "") or breakout_room(breakout_id(live[0].id if live else "", str(channel)), 1)


async def enter_group_room(person: Person, rooms: list[int]) -> int | None:
    """Enter the first room that a person may enter, which is that of their group; None if they have none."""
    for room in rooms:
        try:
            await person.join_voice(room)
        except CannotDo:
            continue
        return room
    return None


def rapporteurs(entered: Mapping[str, int | None], rooms: list[int]) -> Iterator[tuple[int, str]]:
    """Each room that people entered, with the first person who did."""
    for room in rooms:
        for name, entered_room in entered.items():
            if entered_room == room:
                yield room, name
                break
