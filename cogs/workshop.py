"""/workshop: opening the rooms, looking after them, closing them; and taking over a schedule."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.documents.pack import subprocess
from bot.domain.people.access import Role
from bot.domain.plan import Plan
from bot.domain.text import escape
from bot.domain.venue import DISPENSABLE, PERMISSIONS, permission_words
from bot.domain.venue_steps import Namesake, Step
from bot.importing.plan_file import PlanError
from bot.importing.schedule import MAX_BYTES, ScheduleError
from bot.messages import agenda_changes
from bot.messages.errors import UserError
from bot.messages.faults import faults_post
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id, moment
from bot.messages.venue import names_made, namesakes_told, plan_blocks, status_blocks
from bot.platform.answers import DONE, REFUSED, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.agenda_changes import AgendaChange, edits_of
from bot.store.audit import AuditEntry
from bot.store.engine.backup import STAMP

if TYPE_CHECKING:
    from bot.importing.revision import Revision

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Work that takes longer shows how far it is, so often.
_PATIENCE = 3.0
_WAITING = "⚙️"
#: The choice to make existing roles the workshop's.
_ADOPT = "adopt"


class WorkshopCog(
    commands.GroupCog, group_name="workshop", group_description="The workshop's roles, rooms and schedule"
):
    """The workshop's rooms, and its schedule as a whole."""

    def __init__(self, client: WorkshopClient) -> None:
        self._client = client
        self._parts: Workshop = client.parts
        self._closing = asyncio.Lock()

    # --- rooms -------------------------------------------------------------------------------------------------

    @needs(Role.ORGANISER, before_setup=True)
    @app_commands.command(description="What setup would do in this server; nothing is done")
    async def plan(self, interaction: Interaction) -> None:
        """The steps that setup would take."""
        guild, now, venue = _server(interaction), self._parts.clock.now(), self._parts.venue
        steps, namesakes = await venue.plan(guild, now, archived=False), await venue.namesakes(guild, now)
        blocks = plan_blocks(steps, namesakes, self._parts.access.language(interaction), escape)
        await answer(interaction, Post(tuple(blocks)))

    @needs(Role.ORGANISER, before_setup=True)
    @app_commands.command(description="Make or mend the workshop's roles and rooms in this server")
    async def setup(self, interaction: Interaction) -> None:
        """Make, adopt or mend everything that the plan asks for; run twice, it changes nothing."""
        guild = _server(interaction)
        _require_permissions(guild)
        await interaction.response.defer(ephemeral=True, thinking=True)
        namesakes = await self._parts.venue.namesakes(guild, self._parts.clock.now())
        if namesakes:
            await self._ask_about(interaction, namesakes)
        else:
            await self._open(interaction, guild)

    @pressed("roles", Role.ORGANISER, before_setup=True)
    async def choose_roles(self, interaction: Interaction, choice: str, asked: str = "") -> None:
        """Go on with setup, once it is said whether the server's own roles become the workshop's."""
        guild, parts = _server(interaction), self._parts
        _require_permissions(guild)
        await interaction.response.defer(ephemeral=True, thinking=True)
        adopted = await parts.venue.namesakes(guild, parts.clock.now()) if choice == _ADOPT else ()
        if adopted and _ids(adopted) != asked:
            await self._ask_about(interaction, adopted)
        else:
            await self._open(interaction, guild, adopted)

    async def _ask_about(self, interaction: Interaction, namesakes: Sequence[Namesake]) -> None:
        """Whoever has a role that becomes the workshop's is of the workshop: nobody is without somebody saying so."""
        language = self._parts.access.language(interaction)
        question = text(language, "setup.namesakes", roles=namesakes_told(namesakes, language, escape))
        adopt = Button(custom_id("roles", _ADOPT, _ids(namesakes)), text(language, "button.roles.adopt"))
        new = Button(custom_id("roles", "new"), text(language, "button.roles.new"), primary=True)
        await answer(interaction, Post((f"{REFUSED} {question}",), (new, adopt)))

    async def _open(self, interaction: Interaction, guild: discord.Guild, adopted: Sequence[Namesake] = ()) -> None:
        parts, language = self._parts, self._parts.access.language(interaction)
        if not await parts.venue.adopt(guild.id):
            raise UserError("refused.other_server")
        if adopted:
            now, names = parts.clock.now(), ", ".join(role.name for role in adopted)
            await parts.venue.adopt_roles(adopted, now)
            deed = AuditEntry(
                f"roles/{interaction.id}", now, interaction.user.id, "roles adopted", names, None, _ids(adopted)
            )
            await parts.store.audit.record(deed)
            told = namesakes_told(adopted, parts.plan.languages[0], escape)
            await parts.store.deliveries.add(
                parts.team_line("team.roles_adopted", who=interaction.user.mention, roles=told)
            )
        done = await self._ensure(interaction, guild, archived=False)
        await parts.dispatcher.replan()
        await answer(interaction, f"{DONE} {_told(done, language)}")

    @needs(Role.ORGANISER, before_setup=True)
    @app_commands.command(description="What is there and what is missing, permissions included, and what to click")
    async def status(self, interaction: Interaction) -> None:
        """How the rooms stand."""
        found = await self._parts.venue.status(_server(interaction), self._parts.clock.now())
        blocks = status_blocks(found, self._parts.access.language(interaction), escape)
        await answer(interaction, Post(tuple(blocks)))

    @needs(Role.ORGANISER)
    @app_commands.command(description="Once the workshop is over, leave its rooms to be read; setup opens them again")
    async def archive(self, interaction: Interaction) -> None:
        """Close the rooms; what people wrote stays. Done twice, it changes nothing."""
        parts, guild, now = self._parts, _server(interaction), self._parts.clock.now()
        language, ends_at = parts.access.language(interaction), parts.plan.agenda.ends_at
        if parts.venue.guild_id is None:
            raise UserError("refused.archive.nothing")
        if now < ends_at:
            raise UserError("refused.archive.early", when=moment(ends_at, "f"))
        await interaction.response.defer(ephemeral=True, thinking=True)
        if await self._ensure(interaction, guild, archived=True):
            deed = AuditEntry(f"archive/{interaction.id}", now, interaction.user.id, "rooms archived", "")
            await parts.store.audit.record(deed)
            await answer(interaction, f"{DONE} {text(language, 'rooms.archived')}")
        else:
            await answer(interaction, f"{DONE} {text(language, 'rooms.archived_already')}")

    async def _ensure(self, interaction: Interaction, guild: discord.Guild, *, archived: bool) -> Sequence[Step]:
        language = self._parts.access.language(interaction)
        told = _progress(interaction, lambda done, of: text(language, "rooms.progress", done=done, of=of))
        try:
            return await self._parts.venue.ensure(guild, self._parts.clock.now(), archived=archived, told=told)
        except discord.Forbidden as failure:
            raise UserError("refused.setup", problem=failure.text) from None

    # --- the closing pack --------------------------------------------------------------------------------------

    @needs(Role.ORGANISER)
    @app_commands.command(description="Make the closing pack: all that the organisers owe, as one archive")
    async def close(self, interaction: Interaction) -> None:
        """Save the transcripts, and hand over the closing pack; it stays beside the database where it is too large."""
        if self._closing.locked():
            raise UserError("refused.closing.under_way")
        async with self._closing:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._close(interaction, self._parts.access.language(interaction))

    async def _close(self, interaction: Interaction, language: str) -> None:
        parts, now = self._parts, self._parts.clock.now()
        saving = _progress(interaction, lambda done, of: text(language, "closing.saving", done=done, of=of))
        making = _progress(interaction, lambda done, of: text(language, "closing.making", done=done, of=of))
        unread = await parts.transcripts.save_all(now, saving)
        pack = parts.settings.database.with_name(f"{parts.plan.id}-closing-{now:{STAMP}}.zip")
        try:
            await subprocess.make(parts.settings, pack, now, interaction.user.id, making)
        except subprocess.ClosingError as failure:
            raise UserError("refused.closing.failed", problem=str(failure)) from None
        remarks = [text(language, "closing.unread", channels=" ".join(unread))] if unread else []
        if not await _hand_over(interaction, pack, "\n".join((f"{DONE} {text(language, 'closing.done')}", *remarks))):
            await answer(interaction, "\n".join((f"{DONE} {text(language, 'closing.kept', path=pack)}", *remarks)))

    # --- the schedule as a whole -------------------------------------------------------------------------------

    @needs(Role.ORGANISER)
    @app_commands.command(name="import", description="Take over a schedule, once you have seen what it changes")
    @app_commands.describe(file="What a conference system exports (XML, JSON, iCalendar), or a table (CSV, XLSX)")
    async def import_schedule(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Show what a file would change; nothing is changed until that is confirmed, as any change of the agenda."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        parts, language = self._parts, self._parts.access.language(interaction)
        if file.size > MAX_BYTES:
            raise UserError("refused.import.too_large", limit=MAX_BYTES // 1024**2)
        content, now = await file.read(), parts.clock.now()
        try:
            revision = await _patiently(interaction, language, lambda: _revise(content, parts.plan, now))
        except (ScheduleError, PlanError) as failure:
            await _refuse(interaction, language, str(failure).splitlines())
            return
        changes = revision.changes
        if not changes:
            nothing = text(language, "import.nothing", n=len(revision.agenda.sessions))
            remarks = "\n".join(_remarks(revision, language))
            await answer(interaction, Post((f"{DONE} {nothing}", *([remarks] if remarks else []))))
            return
        proposal = AgendaChange(str(interaction.id), interaction.user.id, now, edits_of(changes))
        await parts.store.agenda_changes.propose(proposal)
        shown, complete = await _patiently(interaction, language, lambda: _preview(revision, language, proposal.id))
        await answer(interaction, shown, complete)


def _ids(namesakes: Sequence[Namesake]) -> str:
    return ".".join(str(role.id) for role in namesakes)


def _server(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise UserError("refused.not_in_server")
    return interaction.guild


def _require_permissions(guild: discord.Guild) -> None:
    held = guild.me.guild_permissions
    missing = [name for name in PERMISSIONS if name not in DISPENSABLE and not getattr(held, name)]
    if missing:
        raise UserError("refused.permissions", names=", ".join(map(permission_words, missing)))


def _told(done: Sequence[Step], language: str) -> str:
    made = names_made(done)
    if made:
        return text(language, "setup.made", n=len(made), names=", ".join(made))
    return text(language, "setup.mended", n=len(done)) if done else text(language, "setup.unchanged")


# --- long work -------------------------------------------------------------------------------------------------


def _progress(interaction: Interaction, sentence: Callable[[int, int], str]) -> Callable[[int, int], Awaitable[None]]:
    """Tells every few seconds how much of how much is done; of short work, nothing."""
    loop = asyncio.get_running_loop()
    shown = loop.time()

    async def told(done: int, of: int) -> None:
        nonlocal shown
        if loop.time() - shown >= _PATIENCE and done < of:
            shown = loop.time()
            await _tell(interaction, sentence(done, of))

    return told


async def _tell(interaction: Interaction, sentence: str) -> None:
    """Say how it goes; the work goes on, whether or not somebody can be told about it."""
    with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError):
        await answer(interaction, f"{_WAITING} {sentence}")


async def _patiently(interaction: Interaction, language: str, work: Callable[[], T]) -> T:
    """What a computation in a thread gives; where it takes long, its reader is told so."""
    computing = asyncio.create_task(asyncio.to_thread(work))
    done, _ = await asyncio.wait((computing,), timeout=_PATIENCE)
    if not done:
        await _tell(interaction, text(language, "import.reading"))
    return await computing


async def _hand_over(interaction: Interaction, pack: Path, words: str) -> bool:
    """Answer with an archive; where it is too large or Discord doesn't take it, it is left where it is."""
    if (await asyncio.to_thread(pack.stat)).st_size > interaction.filesize_limit:
        return False
    content = await asyncio.to_thread(pack.read_bytes)
    try:
        await answer(interaction, words, discord.File(io.BytesIO(content), filename=pack.name))
    except (discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError) as failure:
        log.warning("The closing pack could not be handed over and stays at %s: %r", pack, failure)
        return False
    await asyncio.to_thread(pack.unlink)
    return True


# --- what an import would change -------------------------------------------------------------------------------


def _revise(source: bytes, plan: Plan, now: datetime) -> Revision:
    # Imported here, in the thread: the readers of all formats together take long to import, and are needed rarely.
    from bot.importing.revision import revise  # noqa: PLC0415

    return revise(source, plan, now)


def _preview(revision: Revision, language: str, change_id: str) -> tuple[Post, discord.File]:
    """What can be confirmed, and everything in full as a file."""
    remarks = _remarks(revision, language)
    post = agenda_changes.preview(revision.plan, revision.agenda, language, change_id, remarks)
    left = (f"= {session.id}: {text(language, 'import.as_it_is')}" for session in revision.left)
    lines = (*revision.lines(language), *left, *(f"! {remark}" for remark in revision.remarks))
    return post, _as_file("differences.txt", lines)


def _remarks(revision: Revision, language: str) -> list[str]:
    """In short, what else there is to look at."""
    left = [text(language, "import.left", n=len(revision.left))] if revision.left else []
    remarks = [text(language, "import.remarks", n=len(revision.remarks))] if revision.remarks else []
    return [*left, *remarks]


async def _refuse(interaction: Interaction, language: str, faults: Sequence[str]) -> None:
    heading = text(language, "refused.import.faults", n=len(faults))
    shown, whole = faults_post(f"{REFUSED} {heading}", faults)
    await answer(interaction, shown, *(() if whole else (_as_file("faults.txt", faults),)))


def _as_file(name: str, lines: Sequence[str]) -> discord.File:
    return discord.File(io.BytesIO("\n".join((*lines, "")).encode()), filename=name)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(WorkshopCog(client))
