"""The channels' transcripts: saved automatically once the workshop is over, and again if they have changed since.

The bot's own messages are saved in full; people's messages only with author and time, because Discord withholds their
text without a privileged intent. A deleted channel keeps its saved transcript. Threads that people open are left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from datetime import datetime

import discord

from bot.domain.backoff import PATIENT, Pauses
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.domain.people.retention import RetentionKind, overdue_kinds
from bot.jobs.context import JobContext
from bot.messages.errors import UserError
from bot.platform.errors import is_transient

log = logging.getLogger(__name__)

#: Messages that Discord hands over at once, and how long one such request may take.
_PAGE, _SECONDS = 100, 15
#: How often one channel is read again because it changed while it was read.
_TRIES = 3

#: The kinds of channel that can hold messages.
Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel

#: Called with the count of channels saved and the total.
Progress = Callable[[int, int], Awaitable[None]]


class TranscriptJob:
    """Saves transcripts, one channel in each run, because announcements must not wait for all of them."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._one_at_a_time = asyncio.Lock()
        self._refused = Pauses[int]()
        """By channel."""

    async def keep(self, now: datetime) -> datetime | None:
        """Save one changed channel; return the instant of the next check (UTC), `now` if there may be more.

        Raises discord.py's exceptions for transient failures.
        """
        guild, ends_at = self._context.guild, self._context.plan.agenda.ends_at
        if guild is None or now < ends_at:
            return ends_at if guild else None
        known = await self._context.store.transcripts.all()
        for room, channel in self._channels(guild):
            saved = known.get(channel.id)
            if (saved is not None and not saved.due(ends_at)) or self._refused.active(channel.id, now):
                continue
            incident = f"transcript:{channel.id}"
            try:
                await self._save(room, channel, now)
            except UserError as refusal:
                await self._context.incidents.trouble_began(incident, refusal.key, **refusal.values)
            else:
                await self._context.incidents.trouble_ended(incident, "team.transcript_works", room=channel.mention)
            return now
        return self._refused.next_end(now)

    async def save_all(self, now: datetime, progress: Progress) -> list[str]:
        """Save every channel as it is now; return links to those that Discord refused to show."""
        guild = self._context.guild
        channels = list(self._channels(guild)) if guild else []
        refused: list[str] = []
        for done, (room, channel) in enumerate(channels):
            await progress(done, len(channels))
            try:
                await self._save(room, channel, now)
            except UserError:
                refused.append(channel.mention)
        return refused

    def _channels(self, guild: discord.Guild) -> Iterator[tuple[str, Readable]]:
        """Yield each of the workshop's channels that can hold messages, with its room's key."""
        for room, discord_id in self._context.venue.rooms.items():
            channel = guild.get_channel(discord_id)
            if isinstance(channel, Readable):
                yield room, channel

    async def _save(self, room: str, channel: Readable, now: datetime) -> None:
        ends_at = self._context.plan.agenda.ends_at
        async with self._one_at_a_time:
            try:
                for _ in range(_TRIES):
                    before = await self._context.store.transcripts.begin(
                        TranscriptChannel(channel.id, room, str(channel))
                    )
                    messages = [message async for message in self._history(channel)]
                    erased = await self._context.store.erasures.everybody()
                    # Once the plan's retention of participants is over, authors and times are dropped too.
                    purged = RetentionKind.PARTICIPANTS in overdue_kinds(self._context.plan, now)
                    kept = [sent for sent in messages if sent.author == BOT or not (purged or sent.author in erased)]
                    ended_at = ends_at if now >= ends_at else None
                    if await self._context.store.transcripts.keep(channel.id, before, kept, ended_at):
                        self._refused.clear(channel.id)
                        return
            except discord.HTTPException as failure:
                if is_transient(failure):
                    raise
                self._refused.failed(channel.id, now, PATIENT)
                log.warning("%s can't be read", channel, exc_info=failure)
                if isinstance(failure, discord.NotFound):
                    return  # deleted by hand: what was saved of it stays
                raise UserError("team.transcript_refused", room=channel.mention, problem=failure.text) from None

    async def _history(self, channel: Readable) -> AsyncIterator[TranscriptMessage]:
        """Yield the channel's messages, the earliest first, without Discord's own lines such as "pinned a message"."""
        last: discord.abc.Snowflake = discord.Object(0)
        while True:
            await self._context.pacer.turn()
            async with asyncio.timeout(_SECONDS):
                page = [message async for message in channel.history(limit=_PAGE, after=last, oldest_first=True)]
            for message in page:
                if not message.is_system():
                    yield self._message(message)
            if len(page) < _PAGE:
                return
            last = page[-1]

    def _message(self, message: discord.Message) -> TranscriptMessage:
        home = self._context.guild
        own = home is not None and message.author.id == home.me.id
        # People's text stays on Discord, even where Discord sends it: in a message that mentions the bot.
        content = (
            "\n".join([*([message.content] if message.content else []), *_texts(message.components)]) if own else None
        )
        author, name = BOT if own else message.author.id, message.author.display_name
        return TranscriptMessage(message.id, author, name, message.created_at, message.edited_at, content)


def _texts(components: Iterable[object]) -> Iterator[str]:
    """Yield the texts of a message's components, without buttons."""
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        elif isinstance(component, discord.Container | discord.SectionComponent):
            yield from _texts(component.children)
