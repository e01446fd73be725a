"""Scheduled events: who may write them, which changes they allow, and how Discord starts, ends and cancels them.

Source: `resources/guild-scheduled-event.mdx` ("Guild Scheduled Event Permissions Requirements", "Status Update
Automation").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from simcord.backend.access import channel_accessible
from simcord.backend.errors import BackendError
from simcord.backend.models import ScheduledEvent

from bot.rehearsal.discord.refusals import invalid
from bot.rehearsal.discord.rules.world import STAGE_MODERATOR, World

EVENTS_A_GUILD: Final = 100
#: Discord says "on the order of minutes", and "a few hours".
EMPTY_FOR: Final = timedelta(minutes=3)
UNSTARTED_FOR: Final = timedelta(hours=3)


class Status(IntEnum):
    """The status of an event."""

    SCHEDULED = 1
    ACTIVE = 2
    COMPLETED = 3
    CANCELLED = 4


class Place(IntEnum):
    """The entity type of an event."""

    STAGE = 1
    VOICE = 2
    EXTERNAL = 3


OPEN = (Status.SCHEDULED, Status.ACTIVE)
_STEPS = (
    (Status.SCHEDULED, Status.ACTIVE), (Status.ACTIVE, Status.COMPLETED), (Status.SCHEDULED, Status.CANCELLED),
)  # fmt: skip
_NEEDED = {Place.STAGE: STAGE_MODERATOR, Place.VOICE: ("view_channel", "connect"), Place.EXTERNAL: ()}


class Events:
    """The rules about a server's events. `now` is the rehearsal's clock."""

    def __init__(self, world: World, now: Callable[[], datetime]) -> None:
        self._world = world
        self._now = now
        self._empty_since: dict[int, datetime] = {}
        """By active event in a room that is empty: since when."""
        world.subscribers.append(self._on_event)

    # ---------------------------------------------------------------- requests; all raise BackendError

    def created(self, guild_id: int, body: Mapping[str, Any]) -> None:
        """A new event: permissions in its channel, at most 100 open ones, and no start in the past."""
        place = Place(int(body["entity_type"]))
        self._permitted(guild_id, place, body.get("channel_id"), ("create_events",))
        events = self._world.get_guild(guild_id).scheduled_events.values()
        if sum(event.status in OPEN for event in events) >= EVENTS_A_GUILD:
            raise BackendError(400, 30038, f"Maximum number of uncompleted guild scheduled events ({EVENTS_A_GUILD})")
        self._starts_in_future(body)

    def edited(self, guild_id: int, event_id: int, body: Mapping[str, Any]) -> None:
        """A changed event keeps its end if it is external, and goes on in its life."""
        event = self._world.get_scheduled_event(guild_id, event_id)
        self._writes(event)
        place = Place(int(body.get("entity_type") or event.entity_type))
        self._permitted(guild_id, place, body.get("channel_id", event.channel_id), ())
        if place is Place.EXTERNAL and not body.get("scheduled_end_time", event.scheduled_end_time):
            raise invalid("scheduled_end_time", "BASE_TYPE_REQUIRED", "This field is required")
        wanted = body.get("status") or event.status
        if wanted != event.status and (event.status, wanted) not in _STEPS:
            raise invalid("status", "TRANSITION_INVALID", f"An event can't go from {event.status} to {wanted}")
        if event.status not in OPEN:
            raise BackendError(400, 180000, "Cannot update a finished event")
        self._starts_in_future(body)

    def deleted(self, guild_id: int, event_id: int) -> None:
        """An event is deleted with the permissions that change it."""
        self._writes(self._world.get_scheduled_event(guild_id, event_id))

    def _writes(self, event: ScheduledEvent) -> None:
        """One's own events take CREATE_EVENTS or MANAGE_EVENTS, those of others MANAGE_EVENTS."""
        world, bot = self._world, self._world.bot_user.id
        own = event.creator_id == bot and world.holds(event.guild_id, bot, event.channel_id, "create_events")
        if not own:
            self._permitted(event.guild_id, Place(event.entity_type), event.channel_id, ("manage_events",))
        else:
            self._permitted(event.guild_id, Place(event.entity_type), event.channel_id, ())

    def _permitted(self, guild_id: int, place: Place, channel_id: object, names: tuple[str, ...]) -> None:
        world, channel = self._world, int(str(channel_id)) if channel_id else None
        if channel is not None:
            world.require_permissions(guild_id, world.bot_user.id, channel)
        if not world.holds(guild_id, world.bot_user.id, channel, *names, *_NEEDED[place]):
            raise BackendError(403, 50013, "Missing Permissions")

    def _starts_in_future(self, body: Mapping[str, Any]) -> None:
        start = body.get("scheduled_start_time")
        if start and datetime.fromisoformat(start) <= self._now():
            raise invalid("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule in the past")

    def seen(self, event: Mapping[str, Any]) -> bool:
        """Whether the bot sees an event, by the payload of it: one in a channel takes VIEW_CHANNEL there."""
        channel = int(event["channel_id"]) if event.get("channel_id") else None
        return channel is None or channel_accessible(self._world, channel, self._world.bot_user.id)

    # ---------------------------------------------------------------- what Discord does by itself

    def advance(self) -> None:
        """Start, end and cancel the events that are due by now."""
        now = self._now()
        due = [(event, status) for event in self._events() if (status := self._due(event, now)) is not None]
        for event, status in due:
            self._empty_since.pop(event.id, None)
            self._world.edit_scheduled_event(event.guild_id, event.id, {"status": int(status)})

    def _on_event(self, event: str, payload: Mapping[str, Any]) -> None:
        """Look at the rooms whenever somebody enters or leaves one."""
        del payload
        if event == "VOICE_STATE_UPDATE":
            self.advance()

    def _events(self) -> Iterator[ScheduledEvent]:
        for guild in self._world.guilds.values():
            yield from (event for event in guild.scheduled_events.values() if event.status in OPEN)

    def _due(self, event: ScheduledEvent, now: datetime) -> Status | None:
        starts, ends = datetime.fromisoformat(event.scheduled_start_time), event.scheduled_end_time
        external = event.entity_type == Place.EXTERNAL
        if event.status == Status.ACTIVE:
            over = datetime.fromisoformat(ends) <= now if external and ends else self._long_empty(event, now)
            return Status.COMPLETED if over else None
        if external and starts <= now:
            return Status.ACTIVE
        return Status.CANCELLED if starts + UNSTARTED_FOR <= now else None

    def _long_empty(self, event: ScheduledEvent, now: datetime) -> bool:
        states = self._world.get_guild(event.guild_id).voice_states.values()
        if any(state.channel_id == event.channel_id for state in states):
            self._empty_since.pop(event.id, None)
            return False
        return self._empty_since.setdefault(event.id, now) + EMPTY_FOR <= now
