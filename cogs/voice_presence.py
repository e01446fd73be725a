"""Presence by voice: who is in the workshop's voice and stage rooms, and since when."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from datetime import datetime

import discord
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.attendance.presence import ALIVE_MARK
from bot.domain.venue import BREAKOUT_ROOM, MEETING_ROOM
from bot.jobs.runner import Job, JobName
from bot.store.presence import Whereabouts

log = logging.getLogger(__name__)


class VoicePresenceCog(commands.Cog):
    """Watches the rooms where people meet.

    While the gateway is connected, everything that happens there is told as it happens. After a RESUME, Discord tells
    what happened meanwhile, but not when. After a READY it doesn't: so the watch begins anew with who is there now.

    NOTE: discord.py takes a connection that died without a word for alive for up to 100 s. If it can't be resumed
    then, what happened in these seconds is never known, and nothing marks them.
    """

    def __init__(self, client: WorkshopClient) -> None:
        self._client = client
        self._parts: Workshop = client.parts
        self._known = False
        """Whether the store holds who is where, or will as soon as Discord has told what it has yet to tell."""
        self._jumped = False
        """Whether a rehearsal's time has moved since the last mark."""
        self._marking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._parts.clock.watch(self._note_the_jump)
        self._parts.dispatcher.jobs.add(Job(JobName.PRESENCE, self._mark_after_a_jump))
        self._marking = asyncio.create_task(self._mark_again_and_again(), name="alive marks")

    async def cog_unload(self) -> None:
        if self._marking is not None:
            self._marking.cancel()
            await asyncio.gather(self._marking, return_exceptions=True)
        await self._mark()

    # --- the connection ----------------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """READY: a session that knows nothing of the one before, whose last events may have been lost."""
        self._known = False

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """What happened since the connection was lost has been told by now."""
        if self._known:
            await self._keep(self._parts.store.presence.resume_watch(self._parts.clock.now()))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """After READY, or after an outage of Discord's: now it can be seen who is there."""
        if guild.id == self._parts.venue.guild_id:
            await self._mark()

    @commands.Cog.listener("on_guild_unavailable")
    @commands.Cog.listener("on_guild_remove")
    async def look_away(self, guild: discord.Guild) -> None:
        """An outage of Discord's, or the bot was removed: nothing more is told about the server."""
        if guild.id == self._parts.venue.guild_id:
            self._known = False

    # --- what is seen ------------------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Somebody came, went, changed rooms, or did something else, such as unmuting."""
        moved = before.channel != after.channel
        if not moved or not self._known or member.bot or member.guild.id != self._parts.venue.guild_id:
            return
        room = self._rooms().get(after.channel.id) if after.channel else None
        to = Whereabouts(member.id, member.display_name, room)
        await self._keep(self._parts.store.presence.moved(to, self._parts.clock.now(), seen=self._client.connected))

    def _rooms(self) -> dict[int, str]:
        """The keys of the rooms where people meet, by their Discord ids."""
        meet = MEETING_ROOM, BREAKOUT_ROOM
        return {number: key for key, number in self._parts.venue.rooms.items() if key.startswith(meet)}

    def _there(self, guild: discord.Guild) -> Iterator[Whereabouts]:
        for number, room in self._rooms().items():
            channel = guild.get_channel(number)
            if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
                for person in channel.voice_states:
                    member = guild.get_member(person)
                    if member is None or not member.bot:
                        # Discord tells the members in voice rooms with the server; if not, the id must do for a name.
                        yield Whereabouts(person, member.display_name if member else str(person), room)

    # --- what is kept ------------------------------------------------------------------------------------------

    async def _mark_again_and_again(self) -> None:
        """An alive mark every so often."""
        while True:
            await asyncio.sleep(ALIVE_MARK.total_seconds())
            try:
                await self._mark()
            except Exception:
                log.exception("It could not be noted who is in the rooms; it is tried again")

    def _note_the_jump(self) -> None:
        self._jumped = True

    async def _mark_after_a_jump(self, _: datetime) -> None:
        """A job: a rehearsal's time moves on only when the jobs have ended, so a jump never looks like an outage."""
        if self._jumped:
            self._jumped = False
            await self._mark()

    async def _mark(self) -> None:
        """Note that the bot is watching; begin to watch if it isn't yet."""
        guild = self._client.get_guild(self._parts.venue.guild_id or 0)
        if not self._client.connected or guild is None or guild.unavailable:
            return
        now = self._parts.clock.now()
        if self._known:
            await self._keep(self._parts.store.presence.keep_alive(now))
        else:
            self._known = True
            await self._keep(self._parts.store.presence.begin_watch(list(self._there(guild)), now))

    async def _keep(self, write: Awaitable[None]) -> None:
        """Write; if that fails, the store no longer holds what is so, and the watch must begin anew."""
        try:
            await write
        except Exception:
            self._known = False
            raise


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(VoicePresenceCog(client))
