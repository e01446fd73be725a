"""A schedule's file as a proposed change of the agenda: previewed, or refused with its faults."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import discord

from bot.domain.plan import Plan
from bot.hosting.context import Context
from bot.importing.plan_file import PlanError
from bot.importing.schedule import MAX_BYTES, ScheduleError
from bot.messages import agenda_changes
from bot.messages.file_faults import faults_post
from bot.messages.i18n import text
from bot.messages.post import Post
from bot.platform.answers import DONE, REFUSED
from bot.store.agenda_changes import AgendaChange, edits_of
from cogs.workshop.progress import in_thread

if TYPE_CHECKING:
    from bot.importing.midway_revision import Revision


async def propose(context: Context, file: discord.Attachment) -> None:
    """Show what a file would change, with the button that does it; or its faults."""
    if file.size > MAX_BYTES:
        context.refuse("refused.import.too_large", limit=MAX_BYTES // 1024**2)
    content, plan = await file.read(), context.plan
    try:
        revision = await in_thread(context, lambda: _revise(content, plan, context.now))
    except (ScheduleError, PlanError) as failure:
        await _refuse(context, str(failure).splitlines())
        return
    if not revision.changes:
        nothing = context.say("import.nothing", n=len(revision.agenda.sessions))
        remarks = "\n".join(_remarks(revision, context.language))
        await context.reply(Post((f"{DONE} {nothing}", *([remarks] if remarks else []))))
        return
    changes = edits_of(revision.changes)
    proposal = AgendaChange(str(context.interaction.id), context.person.id, context.now, changes)
    await context.store.agenda_changes.propose(proposal)
    post, differences = await in_thread(context, lambda: _preview(revision, context.language, proposal.id))
    await context.reply(post, differences)


def _revise(source: bytes, plan: Plan, now: datetime) -> Revision:
    # Imported here, in the thread: the readers of all formats together take long to import, and are needed rarely.
    from bot.importing.midway_revision import revise  # noqa: PLC0415

    return revise(source, plan, now)


def _preview(revision: Revision, language: str, change_id: str) -> tuple[Post, discord.File]:
    """Return the answer to confirm, with the full preview as a file."""
    remarks = _remarks(revision, language)
    post = agenda_changes.preview(revision.plan, revision.agenda, language, change_id, remarks)
    left = (f"= {session.id}: {text(language, 'import.as_it_is')}" for session in revision.left)
    lines = (*revision.lines(language), *left, *(f"! {remark}" for remark in revision.remarks))
    return post, _text_file("differences.txt", lines)


def _remarks(revision: Revision, language: str) -> list[str]:
    """Return a summary of further points to review."""
    left = [text(language, "import.left", n=len(revision.left))] if revision.left else []
    remarks = [text(language, "import.remarks", n=len(revision.remarks))] if revision.remarks else []
    return [*left, *remarks]


async def _refuse(context: Context, faults: Sequence[str]) -> None:
    heading = context.say("refused.import.faults", n=len(faults))
    post, whole = faults_post(f"{REFUSED} {heading}", faults)
    await context.reply(post, *(() if whole else (_text_file("faults.txt", faults),)))


def _text_file(name: str, lines: Sequence[str]) -> discord.File:
    return discord.File(io.BytesIO("\n".join((*lines, "")).encode()), filename=name)
