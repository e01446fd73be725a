"""The application, the bot's own account, and lists that are the same for every bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from simcord.backend import errors, serializers
from simcord.http.router import RequestContext

from bot.rehearsal.discord.routes.table import Json, handles

_REGIONS = ("brazil", "hongkong", "india", "japan", "rotterdam", "singapore", "south-korea", "sydney", "us-central")
_SOUNDS = ("quack", "airhorn", "cricket", "golf clap", "sad horn", "ba dum tss")


@handles("GET /applications/@me", "GET /oauth2/applications/@me", "GET /applications/{application_id}")
def _application(context: RequestContext) -> Json:
    """Source: developers/resources/application.mdx."""
    backend = context.backend
    bot = dict(serializers.user_payload(backend.bot_user))
    guilds = backend.guilds.values()
    owner = next((backend.users[guild.owner_id] for guild in guilds if guild.owner_id in backend.users), None)
    return {
        "id": str(backend.application_id),
        "name": backend.bot_user.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": bot if owner is None else dict(serializers.user_payload(owner)),
        "flags": 0,
        "team": None,
        "bot": bot,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(guilds),
        "approximate_user_install_count": 0,
        "integration_types_config": {"0": {}},
        **_edited(context),
    }


@handles("PATCH /applications/@me", "PATCH /applications/{application_id}")
def _edit_application(context: RequestContext) -> Json:
    _edited(context).update(context.body())
    return _application(context)


def _edited(context: RequestContext) -> Json:
    """What the bot has changed of its application; kept with the backend, which lives as long."""
    return cast("Json", context.backend.__dict__.setdefault("edited_application", {}))


@handles(
    "GET /applications/{application_id}/role-connections/metadata",
    "PUT /applications/{application_id}/role-connections/metadata",
)
def _role_connections(context: RequestContext) -> list[Json]:
    kept = context.backend.__dict__.setdefault("role_connections", [])
    if context.method == "PUT":
        kept[:] = context.json or []
    return list(kept)


@handles("GET /users/@me/guilds")
def _guilds(context: RequestContext) -> list[Json]:
    """Source: developers/resources/user.mdx, "Get Current User Guilds"."""
    backend, params = context.backend, context.params
    counted = str(params.get("with_counts", "")).lower() in {"1", "true"}
    guilds = sorted(backend.guilds.values(), key=lambda guild: guild.id)
    if "after" in params:
        guilds = [guild for guild in guilds if guild.id > int(params["after"])]
    limit = int(params.get("limit", 200))
    if "before" in params:
        guilds = [guild for guild in guilds if guild.id < int(params["before"])][-limit:]
    bot = backend.bot_user.id
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == bot,
            "permissions": str(backend.compute_permissions(guild.id, bot)),
            "features": [],
            **({"approximate_member_count": len(guild.members), "approximate_presence_count": 0} if counted else {}),
        }
        for guild in guilds[:limit]
    ]


@handles("GET /users/@me/guilds/{guild_id}/member")
def _own_member(context: RequestContext) -> Mapping[str, Any]:
    guild = context.backend.get_guild(context.int_arg("guild_id"))
    return serializers.member_payload(context.backend, guild, guild.members[context.backend.bot_user.id])


@handles("GET /voice/regions", "GET /guilds/{guild_id}/regions")
def _regions(context: RequestContext) -> list[Json]:
    """Source: developers/resources/voice.mdx."""
    if "guild_id" in context.args:
        context.backend.get_guild(context.int_arg("guild_id"))
    return [
        {"id": name, "name": name.title(), "optimal": name == "rotterdam", "deprecated": False, "custom": False}
        for name in _REGIONS
    ]


@handles("GET /soundboard-default-sounds")
def _default_sounds(context: RequestContext) -> list[Json]:
    """Source: developers/resources/soundboard.mdx."""
    del context
    return [
        {"sound_id": str(place), "name": name, "volume": 1.0, "emoji_id": None, "emoji_name": "🔊", "available": True}
        for place, name in enumerate(_SOUNDS, start=1)
    ]


@handles("GET /sticker-packs")
def _sticker_packs(context: RequestContext) -> Json:
    del context
    return {"sticker_packs": []}


@handles("GET /stickers/{sticker_id}")
def _sticker(context: RequestContext) -> Json:
    wanted = context.int_arg("sticker_id")
    for guild in context.backend.guilds.values():
        if wanted in guild.stickers:
            return {**serializers.sticker_payload(context.backend, guild.stickers[wanted])}
    raise errors.unknown_sticker()


@handles("PATCH /users/@me")
def _edit_account(context: RequestContext) -> Json:
    """A new picture gets an address on the CDN; what it shows is not kept."""
    backend, body = context.backend, context.body()
    if "avatar" in body:
        backend.bot_user.avatar = None if body["avatar"] is None else f"{backend.snowflake():032x}"
    backend.edit_bot_profile(body.get("username") or backend.bot_user.name)
    return {**serializers.user_payload(backend.bot_user), "banner": None}
