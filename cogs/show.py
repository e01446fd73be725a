"""The run of show: the panel that the moderators lead the day with, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.agenda import run_of_show
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.run_of_show import DayAction, Hold, ShowError
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import announce
from bot.domain.people.access import Role
from bot.domain.text import escape
from bot.domain.venue import TEAM
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Post
from bot.platform import agenda_changes
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store import audit
from bot.store.agenda_changes import AgendaChange, edits_of

#: How long a panel that was asked for is still worth posting.
_LIFETIME = timedelta(hours=1)


class ShowCog(commands.GroupCog, group_name="show", group_description="The run of show"):
    """Leading the day."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.MODERATOR)
    @app_commands.command(description="Post the run of show in the team's channel: what is on, what is next, how late")
    async def panel(self, interaction: Interaction) -> None:
        """Post the panel anew, as the latest message; the one before says where it is."""
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        subject = str(interaction.id)
        await store.deliveries.add(announce(plan.id, Kind.PANEL, subject, now, ends=now + _LIFETIME))
        await store.audit.record(
            audit.AuditEntry(f"panel/{subject}", now, interaction.user.id, "panel posted", subject)
        )
        self._parts.dispatcher.stir()
        channel = f"<#{self._parts.venue.rooms.get(TEAM, 0)}>"
        await answer(interaction, self._told(interaction, "show.posted", channel=channel))

    @pressed("lead", Role.MODERATOR)
    async def press(self, interaction: Interaction, deed: str, made_for: str, _mark: str = "") -> None:
        """A button of the panel, made for a state of the day: pressed in another, it does nothing.

        So it is done once, however often and by however many it is pressed.
        """
        match deed:
            case DayAction.HOLD:
                await self._hold(interaction, made_for)
            case DayAction.RESUME:
                await self._resume(interaction, made_for)
            case DayAction.LATER | DayAction.SKIP | DayAction.START | DayAction.END:
                done = await self._carry_out(
                    interaction, f"show-{deed}-{made_for}", run_of_show.CHANGES[DayAction(deed)], made_for
                )
                if done is None:
                    raise UserError("refused.session.nothing")
                await answer(interaction, done)
            case _:
                raise UserError("refused.gone")

    async def _hold(self, interaction: Interaction, made_for: str) -> None:
        """What the sessions have to tell waits, from this moment on."""
        restraints, now = self._parts.store.restraints, self._parts.clock.now()
        if await restraints.hold() is None:
            await self._require_state(made_for, now)
            await restraints.begin_hold(self._parts.plan.id, Hold(made_for, now), interaction.user.id)
            await self._parts.dispatcher.replan()
        await answer(interaction, self._told(interaction, "show.hold"))

    async def _resume(self, interaction: Interaction, made_for: str) -> None:
        """What was to come is later by as long as the day was held; then what waits is told."""
        restraints, done = self._parts.store.restraints, None
        hold = await restraints.hold()
        if hold is not None:
            # Of a process that was killed in between, the change may be done and the hold still last.
            change_id = f"show-resume-{hold.id}"
            done = await self._carry_out(
                interaction, change_id, lambda agenda, now: run_of_show.resume_day(agenda, hold, now), made_for
            )
            await restraints.end_hold(hold, interaction.user.id, self._parts.clock.now())
            await self._parts.dispatcher.replan()
        await answer(interaction, done or self._told(interaction, "show.resumed"))

    async def _carry_out(
        self, interaction: Interaction, change_id: str, change: Callable[[Agenda, Now], Agenda], made_for: str
    ) -> Post | None:
        """Do a change once; None if it changes nothing. Raises UserError."""
        parts, language, now = self._parts, self._parts.access.language(interaction), self._parts.clock.now()
        if await parts.store.agenda_changes.find(change_id) is None:
            await self._require_state(made_for, now)
            try:
                changes = diff(parts.plan.agenda, change(parts.plan.agenda, Now(now, parts.plan.tz)))
            except ChangeError as objection:
                raise agenda_changes.change_refused(objection, language) from None
            except ShowError as unclear:
                raise UserError(f"refused.show.{unclear}") from None
            if not changes:
                return None
            await parts.store.agenda_changes.propose(
                AgendaChange(change_id, interaction.user.id, now, edits_of(changes))
            )
        return await agenda_changes.carry_out(parts.programme, change_id, interaction.user.id, now, language)

    async def _require_state(self, made_for: str, now: datetime) -> None:
        """Raises UserError where the button was made for another state of the day."""
        programme, hold = self._parts.programme, await self._parts.store.restraints.hold()
        moment = Now(now, programme.plan.tz)
        if made_for != run_of_show.show_state(programme.plan.agenda, programme.sequences, hold, moment):
            self._parts.dispatcher.stir()  # the panel may not show it yet
            raise UserError("refused.show.changed")

    @pressed("here", Role.MODERATOR)
    async def speakers_are_here(self, interaction: Interaction, session: str, _mark: str = "") -> None:
        """Nobody is asked about a session's speakers any more."""
        found = self._parts.plan.agenda.find(session)
        if found is None:
            raise UserError("refused.gone")
        await self._parts.store.restraints.speakers_are_here(session, interaction.user.id, self._parts.clock.now())
        await self._parts.dispatcher.replan()
        language = self._parts.access.language(interaction)
        await answer(interaction, self._told(interaction, "show.muted", title=f"**{escape(found.title[language])}**"))

    def _told(self, interaction: Interaction, key: str, **values: object) -> Post:
        return Post((f"{DONE} {text(self._parts.access.language(interaction), key, **values)}",))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ShowCog(client))
