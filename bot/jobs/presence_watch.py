"""The watch over presence by voice: who is in the workshop's voice and stage rooms, and since when."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from datetime import datetime

import discord

from bot.domain.attendance.presence import ALIVE_MARK
from bot.domain.venue import BREAKOUT_ROOM, MEETING_ROOM
from bot.jobs.context import JobContext
from bot.store.presence import Whereabouts

log = logging.getLogger(__name__)


class PresenceWatch:
    """Watches the rooms of one workshop where people meet.

    While the gateway is connected, Discord tells everything that happens there as it happens. After a RESUME, it tells
    what happened meanwhile, but not when. After a READY it doesn't: then the watch begins again with who is there.

    NOTE: discord.py takes a connection that died without a word for alive for up to 100 s. If it can't be resumed
    then, what happened in these seconds is never known, and nothing marks them.
    """

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._known = False
        """Whether the store holds who is where, or will as soon as Discord has sent the missed events."""
        self._jumped = False
        """Whether a rehearsal's time has moved since the last mark."""
        self._marking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Mark from now on, every so often, that the bot is watching."""
        self._context.clock.watch(self._note_jump)
        self._marking = asyncio.create_task(self._keep_marking(), name="alive marks")

    async def stop(self) -> None:
        """Mark for the last time."""
        if self._marking is not None:
            self._marking.cancel()
            await asyncio.gather(self._marking, return_exceptions=True)
        await self.mark()

    # --- the connection ----------------------------------------------------------------------------------------

    def forget(self) -> None:
        """The session is new, or the server is out of sight: the last events may have been lost."""
        self._known = False

    async def resume(self) -> None:
        """Continue the watch: Discord has sent all events since the connection was lost."""
        if self._known:
            await self._write(self._context.store.presence.resume_watch(self._context.clock.now()))

    # --- what is seen ------------------------------------------------------------------------------------------

    async def record_move(self, member: discord.Member, channel: discord.abc.GuildChannel | None) -> None:
        """Record that somebody is in another room now, or in none."""
        if not self._known or member.bot:
            return
        whereabouts = Whereabouts(member.id, member.display_name, self._rooms().get(channel.id) if channel else None)
        await self._write(
            self._context.store.presence.moved(
                whereabouts, self._context.clock.now(), seen=self._context.client.connected
            )
        )

    def _rooms(self) -> dict[int, str]:
        """The keys of the rooms where people meet, by their Discord ids."""
        prefixes = MEETING_ROOM, BREAKOUT_ROOM
        return {discord_id: key for key, discord_id in self._context.venue.rooms.items() if key.startswith(prefixes)}

    def _present(self, guild: discord.Guild) -> Iterator[Whereabouts]:
        for discord_id, room in self._rooms().items():
            channel = guild.get_channel(discord_id)
            if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
                for person in channel.voice_states:
                    member = guild.get_member(person)
                    if member is None or not member.bot:
                        # Discord tells the members in voice rooms with the server; if not, the id must do for a name.
                        yield Whereabouts(person, member.display_name if member else str(person), room)

    # --- alive marks -------------------------------------------------------------------------------------------

    async def _keep_marking(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_MARK.total_seconds())
            try:
                await self.mark()
            except Exception:
                log.exception("The alive mark could not be recorded; it is tried again")

    def _note_jump(self) -> None:
        self._jumped = True

    async def mark_after_jump(self, _: datetime) -> None:
        """A job: a rehearsal's time moves on only when the jobs have ended, so a jump never looks like an outage."""
        if self._jumped:
            self._jumped = False
            await self.mark()

    async def mark(self) -> None:
        """Record that the bot is watching; begin to watch if it isn't yet."""
        guild = self._context.guild
        if not self._context.client.connected or guild is None:
            return
        now = self._context.clock.now()
        if self._known:
            await self._write(self._context.store.presence.keep_alive(now))
        else:
            self._known = True
            await self._write(self._context.store.presence.begin_watch(list(self._present(guild)), now))

    async def _write(self, write: Awaitable[None]) -> None:
        """Await a write; if it fails, the store no longer holds who is where, and the watch must begin again."""
        try:
            await write
        except Exception:
            self._known = False
            raise
