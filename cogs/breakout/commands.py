"""/breakout: moderators send a session's people into small groups, and call them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import FEWEST, MOST, Breakout, BreakoutGroup
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.domain.venue import breakout_room
from bot.hosting.context import Context
from bot.messages.breakouts import preview, status
from bot.messages.errors import UserError
from bot.messages.post import moment, where
from bot.platform.router import command, pressed, suggests
from bot.store.agenda_changes import TooLateError
from bot.store.audit import AuditEntry
from bot.store.breakouts import OtherBreakoutError
from cogs.breakout import rooms


class BreakoutCog(commands.GroupCog, group_name="breakout", group_description="Groups in rooms of their own"):
    """Commands for groups in rooms of their own."""

    # --- the commands ------------------------------------------------------------------------------------------

    @command(Role.MODERATOR, "Send everybody of the session under way into small groups", name="open")
    @app_commands.describe(
        groups="How many groups",
        minutes="For how many minutes",
        topic="What they talk about (what the session is about, if you leave it out)",
    )
    async def begin(
        self,
        context: Context,
        groups: app_commands.Range[int, FEWEST, MOST],
        minutes: app_commands.Range[int, 1, 240],
        topic: str | None = None,
    ) -> None:
        """Show the proposed groups; confirming opens exactly these."""
        plan = context.plan
        if topic is not None and plan.topic(topic) is None:
            context.refuse("refused.session.topic")
        if other := await rooms.open_breakout(context):
            raise rooms.already_open(other)
        session = rooms.session_under_way(context)
        people = await rooms.people_of(context, session)
        if len(people) < groups:
            context.refuse("refused.breakout.too_few", n=len(people), groups=groups)
        mark = str(context.interaction.id)
        dealt = breakouts.balanced_groups(people, groups, mark)
        proposal = Breakout(
            breakouts.breakout_id(session.id, mark),
            topic or session.topic,
            minutes,
            context.person.id,
            context.now,
            tuple(BreakoutGroup(number, members) for number, members in enumerate(dealt, 1)),
        )
        await context.store.breakouts.propose(proposal)
        await context.reply(preview(plan, session, proposal, context.language))

    @suggests("topic", begin)
    async def suggest_topics(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's topics."""
        return ((topic.id, topic.title[context.language]) for topic in context.plan.topics)

    @command(Role.MODERATOR, "Put somebody into a group, out of the one that they are in")
    @app_commands.describe(person="Whom", group="Into which group")
    async def move(self, context: Context, person: discord.Member, group: int) -> None:
        """Move a person to another group, or add a latecomer."""
        breakout = await rooms.require_open(context)
        wanted, former = breakout.group(group), breakout.group_of(person.id)
        if wanted is None:
            context.refuse("refused.breakout.no_such_group", n=len(breakout.groups))
        member = rooms.as_member(context, person.id, person.display_name)
        latter = f"{person.id}: {group}"
        deed = rooms.audit_entry(context, "moved to a group", breakout, str(former.number) if former else None, latter)
        await context.store.breakouts.move(breakout.id, group, member, deed)
        rooms.follow(context)
        room = context.workshop.channel(breakout_room(breakout.id, group))
        await context.done("breakout.moved", name=f"**{escape(person.display_name)}**", number=group, room=room)

    @suggests("group", move)
    async def suggest_groups(self, context: Context) -> Iterable[tuple[int, str]]:
        """Suggest the open groups."""
        breakout = await rooms.open_breakout(context)
        named = (context.say("breakout.group", number=group.number) for group in breakout.groups) if breakout else ()
        return enumerate(named, 1)

    @command(Role.MODERATOR, "Give the groups more time")
    @app_commands.describe(minutes="By how many minutes")
    async def extend(self, context: Context, minutes: app_commands.Range[int, 1, 240]) -> None:
        """Extend the groups' time; the announcements of their end move with it."""
        breakout = await rooms.require_open(context)
        if breakout.ends_at is None:
            context.refuse("refused.breakout.none")
        ends_at = breakout.ends_at + timedelta(minutes=minutes)
        deed = rooms.audit_entry(context, "groups extended", breakout, str(breakout.ends_at), str(ends_at))
        if not await context.store.breakouts.end_at(breakout.id, ends_at, deed):
            context.refuse("refused.breakout.none")
        rooms.follow(context)
        await context.done("breakout.extended", until=moment(ends_at))

    @command(Role.MODERATOR, "Call everybody back from the groups, at once")
    async def call(self, context: Context) -> None:
        """End the groups' time."""
        breakout = await rooms.require_open(context)
        deed = rooms.audit_entry(context, "groups called back", breakout, str(breakout.ends_at), str(context.now))
        await context.store.breakouts.end_at(breakout.id, context.now, deed)
        rooms.follow(context)
        room = where(context.workshop.programme.session(breakout.session), context.workshop.venue.rooms)
        await context.done("breakout.called", room=room)

    @command(Role.MODERATOR, "Where each group stands")
    async def status(self, context: Context) -> None:
        """Show the people in the rooms, and the rapporteurs."""
        breakout = await rooms.require_open(context)
        keys = {group.number: breakout_room(breakout.id, group.number) for group in breakout.groups}
        inside = {number: len(rooms.present_in(context, key)) for number, key in keys.items()}
        session = context.workshop.programme.session(breakout.session)
        await context.reply(
            status(context.plan, session, breakout, inside, context.workshop.venue.rooms, context.language)
        )

    # --- confirmed ---------------------------------------------------------------------------------------------

    @pressed("break_out", Role.MODERATOR)
    async def break_out(self, context: Context, breakout_id: str) -> None:
        """Open the rooms of the groups shown; pressing again changes nothing."""
        deed = AuditEntry(f"breakout/{breakout_id}", context.now, context.person.id, "groups opened", breakout_id)
        try:
            breakout = await context.store.breakouts.open(breakout_id, deed)
        except OtherBreakoutError as failure:
            raise rooms.already_open(failure.other) from None
        except TooLateError:
            raise UserError("refused.session.proposal_too_old") from None
        except LookupError:
            raise UserError("refused.gone") from None
        rooms.follow(context)
        until = moment(breakout.ends_at or deed.at)
        await context.done("breakout.opened", until=until)
