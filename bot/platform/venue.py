"""The venue on Discord: compares the plan's roles and rooms with the server's, and takes the missing steps one by one.

A role or room is found by its recorded id, else adopted by its name, else made. So running setup again completes a
setup that was cut off or undone by hand.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any

import aiohttp
import discord

from bot.domain.agenda.breakouts import CALLING, Breakout
from bot.domain.people.participants import Participant
from bot.domain.people.roles import ROLES, Role, RoleGrant, may_restore, role_of
from bot.domain.plan import Plan
from bot.domain.venue import breakout_room, meeting_room, next_door_change, role_key
from bot.domain.venue_steps import (
    MakeRole,
    MakeRoom,
    Namesake,
    Step,
    WantedVenue,
    match_existing,
    namesakes,
    setup_steps,
)
from bot.messages.venue import Status, names_made
from bot.platform.errors import is_transient
from bot.platform.guild import Guild
from bot.platform.rate_limit import Pacer
from bot.platform.wanted_venue import group_rooms, wanted
from bot.store import Store
from bot.store.plan_in_force import PlanInForce
from bot.store.venue import GUILD_FACT

log = logging.getLogger(__name__)

#: How long one step may take, a rate limit included; then the next step begins (seconds).
_STEP_SECONDS = 15

#: Discord's code for somebody who has left the voice room meanwhile.
_NOT_IN_VOICE = 40032

Told = Callable[[int, int], Awaitable[None]]
"""Called after each step with the count of steps done and the total."""


class Venue:
    """The one server in which the workshop lives, its roles and rooms."""

    def __init__(self, programme: PlanInForce, store: Store, pacer: Pacer) -> None:
        self._programme = programme
        self._store = store
        self._pacer = pacer
        self._ids: dict[str, int] = {}
        self._guild_id: int | None = None
        self._one_at_a_time = asyncio.Lock()
        self._people_waiting = 0
        """How many people wait for `ensure`: work in the background gives way to them after its step."""
        self._just_made: dict[int, discord.Role] = {}
        """See `Guild`."""
        self._settled = False
        """Whether everything was as planned at the last check."""
        self._next_change: datetime | None = None
        self._breakouts: tuple[Breakout, ...] = ()

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    async def load(self) -> None:
        """Load the workshop's server and the recorded ids of its roles and rooms."""
        self._ids = await self._store.venue.ids()
        guild = await self._store.facts.get(GUILD_FACT)
        self._guild_id = int(guild) if guild else None

    async def recall(self, guild: discord.Guild) -> None:
        """Load the ids of the workshop's roles and rooms, without those that the server no longer has."""
        known = {**await self._store.venue.ids(), **self._ids}
        existing = {*(role.id for role in guild.roles), *(channel.id for channel in guild.channels), *self._just_made}
        self._ids = {key: number for key, number in known.items() if number in existing}
        self.look_again()

    def forget_server(self) -> None:
        """Drop all roles and rooms, because the bot was removed from the server; `recall` loads them again."""
        self._ids, self._just_made, self._breakouts = {}, {}, ()
        self._settled = False

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
        """The breakouts that were open, or had just ended, at the last check."""
        return self._breakouts

    def link(self, key: str) -> str:
        """Return a link to a room; its name, if the room doesn't exist yet."""
        return f"<#{self._ids[key]}>" if key in self._ids else f"#{key}"

    def role_of(self, member: discord.Member) -> Role:
        """Return a member's role in the workshop."""
        held = {role for role in ROLES if member.get_role(self._ids.get(role_key(role), 0))}
        # A press carries the resolved permissions, so they need not be computed.
        allowed = member.resolved_permissions or member.guild_permissions
        manages = allowed.manage_guild or member.guild.owner_id == member.id
        return role_of(held, manages_server=manages)

    async def admit(self, member: discord.Member, place: Participant) -> tuple[str, ...]:
        """Give a member the role and the name of their place; return which of `role` and `nickname` Discord refused."""
        allowed = {"role": await self._give_role(member, place), "nickname": await self._name(member, place)}
        return tuple(what for what, done in allowed.items() if not done)

    def may_admit(self, member: discord.Member, place: Participant) -> bool:
        """Return whether the holder of a place has its role, or may have it again without an organiser."""
        role_id = self._ids.get(role_key(place.role))
        return self.role_of(member) >= place.role or may_restore(place.role, place.grant, role_id, member.joined_at)

    async def restore(self, member: discord.Member, place: Participant) -> Role:
        """Give the holder of a place its role again, if they may have it; what they are then."""
        if not self.may_admit(member, place):
            return Role.VISITOR
        await self.admit(member, place)
        return place.role

    async def dismiss(self, member: discord.Member, place: Participant) -> bool:
        """Take away the role of a place, and the one that the bot gave; False where Discord doesn't allow it."""
        ids = (self._ids.get(role_key(place.role), 0), place.grant.role_id if place.grant else 0)
        held = [role for number in dict.fromkeys(ids) if (role := member.get_role(number))]
        return not held or await self._changed(member.remove_roles(*held, reason=f"Workshop {self._plan.id}"))

    async def forget(self, member: discord.Member, place: Participant) -> bool:
        """Take away the role and the name of a place; False if Discord refuses to take the role."""
        if member.nick == place.nickname:
            await self._changed(member.edit(nick=None, reason=f"Workshop {self._plan.id}"))
        return await self.dismiss(member, place)

    async def _give_role(self, member: discord.Member, place: Participant) -> bool:
        role = member.guild.get_role(self._ids.get(role_key(place.role), 0))
        if role is None:
            return False
        if role not in member.roles:
            # Skip requests that Discord is sure to refuse: each refusal counts towards a ban of the bot's address.
            possible = role < member.guild.me.top_role
            if not possible or not await self._changed(member.add_roles(role, reason=f"Workshop {self._plan.id}")):
                return False
        if member.joined_at:
            await self._store.participants.record_grant(member.id, RoleGrant(role.id, member.joined_at))
        return True

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
        """Return the Discord id of one of the workshop's roles, by its name in small letters, if it has been made."""
        return self._ids.get(f"role:{role}")

    async def adopt(self, guild_id: int) -> bool:
        """Make this server the workshop's; False if the workshop belongs to another.

        Recorded first, so that a setup cut off is completed at the next start.
        """
        self._guild_id = int(await self._store.facts.once(GUILD_FACT, str(guild_id)))
        return self._guild_id == guild_id

    async def adopt_roles(self, namesakes: Iterable[Namesake], now: datetime) -> None:
        """Make these roles of the server the workshop's."""
        async with self._one_at_a_time:
            for role in namesakes:
                await self._keep(role.key, role.id, now)

    async def ensure(
        self, guild: discord.Guild, now: datetime, *, archived: bool | None = None, told: Told | None = None
    ) -> tuple[Step, ...]:
        """Make, adopt or repair roles and rooms, and return the steps taken.

        `archived` moves the rooms into the archive or out of it; None leaves them where they are. A room that fails
        doesn't stop the others; the first failure is raised at the end (discord.Forbidden, mostly).
        """
        self._people_waiting += 1
        try:
            async with self._one_at_a_time:
                return await self._settle(guild, now, archived=archived, told=told)
        finally:
            self._people_waiting -= 1

    async def _settle(
        self, guild: discord.Guild, now: datetime, *, archived: bool | None = None, told: Told | None = None
    ) -> tuple[Step, ...]:
        self._settled = True  # set first, so that a `look_again` during the work isn't lost
        try:
            return await self._ensure_all(guild, now, archived=archived, told=told)
        except BaseException:
            self._settled = False
            raise

    async def _ensure_all(
        self, guild: discord.Guild, now: datetime, *, archived: bool | None, told: Told | None
    ) -> tuple[Step, ...]:
        self._breakouts = await self._store.breakouts.standing()
        site, wished = await self._site(guild), self._wanted(self._breakouts, now, archived=archived)
        # Record adopted ids; the steps don't depend on it.
        for key, number in match_existing(wished, site.server(), self._ids).items():
            await self._keep(key, number, now)
        planned = setup_steps(wished, site.server(), self._ids)
        done: list[Step] = []
        failures: list[Exception] = []
        for number, step in enumerate(planned, 1):
            if told is None and self._people_waiting:
                self._settled = False  # the rest is theirs, or the next round's
                break
            try:
                async with asyncio.timeout(_STEP_SECONDS):
                    await self._take(site, step, now)
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, LookupError) as failure:
                if isinstance(step, MakeRole):
                    raise
                failures.append(failure)
            else:
                done.append(step)
            if told:
                await told(number, len(planned))
        if failures:
            raise failures[0]
        ends = [
            end
            for breakout in self._breakouts
            if breakout.ends_at
            for end in (breakout.ends_at, breakout.ends_at + CALLING)
        ]
        changes = [next_door_change(self._plan, now), *(end for end in ends if end > now)]
        self._next_change = min((change for change in changes if change is not None), default=None)
        return tuple(done)

    async def plan(self, guild: discord.Guild, now: datetime, *, archived: bool | None = None) -> tuple[Step, ...]:
        """Return the steps that `ensure` would take."""
        breakouts = await self._store.breakouts.standing()
        site = await self._site(guild)
        return setup_steps(self._wanted(breakouts, now, archived=archived), site.server(), self._ids)

    async def namesakes(self, guild: discord.Guild, now: datetime) -> tuple[Namesake, ...]:
        """Return the server's own roles with our names; an organiser must decide whether they become the workshop's."""
        return namesakes(self._wanted((), now, archived=None), (await self._site(guild)).server(), self._ids)

    async def status(self, guild: discord.Guild, now: datetime) -> Status:
        """Return the state of roles and rooms, and the permissions that the bot lacks."""
        breakouts = await self._store.breakouts.standing()
        site = await self._site(guild)
        return site.status(self._wanted(breakouts, now, archived=None), self._ids, self._plan)

    async def _site(self, guild: discord.Guild) -> Guild:
        site = Guild(guild, guild.me, guild.channels, self._pacer, self._just_made)
        await site.look_at_roles(self._ids)
        return site

    def _wanted(self, breakouts: tuple[Breakout, ...], now: datetime, *, archived: bool | None) -> WantedVenue:
        return wanted(self._plan, group_rooms(self._programme, breakouts, now), now, archived=archived)

    async def _take(self, site: Guild, step: Step, now: datetime) -> None:
        made = await site.carry_out(step, self._ids, self._plan)
        if made is not None and isinstance(step, MakeRole | MakeRoom):
            await self._keep(step.key, made, now)

    def look_again(self, deleted: int = 0) -> None:
        """Make the next `keep` compare everything, because somebody changed or deleted something by hand."""
        self._just_made.pop(deleted, None)
        self._settled = False

    async def keep(self, guild: discord.Guild, now: datetime) -> tuple[datetime | None, bool]:
        """Bring the server to the plan's state at `now` (UTC), unless a setup is under way.

        Returns the instant of the next check, and whether anything was changed. Raises as `ensure` does.
        """
        done: tuple[Step, ...] = ()
        due = not self._settled or (self._next_change is not None and now >= self._next_change)
        if due and not self._one_at_a_time.locked():
            async with self._one_at_a_time:
                done = await self._settle(guild, now)
            if made := names_made(done):
                log.info("Made missing roles or rooms in the server: %s", ", ".join(made))
        return self._next_change, bool(done)

    def owns(self, discord_id: int) -> bool:
        """Return whether a role or channel is the workshop's."""
        return discord_id in self._ids.values()

    async def wind_up(self, guild: discord.Guild, now: datetime) -> datetime | None:
        """Move people back from the rooms of ended breakouts; return `now` if the rooms need another check.

        Raises the first refusal of Discord, after trying everybody.
        """
        failures: list[Exception] = []
        archived = False
        for breakout in self._breakouts:
            if breakout.ends_at and now >= breakout.ends_at + CALLING:
                await self._store.breakouts.archive(breakout.id, now)
                self.look_again()
                archived = True
            elif not breakout.open(now):
                failures += await self._call_back(guild, breakout)
        if failures:
            raise failures[0]
        return now if archived else None

    async def _call_back(self, guild: discord.Guild, breakout: Breakout) -> list[Exception]:
        """Move everybody who is still in the groups' rooms to the session's; return Discord's refusals."""
        back = guild.get_channel(self._ids.get(meeting_room(self._programme.session(breakout.session).room), 0))
        if not isinstance(back, discord.VoiceChannel | discord.StageChannel) or not _may_move(guild):
            return []
        failures: list[Exception] = []
        for group in breakout.groups:
            channel = guild.get_channel(self._ids.get(breakout_room(breakout.id, group.number), 0))
            for person in tuple(channel.voice_states) if isinstance(channel, discord.VoiceChannel) else ():
                try:
                    await self._bring_back(guild, person, back)
                except discord.HTTPException as failure:
                    if is_transient(failure):
                        raise
                    failures.append(failure)
        return failures

    async def _bring_back(
        self, guild: discord.Guild, person: int, back: discord.VoiceChannel | discord.StageChannel
    ) -> None:
        try:
            await self._pacer.turn()
            async with asyncio.timeout(_STEP_SECONDS):
                member = guild.get_member(person) or await guild.fetch_member(person)
                await member.move_to(back, reason=f"Workshop {self._plan.id}")
        except discord.HTTPException as failure:
            if failure.code != _NOT_IN_VOICE and not isinstance(failure, discord.NotFound):
                raise

    async def _keep(self, key: str, discord_id: int, now: datetime) -> None:
        if self._ids.get(key) != discord_id:
            await self._store.venue.keep(key, discord_id, now)
            self._ids[key] = discord_id


def _may_move(guild: discord.Guild) -> bool:
    """Return whether the bot may move people. Older invitations lack this permission; people are then only asked."""
    return guild.me.guild_permissions.move_members
