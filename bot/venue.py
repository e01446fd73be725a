"""The venue on Discord: what the plan wants against what the server has; each step ensures one thing.

Every step is idempotent: it finds what is remembered, else adopts what has the right name, else makes it. So a
setup that was cut off, or undone by hand, is completed by running it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from datetime import datetime
from typing import Any

import aiohttp
import discord

from bot.domain import breakouts, limits
from bot.domain.access import ROLES, Role, role_of
from bot.domain.breakouts import CALLING, Breakout
from bot.domain.participants import Participant
from bot.domain.plan import Plan
from bot.domain.text import shorten
from bot.domain.venue import BREAKOUTS, CATEGORY, Door, Form, Room, breakout_room, meeting_room, next_change, rooms
from bot.i18n import text
from bot.pacing import Pacer
from bot.programme import Programme
from bot.store import Store

log = logging.getLogger(__name__)

GUILD_FACT = "guild"

_WRITE = {"view_channel": True, "send_messages": True, "read_message_history": True}
_MEET = {"view_channel": True, "connect": True, "speak": True}
_DOORS = {
    (Door.CLOSED, False): {"view_channel": False},
    (Door.CLOSED, True): {"view_channel": False},
    (Door.READ, False): {"view_channel": True, "read_message_history": True, "send_messages": False},
    (Door.OPEN, False): _WRITE,
    (Door.OPEN, True): _MEET,
}
#: The same for the members of a group, in the room that only they see.
_GROUP_DOORS = {
    Door.READ: {"view_channel": True, "read_message_history": True, "send_messages": False, "connect": False},
    Door.OPEN: _MEET | _WRITE,
}
#: Characters of a session's title in the names of its groups' rooms.
_TITLE = 60
#: Discord's code for somebody who has left the voice room meanwhile.
_NOT_IN_VOICE = 40032

Target = discord.Role | discord.Member
Overwrites = dict[Target | discord.Object, discord.PermissionOverwrite]


class Venue:
    """The one server in which the workshop lives, its roles and rooms."""

    def __init__(self, programme: Programme, store: Store, pacer: Pacer) -> None:
        self._programme = programme
        self._store = store
        self._pacer = pacer
        self._ids: dict[str, int] = {}
        self._guild_id: int | None = None
        self._one_at_a_time = asyncio.Lock()
        self._just_made: dict[int, discord.Role] = {}
        """NOTE: discord.py knows a role once the gateway has told of it, which may be after the answer."""
        self._settled = False
        """Whether all was as planned when it was last looked at."""
        self._next_change: datetime | None = None
        self._breakouts: tuple[Breakout, ...] = ()

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    async def load(self) -> None:
        """Recall what there is."""
        self._ids = await self._store.venue.ids()
        guild = await self._store.facts.get(GUILD_FACT)
        self._guild_id = int(guild) if guild else None

    @property
    def guild_id(self) -> int | None:
        """The server that the workshop lives in, once it has been set up."""
        return self._guild_id

    @property
    def rooms(self) -> dict[str, int]:
        """The Discord ids of the rooms, by key."""
        return self._ids

    @property
    def breakouts(self) -> tuple[Breakout, ...]:
        """Those that are at work or were called back a moment ago, when all was last looked at."""
        return self._breakouts

    def link(self, key: str) -> str:
        """A link to a room, as Discord shows it; its name, if it isn't there yet."""
        return f"<#{self._ids[key]}>" if key in self._ids else f"#{key}"

    def role_of(self, member: discord.Member) -> Role:
        """What a member is in the workshop."""
        held = {role.id for role in member.roles}
        known = {role: self._ids[key] for role in ROLES if (key := role_key(role)) in self._ids}
        manages = member.guild_permissions.manage_guild or member.guild.owner_id == member.id
        return role_of(held, known, manages_server=manages)

    async def admit(self, member: discord.Member, place: Participant) -> tuple[str, ...]:
        """Give somebody the role and the name of their place; of `role` and `nickname`, what Discord doesn't allow."""
        allowed = {"role": await self._give_role(member, place.role), "nickname": await self._name(member, place)}
        return tuple(what for what, done in allowed.items() if not done)

    async def dismiss(self, member: discord.Member, place: Participant) -> bool:
        """Take away the role of a place; False where Discord doesn't allow it."""
        role = member.get_role(self._ids.get(role_key(place.role), 0))
        return role is None or await self._changed(member.remove_roles(role, reason=f"Workshop {self._plan.id}"))

    async def forget(self, member: discord.Member, place: Participant) -> bool:
        """Take away role and name of a place; False where Discord doesn't allow the role."""
        if member.nick == place.nickname:
            await self._changed(member.edit(nick=None, reason=f"Workshop {self._plan.id}"))
        return await self.dismiss(member, place)

    async def _give_role(self, member: discord.Member, wanted: Role) -> bool:
        role = member.guild.get_role(self._ids.get(role_key(wanted), 0))
        if role is None or role in member.roles:
            return role is not None
        # What Discord is sure to refuse isn't asked for: each refusal counts against the bot's address.
        possible = role < member.guild.me.top_role
        return possible and await self._changed(member.add_roles(role, reason=f"Workshop {self._plan.id}"))

    async def _name(self, member: discord.Member, place: Participant) -> bool:
        if member.nick == place.nickname:
            return True
        guild = member.guild
        below = guild.owner_id != member.id and member.top_role < guild.me.top_role
        possible = below and guild.me.guild_permissions.manage_nicknames
        return possible and await self._changed(member.edit(nick=place.nickname, reason=f"Workshop {self._plan.id}"))

    async def _changed(self, change: Coroutine[Any, Any, object]) -> bool:
        await self._pacer.turn()
        try:
            await change
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            log.warning("A member could not be changed: %r", failure)
            return False
        return True

    def role_id(self, role: str) -> int | None:
        """The Discord id of one of the workshop's roles, by its name in small letters, if it has been made."""
        return self._ids.get(f"role:{role}")

    async def adopt(self, guild_id: int) -> None:
        """Make this server the workshop's. Recorded first, so that a setup cut off is completed at the next start."""
        await self._store.facts.put(GUILD_FACT, str(guild_id))
        self._guild_id = guild_id

    async def ensure(self, guild: discord.Guild, now: datetime) -> list[str]:
        """Make, adopt or mend whatever is missing; the names of what was made.

        A room that fails doesn't stop the others; the first failure is raised at the end (discord.Forbidden, mostly).
        """
        async with self._one_at_a_time:
            self._settled = True  # first: whoever asks to look again in the midst of it is heard
            try:
                made = await self._ensure_all(guild, now)
            except BaseException:
                self._settled = False
                raise
            return made

    async def _ensure_all(self, guild: discord.Guild, now: datetime) -> list[str]:
        self._breakouts = await self._store.breakouts.standing()
        made = [name for role in ROLES if (name := await self._ensure_role(guild, role))]
        failures: list[Exception] = []
        for room in (*rooms(self._plan), *self._group_rooms(now)):
            try:
                made += [room.name] if await self._ensure_room(guild, room, now) else []
            except (discord.HTTPException, aiohttp.ClientError, OSError, LookupError) as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
        ends = [end for each in self._breakouts if each.ends_at for end in (each.ends_at, each.ends_at + CALLING)]
        changes = [next_change(self._plan, now), *(end for end in ends if end > now)]
        self._next_change = min((change for change in changes if change is not None), default=None)
        return made

    def look_again(self, deleted: int = 0) -> None:
        """Something may have changed by hand, such as what was deleted: the next `keep` compares everything."""
        self._just_made.pop(deleted, None)
        self._settled = False

    async def keep(self, guild: discord.Guild, now: datetime) -> datetime | None:
        """See that all is as planned for `now`; the next instant at which to look. Raises as `ensure` does."""
        if not self._settled or (self._next_change is not None and now >= self._next_change):
            made = await self.ensure(guild, now)
            if made:
                log.info("Made what was missing in the server: %s", ", ".join(made))
        for breakout in self._breakouts:
            if not breakout.open(now):
                await self._wind_up(guild, breakout, now)
        return self._next_change

    def owns(self, discord_id: int) -> bool:
        """Whether a role or channel is the workshop's."""
        return discord_id in self._ids.values()

    async def _ensure_role(self, guild: discord.Guild, role: Role) -> str | None:
        key, name = role_key(role), role.name.capitalize()
        if self._known_role(guild, role):
            return None
        found = discord.utils.get(guild.roles, name=name)
        if found is None:
            await self._pacer.turn()
            found = await guild.create_role(name=name, reason=f"Workshop {self._plan.id}")
            self._just_made[found.id] = found
            await self._keep(key, found.id)
            return name
        await self._keep(key, found.id)
        return None

    async def _ensure_room(self, guild: discord.Guild, room: Room, now: datetime) -> bool:
        channel = self._channel(guild, room) or self._namesake(guild, room)
        made = channel is None
        if channel is None:
            if not room.wanted:
                return False
            channel = await self._make(guild, room, now)
        await self._keep(room.key, channel.id)
        if isinstance(channel, discord.VoiceChannel) and room.members is not None:
            await self._ensure_group_room(channel, room, now)
        elif not made:
            await self._ensure_door(channel, room, now)
        return made

    def _channel(self, guild: discord.Guild, room: Room) -> discord.abc.GuildChannel | None:
        return guild.get_channel(self._ids.get(room.key, 0))

    def _namesake(self, guild: discord.Guild, room: Room) -> discord.abc.GuildChannel | None:
        """A channel of the right name in the right place, made by hand or just before the bot was stopped.

        Never one that is another room of the workshop's: two sessions' groups may have rooms of the same name.
        """
        name = shorten(room.name, limits.NAME)
        others = {number for key, number in self._ids.items() if key != room.key}
        ours = (category for key in (CATEGORY, BREAKOUTS) if (category := self._category(guild, key)))
        there = guild.categories if room.form is Form.CATEGORY else (each for one in ours for each in one.channels)
        return next((channel for channel in there if channel.name == name and channel.id not in others), None)

    def _category(self, guild: discord.Guild, key: str) -> discord.CategoryChannel | None:
        found = guild.get_channel(self._ids.get(key, 0))
        return found if isinstance(found, discord.CategoryChannel) else None

    async def _with_space(self, guild: discord.Guild, room: Room, now: datetime) -> discord.CategoryChannel | None:
        """The workshop's category; once that is full, one beside it for the rooms of groups."""
        category = self._category(guild, CATEGORY)
        if room.members is None or category is None or len(category.channels) < limits.CATEGORY_CHANNELS:
            return category
        beside = Room(BREAKOUTS, Form.CATEGORY, f"{shorten(self._plan.title[self._plan.languages[0]], 90)} · 2", None)
        await self._ensure_room(guild, beside, now)
        return self._category(guild, BREAKOUTS)

    async def _make(self, guild: discord.Guild, room: Room, now: datetime) -> discord.abc.GuildChannel:
        category = await self._with_space(guild, room, now)
        await self._pacer.turn()
        name, reason = shorten(room.name, limits.NAME), f"Workshop {self._plan.id}"
        overwrites: Overwrites = {**dict(self._overwrites(guild, room, now)), **self._admitted(room, now)}
        if room.form is Form.CATEGORY:
            return await guild.create_category(name, overwrites=overwrites, reason=reason)
        if room.form is Form.TEXT:
            about = shorten(room.about[self._plan.languages[0]], limits.CHANNEL_TOPIC) if room.about else ""
            return await guild.create_text_channel(
                name, category=category, overwrites=overwrites, topic=about, reason=reason
            )
        # A stage needs a Community server; elsewhere people meet in a voice room.
        if room.form is Form.STAGE and "COMMUNITY" in guild.features:
            return await guild.create_stage_channel(name, category=category, overwrites=overwrites, reason=reason)
        return await guild.create_voice_channel(name, category=category, overwrites=overwrites, reason=reason)

    async def _ensure_door(self, channel: discord.abc.GuildChannel, room: Room, now: datetime) -> None:
        """Who may do what; rights that somebody granted beside ours stay."""
        for target, wanted in self._overwrites(channel.guild, room, now):
            current = channel.overwrites_for(target)
            mended = discord.PermissionOverwrite.from_pair(*current.pair())
            mended.update(**{name: value for name, value in wanted if value is not None})
            if mended != current:
                await self._pacer.turn()
                await channel.set_permissions(target, overwrite=mended, reason=f"Workshop {self._plan.id}")

    def _overwrites(
        self, guild: discord.Guild, room: Room, now: datetime
    ) -> Iterator[tuple[Target, discord.PermissionOverwrite]]:
        meets = room.form in {Form.VOICE, Form.STAGE}
        rights = _MEET | _WRITE if room.members is not None else _MEET if meets else _WRITE
        everything = discord.PermissionOverwrite(**rights)
        yield guild.me, everything  # first: once the room is closed to everyone, only this lets the bot in
        yield (
            guild.default_role,
            discord.PermissionOverwrite(**_DOORS[Door.READ if room.public else Door.CLOSED, meets]),
        )
        for role in (Role.ORGANISER, Role.MODERATOR):
            yield self._role(guild, role), everything
        if room.members is None:
            door = room.door(now, self._plan.agenda.ends_at)
            yield self._role(guild, Role.PARTICIPANT), discord.PermissionOverwrite(**_DOORS[door, meets])

    # --- the rooms of groups -----------------------------------------------------------------------------------

    def _group_rooms(self, now: datetime) -> Iterator[Room]:
        for breakout in self._breakouts:
            title = shorten(self._programme.session(breakout.session).title[self._plan.languages[0]], _TITLE)
            names = [self._group_name(group.number, title, now, breakout) for group in breakout.groups]
            yield from breakouts.rooms(breakout, names, now)

    def _group_name(self, number: int, title: str, now: datetime, breakout: Breakout) -> str:
        key = "breakout.room" if breakout.open(now) else "breakout.archived"
        return text(self._plan.languages[0], key, number=number, title=title)

    async def _ensure_group_room(self, channel: discord.VoiceChannel, room: Room, now: datetime) -> None:
        """Who is let in, and its name once it is over, in one request; rights that somebody granted others stay."""
        wanted: Overwrites = {**dict(self._overwrites(channel.guild, room, now)), **self._admitted(room, now)}
        known = {target.id for target in wanted} | room.strangers
        wanted |= {target: granted for target, granted in channel.overwrites.items() if target.id not in known}
        there = {target.id: granted for target, granted in channel.overwrites.items()}
        name, reason = shorten(room.name, limits.NAME), f"Workshop {self._plan.id}"
        if not room.wanted and channel.name != name:
            await self._pacer.turn()
            await channel.edit(name=name, overwrites=wanted, reason=reason)
        elif there != {target.id: granted for target, granted in wanted.items()}:
            await self._pacer.turn()
            await channel.edit(overwrites=wanted, reason=reason)

    def _admitted(self, room: Room, now: datetime) -> Overwrites:
        """What the members of a group may do in its room. Nobody asks Discord who they are: ids will do."""
        if room.members is None:
            return {}
        rights = discord.PermissionOverwrite(**_GROUP_DOORS[room.door(now, self._plan.agenda.ends_at)])
        return {discord.Object(person, type=discord.Member): rights for person in sorted(room.members)}

    async def _wind_up(self, guild: discord.Guild, breakout: Breakout, now: datetime) -> None:
        """Bring whoever is still in the rooms back to the session's, for a while; then nothing is left to be done."""
        if breakout.ends_at and now >= breakout.ends_at + CALLING:
            await self._store.breakouts.archive(breakout.id, now)
            self.look_again()
            return
        back = guild.get_channel(self._ids.get(meeting_room(self._programme.session(breakout.session).room), 0))
        if not isinstance(back, discord.VoiceChannel | discord.StageChannel) or not _may_move(guild):
            return
        for group in breakout.groups:
            channel = guild.get_channel(self._ids.get(breakout_room(breakout.id, group.number), 0))
            if isinstance(channel, discord.VoiceChannel):
                for person in tuple(channel.voice_states):
                    await self._bring_back(guild, person, back)

    async def _bring_back(
        self, guild: discord.Guild, person: int, back: discord.VoiceChannel | discord.StageChannel
    ) -> None:
        try:
            await self._pacer.turn()
            member = guild.get_member(person) or await guild.fetch_member(person)
            await member.move_to(back, reason=f"Workshop {self._plan.id}")
        except discord.HTTPException as failure:
            if failure.code != _NOT_IN_VOICE and not isinstance(failure, discord.NotFound):
                raise

    # --- what all of it rests on -------------------------------------------------------------------------------

    def _role(self, guild: discord.Guild, role: Role) -> discord.Role:
        found = self._known_role(guild, role)
        if found is None:
            raise LookupError(f"The role {role.name.lower()} has gone from the server; /workshop setup makes it anew.")
        return found

    def _known_role(self, guild: discord.Guild, role: Role) -> discord.Role | None:
        number = self._ids.get(role_key(role), 0)
        return guild.get_role(number) or self._just_made.get(number)

    async def _keep(self, key: str, discord_id: int) -> None:
        if self._ids.get(key) != discord_id:
            await self._store.venue.keep(key, discord_id)
            self._ids[key] = discord_id


def _may_move(guild: discord.Guild) -> bool:
    """A server that was invited before this permission was asked for may lack it; people are then only asked."""
    return guild.me.guild_permissions.move_members


def role_key(role: Role) -> str:
    return f"role:{role.name.lower()}"
