"""The closing pack: made from the database and the transcripts, and handed over."""

from __future__ import annotations

import asyncio
import io
import logging
from pathlib import Path

import discord

from bot.documents.pack import pack_process
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.platform.answers import DONE
from bot.store.engine.backup import STAMP
from cogs.workshop.progress import UNREACHABLE, progress

log = logging.getLogger(__name__)


async def make(context: Context) -> None:
    """Save the transcripts, make the pack and answer with it; if it is too large, it stays next to the database."""
    workshop, now = context.workshop, context.now
    saving = progress(context, lambda done, of: context.say("closing.saving", done=done, of=of))
    making = progress(context, lambda done, of: context.say("closing.making", done=done, of=of))
    unread = await workshop.transcripts.save_all(now, saving)
    pack = workshop.settings.database.with_name(f"{context.plan.id}-closing-{now:{STAMP}}.zip")
    try:
        await pack_process.make(workshop.settings, pack, now, context.person.id, making)
    except pack_process.ClosingError as failure:
        raise UserError("refused.closing.failed", problem=str(failure)) from None
    remarks = [context.say("closing.unread", channels=" ".join(unread))] if unread else []
    if not await _hand_over(context, pack, "\n".join((f"{DONE} {context.say('closing.done')}", *remarks))):
        await context.reply("\n".join((f"{DONE} {context.say('closing.kept', path=pack)}", *remarks)))


async def _hand_over(context: Context, pack: Path, words: str) -> bool:
    """Answer with an archive and remove it; False if it is too large or Discord refuses it, and it stays."""
    if (await asyncio.to_thread(pack.stat)).st_size > context.interaction.filesize_limit:
        return False
    content = await asyncio.to_thread(pack.read_bytes)
    try:
        await context.reply(words, discord.File(io.BytesIO(content), filename=pack.name))
    except UNREACHABLE as failure:
        log.warning("The closing pack could not be handed over and stays at %s: %r", pack, failure)
        return False
    await asyncio.to_thread(pack.unlink)
    return True
