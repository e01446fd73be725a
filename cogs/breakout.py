"""/breakout: moderators send a session's people into small groups, and call them back; groups recommend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import announcements
from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import FEWEST, MOST, Breakout, BreakoutGroup, GroupMember
from bot.domain.agenda.sessions import Session, SessionKind
from bot.domain.contributions import notes
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.domain.people.access import Role
from bot.domain.text import escape
from bot.domain.venue import breakout_room, meeting_room
from bot.messages.breakouts import preview, status
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import custom_id, moment, where
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.errors import given_back
from bot.platform.forms import choices, form, line, paragraph
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed
from bot.store.agenda_changes import TooLateError
from bot.store.audit import AuditEntry
from bot.store.breakouts import OtherBreakoutError

_PARTS = ("title", "did", "learned")


class BreakoutCog(commands.GroupCog, group_name="breakout", group_description="Groups in rooms of their own"):
    """Groups in rooms of their own."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    # --- the commands ------------------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(name="open", description="Send everybody of the session under way into small groups")
    @app_commands.describe(
        groups="How many groups",
        minutes="For how many minutes",
        topic="What they talk about (what the session is about, if you leave it out)",
    )
    async def begin(
        self,
        interaction: Interaction,
        groups: app_commands.Range[int, FEWEST, MOST],
        minutes: app_commands.Range[int, 1, 240],
        topic: str | None = None,
    ) -> None:
        """Show the groups; whoever confirms them opens exactly these."""
        plan, now = self._parts.plan, self._parts.clock.now()
        if topic is not None and plan.topic(topic) is None:
            raise UserError("refused.session.topic")
        if other := await self._at_work():
            raise _at_work_already(other)
        session = self._under_way(interaction)
        people = await self._people(session, interaction)
        if len(people) < groups:
            raise UserError("refused.breakout.too_few", n=len(people), groups=groups)
        mark = str(interaction.id)
        dealt = breakouts.balanced_groups(people, groups, mark)
        proposal = Breakout(
            breakouts.breakout_id(session.id, mark),
            topic or session.topic,
            minutes,
            interaction.user.id,
            now,
            tuple(BreakoutGroup(number, members) for number, members in enumerate(dealt, 1)),
        )
        await self._parts.store.breakouts.propose(proposal)
        await answer(interaction, preview(plan, session, proposal, self._parts.access.language(interaction)))

    @begin.autocomplete("topic")
    async def suggest_topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's topics."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((topic.id, topic.title[language]) for topic in self._parts.plan.topics))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Put somebody into a group, out of the one that they are in")
    @app_commands.describe(person="Whom", group="Into which group")
    async def move(self, interaction: Interaction, person: discord.Member, group: int) -> None:
        """Move somebody, or let in somebody who came late."""
        breakout, language = await self._current(), self._parts.access.language(interaction)
        wanted, former = breakout.group(group), breakout.group_of(person.id)
        if wanted is None:
            raise UserError("refused.breakout.no_such_group", n=len(breakout.groups))
        member = self._member(person.id, person.display_name)
        latter = f"{person.id}: {group}"
        deed = self._deed(interaction, "moved to a group", breakout, str(former.number) if former else None, latter)
        await self._parts.store.breakouts.move(breakout.id, group, member, deed)
        self._look_again()
        room = f"<#{self._parts.venue.rooms.get(breakout_room(breakout.id, group), 0)}>"
        told = text(language, "breakout.moved", name=f"**{escape(person.display_name)}**", number=group, room=room)
        await answer(interaction, f"{DONE} {told}")

    @move.autocomplete("group")
    async def suggest_groups(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """The groups at work."""
        language, breakout = self._parts.access.language(interaction), await self._at_work()
        named = (text(language, "breakout.group", number=group.number) for group in breakout.groups) if breakout else ()
        return suggestions(typed, enumerate(named, 1))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Give the groups more time")
    @app_commands.describe(minutes="By how many minutes")
    async def extend(self, interaction: Interaction, minutes: app_commands.Range[int, 1, 240]) -> None:
        """Let the groups work longer; what is said at the end moves along."""
        breakout, language = await self._current(), self._parts.access.language(interaction)
        if breakout.ends_at is None:
            raise UserError("refused.breakout.none")
        ends_at = breakout.ends_at + timedelta(minutes=minutes)
        deed = self._deed(interaction, "groups extended", breakout, str(breakout.ends_at), str(ends_at))
        if not await self._parts.store.breakouts.end_at(breakout.id, ends_at, deed):
            raise UserError("refused.breakout.none")
        self._look_again()
        await answer(interaction, f"{DONE} {text(language, 'breakout.extended', until=moment(ends_at))}")

    @needs(Role.MODERATOR)
    @app_commands.command(description="Call everybody back from the groups, at once")
    async def call(self, interaction: Interaction) -> None:
        """End the groups' time."""
        breakout, language = await self._current(), self._parts.access.language(interaction)
        now = self._parts.clock.now()
        deed = self._deed(interaction, "groups called back", breakout, str(breakout.ends_at), str(now))
        await self._parts.store.breakouts.end_at(breakout.id, now, deed)
        self._look_again()
        room = where(self._parts.programme.session(breakout.session), self._parts.venue.rooms)
        await answer(interaction, f"{DONE} {text(language, 'breakout.called', room=room)}")

    @needs(Role.MODERATOR)
    @app_commands.command(description="Where each group stands")
    async def status(self, interaction: Interaction) -> None:
        """Who is in the rooms, and who speaks."""
        breakout, rooms = await self._current(), self._parts.venue.rooms
        keys = {group.number: breakout_room(breakout.id, group.number) for group in breakout.groups}
        inside = {number: len(self._inside(interaction, key)) for number, key in keys.items()}
        session, language = self._parts.programme.session(breakout.session), self._parts.access.language(interaction)
        await answer(interaction, status(self._parts.plan, session, breakout, inside, rooms, language))

    # --- confirmed ---------------------------------------------------------------------------------------------

    @pressed("break_out", Role.MODERATOR)
    async def break_out(self, interaction: Interaction, breakout_id: str) -> None:
        """Open the rooms of the groups that were shown; pressed again, nothing more happens."""
        deed = AuditEntry(
            f"breakout/{breakout_id}", self._parts.clock.now(), interaction.user.id, "groups opened", breakout_id
        )
        try:
            breakout = await self._parts.store.breakouts.open(breakout_id, deed)
        except OtherBreakoutError as failure:
            raise _at_work_already(failure.other) from None
        except TooLateError:
            raise UserError("refused.session.proposal_too_old") from None
        except LookupError:
            raise UserError("refused.gone") from None
        self._look_again()
        until = moment(breakout.ends_at or deed.at)
        told = text(self._parts.access.language(interaction), "breakout.opened", until=until)
        await answer(interaction, f"{DONE} {told}")

    # --- the rapporteurs ---------------------------------------------------------------------------------------

    @pressed("rapporteur", Role.PARTICIPANT)
    async def appoint(self, interaction: Interaction, breakout_id: str, number: str, _mark: str = "") -> None:
        """Whoever presses speaks for their group; the latest who did."""
        breakout, group = await self._own_group(interaction, breakout_id, number)
        former = str(group.rapporteur) if group.rapporteur else None
        if group.rapporteur != interaction.user.id:
            deed = self._deed(interaction, "rapporteur", breakout, former, f"{interaction.user.id}: {number}")
            await self._parts.store.breakouts.appoint(breakout.id, group.number, deed)
            self._parts.dispatcher.stir()
        told = text(self._parts.access.language(interaction), "breakout.appointed", number=group.number)
        await answer(interaction, f"{DONE} {told}")

    @pressed("recommend", Role.PARTICIPANT)
    async def ask(self, interaction: Interaction, breakout_id: str, number: str, _mark: str = "") -> None:
        """The form for what a group recommends. Its custom id is the note's id: sent twice, it is the same note."""
        breakout, _ = await self._as_rapporteur(interaction, breakout_id, number)
        asked = self._form(breakout, number, str(interaction.id), self._parts.access.language(interaction))
        await interaction.response.send_modal(asked)

    @pressed("recommended", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction, breakout_id: str, number: str, note_id: str) -> None:
        """Keep what a group recommends, then say so. If it can't be kept, the rapporteur gets the text back."""
        typed, language = submitted(interaction), self._parts.access.language(interaction)
        async with given_back(interaction, language, "\n\n".join(typed.get(part, "") for part in _PARTS)):
            _, group = await self._as_rapporteur(interaction, breakout_id, number)
            kept = await self._submit(self._note(interaction, group, note_id, typed))
            told = text(language, "recommend.kept", number=group.number, title=f"**{escape(kept.title)}**")
            await answer(interaction, f"{DONE} {told}")

    async def _submit(self, note: Note) -> Note:
        card = announcements.card(self._parts.plan, note, self._parts.clock.now())
        kept = await self._parts.store.notes.submit(note, card)
        if kept is None:
            raise UserError("refused.gone")
        return kept

    def _form(self, breakout: Breakout, number: str, note_id: str, language: str) -> discord.ui.Modal:
        plan = self._parts.plan
        topics = ((topic.id, topic.title[language]) for topic in plan.topics)
        sentence = line("title", notes.TITLE_LENGTH)
        return form(
            custom_id("recommended", breakout.id, number, note_id),
            text(language, "recommend.heading"),
            (
                (text(language, "recommend.title"), text(language, "recommend.title_hint"), sentence),
                (
                    text(language, "form.topic"),
                    text(language, "form.topic_hint"),
                    choices("topic", topics, breakout.topic or ""),
                ),
                (text(language, "recommend.learned"), text(language, "recommend.learned_hint"), paragraph("learned")),
                (text(language, "recommend.did"), text(language, "recommend.did_hint"), paragraph("did")),
            ),
        )

    def _note(self, interaction: Interaction, group: BreakoutGroup, note_id: str, typed: Mapping[str, str]) -> Note:
        plan = self._parts.plan
        title = notes.tidy(typed["title"], notes.TITLE_LENGTH)
        did = notes.tidy(typed["did"], notes.PART_LENGTH)
        learned = notes.tidy(typed["learned"], notes.PART_LENGTH)
        if title is None or did is None or learned is None:
            raise UserError("refused.note.unreadable")
        if plan.topic(typed["topic"]) is None:
            raise UserError("refused.note.no_such_topic")
        name = text(plan.languages[0], "recommend.author", number=group.number, name=interaction.user.display_name)
        return Note(
            id=note_id,
            author=interaction.user.id,
            author_name=name,
            topic=typed["topic"],
            kind=NoteKind.RECOMMENDATION,
            title=title,
            did=did,
            learned=learned,
            visibility=Visibility.ORGANISERS,
            written_at=self._parts.clock.now(),
        )

    async def _own_group(
        self, interaction: Interaction, breakout_id: str, number: str
    ) -> tuple[Breakout, BreakoutGroup]:
        breakout = await self._parts.store.breakouts.find(breakout_id)
        group = breakout.group(int(number)) if breakout else None
        if breakout is None or group is None:
            raise UserError("refused.gone")
        if not group.has(interaction.user.id):
            raise UserError("refused.breakout.not_yours", number=group.number)
        return breakout, group

    async def _as_rapporteur(
        self, interaction: Interaction, breakout_id: str, number: str
    ) -> tuple[Breakout, BreakoutGroup]:
        breakout, group = await self._own_group(interaction, breakout_id, number)
        if group.rapporteur != interaction.user.id:
            raise UserError("refused.breakout.not_rapporteur", number=group.number)
        return breakout, group

    # --- who takes part ----------------------------------------------------------------------------------------

    def _under_way(self, interaction: Interaction) -> Session:
        """The session to be broken out: of several under way, the one whose room the moderator is in."""
        live = self._parts.plan.agenda.live(self._parts.clock.now())
        sessions = [session for session in live if session.kind is not SessionKind.BREAK]
        if not sessions:
            raise UserError("refused.breakout.no_session")
        if len(sessions) == 1:
            return sessions[0]
        mine = interaction.user.id
        here = [one for one in sessions if mine in self._inside(interaction, meeting_room(one.room))]
        if len(here) != 1:
            raise UserError("refused.breakout.several")
        return here[0]

    async def _people(self, session: Session, interaction: Interaction) -> list[GroupMember]:
        """Who is in the session's room, or checked in to it; but the team, who goes from room to room."""
        there = self._inside(interaction, meeting_room(session.room))
        checked_in = await self._parts.store.attendance.all()
        names = {one.person: one.name for one in checked_in if one.session == session.id} | there
        return [self._member(person, name) for person, name in names.items() if not self._in_team(interaction, person)]

    def _member(self, person: int, name: str) -> GroupMember:
        people = self._parts.store.participants
        place, language = people.of(person), people.language_of(person) or ""
        if place is None:
            return GroupMember(person, name, language=language)
        return GroupMember(person, name, place.administration, place.organisation, language)

    def _in_team(self, interaction: Interaction, person: int) -> bool:
        place = self._parts.store.participants.of(person)
        member = interaction.guild.get_member(person) if interaction.guild else None
        role = self._parts.venue.role_of(member) if member else Role.PARTICIPANT
        return max(role, place.role if place else Role.PARTICIPANT) > Role.PARTICIPANT

    def _inside(self, interaction: Interaction, key: str) -> dict[int, str]:
        """Who is in a voice or stage room, and how Discord shows them."""
        guild = interaction.guild
        channel = guild.get_channel(self._parts.venue.rooms.get(key, 0)) if guild else None
        if guild is None or not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            return {}
        members = {person: guild.get_member(person) for person in channel.voice_states}
        return {
            person: member.display_name if member else str(person)
            for person, member in members.items()
            if member is None or not member.bot
        }

    # --- what is at work ---------------------------------------------------------------------------------------

    async def _at_work(self) -> Breakout | None:
        now = self._parts.clock.now()
        return next((one for one in await self._parts.store.breakouts.standing() if one.open(now)), None)

    async def _current(self) -> Breakout:
        if (breakout := await self._at_work()) is None:
            raise UserError("refused.breakout.none")
        return breakout

    def _look_again(self) -> None:
        self._parts.venue.look_again()
        self._parts.dispatcher.stir()

    def _deed(
        self, interaction: Interaction, what: str, breakout: Breakout, former: str | None, latter: str
    ) -> AuditEntry:
        now, who = self._parts.clock.now(), interaction.user.id
        return AuditEntry(f"breakout/{interaction.id}", now, who, what, breakout.id, former, latter)


def _at_work_already(other: Breakout) -> UserError:
    until = moment(other.ends_at or other.proposed_at)
    return UserError("refused.breakout.at_work", until=until, who=f"<@{other.author}>")


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(BreakoutCog(client))
