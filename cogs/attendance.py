"""/attendance: who is there, and what moderators say of it: check-in opened or closed by hand, people marked."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.corrections import REASON_LENGTH, Correction, Mark
from bot.domain.attendance.roll_call import people_in_room, roll_call_of, sessions_by_nearness
from bot.domain.people.roles import Role
from bot.domain.text import clean, escape
from bot.domain.venue import meeting_room
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import post as post_messages
from bot.messages import roll_call
from bot.messages.errors import UserError
from bot.messages.post import Button, Post
from bot.platform.answers import DONE
from bot.platform.router import command, pressed, suggests

Reason = app_commands.Range[str, 1, REASON_LENGTH]


class AttendanceCog(
    commands.GroupCog, group_name="attendance", group_description="Who is there, and how it is put right"
):
    """The moderators' desk at the door."""

    # --- who is there ------------------------------------------------------------------------------------------

    @command(Role.MODERATOR, "Who is checked in, and who is in the room without it")
    @app_commands.describe(session="Which session (the one under way, if you leave it out)")
    async def show(self, context: Context, session: str | None = None) -> None:
        """The roll of a session, as it is now; the names as a file, if they are many."""
        plan, store = context.plan, context.store
        meant = _counted(context, session or sessions_by_nearness(plan, context.now)[0].id)
        if meant.ends_at > context.now:
            there = await store.presence.there(meeting_room(meant.room))
        else:
            there = people_in_room(meant, await store.presence.all())
        found = roll_call_of(meant, await store.attendance.to(meant.id), there, await store.corrections.standing())
        told = roll_call.roll_call(
            plan, meant, found, store.participants.of, store.checkin_doors.by_hand, context.now, context.language
        )
        post = Post(told.blocks)
        if post.fits:
            await context.reply(post)
            return
        file = discord.File(io.BytesIO(told.file), filename=f"attendance-{meant.id}.txt")
        await context.reply(told.summary, file)

    # --- check-in by hand --------------------------------------------------------------------------------------

    @command(Role.MODERATOR, "Open check-in to a session now, until the session ends", name="open")
    @app_commands.describe(session="Which session")
    async def open_door(self, context: Context, session: str) -> None:
        """Open a session's check-in, whatever the plan says."""
        await _hold(context, session, is_open=True)

    @command(Role.MODERATOR, "Close check-in to a session, until you open it again", name="close")
    @app_commands.describe(session="Which session")
    async def close_door(self, context: Context, session: str) -> None:
        """Close a session's check-in, whatever the plan says."""
        await _hold(context, session, is_open=False)

    # --- corrections -------------------------------------------------------------------------------------------

    @command(Role.MODERATOR, "Mark somebody present, excused or absent in a session")
    @app_commands.describe(
        session="Which session",
        status="Present, excused or absent",
        reason="Why; the person can read it",
        person="Who: somebody who has a place or ever checked in; begin to type the name",
        member="Who: anybody else in this server",
    )
    async def mark(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        context: Context,
        session: str,
        status: str,
        reason: Reason,
        person: str | None = None,
        member: discord.Member | None = None,
    ) -> None:
        """Keep what a moderator says; it counts from then on."""
        meant = _counted(context, session)
        if status not in set(Mark):
            context.refuse("refused.attendance.status")
        if meant.starts_at > context.now and status != Mark.EXCUSED:
            context.refuse("refused.attendance.ahead", title=_bold(meant, context.language))
        number, name = await _who(context, person, member)
        correction = Correction(
            str(context.interaction.id),
            meant.id,
            number,
            name,
            Mark(status),
            clean(reason),
            context.person.id,
            context.name,
            context.now,
        )
        await context.store.corrections.add(correction)
        undo = Button(post_messages.custom_id("unmark", correction.id), context.say("button.undo"))
        told = context.say("roll.marked", **_told(context, correction))
        await context.reply(Post((f"{DONE} {told}",), (undo,)))

    @command(Role.MODERATOR, "Take back a correction of somebody's attendance")
    @app_commands.describe(correction="Which one (your last one, if you leave it out)")
    async def undo(self, context: Context, correction: str | None = None) -> None:
        """Take back one's last correction, or the one that is chosen."""
        if correction is None:
            own = (one for one in await context.store.corrections.standing() if one.author == context.person.id)
            correction = next((one.id for one in own), None)
        if correction is None:
            context.refuse("refused.attendance.nothing")
        await _undo(context, correction)

    @pressed("unmark", Role.MODERATOR)
    async def press_undo(self, context: Context, correction_id: str) -> None:
        """The button under what was just said."""
        await _undo(context, correction_id)

    # --- suggestions -------------------------------------------------------------------------------------------

    @suggests("session", show, mark)
    async def suggest_sessions(self, context: Context) -> Iterable[tuple[str, str]]:
        """The sessions that count, the one under way first."""
        return ((one.id, one.title[context.language]) for one in sessions_by_nearness(context.plan, context.now))

    @suggests("session", open_door, close_door)
    async def suggest_doors(self, context: Context) -> Iterable[tuple[str, str]]:
        """The sessions that count and are not over."""
        plan = context.plan
        counted = (one for one in attendance.counted_sessions(plan) if one.ends_at > context.now)
        return ((one.id, one.title[context.language]) for one in counted)

    @suggests("status", mark)
    async def suggest_statuses(self, context: Context) -> Iterable[tuple[str, str]]:
        """What can be said of somebody."""
        return ((str(mark), context.say(f"roll.status.{mark}")) for mark in Mark)

    @suggests("person", mark)
    async def suggest_people(self, context: Context) -> Iterable[tuple[str, str]]:
        """Everybody who is known, with their administration."""
        places = context.store.participants
        known = sorted((await _known(context)).items(), key=lambda one: one[1].casefold())
        return (
            (str(key), f"{name} · {place.administration}" if (place := places.of(key)) else name) for key, name in known
        )

    @suggests("correction", undo)
    async def suggest_corrections(self, context: Context) -> Iterable[tuple[str, str]]:
        """What was not taken back, the latest first."""
        standing = await context.store.corrections.standing()
        plan = context.plan
        return ((one.id, roll_call.correction_line(plan, one, context.language)) for one in standing)


