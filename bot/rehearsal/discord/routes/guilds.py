"""Servers: their members, and the lists about them that simcord lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simcord.backend import serializers
from simcord.backend.errors import BackendError
from simcord.http.router import RequestContext

from bot.rehearsal.discord.routes.table import Json, handles
from bot.rehearsal.discord.rules.world import guild_payload

#: What only the event GUILD_CREATE tells of a server ("Guild Create Extra Fields").
_ONLY_IN_EVENTS = frozenset({
    "joined_at", "large", "unavailable", "member_count", "voice_states", "members", "channels", "threads", "presences",
    "stage_instances", "guild_scheduled_events", "soundboard_sounds",
})  # fmt: skip


@handles("GET /guilds/{guild_id}")
def _guild(context: RequestContext) -> Json:
    """Source: developers/resources/guild.mdx, "Get Guild"."""
    guild = context.backend.get_guild(context.int_arg("guild_id"))
    payload = guild_payload(context.backend, guild)
    kept = {key: value for key, value in payload.items() if key not in _ONLY_IN_EVENTS}
    if str(context.params.get("with_counts", "")).lower() in {"1", "true"}:
        kept |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return kept


@handles("GET /guilds/{guild_id}/roles/member-counts")
def _member_counts(context: RequestContext) -> dict[str, int]:
    """The number of members of each role."""
    guild = context.backend.get_guild(context.int_arg("guild_id"))
    held = Counter(number for member in guild.members.values() for number in member.role_ids)
    return {str(number): held[number] for number in guild.roles if number != guild.id}


@handles("GET /guilds/{guild_id}/members/search")
def _search_members(context: RequestContext) -> list[Mapping[str, Any]]:
    """Members whose user name or nickname begins with the query ("Search Guild Members")."""
    backend = context.backend
    guild = backend.get_guild(context.int_arg("guild_id"))
    query = str(context.params["query"]).casefold()
    found = [
        member
        for member in guild.members.values()
        if any(
            name.casefold().startswith(query)
            for name in (member.nick or "", backend.users[member.user_id].name)
            if name
        )
    ]
    limit = int(context.params.get("limit", 1))
    return [serializers.member_payload(backend, guild, member) for member in found[:limit]]


@handles("GET /guilds/{guild_id}/preview")
def _preview(context: RequestContext) -> Json:
    backend = context.backend
    guild = backend.get_guild(context.int_arg("guild_id"))
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "emojis": [serializers.guild_emoji_payload(backend, emoji) for emoji in guild.emojis.values()],
        "features": [],
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
        "description": guild.description,
        "stickers": [serializers.sticker_payload(backend, sticker) for sticker in guild.stickers.values()],
    }


@handles("GET /guilds/{guild_id}/integrations", "GET /guilds/{guild_id}/templates")
def _nothing(context: RequestContext) -> list[Json]:
    context.require_guild_permissions(context.int_arg("guild_id"), "manage_guild")
    return []


@handles("GET /guilds/{guild_id}/soundboard-sounds")
def _sounds(context: RequestContext) -> Json:
    context.backend.get_guild(context.int_arg("guild_id"))
    return {"items": []}


@handles("GET /guilds/{guild_id}/widget")
def _widget(context: RequestContext) -> Json:
    context.require_guild_permissions(context.int_arg("guild_id"), "manage_guild")
    return {"enabled": False, "channel_id": None}


@handles("GET /guilds/{guild_id}/welcome-screen")
def _welcome_screen(context: RequestContext) -> Json:
    context.backend.get_guild(context.int_arg("guild_id"))
    raise BackendError(404, 10069, "Unknown Guild Welcome Screen")


@handles("GET /guilds/{guild_id}/onboarding")
def _onboarding(context: RequestContext) -> Json:
    guild = context.backend.get_guild(context.int_arg("guild_id"))
    return {"guild_id": str(guild.id), "prompts": [], "default_channel_ids": [], "enabled": False, "mode": 0}
