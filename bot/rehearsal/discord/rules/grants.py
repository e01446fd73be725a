"""What the bot may grant: permissions of overwrites and roles, and the roles that members may be given.

Sources: `resources/channel.mdx` ("Modify Channel", "Edit Channel Permissions"), `resources/guild.mdx` ("Create Guild
Channel"), `topics/permissions.mdx` ("Permission Hierarchy").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simcord.backend import errors
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel
from simcord.backend.permissions import flag
from simcord.enums import OverwriteType

from bot.rehearsal.discord.rules.world import World

Json = Mapping[str, Any]


class Grants:
    """Checks each request of the bot that gives a permission to somebody. All raise BackendError."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new_channel(self, guild_id: int, body: Json) -> None:
        """Only permissions that the bot has in the server can be allowed or denied in a new channel."""
        held = self._world.compute_permissions(guild_id, self._world.bot_user.id)
        for overwrite in body.get("permission_overwrites") or ():
            self._known(guild_id, overwrite)
            _within(held, overwrite)

    def channel_edited(self, channel: Channel, body: Json) -> None:
        """An edit of overwrites requires MANAGE_ROLES, and what changes is within the bot's own permissions."""
        overwrites: Iterable[Json] | None = body.get("permission_overwrites")
        if overwrites is None or channel.guild_id is None:
            return
        self._world.require_permissions(channel.guild_id, self._world.bot_user.id, channel.id, "manage_roles")
        present = {overwrite.target_id: (overwrite.allow, overwrite.deny) for overwrite in channel.overwrites}
        for overwrite in overwrites:
            target = int(overwrite["id"])
            if target not in present:
                self._known(channel.guild_id, overwrite)
            if present.get(target) != _bits(overwrite):
                self._grants(channel, overwrite)

    def overwrite_put(self, channel: Channel, target_id: int, body: Json) -> None:
        """An overwrite is of a role of the server or of a member, and within the bot's own permissions."""
        if channel.guild_id is None:
            raise errors.cannot_execute_on_channel_type()
        self._known(channel.guild_id, {**body, "id": target_id})
        self._grants(channel, body)

    @staticmethod
    def overwrite_deleted(channel: Channel, target_id: int) -> None:
        """Only an overwrite that is there can be deleted."""
        if target_id not in {overwrite.target_id for overwrite in channel.overwrites}:
            raise _unknown_overwrite()

    def role_given(self, guild_id: int, role_id: int) -> None:
        """Nobody can be given @everyone, or the role of a bot or an integration."""
        if role_id == guild_id or self._world.get_role(guild_id, role_id).managed:
            raise BackendError(400, 50028, "Invalid role")

    def _known(self, guild_id: int, overwrite: Json) -> None:
        guild, target = self._world.get_guild(guild_id), int(overwrite["id"])
        known = guild.roles if int(overwrite.get("type") or 0) == OverwriteType.ROLE else guild.members
        if target not in known:
            raise _unknown_overwrite()

    def _grants(self, channel: Channel, overwrite: Json) -> None:
        """Within the bot's permissions in the server or the category, unless it manages roles by an overwrite here."""
        world, guild_id, bot = self._world, channel.guild_id or 0, self._world.bot_user.id
        own = {bot, *world.get_guild(guild_id).members[bot].role_ids}
        if any(there.target_id in own and there.allow & flag("manage_roles") for there in channel.overwrites):
            return
        held = world.compute_permissions(guild_id, bot)
        if channel.parent_id is not None:
            held |= world.compute_permissions(guild_id, bot, channel.parent_id)
        _within(held, overwrite)


def _bits(overwrite: Json) -> tuple[int, int]:
    return int(overwrite.get("allow") or 0), int(overwrite.get("deny") or 0)


def _within(held: int, overwrite: Json) -> None:
    """Only administrators can allow or deny MANAGE_ROLES in a channel."""
    administrator = held & flag("administrator")
    allow, deny = _bits(overwrite)
    grantable = held & ~flag("manage_roles")
    if not administrator and (allow | deny) & ~grantable:
        raise errors.missing_permissions()


def _unknown_overwrite() -> BackendError:
    return BackendError(404, 10009, "Unknown Overwrite")