def _bold(session: Session, language: str) -> str:
    return f"**{escape(session.title[language])}**"


async def _hold(context: Context, session_id: str, *, is_open: bool) -> None:
    plan, doors = context.plan, context.store.checkin_doors
    session = _counted(context, session_id)
    title, when = _bold(session, context.language), post_messages.moment(session.ends_at, "f")
    if session.ends_at <= context.now:
        context.refuse("refused.attendance.over", title=title, when=when)
    was_open = attendance.checkin_refusal(plan, session, context.now, doors.by_hand) is None
    action = "check-in opened" if is_open else "check-in closed"
    states = ("open" if was_open else "closed", "open" if is_open else "closed")
    entry = context.audit_entry("door", action, session.id, *states)
    await doors.hold(session.id, entry, is_open=is_open)
    key = "roll.opened" if is_open else "roll.closed"
    await context.done(key, title=title, when=when)


async def _undo(context: Context, correction_id: str) -> None:
    try:
        undone = await context.store.corrections.undo(correction_id, context.person.id, context.now)
    except LookupError:
        raise UserError("refused.attendance.nothing") from None
    undone = replace(undone, name=roll_call.corrected_name(context.plan, undone, context.language))
    await context.done("roll.undone", **_told(context, undone))


def _told(context: Context, correction: Correction) -> dict[str, str]:
    session = context.plan.agenda.find(correction.session)
    return {
        "who": f"**{escape(correction.name)}**",
        "title": _bold(session, context.language) if session else escape(correction.session),
        "status": context.say(f"roll.status.{correction.mark}"),
        "reason": escape(correction.reason),
    }


async def _who(context: Context, person: str | None, member: discord.Member | None) -> tuple[int, str]:
    """The person's Discord id and name. Raises UserError if it is nobody who could attend."""
    if member is not None and person is None and not member.bot:
        return member.id, context.workshop.name_of(member.id, member.display_name)
    known = await _known(context)
    if member is not None or person is None or not person.isdecimal() or int(person) not in known:
        context.refuse("refused.attendance.person")
    return int(person), known[int(person)]


async def _known(context: Context) -> dict[int, str]:
    """Everybody who has a place or was ever seen, with their names."""
    seen = await context.store.corrections.seen()
    return seen | {place.person: place.name for place in context.store.participants.all() if place.person is not None}


def _counted(context: Context, session_id: str) -> Session:
    session = context.plan.agenda.find(session_id)
    if session is None:
        context.refuse("refused.session.unknown")
    if not context.plan.counts_for_attendance(session):
        context.refuse("refused.attendance.not_counted", title=_bold(session, context.language))
    return session


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AttendanceCog())
