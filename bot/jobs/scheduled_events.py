"""The server's own scheduled events: one for each session that is no break, kept in step with the agenda.

Events have no nonce. So the job records an event before it makes it; if it can't know whether the event was made, it
first looks for the marker in the last line of each event's description.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord import EntityType, EventStatus, PrivacyLevel

from bot.domain import discord_limits
from bot.domain.agenda.scheduled_events import EventPhase, event_marker, event_phase, sessions_to_show
from bot.domain.agenda.sessions import Session
from bot.domain.backoff import PATIENT, Pauses
from bot.domain.plan import Plan
from bot.domain.text import clean, shorten
from bot.domain.venue import meeting_room
from bot.jobs.context import JobContext
from bot.messages import announcements
from bot.messages.errors import UserError
from bot.platform.errors import is_transient
from bot.store.scheduled_events import KnownEvent

log = logging.getLogger(__name__)

_SECONDS = 15
#: One for all events: they are refused for the same reasons, mostly.
_INCIDENT = "events"
_OPEN = (EventStatus.scheduled, EventStatus.active)
# NOTE: scheduling on a stage needs its moderator's permissions; the bot doesn't ask for them in its invitation.
_STAGE = discord.Permissions(manage_channels=True, mute_members=True, move_members=True)

Place = discord.VoiceChannel | discord.StageChannel | str
"""A room on Discord, or the name of a place that the bot can't schedule in."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An event as the agenda wants it."""

    session: Session
    standing: EventPhase
    name: str
    description: str
    place: Place

    @property
    def fingerprint(self) -> str:
        """A digest of the event; equal digests mean that nothing has to be changed."""
        values: tuple[object, ...] = (self.standing,)
        if self.standing in {EventPhase.TO_COME, EventPhase.LIVE}:
            place = self.place if isinstance(self.place, str) else self.place.id
            values = (*values, self.name, self.description, self.session.starts_at, self.session.ends_at, place)
        return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        """The event's values for discord.py, without its start."""
        place: dict[str, Any] = {"entity_type": EntityType.external, "location": self.place}
        if not isinstance(self.place, str):
            stage = isinstance(self.place, discord.StageChannel)
            place = {"entity_type": EntityType.stage_instance if stage else EntityType.voice, "channel": self.place}
        return {"name": self.name, "description": self.description, "end_time": self.session.ends_at, **place}


