"""/session: moderators' changes of the agenda, previewed, applied once confirmed, and undone by one press."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Unpack

from discord import app_commands
from discord.ext import commands

from bot.domain.agenda import reschedule
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now, SessionDetails
from bot.domain.agenda.sessions import Agenda, Session, SessionKind, Speaker
from bot.domain.local_time import day_of
from bot.domain.people.roles import Role
from bot.domain.plan import PLENARY
from bot.domain.text import clean, is_blank
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import agenda_changes as agenda_changes_messages
from bot.messages.errors import UserError
from bot.messages.i18n import short_day
from bot.platform import agenda_changes as agenda_changes_platform
from bot.platform.router import command, pressed, suggests
from bot.store.agenda_changes import AgendaChange, edits_of

#: Characters of a title that the agenda of a day still shows whole.
_TITLE_LENGTH = 90

Change = Callable[[Agenda, Now], Agenda]
Wording = app_commands.Range[str, 1, _TITLE_LENGTH]


class SessionCog(commands.GroupCog, group_name="session", group_description="Changes of the agenda"):
    """Changes of the agenda."""

    # --- the commands ------------------------------------------------------------------------------------------

    @command(Role.MODERATOR, "Start a session later, and by default the rest of its day too")
    @app_commands.describe(
        session="Which session",
        minutes="By how many minutes",
        rest="Whether the rest of the day is later too (yes, if you leave it out)",
        absorb="Whether breaks get shorter to make up for it (yes, if you leave it out)",
    )
    async def delay(
        self,
        context: Context,
        session: str,
        minutes: app_commands.Range[int, 1, 600],
        rest: bool = True,  # noqa: FBT001, FBT002 - Discord's own kind of option
        absorb: bool = True,  # noqa: FBT001, FBT002 - as above
    ) -> None:
        """Delay one session, or the day from it on."""
        by = timedelta(minutes=minutes)
        if rest:
            await _propose(context, lambda a, now: reschedule.delay_rest(a, session, by, now, absorb=absorb))
        else:
            await _propose(context, lambda a, now: reschedule.delay_session(a, session, by, now))

    @command(Role.MODERATOR, "Hold a session at another time, on this or another day")
    @app_commands.describe(session="Which session", when="When it starts, in the workshop's zone: 2023-02-21 14:30")
    async def move(self, context: Context, session: str, when: str) -> None:
        """Move one session; it lasts as long as before."""
        start = context.parse_time(when)
        await _propose(context, lambda agenda, now: reschedule.move_session(agenda, session, start, now))

    @command(Role.MODERATOR, "Let two sessions take each other's time and room")
    @app_commands.describe(session="One session", other="The other one")
    async def swap(self, context: Context, session: str, other: str) -> None:
        """Swap two sessions."""
        await _propose(context, lambda agenda, now: reschedule.swap_sessions(agenda, session, other, now))

    @command(Role.MODERATOR, "Let a session end later, or earlier")
    @app_commands.describe(session="Which session", minutes="By how many minutes; less than 0 for an earlier end")
    async def extend(self, context: Context, session: str, minutes: app_commands.Range[int, -600, 600]) -> None:
        """Change a session's end; no other session moves."""
        by = timedelta(minutes=minutes)
        end = _found(context, session).ends_at + by
        await _propose(context, lambda agenda, now: reschedule.extend_session(agenda, session, end, now))

    @command(Role.MODERATOR, "Take a session off the agenda")
    @app_commands.describe(session="Which session")
    async def cancel(self, context: Context, session: str) -> None:
        """Cancel one session."""
        await _propose(context, lambda agenda, now: reschedule.cancel_session(agenda, session, now))

    @command(Role.MODERATOR, "Put one more session on the agenda")
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
        context: Context,
        title: Wording,
        when: str,
        minutes: app_commands.Range[int, 1, 720],
        kind: SessionKind = SessionKind.DISCUSSION,
        room: str = PLENARY,
        topic: str | None = None,
    ) -> None:
        """Add a session; its title is the same in every language until it is edited."""
        plan = context.plan
        start = context.parse_time(when)
        _require_known(context, room, topic)
        session = Session(
            id=f"added-{context.interaction.id}",
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
        await _propose(context, lambda agenda, moment: reschedule.add_session(agenda, session, moment))

    @command(Role.MODERATOR, "Change a session's title, room, topic, kind or speakers")
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
        context: Context,
        session: str,
        title: Wording | None = None,
        language: str | None = None,
        room: str | None = None,
        topic: str | None = None,
        kind: SessionKind | None = None,
        speakers: app_commands.Range[str, 1, 400] | None = None,
    ) -> None:
        """Edit a session's details; its time stays."""
        _require_known(context, room, topic)
        found, plan = _found(context, session), context.plan
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
        await _propose(context, _edited(session, **details))

    # --- suggestions -------------------------------------------------------------------------------------------

    @suggests("session", delay, move, swap, extend, cancel, edit)
    @suggests("other", swap)
    async def suggest_sessions(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions that are not over, by day, time and title."""
        language, tz = context.language, context.plan.tz
        return (
            (one.id, f"{short_day(language, one.day)} {one.starts_at.astimezone(tz):%H:%M} · {one.title[language]}")
            for one in context.plan.agenda
            if one.ends_at > context.now
        )

    @suggests("room", add, edit)
    async def suggest_rooms(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's rooms."""
        return ((room, name[context.language]) for room, name in context.plan.room_names.items())

    @suggests("topic", add, edit)
    async def suggest_topics(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's topics."""
        return ((topic.id, topic.title[context.language]) for topic in context.plan.topics)

    @suggests("language", edit)
    async def suggest_languages(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's languages."""
        return ((language, language) for language in context.plan.languages)

    # --- proposed, confirmed, taken back -----------------------------------------------------------------------

    @pressed("agree", Role.MODERATOR)
    async def agree(self, context: Context, change_id: str) -> None:
        """Apply the previewed change."""
        done = await agenda_changes_platform.carry_out(
            context.workshop.programme, change_id, context.person.id, context.now, context.language
        )
        await context.reply(done)

    @pressed("undo", Role.MODERATOR)
    async def undo(self, context: Context, change_id: str) -> None:
        """Undo a change."""
        undone = await agenda_changes_platform.take_back(
            context.workshop.programme, change_id, context.person.id, context.now, context.language
        )
        await context.reply(undone)


def _edited(session_id: str, **details: Unpack[SessionDetails]) -> Change:
    return lambda agenda, _now: reschedule.edit_session(agenda, session_id, **details)


def _title(typed: str) -> str:
    """Return a readable title. Raises UserError if there is none."""
    if is_blank(typed):
        raise UserError("refused.session.title")
    return clean(typed)


def _speakers(typed: str, languages: tuple[str, ...]) -> list[Speaker]:
    """`Director, WCO; Head of IT, Customs of Tunisia`: parse it; the same words in every language."""
    people = [one.partition(",") for one in clean(typed).split(";") if one.strip()]
    return [
        Speaker(dict.fromkeys(languages, office.strip()), dict.fromkeys(languages, organisation.strip()))
        for office, _, organisation in people
    ]


async def _propose(context: Context, change: Change) -> None:
    """Preview a change; confirming applies exactly that."""
    plan = context.plan
    try:
        after = change(plan.agenda, Now(context.now, plan.tz))
    except ChangeError as objection:
        raise agenda_changes_platform.change_refused(objection, context.language) from None
    changes = diff(plan.agenda, after)
    if not changes:
        context.refuse("refused.session.nothing")
    proposal = AgendaChange(str(context.interaction.id), context.person.id, context.now, edits_of(changes))
    await context.store.agenda_changes.propose(proposal)
    await context.reply(agenda_changes_messages.preview(plan, after, context.language, proposal.id))


def _found(context: Context, session_id: str) -> Session:
    session = context.plan.agenda.find(session_id)
    if session is None:
        context.refuse("refused.session.unknown")
    return session


def _require_known(context: Context, room: str | None, topic: str | None) -> None:
    plan = context.plan
    if room is not None and room not in plan.room_names:
        context.refuse("refused.session.room")
    if topic is not None and plan.topic(topic) is None:
        context.refuse("refused.session.topic")


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(SessionCog())
