"""The run of show: the moderators' panel for the day, and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from discord.ext import commands

from bot.domain.agenda import run_of_show
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.run_of_show import DayAction, Hold, ShowError
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import announce
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.domain.venue import TEAM
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.messages.post import Post
from bot.platform import agenda_changes
from bot.platform.answers import DONE
from bot.platform.router import command, pressed
from bot.store.agenda_changes import AgendaChange, edits_of

#: How long a requested panel is still worth posting.
_LIFETIME = timedelta(hours=1)


class ShowCog(commands.GroupCog, group_name="show", group_description="The run of show"):
    """Handles the panel and its buttons."""

    @command(Role.MODERATOR, "Post the run of show in the team's channel: what is on, what is next, how late")
    async def panel(self, context: Context) -> None:
        """Post the panel again, as the latest message; the one before links to it."""
        subject, now = str(context.interaction.id), context.now
        delivery = announce(context.plan.id, Kind.PANEL, subject, now, ends=now + _LIFETIME)
        await context.store.deliveries.add(delivery)
        await context.store.audit.record(context.audit_entry("panel", "panel posted", subject))
        context.workshop.dispatcher.stir()
        await context.reply(_done(context, "show.posted", channel=context.workshop.channel(TEAM)))

    @pressed("lead", Role.MODERATOR)
    async def press(self, context: Context, deed: str, made_for: str, _mark: str = "") -> None:
        """Handle a button of the panel. It was made for one state of the day; in another, it does nothing.

        So it acts once, however often and by however many people it is pressed.
        """
        match deed:
            case DayAction.HOLD:
                await _hold(context, made_for)
            case DayAction.RESUME:
                await _resume(context, made_for)
            case DayAction.LATER | DayAction.SKIP | DayAction.START | DayAction.END:
                done = await _carry_out(
                    context, f"show-{deed}-{made_for}", run_of_show.CHANGES[DayAction(deed)], made_for
                )
                if done is None:
                    context.refuse("refused.session.nothing")
                await context.reply(done)
            case _:
                context.refuse("refused.gone")

    @pressed("here", Role.MODERATOR)
    async def speakers_are_here(self, context: Context, session: str, _mark: str = "") -> None:
        """Stop the reminders about a session's speakers."""
        found = context.plan.agenda.find(session)
        if found is None:
            context.refuse("refused.gone")
        await context.store.restraints.speakers_are_here(session, context.person.id, context.now)
        await context.workshop.dispatcher.replan()
        await context.reply(_done(context, "show.muted", title=f"**{escape(found.title[context.language])}**"))


async def _hold(context: Context, made_for: str) -> None:
    """Hold the sessions' announcements from now on."""
    restraints = context.store.restraints
    if await restraints.hold() is None:
        await _require_state(context, made_for)
        await restraints.begin_hold(context.plan.id, Hold(made_for, context.now), context.person.id)
        await context.workshop.dispatcher.replan()
    await context.reply(_done(context, "show.hold"))


async def _resume(context: Context, made_for: str) -> None:
    """Delay the rest of the day by the length of the hold, then release the held announcements."""
    restraints, done = context.store.restraints, None
    hold = await restraints.hold()
    if hold is not None:
        # If a process was killed in between, the change may be done while the hold still lasts.
        change_id = f"show-resume-{hold.id}"
        done = await _carry_out(
            context, change_id, lambda agenda, now: run_of_show.resume_day(agenda, hold, now), made_for
        )
        await restraints.end_hold(hold, context.person.id, context.now)
        await context.workshop.dispatcher.replan()
    await context.reply(done or _done(context, "show.resumed"))


async def _carry_out(
    context: Context, change_id: str, change: Callable[[Agenda, Now], Agenda], made_for: str
) -> Post | None:
    """Apply a change once; return None if it changes nothing. Raises UserError."""
    agenda, changes_store = context.plan.agenda, context.store.agenda_changes
    if await changes_store.find(change_id) is None:
        await _require_state(context, made_for)
        try:
            changes = diff(agenda, change(agenda, Now(context.now, context.plan.tz)))
        except ChangeError as objection:
            raise agenda_changes.change_refused(objection, context.language) from None
        except ShowError as unclear:
            raise UserError(f"refused.show.{unclear}") from None
        if not changes:
            return None
        await changes_store.propose(AgendaChange(change_id, context.person.id, context.now, edits_of(changes)))
    programme = context.workshop.programme
    return await agenda_changes.carry_out(programme, change_id, context.person.id, context.now, context.language)


async def _require_state(context: Context, made_for: str) -> None:
    """Raise UserError if the button was made for another state of the day."""
    programme, hold = context.workshop.programme, await context.store.restraints.hold()
    moment = Now(context.now, programme.plan.tz)
    if made_for != run_of_show.show_state(programme.plan.agenda, programme.sequences, hold, moment):
        context.workshop.dispatcher.stir()  # the panel may not show it yet
        context.refuse("refused.show.changed")


def _done(context: Context, key: str, **values: object) -> Post:
    """Return a sentence in the layout of answers with buttons."""
    return Post((f"{DONE} {context.say(key, **values)}",))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ShowCog())
