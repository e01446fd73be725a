"""/session: what moderators change in the agenda. Shown first, done once confirmed, and taken back by one press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Unpack

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.agenda import reschedule
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now, SessionDetails
from bot.domain.agenda.sessions import Agenda, Session, SessionKind, Speaker
from bot.domain.local_time import day_of
from bot.domain.people.access import Role
from bot.domain.plan import PLENARY
from bot.domain.text import clean, is_blank
from bot.messages import agenda_changes as agenda_changes_messages
from bot.messages.errors import UserError
from bot.messages.i18n import short_day
from bot.platform import agenda_changes as agenda_changes_platform
from bot.platform.answers import answer, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction, parse_local_time
from bot.platform.router import pressed
from bot.store.agenda_changes import AgendaChange, edits_of

#: Characters of a title that the agenda of a day still shows whole.
_TITLE_LENGTH = 90

Change = Callable[[Agenda, Now], Agenda]
Wording = app_commands.Range[str, 1, _TITLE_LENGTH]


class SessionCog(commands.GroupCog, group_name="session", group_description="Changes of the agenda"):
    """Changes of the agenda."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    # --- the commands ------------------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(description="Start a session later, and by default the rest of its day too")
    @app_commands.describe(
        session="Which session",
        minutes="By how many minutes",
        rest="Whether the rest of the day is later too (yes, if you leave it out)",
        absorb="Whether breaks get shorter to make up for it (yes, if you leave it out)",
    )
    async def delay(
        self,
        interaction: Interaction,
        session: str,
        minutes: app_commands.Range[int, 1, 600],
        rest: bool = True,  # noqa: FBT001, FBT002 - Discord's own kind of option
        absorb: bool = True,  # noqa: FBT001, FBT002 - likewise
    ) -> None:
        """Delay one session, or the day from it on."""
        by = timedelta(minutes=minutes)
        if rest:
            await self._propose(interaction, lambda a, now: reschedule.delay_rest(a, session, by, now, absorb=absorb))
        else:
            await self._propose(interaction, lambda a, now: reschedule.delay_session(a, session, by, now))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Hold a session at another time, on this or another day")
    @app_commands.describe(session="Which session", when="When it starts, in the workshop's zone: 2023-02-21 14:30")
    async def move(self, interaction: Interaction, session: str, when: str) -> None:
        """Move one session; it lasts as long as before."""
        start = parse_local_time(when, self._parts.clock.now(), self._parts.plan)
        await self._propose(interaction, lambda agenda, now: reschedule.move_session(agenda, session, start, now))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Let two sessions take each other's time and room")
    @app_commands.describe(session="One session", other="The other one")
    async def swap(self, interaction: Interaction, session: str, other: str) -> None:
        """Swap two sessions."""
        await self._propose(interaction, lambda agenda, now: reschedule.swap_sessions(agenda, session, other, now))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Let a session end later, or earlier")
    @app_commands.describe(session="Which session", minutes="By how many minutes; less than 0 for an earlier end")
    async def extend(self, interaction: Interaction, session: str, minutes: app_commands.Range[int, -600, 600]) -> None:
        """Change a session's end; no other session moves."""
        by = timedelta(minutes=minutes)
        end = self._found(session).ends_at + by
        await self._propose(interaction, lambda agenda, now: reschedule.extend_session(agenda, session, end, now))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Take a session off the agenda")
    @app_commands.describe(session="Which session")
    async def cancel(self, interaction: Interaction, session: str) -> None:
        """Cancel one session."""
        await self._propose(interaction, lambda agenda, now: reschedule.cancel_session(agenda, session, now))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Put one more session on the agenda")
    @app_commands.describe(
        title="What it is called",
        when="When it starts, in the workshop's zone: 2023-02-21 14:30",
        minutes="How long it lasts",
        kind="What kind of session it is (a discussion, if you leave it out)",
        room="Where (in the plenary, if you leave it out)",
        topic="What it is about",
    )
    async def add(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        interaction: Interaction,
        title: Wording,
        when: str,
        minutes: app_commands.Range[int, 1, 720],
        kind: SessionKind = SessionKind.DISCUSSION,
        room: str = PLENARY,
        topic: str | None = None,
    ) -> None:
        """Add a session; its title is the same in every language until it is edited."""
        plan, now = self._parts.plan, self._parts.clock.now()
        start = parse_local_time(when, now, plan)
        self._require_known(room, topic)
        session = Session(
            id=f"added-{interaction.id}",
            kind=kind,
            day=day_of(start, plan.tz),
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            room=room,
            topic=topic,
            title=dict.fromkeys(plan.languages, _title(title)),
            description=None,
            speakers=(),
            materials=(),
        )
        await self._propose(interaction, lambda agenda, moment: reschedule.add_session(agenda, session, moment))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Change a session's title, room, topic, kind or speakers")
    @app_commands.describe(
        session="Which session",
        title="What it is called",
        language="In which language that title is (in all, if you leave it out)",
        room="Where it is held",
        topic="What it is about",
        kind="What kind of session it is",
        speakers="Who speaks, by office: Director, WCO; Head of IT, Customs of Tunisia",
    )
    async def edit(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        interaction: Interaction,
        session: str,
        title: Wording | None = None,
        language: str | None = None,
        room: str | None = None,
        topic: str | None = None,
        kind: SessionKind | None = None,
        speakers: app_commands.Range[str, 1, 400] | None = None,
    ) -> None:
        """Edit what is told of a session; when it is stays."""
        self._require_known(room, topic)
        found, plan = self._found(session), self._parts.plan
        details: SessionDetails = {}
        if title:
            spoken = (language,) if language in plan.languages else plan.languages
            details["title"] = {**found.title, **dict.fromkeys(spoken, _title(title))}
        if room:
            details["room"] = room
        if topic:
            details["topic"] = topic
        if kind:
            details["kind"] = kind
        if speakers:
            details["speakers"] = tuple(_speakers(speakers, plan.languages))
        await self._propose(interaction, _edited(session, **details))

    # --- suggestions -------------------------------------------------------------------------------------------

    @delay.autocomplete("session")
    @move.autocomplete("session")
    @swap.autocomplete("session")
    @swap.autocomplete("other")
    @extend.autocomplete("session")
    @cancel.autocomplete("session")
    @edit.autocomplete("session")
    async def suggest_sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that are not over, by day, time and title."""
        language, plan, now = self._parts.access.language(interaction), self._parts.plan, self._parts.clock.now()
        named = (
            (
                one.id,
                f"{short_day(language, one.day)} {one.starts_at.astimezone(plan.tz):%H:%M} · {one.title[language]}",
            )
            for one in plan.agenda
            if one.ends_at > now
        )
        return suggestions(typed, named)

    @add.autocomplete("room")
    @edit.autocomplete("room")
    async def suggest_rooms(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's rooms."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((room, name[language]) for room, name in self._parts.plan.room_names.items()))

    @add.autocomplete("topic")
    @edit.autocomplete("topic")
    async def suggest_topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's topics."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((topic.id, topic.title[language]) for topic in self._parts.plan.topics))

    @edit.autocomplete("language")
    async def suggest_languages(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's languages."""
        return suggestions(typed, ((language, language) for language in self._parts.plan.languages))

    # --- proposed, confirmed, taken back -----------------------------------------------------------------------

    async def _propose(self, interaction: Interaction, change: Change) -> None:
        """Show what a change would do; whoever confirms it does exactly that."""
        plan, now = self._parts.plan, self._parts.clock.now()
        language = self._parts.access.language(interaction)
        try:
            after = change(plan.agenda, Now(now, plan.tz))
        except ChangeError as objection:
            raise agenda_changes_platform.change_refused(objection, language) from None
        changes = diff(plan.agenda, after)
        if not changes:
            raise UserError("refused.session.nothing")
        proposal = AgendaChange(str(interaction.id), interaction.user.id, now, edits_of(changes))
        await self._parts.store.agenda_changes.propose(proposal)
        await answer(interaction, agenda_changes_messages.preview(plan, after, language, proposal.id))

    @pressed("agree", Role.MODERATOR)
    async def agree(self, interaction: Interaction, change_id: str) -> None:
        """Do what was shown."""
        language, now = self._parts.access.language(interaction), self._parts.clock.now()
        done = await agenda_changes_platform.carry_out(
            self._parts.programme, change_id, interaction.user.id, now, language
        )
        await answer(interaction, done)

    @pressed("undo", Role.MODERATOR)
    async def undo(self, interaction: Interaction, change_id: str) -> None:
        """Take a change back."""
        language, now = self._parts.access.language(interaction), self._parts.clock.now()
        undone = await agenda_changes_platform.take_back(
            self._parts.programme, change_id, interaction.user.id, now, language
        )
        await answer(interaction, undone)

    def _found(self, session_id: str) -> Session:
        session = self._parts.plan.agenda.find(session_id)
        if session is None:
            raise UserError("refused.session.unknown")
        return session

    def _require_known(self, room: str | None, topic: str | None) -> None:
        plan = self._parts.plan
        if room is not None and room not in plan.room_names:
            raise UserError("refused.session.room")
        if topic is not None and plan.topic(topic) is None:
            raise UserError("refused.session.topic")


def _edited(session_id: str, **details: Unpack[SessionDetails]) -> Change:
    return lambda agenda, _now: reschedule.edit_session(agenda, session_id, **details)


def _title(typed: str) -> str:
    """A title that can be read. Raises UserError if there is none."""
    if is_blank(typed):
        raise UserError("refused.session.title")
    return clean(typed)


def _speakers(typed: str, languages: tuple[str, ...]) -> list[Speaker]:
    """`Director, WCO; Head of IT, Customs of Tunisia`: office and organisation, the same words in every language."""
    people = [one.partition(",") for one in clean(typed).split(";") if one.strip()]
    return [
        Speaker(dict.fromkeys(languages, office.strip()), dict.fromkeys(languages, organisation.strip()))
        for office, _, organisation in people
    ]


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(SessionCog(client))
