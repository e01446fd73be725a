"""/agenda, /now, /next and /calendar: what is on, in each reader's own time zone, and to take along."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from datetime import date

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.documents.export import calendars
from bot.domain.local_time import day_of
from bot.domain.people.access import Role
from bot.messages import agenda as agenda_messages
from bot.messages.errors import UserError
from bot.messages.i18n import short_day, text
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.agenda import HeldSession

#: What stands for the whole workshop, and in front of one of its days, where a session is asked for.
_EVERYTHING, _DAY = "*", "day:"


class AgendaCog(commands.Cog, description="Following the agenda"):
    """What is on."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

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
            raise UserError("refused.no_such_day", last=len(days))
        await self._show_day(interaction, chosen)

    @agenda.autocomplete("day")
    async def suggest_days(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """The days by number and date."""
        language = self._parts.access.language(interaction)
        named = ((n, f"{n} · {short_day(language, day)}") for n, day in enumerate(self._parts.plan.agenda.days, 1))
        return suggestions(typed, named)

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="What is on now, and what comes next")
    async def now(self, interaction: Interaction) -> None:
        """Show what is on and what comes next."""
        await self.show_now(interaction)

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="What comes next, and how long it is until then")
    async def next(self, interaction: Interaction) -> None:
        """Show what comes next, with a countdown."""
        language = self._parts.access.language(interaction)
        now = self._parts.clock.now()
        await answer(interaction, agenda_messages.next_for(self._parts.plan, now, language, self._parts.venue.rooms))

    @pressed("now", Role.PARTICIPANT)
    async def show_now(self, interaction: Interaction, _mark: str = "") -> None:
        """The button under agendas and announcements."""
        language = self._parts.access.language(interaction)
        now = self._parts.clock.now()
        await answer(interaction, agenda_messages.now_for(self._parts.plan, now, language, self._parts.venue.rooms))

    @pressed("day", Role.PARTICIPANT)
    async def show_that_day(self, interaction: Interaction, day: str, _mark: str = "") -> None:
        """The button under the announcement of a session: its whole day."""
        chosen = next((one for one in self._parts.plan.agenda.days if one.isoformat() == day), None)
        if chosen is None:
            raise UserError("refused.gone")
        await self._show_day(interaction, chosen)

    async def _show_day(self, interaction: Interaction, day: date) -> None:
        language = self._parts.access.language(interaction)
        now = self._parts.clock.now()
        await answer(
            interaction, agenda_messages.agenda_for(self._parts.plan, day, now, language, self._parts.venue.rooms)
        )

    # --- to take along -----------------------------------------------------------------------------------------

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="The workshop, a day or a session as a file for your own calendar")
    @app_commands.describe(session="Which session or day (the whole workshop, if you leave it out)")
    async def calendar(self, interaction: Interaction, session: str = _EVERYTHING) -> None:
        """Hand over the whole workshop, one day or one session as an iCalendar file."""
        await self._hand_over(interaction, session)

    @calendar.autocomplete("session")
    async def suggest_what(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The whole workshop, its days and its sessions."""
        return suggestions(typed, self._offered(self._parts.access.language(interaction)))

    def _offered(self, language: str) -> Iterator[tuple[str, str]]:
        agenda = self._parts.plan.agenda
        yield _EVERYTHING, text(language, "calendar.everything")
        yield from ((f"{_DAY}{day.isoformat()}", short_day(language, day)) for day in agenda.days)
        for session in agenda:
            yield session.id, f"{short_day(language, session.day)} · {session.title[language]}"

    @pressed("calendar", Role.PARTICIPANT)
    async def take_day_along(self, interaction: Interaction, day: str) -> None:
        """The button under the answer that shows a day."""
        await self._hand_over(interaction, f"{_DAY}{day}")

    async def _hand_over(self, interaction: Interaction, what: str) -> None:
        chosen = self._chosen(what)
        if not chosen:
            raise UserError("refused.calendar.unknown")
        language, plan = self._parts.access.language(interaction), self._parts.plan
        now = self._parts.clock.now()
        content = await asyncio.to_thread(calendars.calendar, plan, chosen, now, language)
        file = discord.File(io.BytesIO(content), filename=f"{plan.id}.ics")
        told = text(language, "calendar.done", n=len(chosen))
        await answer(interaction, f"{DONE} {told}", file)

    def _chosen(self, what: str) -> Sequence[HeldSession]:
        """What is asked for, cancelled sessions included: a calendar that has them must hear of it."""
        held = self._parts.programme.held
        if what == _EVERYTHING:
            return held
        day = what.removeprefix(_DAY) if what.startswith(_DAY) else ""
        return [one for one in held if what == one.session.id or day == one.session.day.isoformat()]


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AgendaCog(client))
