"""Checking in: the button under a session's announcement, and /checkin."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot import posts
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import attendance
from bot.domain.access import Role
from bot.domain.agenda import Session
from bot.domain.attendance import Presence, Refusal
from bot.domain.text import escape
from bot.i18n import text
from bot.ui import DONE, Interaction, RefusalError, answer, pressed, suggestions


class Attendance(commands.Cog):
    """Checking in."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Say that you are here")
    @app_commands.describe(session="Which session, if more than one is open (the one under way, if you leave it out)")
    async def checkin(self, interaction: Interaction, session: str | None = None) -> None:
        """Check in to the session named, else to the first open one that the person isn't checked in to."""
        await self.check_in(interaction, session or await self._meant(interaction.user.id))

    @checkin.autocomplete("session")
    async def suggest_sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that take check-ins now."""
        language = self._parts.access.language(interaction)
        open_now = attendance.open_sessions(self._parts.plan, self._parts.clock.now())
        return suggestions(typed, ((session.id, session.title[language]) for session in open_now))

    async def _meant(self, person: int) -> str:
        plan, now = self._parts.plan, self._parts.clock.now()
        open_now = attendance.open_sessions(plan, now)
        if not open_now:
            coming = attendance.next_opening(plan, now)
            if coming is None:
                raise RefusalError("refused.checkin.no_more")
            raise RefusalError("refused.checkin.none_open", when=posts.moment(attendance.opens_at(plan, coming), "f"))
        there = await self._parts.store.attendance.of(person)
        return next((session.id for session in open_now if session.id not in there), open_now[0].id)

    @pressed("checkin", Role.PARTICIPANT)
    async def check_in(self, interaction: Interaction, session_id: str, _mark: str = "") -> None:
        """Keep a check-in, then say so: whoever hears it can rely on it."""
        plan, now = self._parts.plan, self._parts.clock.now()
        session = plan.agenda.find(session_id)
        if session is None:
            raise RefusalError("refused.checkin.unknown")
        language = self._parts.access.language(interaction)
        refusal = attendance.refusal(plan, session, now)
        if refusal is not None:
            raise self._refused(refusal, session, language)
        person = interaction.user
        mine = Presence(session.id, person.id, person.display_name, now)
        kept = await self._parts.store.attendance.check_in(mine)
        key = "checkin.done" if kept.since == now else "checkin.already"
        told = text(
            language, key, title=f"**{escape(session.title[language])}**", when=posts.moment(kept.since), zone=plan.zone
        )
        await answer(interaction, f"{DONE} {told}")

    def _refused(self, refusal: Refusal, session: Session, language: str) -> RefusalError:
        opens = attendance.opens_at(self._parts.plan, session)
        return RefusalError(
            f"refused.checkin.{refusal}",
            title=f"**{escape(session.title[language])}**",
            when=posts.moment(session.ends_at if refusal is Refusal.OVER else opens, "f"),
        )


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Attendance(client))
