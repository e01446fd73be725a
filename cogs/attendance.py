"""/attendance: the roll call, check-in opened or closed by hand, and corrections by moderators."""

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
        """Show the roll call of a session; a long list of names comes as a file."""
        plan, store = context.plan, context.store
        meeting = _counted(context, session or sessions_by_nearness(plan, context.now)[0].id)
        if meeting.ends_at > context.now:
            present = await store.presence.there(meeting_room(meeting.room))
        else:
            present = people_in_room(meeting, await store.presence.all())
        roll = roll_call_of(meeting, await store.attendance.to(meeting.id), present, await store.corrections.standing())
        shown = roll_call.roll_call(
            plan, meeting, roll, store.participants.of, store.checkin_doors.by_hand, context.now, context.language
        )
        post = Post(shown.blocks)
        if post.fits:
            await context.reply(post)
            return
        file = discord.File(io.BytesIO(shown.file), filename=f"attendance-{meeting.id}.txt")
        await context.reply(shown.summary, file)

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
        """Store a correction; it counts from now on."""
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
        sentence = context.say("roll.marked", **_told(context, correction))
        await context.reply(Post((f"{DONE} {sentence}",), (undo,)))

    @command(Role.MODERATOR, "Take back a correction of somebody's attendance")
    @app_commands.describe(correction="Which one (your last one, if you leave it out)")
    async def undo(self, context: Context, correction: str | None = None) -> None:
        """Undo the chosen correction, else the moderator's last one."""
        if correction is None:
            own = (mark for mark in await context.store.corrections.standing() if mark.author == context.person.id)
            correction = next((mark.id for mark in own), None)
        if correction is None:
            context.refuse("refused.attendance.nothing")
        await _undo(context, correction)

    @pressed("unmark", Role.MODERATOR)
    async def press_undo(self, context: Context, correction_id: str) -> None:
        """Handle the undo button under a new correction."""
        await _undo(context, correction_id)

    # --- suggestions -------------------------------------------------------------------------------------------

    @suggests("session", show, mark)
    async def suggest_sessions(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions that count, the one under way first."""
        return (
            (session.id, session.title[context.language]) for session in sessions_by_nearness(context.plan, context.now)
        )

    @suggests("session", open_door, close_door)
    async def suggest_doors(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions that count and are not over."""
        plan = context.plan
        counted = (item for item in attendance.counted_sessions(plan) if item.ends_at > context.now)
        return ((session.id, session.title[context.language]) for session in counted)

    @suggests("status", mark)
    async def suggest_statuses(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the marks that a correction can set."""
        return ((str(mark), context.say(f"roll.status.{mark}")) for mark in Mark)

    @suggests("person", mark)
    async def suggest_people(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest all known people, with their administration."""
        places = context.store.participants
        known = sorted((await _known(context)).items(), key=lambda one: one[1].casefold())
        return (
            (str(key), f"{name} · {place.administration}" if (place := places.of(key)) else name) for key, name in known
        )

    @suggests("correction", undo)
    async def suggest_corrections(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the corrections in force, the latest first."""
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
    """Return the person's Discord id and name. Raises UserError if nobody who could attend was named."""
    if member is not None and person is None and not member.bot:
        return member.id, context.workshop.name_of(member.id, member.display_name)
    known = await _known(context)
    if member is not None or person is None or not person.isdecimal() or int(person) not in known:
        context.refuse("refused.attendance.person")
    return int(person), known[int(person)]


async def _known(context: Context) -> dict[int, str]:
    """Return the names of all people with a place or recorded attendance, by Discord id."""
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