class ScheduledEventJob:
    """Makes, edits and ends events, one step in each run: announcements must not wait for a whole agenda of events."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._refused = Pauses[str]()
        """By fingerprint, so that a changed event is tried at once."""

    @property
    def _plan(self) -> Plan:
        return self._context.plan

    async def keep(self, now: datetime) -> datetime | None:
        """Take one step; return the instant of the next check (UTC), `now` if there may be more to do.

        Raises UserError for a problem that the team must fix, and discord.py's exceptions for transient failures.
        """
        guild = self._context.guild
        if guild is None:
            return None
        kept = await self._context.store.scheduled_events.all()
        wanted = self._next(guild, kept, now)
        if wanted is None:
            instants = (self._refused.next_end(now), self._plan.agenda.next_change(now))
            if instants[0] is None:
                await self._context.incidents.trouble_ended(_INCIDENT, "team.events_work")
            return min((instant for instant in instants if instant is not None), default=None)
        if not guild.me.guild_permissions.create_events:
            raise UserError("team.events_not_allowed")
        try:
            await self._step(guild, wanted, kept.get(wanted.session.id))
        except discord.HTTPException as failure:
            if is_transient(failure):
                raise
            self._refused.failed(wanted.fingerprint, now, PATIENT)
            log.warning("The event of %s was refused", wanted.session.id, exc_info=failure)
            await self._context.incidents.trouble_began(
                _INCIDENT, "team.event_refused", title=wanted.name, problem=failure.text
            )
            return now
        self._refused.clear(wanted.fingerprint)
        return now

    def _next(self, guild: discord.Guild, kept: dict[str, KnownEvent], now: datetime) -> _Wanted | None:
        """Return the next event that differs from the agenda."""
        lacking = sessions_to_show(self._plan.agenda, now)
        for held in sorted(self._context.programme.held, key=lambda held: held.session.starts_at):
            session = held.session
            if session.id not in lacking and session.id not in kept:
                continue
            wanted = self._wanted(guild, session, event_phase(session, now, cancelled=held.cancelled_at is not None))
            known = kept.get(session.id)
            shown = known.shown if known else None
            if wanted.fingerprint != shown and not self._refused.active(wanted.fingerprint, now):
                return wanted
        return None

    def _wanted(self, guild: discord.Guild, session: Session, phase: EventPhase) -> _Wanted:
        # A cancelled or ended session's text is not rendered again: its languages may no longer be the workshop's.
        takes_place = phase in {EventPhase.TO_COME, EventPhase.LIVE}
        name, description = announcements.event(self._plan, session) if takes_place else (session.id, "")
        return _Wanted(session, phase, name, description, self._place(guild, session.room))

    def _place(self, guild: discord.Guild, room: str) -> Place:
        channel = guild.get_channel(self._context.venue.rooms.get(meeting_room(room), 0))
        if isinstance(channel, discord.VoiceChannel):
            return channel
        if isinstance(channel, discord.StageChannel) and channel.permissions_for(guild.me) >= _STAGE:
            return channel
        return shorten(channel.name if channel else clean(room), discord_limits.EVENT_LOCATION)

    async def _step(self, guild: discord.Guild, wanted: _Wanted, known: KnownEvent | None) -> None:
        session = wanted.session
        await self._context.store.scheduled_events.begin(session.id)
        async with asyncio.timeout(_SECONDS):
            event = await self._find(guild, session, known)
            if event is not None:
                await self._update(event, wanted)
            elif wanted.standing is EventPhase.TO_COME:
                event = await self._make(guild, wanted)
        await self._context.store.scheduled_events.settle(session.id, event.id if event else None, wanted.fingerprint)

    async def _find(
        self, guild: discord.Guild, session: Session, known: KnownEvent | None
    ) -> discord.ScheduledEvent | None:
        """Return the session's event; None if it is over, because Discord can't reopen one."""
        if known and known.discord_id:
            await self._context.pacer.turn()
            try:
                event = await guild.fetch_scheduled_event(known.discord_id, with_counts=False)
            except discord.NotFound:
                event = None
            if event and event.status in _OPEN:
                return event
        await self._context.pacer.turn()
        mark = event_marker(self._plan.id, session.id)
        for event in await guild.fetch_scheduled_events(with_counts=False):
            own = event.creator_id == guild.me.id and event.status in _OPEN
            if own and (event.description or "").rpartition("\n")[2] == mark:
                return event
        return None

    async def _make(self, guild: discord.Guild, wanted: _Wanted) -> discord.ScheduledEvent:
        await self._context.pacer.turn()
        return await guild.create_scheduled_event(
            start_time=wanted.session.starts_at,
            privacy_level=PrivacyLevel.guild_only,
            reason=f"Workshop {self._plan.id}",
            **wanted.values,
        )

    async def _update(self, event: discord.ScheduledEvent, wanted: _Wanted) -> None:
        """Edit an event. A started event can't be postponed, and one that never started can't be completed.

        NOTE: Discord starts and ends only external events by itself; it cancels one in a room hours after its start.
        """
        begun, in_room = event.status is EventStatus.active, not isinstance(wanted.place, str)
        changes: dict[str, Any]
        match wanted.standing:
            case EventPhase.TO_COME:
                changes = wanted.values if begun else {**wanted.values, "start_time": wanted.session.starts_at}
            case EventPhase.LIVE:
                starts = {"status": EventStatus.active} if in_room and not begun else {}
                changes = {**wanted.values, **starts}
            case EventPhase.OVER if begun and in_room:
                changes = {"status": EventStatus.completed}
            case EventPhase.CANCELLED:
                changes = {"status": EventStatus.completed if begun else EventStatus.cancelled}
            case _:
                return
        await self._context.pacer.turn()
        await event.edit(reason=f"Workshop {self._plan.id}", **changes)
