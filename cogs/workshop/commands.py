"""/workshop: the commands of organisers, and the choice between a server's own roles and new ones."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.hosting.context import Context
from bot.messages.post import Post, moment
from bot.messages.venue import plan_blocks, status_blocks
from bot.platform.router import command, pressed
from cogs.workshop import closing_pack, rooms, schedule_import


class WorkshopCog(
    commands.GroupCog, group_name="workshop", group_description="The workshop's roles, rooms and schedule"
):
    """The workshop's rooms, its closing pack, and its schedule as a whole."""

    # --- rooms -------------------------------------------------------------------------------------------------

    @command(Role.ORGANISER, "What setup would do in this server; nothing is done", before_setup=True)
    async def plan(self, context: Context) -> None:
        """Show the steps that setup would take."""
        guild, venue = context.guild, context.workshop.venue
        steps = await venue.plan(guild, context.now, archived=False)
        namesakes = await venue.namesakes(guild, context.now)
        await context.reply(Post(tuple(plan_blocks(steps, namesakes, context.language, escape))))

    @command(Role.ORGANISER, "Make or repair the workshop's roles and rooms in this server", before_setup=True)
    async def setup(self, context: Context) -> None:
        """Make, adopt or fix everything that the plan asks for; run twice, it changes nothing."""
        rooms.require_permissions(context.guild)
        await context.defer()
        namesakes = await context.workshop.venue.namesakes(context.guild, context.now)
        if namesakes:
            await rooms.ask_about(context, namesakes)
        else:
            await rooms.open_rooms(context)

    @pressed("roles", Role.ORGANISER, before_setup=True)
    async def choose_roles(self, context: Context, choice: str, asked: str = "") -> None:
        """Continue with setup, now that an organiser has said whether the server's own roles become the workshop's."""
        rooms.require_permissions(context.guild)
        await context.defer()
        adopting = choice == rooms.ADOPT
        namesakes = await context.workshop.venue.namesakes(context.guild, context.now) if adopting else ()
        if namesakes and rooms.ids_of(namesakes) != asked:
            await rooms.ask_about(context, namesakes)
        else:
            await rooms.open_rooms(context, adopted=namesakes)

    @command(
        Role.ORGANISER, "What is there and what is missing, permissions included, and what to click", before_setup=True
    )
    async def status(self, context: Context) -> None:
        """Show the state of roles, rooms and permissions."""
        state = await context.workshop.venue.status(context.guild, context.now)
        await context.reply(Post(tuple(status_blocks(state, context.language, escape))))

    @command(Role.ORGANISER, "Once the workshop is over, leave its rooms to be read; setup opens them again")
    async def archive(self, context: Context) -> None:
        """Close the rooms; what people wrote stays. Done twice, it changes nothing."""
        guild, ends_at = context.guild, context.plan.agenda.ends_at
        if context.workshop.venue.guild_id is None:
            context.refuse("refused.archive.nothing")
        if context.now < ends_at:
            context.refuse("refused.archive.early", when=moment(ends_at, "f"))
        await context.defer()
        if await rooms.ensure(context, guild, archived=True):
            await context.store.audit.record(context.audit_entry("archive", "rooms archived", ""))
            await context.done("rooms.archived")
        else:
            await context.done("rooms.archived_already")

    # --- closing and importing ---------------------------------------------------------------------------------

    @command(Role.ORGANISER, "Make the closing pack: all that the organisers owe, as one archive")
    async def close(self, context: Context) -> None:
        """Save the transcripts, and hand over the closing pack."""
        if context.workshop.closing.locked():
            context.refuse("refused.closing.under_way")
        async with context.workshop.closing:
            await context.defer()
            await closing_pack.make(context)

    @command(Role.ORGANISER, "Take over a schedule, once you have seen what it changes", name="import")
    @app_commands.describe(file="What a conference system exports (XML, JSON, iCalendar), or a table (CSV, XLSX)")
    async def import_schedule(self, context: Context, file: discord.Attachment) -> None:
        """Show what a file would change; nothing changes until that is confirmed, like any change of the agenda."""
        await context.defer()
        await schedule_import.propose(context, file)
