"""Who truly is in which voice room, and what the cast does when a session is broken out into groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from simcord.enums import ChannelType

from bot.domain.agenda.breakouts import breakout_id
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan
from bot.domain.venue import breakout_room, venue_rooms
from bot.rehearsal.cast.people import CannotDo, Person
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.timekeeper import Timekeeper


class VoiceRooms:
    """Sees everybody enter, leave, and be moved, as Discord does."""

    def __init__(self, plan: Callable[[], Plan], discord: LoopbackDiscord, keeper: Timekeeper) -> None:
        self._plan = plan
        self._discord = discord
        self._keeper = keeper
        self._inside: dict[int, tuple[str, datetime]] = {}
        self.names: dict[int, str] = {}
        """Whom to look at: Discord ids to names."""
        self.stays: list[Stay] = []
        """Those that have ended."""
        discord.backend.subscribers.append(self._heard)

    def room_of(self, person: int) -> str | None:
        """The key of the room that somebody is in."""
        return self._inside[person][0] if person in self._inside else None

    def of_groups(self, guild_id: int) -> list[int]:
        """The rooms that no plan asks for, the oldest first."""
        planned = {room.name for room in venue_rooms(self._plan())}
        channels = self._discord.backend.channels.values()
        voice = (one for one in channels if one.guild_id == guild_id and one.type == ChannelType.VOICE)
        return sorted(one.id for one in voice if one.name not in planned)

    def _heard(self, event: str, payload: Mapping[str, Any]) -> None:
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
        """A room that no plan asks for belongs to the session under way."""
        name = self._discord.backend.get_channel(channel).name
        planned = {room.name: room.key for room in venue_rooms(self._plan())}
        live = self._plan().agenda.live(self._keeper.now())
        return planned.get(name or "") or breakout_room(breakout_id(live[0].id if live else "", str(channel)), 1)


async def join_own(person: Person, offered: list[int]) -> int | None:
    """Enter the one of some rooms that lets somebody in: the room of their group, if they are in one."""
    for room in offered:
        try:
            await person.join_voice(room)
        except CannotDo:
            continue
        return room
    return None


def by_room(found: Mapping[str, int | None], offered: list[int]) -> Iterator[tuple[int, str]]:
    """Each room that somebody entered, with the first who did."""
    for room in offered:
        for name, entered in found.items():
            if entered == room:
                yield room, name
                break
