"""The events with which a gateway session begins: READY, and each server.

Sources: "Ready", "Guild Create" and "Request Guild Members" in `events/gateway-events.mdx` of Discord's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from simcord.backend import serializers
from simcord.backend.access import channel_accessible

if TYPE_CHECKING:
    from simcord.backend import Backend

    from bot.rehearsal.discord.gateway_session import GatewaySession

_FLAGS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}


def application_flags(approved: Iterable[str]) -> int:
    """The flags of the bot's application, with the privileged intents switched on in the developer portal.

    Discord has two flags for each; these are the ones of a bot in fewer than 100 servers.
    """
    return sum(_FLAGS[intent] for intent in approved)


def ready_payload(backend: Backend, session: GatewaySession, address: str, flags: int) -> dict[str, Any]:
    """READY: the documented fields, and the empty ones that Discord sends to bots as well and some clients read."""
    guilds = [str(guild_id) for guild_id in backend.guilds if session.handles(guild_id)]
    return {
        "v": 10,
        "user": serializers.user_payload(backend.bot_user),
        "guilds": [{"id": guild_id, "unavailable": True} for guild_id in guilds],
        "session_id": session.id,
        "resume_gateway_url": address,
        **({"shard": list(session.shard)} if session.shard else {}),
        "application": {"id": str(backend.application_id), "flags": flags},
        "session_type": "normal",
        "user_settings": {},
        "relationships": [],
        "private_channels": [],
        "presences": [],
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": [],
    }


def guild_for_session(backend: Backend, session: GatewaySession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """A server as a session is told it: without the intent for presences, only the bot and people in voice rooms."""
    seen = [thread for thread in payload["threads"] if _visible(backend, thread)]
    if session.has("presences") and len(payload["members"]) <= session.large_threshold:
        return {**payload, "threads": seen}
    known = {str(backend.bot_user.id), *(state["user_id"] for state in payload["voice_states"])}
    members = [member for member in payload["members"] if member["user"]["id"] in known]
    return {
        **payload,
        "threads": seen,
        "members": members,
        "large": len(payload["members"]) > session.large_threshold,
    }


def _visible(backend: Backend, thread: Mapping[str, Any]) -> bool:
    return channel_accessible(backend, int(thread["id"]), backend.bot_user.id)
