"""The job that sends direct messages, one at a time and slowly: Discord throttles a bot that writes to many people.

Each is claimed by its row before it is sent, with a nonce and a mark that are always the same. Before a message that
Discord may have is sent again, its mark is looked for among the latest messages to that person.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from http import HTTPStatus

import discord

from bot.domain import discord_limits
from bot.domain.people.direct_messages import (
    MOST_TRIES,
    PACE,
    RETRY,
    DirectMessage,
    DirectMessageState,
    Throttle,
    next_throttle,
)
from bot.domain.text import shorten
from bot.jobs.context import JobContext
from bot.jobs.failures import release_global_limit
from bot.messages.post import Button, Post
from bot.platform.views import layout
from bot.store.engine.errors import StoreError

log = logging.getLogger(__name__)

_SECONDS = 15
#: How many of the latest messages to a person are searched.
_LATEST = 100
#: How far Discord's clock and ours may differ when they are.
_CLOCKS_DIFFER = timedelta(hours=1)
#: The same for a message of an earlier version, which has no mark: an older one of the same text is another message.
_CLOCKS_DIFFER_UNMARKED = timedelta(minutes=1)

#: The key of the incident of a throttle.
_THROTTLE = "direct_messages:throttle"
#: Discord's codes by which it holds back the whole bot: quarantine; opening direct messages too fast; sending messages
#: is temporarily disabled.
_HELD_BACK = frozenset({20026, 40003, 40004})
#: Discord's codes for a person whom the bot cannot message: unknown user; cannot send messages to this user; invalid
#: recipient; no mutual server.
_REFUSED = frozenset({10013, 50007, 50033, 50278})


class DirectMessageJob:
    """Sends direct messages, and records those that a person does not accept."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    async def keep(self, now: datetime) -> datetime | None:
        """Send the next message if it is due; return the instant at which to go on."""
        letters = self._context.store.direct_messages
        letter = await letters.next(now)
        if letter is None:
            return None
        throttle = await letters.throttle()
        if throttle and throttle.active(now):
            return throttle.until
        ready_at = max(letter.ready_at(now), PACE.ready_at(await letters.latest_tries(PACE.most), now))
        if ready_at > now:
            return ready_at
        known = None if letter.tries else await letters.channel_of(letter.person)
        await letters.begin(letter.id, now)
        try:
            async with asyncio.timeout(_SECONDS):
                channel = await self._send(letter, known)
        except StoreError:
            raise
        except Exception as failure:  # noqa: BLE001 - recorded, and tried again: one message never holds up the others
            await self._failed(letter, failure, throttle, now)
        else:
            await letters.settle_sent(letter.id, channel)
            if throttle:
                await letters.release()
            await self._context.incidents.trouble_ended(_THROTTLE, "team.letters_go_on")
        return now + PACE.gap

    async def _send(self, letter: DirectMessage, known: int | None) -> int:
        """Send it unless Discord has it; the id of its channel. `known`: the person's channel, if there is one."""
        if known:
            channel = self._context.client.get_partial_messageable(known, type=discord.ChannelType.private)
        else:
            await self._context.pacer.turn()
            channel = await self._context.client.create_dm(discord.Object(letter.person))
        if letter.begun_at is None or not await self._is_there(channel, letter, letter.begun_at):
            await self._context.pacer.turn()
            await channel.send(view=layout(_post(letter), letter.mark), nonce=letter.id)
        return channel.id

    async def _is_there(
        self, channel: discord.DMChannel | discord.PartialMessageable, letter: DirectMessage, begun_at: datetime
    ) -> bool:
        await self._context.pacer.turn()
        async for message in channel.history(limit=_LATEST):  # the newest first
            if message.created_at < begun_at - _CLOCKS_DIFFER:
                return False
            if self._context.client.user is None or message.author.id != self._context.client.user.id:
                continue
            if any(isinstance(part, discord.Container) and part.id == letter.mark for part in message.components):
                return True
            if message.content == letter.text and message.created_at >= begun_at - _CLOCKS_DIFFER_UNMARKED:
                return True
        return False

    async def _failed(
        self, letter: DirectMessage, failure: Exception, throttle: Throttle | None, now: datetime
    ) -> None:
        """Record what a failure means: for all letters, for the person, or for this try."""
        problem = str(failure) or repr(failure)
        code, status = (failure.code, failure.status) if isinstance(failure, discord.HTTPException) else (0, 0)
        log.info("A direct message of the kind %s did not reach Discord: %r", letter.kind, failure)
        if isinstance(failure, TimeoutError):
            release_global_limit(self._context.client)
        if code in _HELD_BACK:
            await self._context.store.direct_messages.hold_back(letter, next_throttle(throttle, now))
            await self._context.incidents.trouble_began(_THROTTLE, "team.letters_held_back", problem=problem)
        elif code in _REFUSED:
            await self._context.store.direct_messages.settle(letter.id, DirectMessageState.REFUSED, problem)
        elif status == HTTPStatus.BAD_REQUEST or letter.tries + 1 >= MOST_TRIES:
            await self._context.store.direct_messages.settle(letter.id, DirectMessageState.FAILED, problem)
            await self._context.incidents.tell_team("team.letter_failed", person=f"<@{letter.person}>", problem=problem)
        else:
            await self._context.store.direct_messages.postpone(letter, now + RETRY.after(letter.tries + 1), problem)


def _post(letter: DirectMessage) -> Post:
    words, button = shorten(letter.text, discord_limits.MESSAGE_TEXT), letter.button
    if button is None:
        return Post((words,))
    return Post((words,), (Button(button.custom_id, shorten(button.label, discord_limits.BUTTON_LABEL), primary=True),))
