"""Channels: their messages page by page, and pins under their older addresses."""

from __future__ import annotations

from typing import Any

from simcord.backend.access import channel_accessible
from simcord.http.router import RequestContext, dispatch

from bot.rehearsal.discord.routes.table import Json, handles


@handles("GET /channels/{channel_id}/messages")
def _messages(context: RequestContext) -> Any:  # noqa: ANN401 - a handler answers JSON
    """The newest messages; `after` those that follow an id at once, not the newest of them. The newest comes first.

    Source: developers/resources/message.mdx, "Get Channel Messages".
    """
    limit = int(context.params.get("limit", 50))
    params: Json = {**context.params, "limit": limit}
    if "after" in params and "around" not in params:
        after = int(params["after"])
        stored = context.backend.messages.get(context.int_arg("channel_id"), {})
        following = sorted(number for number, message in stored.items() if number > after and not message.is_ephemeral)
        if len(following) > limit:
            params["before"] = following[limit]
    return _simcord(context, context.path, params)


@handles("GET /channels/{channel_id}/pins")
def _pins(context: RequestContext) -> list[Json]:
    """Deprecated, and still used by clients: the messages alone."""
    answer = _simcord(context, f"/channels/{context.args['channel_id']}/messages/pins", {})
    return [item["message"] for item in answer["items"]]


@handles(
    "PUT /channels/{channel_id}/messages/pins/{message_id}",
    "DELETE /channels/{channel_id}/messages/pins/{message_id}",
    "PUT /channels/{channel_id}/pins/{message_id}",
    "DELETE /channels/{channel_id}/pins/{message_id}",
)
def _pin(context: RequestContext) -> None:
    """Pin or unpin a message. It takes Pin Messages, which is no longer part of Manage Messages.

    Source: developers/resources/message.mdx, "Pin Message".
    """
    channel, message = context.int_arg("channel_id"), context.int_arg("message_id")
    context.require_message(channel, message, "pin_messages")
    context.backend.set_pinned(channel, message, context.method == "PUT")


@handles("PUT /channels/{channel_id}/voice-status")
def _voice_status(context: RequestContext) -> None:
    channel = context.require_channel_permissions(context.int_arg("channel_id"), "connect")
    backend = context.backend
    payload = {"id": str(channel.id), "guild_id": str(channel.guild_id), "status": context.body().get("status")}
    if channel_accessible(backend, channel.id, backend.bot_user.id):
        backend.emit("VOICE_CHANNEL_STATUS_UPDATE", payload)


def _simcord(context: RequestContext, path: str, params: Json) -> Any:  # noqa: ANN401 - the same
    return dispatch(
        context.backend,
        context.method,
        path,
        json=context.json,
        params=params,
        files=context.files,
        reason=context.reason,
        message_content_access=context.message_content_access,
    )
