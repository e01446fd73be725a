"""Everybody in the cast, from the first arrival to the last farewell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial

from bot.rehearsal.cast.acknowledged import Acknowledged
from bot.rehearsal.cast.attending import attend, attends, rate_session
from bot.rehearsal.cast.commands import Command
from bot.rehearsal.cast.group_work import work_in_groups
from bot.rehearsal.cast.joining import join, joins
from bot.rehearsal.cast.script import CastMember, wall
from bot.rehearsal.cast.sharing import share
from bot.rehearsal.cast.stage import Stage

Part = Callable[[], Awaitable[None]]


class Actors:
    """The cast's arrival and its parts; one part is one thing that one person does."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def acknowledged(self) -> Acknowledged:
        """What the bot acknowledged to the cast so far."""
        return self._stage.acknowledged

    @property
    def guild_id(self) -> int:
        """The id of the server, once the cast has arrived."""
        return self._stage.guild_id

    def arrive(self, permissions: int) -> None:
        """Make the server, invite the bot with those permissions, and let everybody join the server."""
        stage = self._stage
        stage.guild_id = stage.discord.add_guild(stage.cast.server, bot_permissions=permissions)
        stage.discord.backend.create_channel(stage.guild_id, "general")
        for member in stage.cast.people:
            person = stage.people[member.id] = stage.discord.add_person(
                member.id,
                locale=member.locale,
                manage_guild=member.role == "organiser",
                guild_id=stage.guild_id,
            )
            stage.voice.names[person.id] = member.name

    def parts(self) -> Iterator[Part]:
        """All parts; they are played at once, and each waits for its moment."""
        stage = self._stage
        for number, action in enumerate(stage.cast.actions):
            yield partial(Command(stage, action).play, number)
        for work in stage.cast.group_work:
            yield partial(work_in_groups, stage, work)
        for member in stage.cast.people:
            yield from self._parts_of(member)

    def _parts_of(self, member: CastMember) -> Iterator[Part]:
        stage = self._stage
        if joins(member):
            yield partial(join, stage, member)
        for note in member.notes:
            yield partial(share, stage, member, note)
        for session in stage.plan.agenda:
            chance = stage.chance(member.id, session.id)
            if stage.plan.counts_for_attendance(session) and attends(member, chance):
                yield partial(attend, stage, member, session, chance)
                if session.kind in stage.plan.announcements.feedback.kinds:
                    yield partial(rate_session, stage, member, session)

    def moments(self) -> list[datetime]:
        """The instants of the cast's scripted actions."""
        return [wall(action.at, self._stage.plan.tz) for action in self._stage.cast.actions]
