"""/agenda and /now: what is on, in each reader's own time zone."""

from __future__ import annotations

from datetime import date

from discord import app_commands
from discord.ext import commands

from bot import posts
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.domain.walltime import day_of
from bot.i18n import short_day
from bot.ui import Interaction, RefusalError, answer, pressed


class Agenda(commands.Cog, description="Following the agenda"):
    """What is on."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="The agenda of a day, in your own time zone")
    @app_commands.describe(day="Which day of the workshop: 1, 2, 3… (today's, if you leave it out)")
    async def agenda(self, interaction: Interaction, day: int | None = None) -> None:
        """Show a day's agenda: today's, or before the workshop the first, or after it the last."""
        days = self._parts.plan.agenda.days
        if day is None:
            today = day_of(self._parts.clock.now(), self._parts.plan.tz)
            chosen = next((one for one in days if one >= today), days[-1])
        elif 1 <= day <= len(days):
            chosen = days[day - 1]
        else:
            raise RefusalError("refused.no_such_day", last=len(days))
        await self._show_day(interaction, chosen)

    @agenda.autocomplete("day")
    async def suggest_days(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """The days by number and date."""
        language = self._parts.access.language(interaction)
        named = ((n, f"{n} · {short_day(language, day)}") for n, day in enumerate(self._parts.plan.agenda.days, 1))
        return [
            app_commands.Choice(name=name, value=n) for n, name in named if str(typed).casefold() in name.casefold()
        ]

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="What is on now, and what comes next")
    async def now(self, interaction: Interaction) -> None:
        """Show what is on and what comes next."""
        await self.show_now(interaction)

    @pressed("now", Role.PARTICIPANT)
    async def show_now(self, interaction: Interaction, _mark: str = "") -> None:
        """The button under agendas and announcements."""
        language = self._parts.access.language(interaction)
        now = self._parts.clock.now()
        await answer(interaction, posts.now_for(self._parts.plan, now, language, self._parts.venue.rooms))

    @pressed("day", Role.PARTICIPANT)
    async def show_that_day(self, interaction: Interaction, day: str, _mark: str = "") -> None:
        """The button under the announcement of a session: its whole day."""
        chosen = next((one for one in self._parts.plan.agenda.days if one.isoformat() == day), None)
        if chosen is None:
            raise RefusalError("refused.gone")
        await self._show_day(interaction, chosen)

    async def _show_day(self, interaction: Interaction, day: date) -> None:
        language = self._parts.access.language(interaction)
        now = self._parts.clock.now()
        await answer(interaction, posts.agenda_for(self._parts.plan, day, now, language, self._parts.venue.rooms))


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Agenda(client))
