"""Private messages on their way, one at a time and unhurried: Discord takes a bot that writes to many for a nuisance.

Each is claimed by its row before it is sent, with a nonce that is always the same. Whoever takes up what a stopped
process had begun looks for its text among the latest messages of that person first.
"""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import datetime, timedelta

import discord

from bot.domain.letters import Letter, LetterKind, LetterState
from bot.pacing import Pacer
from bot.reporting.awards import Awards
from bot.store import Store
from bot.ui import passes, under

log = logging.getLogger(__name__)

_SECONDS = 15
_BETWEEN = timedelta(seconds=2)
#: So many of the latest messages to somebody are looked at.
_LATEST = 50


class Letters:
    """Sees them delivered, or recorded as refused: not everybody takes private messages from a server's bots."""

    def __init__(self, store: Store, client: discord.Client, pacer: Pacer, awards: Awards) -> None:
        self._store = store
        self._awards = awards
        self._client = client
        self._pacer = pacer

    async def keep(self, now: datetime) -> datetime | None:
        """Send the next one; the instant at which to go on. Raises what discord.py raises for what passes by itself."""
        letter = await self._store.letters.next()
        if letter is None:
            return None
        await self._store.letters.begin(letter.id, now)
        try:
            async with asyncio.timeout(_SECONDS):
                state, problem = await self._send(letter, now)
        except discord.HTTPException as failure:
            if passes(failure):
                raise
            log.info("A private message of the kind %s was refused: %r", letter.kind, failure)
            state, problem = LetterState.REFUSED, failure.text or str(failure)
        await self._store.letters.settle(letter.id, state, problem)
        return now + _BETWEEN

    async def _send(self, letter: Letter, now: datetime) -> tuple[LetterState, str | None]:
        """What has become of it, and why."""
        await self._pacer.turn()
        channel = await self._client.create_dm(discord.Object(letter.person))
        if letter.state is LetterState.SENDING:
            await self._pacer.turn()
            async for message in channel.history(limit=_LATEST):
                if message.content == letter.text:
                    return LetterState.SENT, None
        try:
            enclosed = await self._enclosed(letter, now)
        except LookupError as gone:
            return LetterState.DROPPED, str(gone)
        await self._pacer.turn()
        await channel.send(letter.text, view=under(letter.button), file=enclosed, nonce=letter.id)
        return LetterState.SENT, None

    async def _enclosed(self, letter: Letter, now: datetime) -> discord.File:
        """What comes with it. Raises LookupError where there is no such thing any more."""
        if letter.kind is not LetterKind.CERTIFICATE:
            return discord.utils.MISSING
        name, content = await self._awards.file(letter.person, now)
        return discord.File(io.BytesIO(content), filename=name)
