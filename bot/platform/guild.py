"""A server as the steps see it; it carries them out, with the gateway or over REST alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import cast

import aiohttp
import discord

from bot.domain import discord_limits
from bot.domain.people.roles import ROLES
from bot.domain.plan import Plan
from bot.domain.text import shorten
from bot.domain.venue import RoomForm, role_key, venue_rooms
from bot.domain.venue_permissions import Rights, missing_in_channel, missing_permissions, permission_bits
from bot.domain.venue_steps import (
    EVERYONE,
    ME,
    EditChannel,
    GrantPermissions,
    MakeRole,
    MakeRoom,
    Server,
    ServerChannel,
    Step,
    WantedVenue,
    Who,
    is_archived,
    match_existing,
    role_name,
    setup_steps,
)
from bot.messages.venue import Lacks, Status
from bot.platform.rate_limit import Pacer

log = logging.getLogger(__name__)

#: How long Discord may take to count the members of each role (seconds).
_COUNT_SECONDS = 5

_FORMS = {
    discord.ChannelType.category: RoomForm.CATEGORY,
    discord.ChannelType.text: RoomForm.TEXT,
    discord.ChannelType.news: RoomForm.TEXT,
    discord.ChannelType.voice: RoomForm.VOICE,
    discord.ChannelType.stage_voice: RoomForm.STAGE,
}

Target = discord.Role | discord.Member | discord.Object


class Guild:
    """A server, as far as the workshop's rooms are concerned."""

    def __init__(
        self,
        guild: discord.Guild,
        me: discord.Member,
        channels: Iterable[discord.abc.GuildChannel],
        pacer: Pacer,
        just_made: dict[int, discord.Role] | None = None,
    ) -> None:
        self.guild = guild
        self.me = me
        self._channels = {channel.id: channel for channel in channels}
        self._pacer = pacer
        self._just_made = {} if just_made is None else just_made
        """NOTE: discord.py knows a role only after its gateway event, which may come after the REST answer."""
        self._foreign: dict[int, int | None] = {}

    async def look_at_roles(self, known: Mapping[str, int]) -> None:
        """Count the members of roles that have our names but aren't known to be ours: see `Server.foreign`.

        Without a privileged intent the bot can't list members. A count that Discord withholds may be above zero.
        """
        names = {role_name(role) for role in ROLES}
        ours = known.values()
        called = [role for role in self.guild.roles if role.name in names and role.id not in ours and not role.managed]
        if not called:
            return
        await self._pacer.turn()
        try:
            async with asyncio.timeout(_COUNT_SECONDS):
                counts = {role.id: count for role, count in (await self.guild.role_member_counts()).items()}
        except (
            discord.HTTPException,
            discord.RateLimited,
            aiohttp.ClientError,
            ConnectionError,
            TimeoutError,
        ) as failure:
            log.warning("Discord did not return the member counts of roles: %r", failure)
            counts = dict[int, int]()
        holders = {role.id: counts.get(role.id) for role in called}
        self._foreign = {
            role.id: holders[role.id] for role in called if holders[role.id] != 0 or role.permissions.value
        }

    def server(self) -> Server:
        """Return the server's roles and channels."""
        roles = [*self.guild.roles, *(role for role in self._just_made.values() if role.guild == self.guild)]
        return Server(
            me=self.me.id,
            everyone=self.guild.default_role.id,
            # A role that Discord made for a bot can't be given to anybody.
            roles={role.id: role.name for role in roles if not role.managed},
            channels={number: _seen(channel) for number, channel in self._channels.items()},
            foreign=self._foreign,
            held=self.me.guild_permissions.value,
            stages=_has_stages(self.guild),
        )

    def status(self, wanted: WantedVenue, known: Mapping[str, int], plan: Plan) -> Status:
        """Return the state of roles and rooms; `known` has the ids of those that were ours."""
        server = self.server()
        existing = match_existing(wanted, server, known)
        asked = [*map(role_key, ROLES), *(room.key for room in venue_rooms(plan))]
        return Status(
            sum(key in existing for key in asked),
            len(asked),
            is_archived(wanted, server, known),
            setup_steps(wanted, server, known),
            self._lacks(plan, existing),
        )

    def _lacks(self, plan: Plan, existing: Mapping[str, int]) -> Lacks:
        held = self.me.guild_permissions.value
        named = (self._role(existing.get(role_key(role), 0)) for role in ROLES)
        placed = ((room, self._channels.get(existing.get(room.key, 0))) for room in venue_rooms(plan))
        return Lacks(
            own_role(self.me),
            missing_permissions(held),
            tuple(role.name for role in named if role and role >= self.me.top_role),
            tuple(
                (channel.name, room.form, name)
                for room, channel in placed
                if channel
                for name in missing_in_channel(room.form, channel.permissions_for(self.me).value, held)
            ),
        )

    async def carry_out(self, step: Step, ids: Mapping[str, int], plan: Plan) -> int | None:
        """Carry out a step; return the Discord id of a new role or channel. `ids` are the existing ones, by key.

        Raises discord.HTTPException and its like, and LookupError if a role or category that the step needs is missing.
        """
        await self._pacer.turn()
        reason = f"Workshop {plan.id}"
        match step:
            case MakeRole():
                role = await self.guild.create_role(name=step.name, reason=reason)
                self._just_made[role.id] = role
                return role.id
            case MakeRoom():
                channel = await self._make(step, ids, plan, reason)
                self._channels[channel.id] = channel
                return channel.id
            case GrantPermissions():
                target = cast("discord.Role | discord.Member", self._target(step.who, ids))
                granted = _overwrite(step.rights)
                await self._channels[step.channel.id].set_permissions(target, overwrite=granted, reason=reason)
            case EditChannel():
                await self._edit(step, ids, reason)
        return None

    async def _make(self, step: MakeRoom, ids: Mapping[str, int], plan: Plan, reason: str) -> discord.abc.GuildChannel:
        guild, room = self.guild, step.room
        overwrites = {self._target(who, ids): _overwrite(rights) for who, rights in step.rights.items()}
        if step.category is None:
            return await guild.create_category(step.name, overwrites=overwrites, reason=reason)
        category = cast("discord.CategoryChannel | None", self._channels.get(ids.get(step.category, 0)))
        if category is None:
            raise LookupError(f"There is no category for the room {step.name}; /workshop setup makes it.")
        if room.form is RoomForm.TEXT:
            about = shorten(room.about[plan.languages[0]], discord_limits.CHANNEL_TOPIC) if room.about else ""
            return await guild.create_text_channel(
                step.name, category=category, overwrites=overwrites, topic=about, reason=reason
            )
        stage = room.form is RoomForm.STAGE and _has_stages(guild)
        make = guild.create_stage_channel if stage else guild.create_voice_channel
        return await make(step.name, category=category, overwrites=overwrites, reason=reason)

    async def _edit(self, step: EditChannel, ids: Mapping[str, int], reason: str) -> None:
        channel = cast("discord.VoiceChannel", self._channels[step.channel.id])
        if step.rights is None:
            await channel.edit(name=step.name or channel.name, reason=reason)
            return
        known = {target.id: target for target in channel.overwrites}
        overwrites = {
            known.get(who) or self._target(who, ids) if isinstance(who, int) else self._target(who, ids): _overwrite(r)
            for who, r in step.rights.items()
        }
        if step.name:
            await channel.edit(name=step.name, overwrites=overwrites, reason=reason)
        else:
            await channel.edit(overwrites=overwrites, reason=reason)

    def _target(self, who: Who, ids: Mapping[str, int]) -> Target:
        """Return the target of a channel's permissions. Members of a group need no look-up: their ids are enough."""
        if isinstance(who, int):
            return discord.Object(who, type=discord.Member)
        if who in {ME, EVERYONE}:
            return self.me if who == ME else self.guild.default_role
        role = self._role(ids.get(who, 0))
        if role is None:
            raise LookupError(f"The {who.replace(':', ' ')} has gone from the server; /workshop setup makes it again.")
        return role

    def _role(self, number: int) -> discord.Role | None:
        return self.guild.get_role(number) or self._just_made.get(number)


