"""/attendance: who is there, and what moderators say of it: check-in opened or closed by hand, people marked."""

from __future__ import annotations

import io
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.corrections import REASON_LENGTH, Correction, Mark
from bot.domain.attendance.roll_call import people_in_room, roll_call_of, sessions_by_nearness
from bot.domain.people.access import Role
from bot.domain.text import clean, escape
from bot.domain.venue import meeting_room
from bot.messages import post as post_messages
from bot.messages import roll_call
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Button, Post
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.audit import AuditEntry

Reason = app_commands.Range[str, 1, REASON_LENGTH]


class AttendanceCog(
    commands.GroupCog, group_name="attendance", group_description="Who is there, and how it is put right"
):
    """The moderators' desk at the door."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    # --- who is there ------------------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(description="Who is checked in, and who is in the room without it")
    @app_commands.describe(session="Which session (the one under way, if you leave it out)")
    async def show(self, interaction: Interaction, session: str | None = None) -> None:
        """The roll of a session, as it is now; the names as a file, if they are many."""
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        language = self._parts.access.language(interaction)
        meant = self._counted(session or sessions_by_nearness(plan, now)[0].id, language)
        if meant.ends_at > now:
            there = await store.presence.there(meeting_room(meant.room))
        else:
            there = people_in_room(meant, await store.presence.all())
        found = roll_call_of(meant, await store.attendance.to(meant.id), there, await store.corrections.standing())
        told = roll_call.roll_call(
            plan, meant, found, store.participants.of, store.checkin_doors.by_hand, now, language
        )
        post = Post(told.blocks)
        if post.fits:
            await answer(interaction, post)
            return
        file = discord.File(io.BytesIO(told.file), filename=f"attendance-{meant.id}.txt")
        await answer(interaction, told.summary, file)

    # --- check-in by hand --------------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(name="open", description="Open check-in to a session now, until the session ends")
    @app_commands.describe(session="Which session")
    async def open_door(self, interaction: Interaction, session: str) -> None:
        """Open a session's check-in, whatever the plan says."""
        await self._hold(interaction, session, is_open=True)

    @needs(Role.MODERATOR)
    @app_commands.command(name="close", description="Close check-in to a session, until you open it again")
    @app_commands.describe(session="Which session")
    async def close_door(self, interaction: Interaction, session: str) -> None:
        """Close a session's check-in, whatever the plan says."""
        await self._hold(interaction, session, is_open=False)

    async def _hold(self, interaction: Interaction, session_id: str, *, is_open: bool) -> None:
        plan, doors, now = self._parts.plan, self._parts.store.checkin_doors, self._parts.clock.now()
        language = self._parts.access.language(interaction)
        session = self._counted(session_id, language)
        title, when = _bold(session, language), post_messages.moment(session.ends_at, "f")
        if session.ends_at <= now:
            raise UserError("refused.attendance.over", title=title, when=when)
        was_open = attendance.checkin_refusal(plan, session, now, doors.by_hand) is None
        deed = AuditEntry(
            f"door/{interaction.id}",
            now,
            interaction.user.id,
            "check-in opened" if is_open else "check-in closed",
            session.id,
            "open" if was_open else "closed",
            "open" if is_open else "closed",
        )
        await doors.hold(session.id, deed, is_open=is_open)
        key = "roll.opened" if is_open else "roll.closed"
        await answer(interaction, f"{DONE} {text(language, key, title=title, when=when)}")

    # --- corrections -------------------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(description="Mark somebody present, excused or absent in a session")
    @app_commands.describe(
        session="Which session",
        status="Present, excused or absent",
        reason="Why; the person can read it",
        person="Who: somebody who has a place or ever checked in; begin to type the name",
        member="Who: anybody else in this server",
    )
    async def mark(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        interaction: Interaction,
        session: str,
        status: str,
        reason: Reason,
        person: str | None = None,
        member: discord.Member | None = None,
    ) -> None:
        """Keep what a moderator says; it counts from then on."""
        language, now = self._parts.access.language(interaction), self._parts.clock.now()
        meant = self._counted(session, language)
        if status not in set(Mark):
            raise UserError("refused.attendance.status")
        if meant.starts_at > now and status != Mark.EXCUSED:
            raise UserError("refused.attendance.ahead", title=_bold(meant, language))
        number, name = await self._who(person, member)
        author = interaction.user
        correction = Correction(
            str(interaction.id),
            meant.id,
            number,
            name,
            Mark(status),
            clean(reason),
            author.id,
            self._name(author.id, author.display_name),
            now,
        )
        await self._parts.store.corrections.add(correction)
        undo = Button(post_messages.custom_id("unmark", correction.id), text(language, "button.undo"))
        told = text(language, "roll.marked", **self._told(correction, language))
        await answer(interaction, Post((f"{DONE} {told}",), (undo,)))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Take back a correction of somebody's attendance")
    @app_commands.describe(correction="Which one (your last one, if you leave it out)")
    async def undo(self, interaction: Interaction, correction: str | None = None) -> None:
        """Take back one's last correction, or the one that is chosen."""
        if correction is None:
            own = (one for one in await self._parts.store.corrections.standing() if one.author == interaction.user.id)
            correction = next((one.id for one in own), None)
        if correction is None:
            raise UserError("refused.attendance.nothing")
        await self._undo(interaction, correction)

    @pressed("unmark", Role.MODERATOR)
    async def press_undo(self, interaction: Interaction, correction_id: str) -> None:
        """The button under what was just said."""
        await self._undo(interaction, correction_id)

    async def _undo(self, interaction: Interaction, correction_id: str) -> None:
        language = self._parts.access.language(interaction)
        try:
            undone = await self._parts.store.corrections.undo(
                correction_id, interaction.user.id, self._parts.clock.now()
            )
        except LookupError:
            raise UserError("refused.attendance.nothing") from None
        undone = replace(undone, name=roll_call.corrected_name(self._parts.plan, undone, language))
        told = text(language, "roll.undone", **self._told(undone, language))
        await answer(interaction, f"{DONE} {told}")

    def _told(self, correction: Correction, language: str) -> dict[str, str]:
        session = self._parts.plan.agenda.find(correction.session)
        return {
            "who": f"**{escape(correction.name)}**",
            "title": _bold(session, language) if session else escape(correction.session),
            "status": text(language, f"roll.status.{correction.mark}"),
            "reason": escape(correction.reason),
        }

    async def _who(self, person: str | None, member: discord.Member | None) -> tuple[int, str]:
        """The person's Discord id and name. Raises UserError if it is nobody who could attend."""
        if member is not None and person is None and not member.bot:
            return member.id, self._name(member.id, member.display_name)
        known = await self._known()
        if member is not None or person is None or not person.isdecimal() or int(person) not in known:
            raise UserError("refused.attendance.person")
        return int(person), known[int(person)]

    async def _known(self) -> dict[int, str]:
        """Everybody who has a place or was ever seen, with their names."""
        seen = await self._parts.store.corrections.seen()
        return seen | {
            place.person: place.name for place in self._parts.store.participants.all() if place.person is not None
        }

    def _name(self, person: int, shown: str) -> str:
        place = self._parts.store.participants.of(person)
        return place.name if place else shown

    # --- suggestions -------------------------------------------------------------------------------------------

    @show.autocomplete("session")
    @mark.autocomplete("session")
    async def suggest_sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that count, the one under way first."""
        language, now = self._parts.access.language(interaction), self._parts.clock.now()
        return suggestions(
            typed, ((one.id, one.title[language]) for one in sessions_by_nearness(self._parts.plan, now))
        )

    @open_door.autocomplete("session")
    @close_door.autocomplete("session")
    async def suggest_doors(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that count and are not over."""
        language, plan, now = self._parts.access.language(interaction), self._parts.plan, self._parts.clock.now()
        counted = (one for one in attendance.counted_sessions(plan) if one.ends_at > now)
        return suggestions(typed, ((one.id, one.title[language]) for one in counted))

    @mark.autocomplete("status")
    async def suggest_statuses(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What can be said of somebody."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((str(mark), text(language, f"roll.status.{mark}")) for mark in Mark))

    @mark.autocomplete("person")
    async def suggest_people(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Everybody who is known, with their administration."""
        places = self._parts.store.participants
        known = sorted((await self._known()).items(), key=lambda one: one[1].casefold())
        named = (
            (str(key), f"{name} · {place.administration}" if (place := places.of(key)) else name) for key, name in known
        )
        return suggestions(typed, named)

    @undo.autocomplete("correction")
    async def suggest_corrections(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What was not taken back, the latest first."""
        language = self._parts.access.language(interaction)
        standing = await self._parts.store.corrections.standing()
        plan = self._parts.plan
        return suggestions(typed, ((one.id, roll_call.correction_line(plan, one, language)) for one in standing))

    def _counted(self, session_id: str, language: str) -> Session:
        session = self._parts.plan.agenda.find(session_id)
        if session is None:
            raise UserError("refused.session.unknown")
        if not self._parts.plan.counts_for_attendance(session):
            raise UserError("refused.attendance.not_counted", title=_bold(session, language))
        return session


def _bold(session: Session, language: str) -> str:
    return f"**{escape(session.title[language])}**"


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AttendanceCog(client))
