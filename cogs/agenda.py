"""/agenda, /now, /next and /calendar: the agenda in each reader's own time zone, and as a calendar file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Sequence
from datetime import date

import discord
from discord import app_commands
from discord.ext import commands

from bot.documents.export import calendars
from bot.domain.local_time import day_of
from bot.domain.people.roles import Role
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import agenda as agenda_messages
from bot.messages.i18n import short_day
from bot.platform.router import command, pressed, suggests
from bot.store.agenda import HeldSession

#: Values of the option `session` that mean the whole workshop, and the prefix of one of its days.
_EVERYTHING, _DAY = "*", "day:"


class AgendaCog(commands.Cog, description="Following the agenda"):
    """Shows the agenda."""

    @command(Role.PARTICIPANT, "The agenda of a day, in your own time zone")
    @app_commands.describe(day="Which day of the workshop: 1, 2, 3… (today's, if you leave it out)")
    async def agenda(self, context: Context, day: int | None = None) -> None:
        """Show a day's agenda: today's, or before the workshop the first, or after it the last."""
        days = context.plan.agenda.days
        if day is None:
            chosen = _today_or_nearest(context)
        elif 1 <= day <= len(days):
            chosen = days[day - 1]
        else:
            context.refuse("refused.no_such_day", last=len(days))
        await self._show_day(context, chosen)

    @suggests("day", agenda)
    async def suggest_days(self, context: Context) -> Iterable[tuple[int, str]]:
        """Suggest the days by number and date."""
        days = enumerate(context.plan.agenda.days, 1)
        return ((number, f"{number} · {short_day(context.language, day)}") for number, day in days)

    @command(Role.PARTICIPANT, "What is on now, and what comes next")
    async def now(self, context: Context) -> None:
        """Show the sessions under way and the next ones."""
        await self.show_now(context)

    @command(Role.PARTICIPANT, "What comes next, and how long it is until then")
    async def next(self, context: Context) -> None:
        """Show the next sessions, with a countdown."""
        rooms = context.workshop.venue.rooms
        await context.reply(agenda_messages.next_for(context.plan, context.now, context.language, rooms))

    @pressed("now", Role.PARTICIPANT)
    async def show_now(self, context: Context, _mark: str = "") -> None:
        """Handle the button under agendas and announcements."""
        rooms = context.workshop.venue.rooms
        await context.reply(agenda_messages.now_for(context.plan, context.now, context.language, rooms))

    @pressed("day", Role.PARTICIPANT)
    async def show_that_day(self, context: Context, day: str, _mark: str = "") -> None:
        """Show a session's whole day, by the button under its announcement; the help desk's button names no day."""
        chosen = next((date for date in context.plan.agenda.days if date.isoformat() == day), None)
        if chosen is None and day:
            context.refuse("refused.gone")
        await self._show_day(context, chosen or _today_or_nearest(context))

    async def _show_day(self, context: Context, day: date) -> None:
        rooms = context.workshop.venue.rooms
        await context.reply(agenda_messages.agenda_for(context.plan, day, context.now, context.language, rooms))

    # --- to take along -----------------------------------------------------------------------------------------

    @command(Role.PARTICIPANT, "The workshop, a day or a session as a file for your own calendar")
    @app_commands.describe(session="Which session or day (the whole workshop, if you leave it out)")
    async def calendar(self, context: Context, session: str = _EVERYTHING) -> None:
        """Hand over the whole workshop, one day or one session as an iCalendar file."""
        await self._hand_over(context, session)

    @suggests("session", calendar)
    async def suggest_what(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the whole workshop, its days and its sessions."""
        language, agenda = context.language, context.plan.agenda
        days = ((f"{_DAY}{day.isoformat()}", short_day(language, day)) for day in agenda.days)
        sessions = ((item.id, f"{short_day(language, item.day)} · {item.title[language]}") for item in agenda)
        return ((_EVERYTHING, context.say("calendar.everything")), *days, *sessions)

    @pressed("calendar", Role.PARTICIPANT)
    async def take_day_along(self, context: Context, day: str) -> None:
        """Hand over the day under whose agenda the button is; the whole workshop from a person's own page."""
        await self._hand_over(context, _EVERYTHING if day == _EVERYTHING else f"{_DAY}{day}")

    async def _hand_over(self, context: Context, what: str) -> None:
        sessions = _requested(context.workshop.programme.held, what)
        if not sessions:
            context.refuse("refused.calendar.unknown")
        content = await asyncio.to_thread(calendars.calendar, context.plan, sessions, context.now, context.language)
        file = discord.File(io.BytesIO(content), filename=f"{context.plan.id}.ics")
        await context.done("calendar.done", file, n=len(sessions))


def _today_or_nearest(context: Context) -> date:
    """Return today's date; before the workshop and between its days the next day of it, and after it the last."""
    days, today = context.plan.agenda.days, day_of(context.now, context.plan.tz)
    return next((date for date in days if date >= today), days[-1])


def _requested(held: Sequence[HeldSession], what: str) -> Sequence[HeldSession]:
    """Return the requested sessions, cancelled ones included: a calendar that has them must drop them."""
    if what == _EVERYTHING:
        return held
    day = what.removeprefix(_DAY) if what.startswith(_DAY) else ""
    return [entry for entry in held if what == entry.session.id or day == entry.session.day.isoformat()]


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AgendaCog())