def reachable_guild(client: discord.Client, guild_id: int | None) -> discord.Guild | None:
    """Return a server; None while Discord does not reach it, or the bot is not in it."""
    guild = client.get_guild(guild_id or 0)
    return None if guild is None or guild.unavailable else guild


def invitation(client: discord.Client) -> str:
    """Return the link that invites the bot with exactly the permissions that it needs."""
    permissions = discord.Permissions(permission_bits())
    return discord.utils.oauth_url(
        client.application_id or 0, permissions=permissions, scopes=("bot", "applications.commands")
    )


def _has_stages(guild: discord.Guild) -> bool:
    """Return whether a server can have stages: only a Community server can; elsewhere people meet in a voice room."""
    return "COMMUNITY" in guild.features


def own_role(me: discord.Member) -> str:
    """Return the name of the role that Discord made for the bot, else of its highest role."""
    return next((role.name for role in me.roles if role.is_bot_managed()), me.top_role.name)


def _seen(channel: discord.abc.GuildChannel) -> ServerChannel:
    granted = ((target.id, overwrite.pair()) for target, overwrite in channel.overwrites.items())
    rights = {number: Rights(allow.value, deny.value) for number, (allow, deny) in granted}
    return ServerChannel(channel.id, _FORMS.get(channel.type), channel.name, channel.category_id, rights)


def _overwrite(rights: Rights) -> discord.PermissionOverwrite:
    return discord.PermissionOverwrite.from_pair(discord.Permissions(rights.allow), discord.Permissions(rights.deny))
