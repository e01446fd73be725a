"""Look-ups for breakouts: the session, the people in it, and the open breakout."""

from __future__ import annotations

import discord

from bot.domain.agenda.breakouts import Breakout, GroupMember
from bot.domain.agenda.sessions import Session, SessionKind
from bot.domain.people.roles import Role
from bot.domain.venue import meeting_room
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.messages.post import moment
from bot.store.audit import AuditEntry


def session_under_way(context: Context) -> Session:
    """Return the session to break out: of several under way, the one whose room the moderator is in."""
    live = context.plan.agenda.live(context.now)
    sessions = [session for session in live if session.kind is not SessionKind.BREAK]
    if not sessions:
        context.refuse("refused.breakout.no_session")
    if len(sessions) == 1:
        return sessions[0]
    mine = context.person.id
    here = [session for session in sessions if mine in present_in(context, meeting_room(session.room))]
    if len(here) != 1:
        context.refuse("refused.breakout.several")
    return here[0]


async def people_of(context: Context, session: Session) -> list[GroupMember]:
    """Return the people in the session's room or checked in to it, without the team, which moves between rooms."""
    present = present_in(context, meeting_room(session.room))
    checked_in = await context.store.attendance.all()
    names = {entry.person: entry.name for entry in checked_in if entry.session == session.id} | present
    return [as_member(context, person, name) for person, name in names.items() if not _in_team(context, person)]


def as_member(context: Context, person: int, name: str) -> GroupMember:
    people = context.store.participants
    place, language = people.of(person), people.language_of(person) or ""
    if place is None:
        return GroupMember(person, name, language=language)
    return GroupMember(person, name, place.administration, place.organisation, language)


def _in_team(context: Context, person: int) -> bool:
    place = context.store.participants.of(person)
    member = context.interaction.guild.get_member(person) if context.interaction.guild else None
    role = context.workshop.venue.role_of(member) if member else Role.PARTICIPANT
    return max(role, place.role if place else Role.PARTICIPANT) > Role.PARTICIPANT


def present_in(context: Context, key: str) -> dict[int, str]:
    """Return the people in a voice or stage room, with their names on Discord."""
    guild = context.interaction.guild
    channel = guild.get_channel(context.workshop.venue.rooms.get(key, 0)) if guild else None
    if guild is None or not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return {}
    members = {person: guild.get_member(person) for person in channel.voice_states}
    return {
        person: member.display_name if member else str(person)
        for person, member in members.items()
        if member is None or not member.bot
    }


async def open_breakout(context: Context) -> Breakout | None:
    return next((opened for opened in await context.store.breakouts.standing() if opened.open(context.now)), None)


async def require_open(context: Context) -> Breakout:
    if (breakout := await open_breakout(context)) is None:
        context.refuse("refused.breakout.none")
    return breakout


def follow(context: Context) -> None:
    context.workshop.venue.look_again()
    context.workshop.dispatcher.stir()


def audit_entry(context: Context, what: str, breakout: Breakout, former: str | None, latter: str) -> AuditEntry:
    who = context.person.id
    return AuditEntry(f"breakout/{context.interaction.id}", context.now, who, what, breakout.id, former, latter)


def already_open(other: Breakout) -> UserError:
    until = moment(other.ends_at or other.proposed_at)
    return UserError("refused.breakout.at_work", until=until, who=f"<@{other.author}>")
