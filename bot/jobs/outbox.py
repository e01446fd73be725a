"""The outbox: sends, edits and deletes the messages of deliveries, each at most once.

Sending: commit `sending`, send with a nonce that is always the same, commit `sent` with the message's id. After a
restart or a failure nobody knows whether Discord has the message. So the channel's history is searched for its mark
first; a message too young to be in the history is recognised by Discord itself, by its nonce.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

import discord

from bot.domain.announcement_kinds import KINDS
from bot.domain.announcements import DeliveryState, resend_until
from bot.domain.backoff import REFUSED, Pauses
from bot.domain.venue import TEAM
from bot.jobs.composer import Composer
from bot.jobs.context import JobContext
from bot.jobs.failures import asked_for, backoff_for, release_global_limit
from bot.messages import post as post_messages
from bot.messages.post import Post
from bot.platform.errors import is_transient
from bot.platform.views import allowed_mentions, layout
from bot.store.delivery.deliveries import Delivery
from bot.store.engine.errors import StoreError

log = logging.getLogger(__name__)

_LATE = timedelta(minutes=1)
#: Discord's clock and ours may differ by so much when the history is searched.
_CLOCKS_DIFFER = timedelta(hours=1)
_REQUEST_SECONDS = 15
#: Of a request with files: three of 10 MiB in this time are 4 Mbit/s.
_UPLOAD_SECONDS = 60
#: Discord's codes for a message, and a channel, that is not there (any more).
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008

Work = Callable[[], Awaitable[bool]]
"""Returns whether Discord took something: a message that need not be sent any more says nothing about its room."""


def is_late(delivery: Delivery, now: datetime) -> bool:
    """Whether the message must say that it comes late."""
    return KINDS[delivery.kind].marked_late and now - delivery.due > _LATE


class Outbox:
    """Works on many deliveries at once; in one room, messages are sent in the order in which they were begun."""

    def __init__(
        self,
        context: JobContext,
        composer: Composer,
        pauses: Pauses[str],
        left_alone: Callable[[str], bool],
        ended: Callable[[], None],
    ) -> None:
        self._context = context
        self._composer = composer
        self._pauses = pauses
        self._left_alone = left_alone
        """Whether a lane or a delivery must not be tried now."""
        self._ended = ended
        """Called when the last message under way has ended."""
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By lane. A room's edits have their own: one that waits for a rate limit holds up no announcement."""

    @property
    def busy(self) -> bool:
        """Whether any message is under way."""
        return bool(self._under_way)

    def may_edit(self, delivery: Delivery) -> bool:
        """Whether a message's channel is there, none of its messages is being edited, and it lets the bot edit."""
        lane = f"edit:{delivery.room}"
        return self._room_exists(delivery) and not (self._locks[lane].locked() or self._left_alone(lane))

    async def close(self, seconds: float) -> None:
        """Give the messages under way some seconds, then cancel them and wait until they have ended."""
        if not self._under_way:
            return
        _, unfinished = await asyncio.wait(self._under_way.values(), timeout=seconds)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    # --- one message -------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery, *, again: bool) -> None:
        """Begin to send. `again`: it was taken up before, and may have been sent.

        A delivery waits for its room while that is not there: the job that keeps the rooms makes it again.
        """
        if self._room_exists(delivery) or delivery.expires <= self._context.clock.now():
            self._begin(delivery, f"send:{delivery.room}", partial(self._send, delivery, again=again))

    def edit(self, delivery: Delivery, post: Post) -> None:
        """Begin to edit a message that was sent."""
        self._begin(delivery, f"edit:{delivery.room}", partial(self._edit, delivery, post))

    def withdraw(self, delivery: Delivery, room: str | None) -> None:
        """Begin to delete a message that was sent; `room` is where it must be instead, if anywhere."""
        message = self._message(delivery)
        self._begin(delivery, f"edit:{delivery.room}", partial(self._withdraw, delivery, room, message))

    def _begin(self, delivery: Delivery, lane: str, work: Work) -> None:
        if delivery.id in self._under_way or self._left_alone(lane) or self._left_alone(delivery.id):
            return
        task = asyncio.create_task(self._attempt(delivery, lane, work), name=f"delivery {delivery.id}")
        self._under_way[delivery.id] = task
        task.add_done_callback(lambda ended: self._done(delivery.id, ended))

    def _done(self, delivery_id: str, task: asyncio.Task[None]) -> None:
        del self._under_way[delivery_id]
        if not task.cancelled() and (failure := task.exception()):
            log.error(
                "The failure of delivery %s could not be recorded; it is tried again", delivery_id, exc_info=failure
            )
        if not self._under_way:
            self._ended()

    async def _attempt(self, delivery: Delivery, lane: str, work: Work) -> None:
        """Run the work and record its failure; a failure here never stops another room."""
        async with self._locks[lane]:
            if self._left_alone(lane):
                return
            if not self._room_exists(delivery):
                await self._give_up_expired(delivery, "its room is not there")
                return
            try:
                taken = await work()
            except Exception as failure:  # noqa: BLE001 - recorded and told to the team, or tried again
                await self._failed(delivery, lane, failure)
                return
            self._pauses.clear(delivery.id)
            await self._context.incidents.trouble_ended(delivery.id)
            if taken:
                self._pauses.clear(lane)
                await self._context.incidents.trouble_ended(
                    lane, "team.room_works", room=self._context.venue.link(delivery.room)
                )

    def _room_exists(self, delivery: Delivery) -> bool:
        return (
            self._context.client.get_channel(delivery.channel_id or self._context.venue.rooms.get(delivery.room, 0))
            is not None
        )

    async def _failed(self, delivery: Delivery, lane: str, failure: Exception) -> None:
        now, backoff = self._context.clock.now(), backoff_for(failure)
        # Discord takes other messages in this room: only this one is left alone.
        unfit = isinstance(failure, discord.HTTPException) and failure.status == HTTPStatus.BAD_REQUEST
        # The pause comes first: whatever fails below, nothing is tried again and again.
        self._pauses.failed(delivery.id if unfit else lane, now, backoff, at_least=asked_for(failure))
        if isinstance(failure, TimeoutError):
            release_global_limit(self._context.client)
        if isinstance(failure, StoreError):
            log.error("%s could not be recorded", delivery, exc_info=failure)
            return
        if backoff is not REFUSED or (isinstance(failure, discord.NotFound) and failure.code == _UNKNOWN_CHANNEL):
            log.warning("%s did not reach Discord: %r", delivery, failure)
            return
        log.warning("Discord refused %s", delivery, exc_info=failure)
        problem = str(failure) or repr(failure)
        await self._context.store.deliveries.record_problem(delivery.id, problem)
        await self._give_up_expired(delivery, problem)
        values = {"kind": str(delivery.kind), "room": self._context.venue.link(delivery.room), "problem": problem}
        if unfit:
            await self._context.incidents.trouble_began(delivery.id, "team.message_unfit", **values)
        elif delivery.room != TEAM:
            await self._context.incidents.trouble_began(lane, "team.failed", **values)

    async def _give_up_expired(self, delivery: Delivery, problem: str) -> None:
        """Settle a delivery that is no longer worth sending."""
        now = self._context.clock.now()
        if delivery.state is DeliveryState.SENDING and delivery.expires <= now:
            await self._context.store.deliveries.settle(delivery.id, DeliveryState.FAILED, now, problem)
            self._pauses.clear(delivery.id)

    async def _send(self, delivery: Delivery, *, again: bool) -> bool:
        now = self._context.clock.now()
        channel = self._context.client.get_partial_messageable(self._context.venue.rooms[delivery.room])
        message = await self._find(channel, delivery) if again else None
        room = await self._composer.room(delivery)
        if room != delivery.room:
            return await self._withdraw(delivery, room, message)
        post = await self._composer.post(delivery, now)
        if post is None:
            await self._context.store.deliveries.settle(delivery.id, DeliveryState.SKIPPED, now, "nothing left to say")
            return False
        # A message found in the channel may show what was true when it was sent.
        shows = "" if message else post.fingerprint
        if is_late(delivery, now):
            post = post_messages.late(self._context.plan, post, delivery.due)
        if message is None and delivery.expires <= now:
            state = DeliveryState.FAILED if delivery.problem else DeliveryState.SKIPPED
            await self._context.store.deliveries.settle(
                delivery.id, state, now, delivery.problem or "past its lifetime"
            )
            return False
        send = message is None
        if message is None:
            await self._context.pacer.turn()
            async with asyncio.timeout(_seconds(post)):
                message = await channel.send(
                    view=layout(post),
                    nonce=delivery.nonce,
                    allowed_mentions=allowed_mentions(post),
                    files=self._files(post),
                )
        if KINDS[delivery.kind].pinned:
            await self._pin(message)
        await self._context.store.deliveries.settle_sent(
            delivery.id, self._context.clock.now(), message.channel.id, message.id, shows
        )
        return send

    async def _pin(self, message: discord.Message) -> None:
        """Pin a message; pinning it twice changes nothing. It stays unpinned if Discord refuses that.

        NOTE: Pin Messages is a permission of its own since 2026-01: https://docs.discord.com/developers/change-log.
        """
        guild = self._context.guild
        if guild is None or not guild.me.guild_permissions.pin_messages:
            return
        await self._context.pacer.turn()
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                await message.pin()
        except discord.HTTPException as failure:
            if is_transient(failure):
                raise
            log.warning("The message in %s could not be pinned: %r", message.channel, failure)

    async def _find(self, channel: discord.PartialMessageable, delivery: Delivery) -> discord.Message | None:
        """The delivery's message, if the channel has it."""
        since = min(delivery.due, self._context.clock.now()) - _CLOCKS_DIFFER
        await self._context.pacer.turn()
        async with asyncio.timeout(_REQUEST_SECONDS):
            async for message in channel.history(limit=None):  # the latest first: that is where it is, mostly
                if message.created_at < since:
                    break
                if delivery.id in _marks(message):
                    return message
        return None

    async def _edit(self, delivery: Delivery, post: Post) -> bool:
        # If the answer is lost, and what it shows becomes again what it showed before, it is edited all the same.
        await self._context.store.deliveries.begin_edit(delivery.id)
        try:
            await self._context.pacer.turn()
            # An edit that doesn't mention files leaves those that are there. Source: resources/message, "Edit Message".
            unchanged = post.has_files_of(delivery.shown or "")
            files = discord.utils.MISSING if unchanged else self._files(post)
            async with asyncio.timeout(_seconds(post)):
                await self._message(delivery).edit(view=layout(post), attachments=files)
        except discord.NotFound as failure:
            if failure.code != _UNKNOWN_MESSAGE:
                raise
            room = self._context.venue.link(delivery.room)
            await self._context.incidents.trouble_began(
                f"gone:{delivery.id}", "team.edit_failed", kind=str(delivery.kind), room=room, problem=str(failure)
            )
        await self._context.store.deliveries.record_shown(delivery, post.fingerprint)
        return True

    async def _withdraw(
        self, delivery: Delivery, room: str | None, message: discord.Message | discord.PartialMessage | None
    ) -> bool:
        """Delete a message from a room where it must not stand."""
        if message is not None:
            await self._context.pacer.turn()
            try:
                async with asyncio.timeout(_REQUEST_SECONDS):
                    await message.delete()
            except discord.NotFound as failure:
                # Deleted by hand, or by a process that was killed before it could record it, it is gone all the same.
                if failure.code != _UNKNOWN_MESSAGE:
                    raise
        now = self._context.clock.now()
        expires = resend_until(self._context.plan, delivery.kind, now)
        await self._context.store.deliveries.take_back(delivery, room, now, expires, was_there=message is not None)
        return message is not None

    def _files(self, post: Post) -> list[discord.File]:
        """Open the files of a post. Raises OSError."""
        stored = self._context.store.note_files
        return [discord.File(stored.path(file.digest), filename=file.name) for file in post.files]

    def _message(self, delivery: Delivery) -> discord.PartialMessage:
        """The message of a delivery that was sent."""
        channel = self._context.client.get_partial_messageable(delivery.channel_id or 0)
        return channel.get_partial_message(delivery.message_id or 0)


def _seconds(post: Post) -> int:
    return _UPLOAD_SECONDS if post.files else _REQUEST_SECONDS


def _marks(message: discord.Message) -> set[str]:
    """The last part of each custom id in a message: where our messages carry their delivery's id."""
    rows = [child for child in message.components if isinstance(child, discord.ActionRow)]
    buttons = [button for row in rows for button in row.children if isinstance(button, discord.Button)]
    return {button.custom_id.rpartition(":")[2] for button in buttons if button.custom_id}
