"""Fields of channels, roles, servers, events, invites and webhooks that simcord does not model.

They are taken off a request before simcord sees it, and shown in every answer and event from then on: a bot reads back
what it has set, and none of it is lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from simcord.backend import Backend

from bot.rehearsal.discord.operations import CheckedRequest
from bot.rehearsal.discord.requests import DiscordRequest, Wire

Json = dict[str, Any]

#: By kind of object: a field that only its payloads have, so that a channel is not taken for a role.
_MARKS = {
    "channel": "permission_overwrites",
    "thread": "thread_metadata",
    "role": "hoist",
    "guild": "owner_id",
    "event": "scheduled_start_time",
    "invite": "code",
    "webhook": "application_id",
}
_EVENTS = {
    "CHANNEL_CREATE": "channel",
    "CHANNEL_UPDATE": "channel",
    "THREAD_CREATE": "thread",
    "THREAD_UPDATE": "thread",
    "GUILD_ROLE_CREATE": "role",
    "GUILD_ROLE_UPDATE": "role",
    "GUILD_UPDATE": "guild",
    "GUILD_SCHEDULED_EVENT_CREATE": "event",
    "GUILD_SCHEDULED_EVENT_UPDATE": "event",
    "INVITE_CREATE": "invite",
}
_SHOWN_IN = ("CHANNEL_", "THREAD_", "GUILD_", "INVITE_", "INTERACTION_CREATE")


@dataclass(frozen=True, slots=True)
class _Operation:
    """What an operation writes, the fields of it that simcord takes, and those that mean nothing there."""

    kind: str
    taken: frozenset[str]
    dropped: frozenset[str] = frozenset()


def _operation(kind: str, taken: str, dropped: str = "") -> _Operation:
    return _Operation(kind, frozenset(taken.split()), frozenset(dropped.split()))


_OPERATIONS = {
    "POST /guilds/{guild_id}/channels": _operation(
        "channel",
        "name type topic rate_limit_per_user bitrate user_limit rtc_region parent_id position permission_overwrites",
        "owner_id",
    ),
    "PATCH /channels/{channel_id}": _operation(
        "channel",
        "name topic rate_limit_per_user available_tags bitrate user_limit rtc_region parent_id permission_overwrites",
        "archived locked auto_archive_duration invitable applied_tags owner icon",
    ),
    "POST /channels/{channel_id}/threads": _operation(
        "thread", "name message applied_tags type auto_archive_duration", "invitable location"
    ),
    "POST /channels/{channel_id}/messages/{message_id}/threads": _operation("thread", "name auto_archive_duration"),
    "POST /guilds/{guild_id}/roles": _operation("role", "name permissions hoist mentionable color colors"),
    "PATCH /guilds/{guild_id}/roles/{role_id}": _operation("role", "name permissions hoist mentionable color colors"),
    "PATCH /guilds/{guild_id}": _operation(
        "guild",
        "name description preferred_locale afk_timeout verification_level default_message_notifications "
        "explicit_content_filter afk_channel_id system_channel_id rules_channel_id public_updates_channel_id",
    ),
    "POST /guilds/{guild_id}/scheduled-events": _operation(
        "event",
        "name entity_type scheduled_start_time scheduled_end_time channel_id description entity_metadata privacy_level",
    ),
    "PATCH /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}": _operation(
        "event",
        "name entity_type scheduled_start_time scheduled_end_time channel_id description entity_metadata "
        "privacy_level status",
    ),
    "POST /channels/{channel_id}/invites": _operation("invite", "max_uses max_age temporary", "unique validate"),
    "POST /channels/{channel_id}/webhooks": _operation("webhook", "name"),
    "PATCH /webhooks/{webhook_id}": _operation("webhook", "name channel_id"),
    "PATCH /webhooks/{webhook_id}/{webhook_token}": _operation("webhook", "name"),
}
_OF_THREADS = frozenset({"archived", "locked", "auto_archive_duration", "invitable", "applied_tags"})
#: What a null makes of a channel's field that simcord stores as it comes.
_CLEARED: Mapping[str, Wire] = {
    "rate_limit_per_user": 0,
    "user_limit": 0,
    "bitrate": 64000,
    "permission_overwrites": [],
    "position": 0,
}
#: Fields that hold a picture in a request, and its hash afterwards.
_PICTURES = frozenset({"icon", "banner", "splash", "discovery_splash", "home_header", "image", "avatar"})


@dataclass(frozen=True, slots=True)
class _Pending:
    kind: str
    id: str | None
    fields: Json


class Extras:
    """The fields by object. One request at a time is split, and then settled or cancelled."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._kept: dict[tuple[str, str], Json] = {}
        self._pending: _Pending | None = None

    def split(self, checked: CheckedRequest) -> DiscordRequest:
        """The request with only the fields that simcord takes; the others wait for the object that they belong to."""
        self._pending = None
        operation = _OPERATIONS.get(checked.operation.name)
        body = checked.request.body
        if operation is None or not isinstance(body, dict):
            return checked.request
        given = cast("Json", body)
        kind, number = operation.kind, list(checked.args.values())[-1]
        taken, dropped = operation.taken, operation.dropped
        if checked.operation.name == "PATCH /channels/{channel_id}":
            channel = self._backend.channels.get(int(number))
            if channel is not None and channel.is_thread:
                kind, taken, dropped = "thread", taken | _OF_THREADS, dropped - _OF_THREADS
            given = {key: _CLEARED.get(key) if value is None else value for key, value in given.items()}
        extra = {key: value for key, value in given.items() if key not in taken and key not in dropped}
        if extra:
            shown = {key: self._stored(key, value) for key, value in extra.items()}
            self._pending = _Pending(kind, number if checked.request.method == "PATCH" else None, shown)
        return replace(checked.request, body={key: value for key, value in given.items() if key in taken})

    def cancel(self) -> None:
        """Forget the fields of a request that was refused."""
        self._pending = None

    def settle(self, path: str, answer: Wire) -> Wire:
        """The answer to the request, with the fields of every object in it."""
        if self._pending is not None and answer is not None:
            self._keep(answer)
        self._pending = None
        return answer if "/messages" in path else self._shown(answer)

    def emitted(self, event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The payload of an event, with the fields of every object in it."""
        pending = self._pending
        if pending is not None and _EVENTS.get(event) == pending.kind:
            written: Json = payload["role"] if pending.kind == "role" else dict(payload)
            if pending.id in {None, str(written.get("id"))}:
                self._keep(written)
        return self._shown(payload) if event.startswith(_SHOWN_IN) else payload

    def _keep(self, written: Json) -> None:
        pending = self._pending
        key = str(written.get("code") if pending and pending.kind == "invite" else written.get("id"))
        if pending is None:
            return
        self._kept.setdefault((pending.kind, key), {}).update(pending.fields)
        channel = self._backend.channels.get(int(key)) if pending.kind == "channel" else None
        for name in pending.fields.keys() & {"available_tags", "default_reaction_emoji", "type"}:
            if channel is not None:
                setattr(channel, name, pending.fields[name])

    def _stored(self, key: str, value: Wire) -> Wire:
        if key in _PICTURES and isinstance(value, str):
            return f"{self._backend.snowflake():032x}"
        if key == "available_tags":
            return [self._tag(tag) for tag in cast("Iterable[Json]", value or ())]
        return value

    def _tag(self, tag: Json) -> Json:
        default: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
        return {**default, **tag, "id": str(tag.get("id") or self._backend.snowflake())}

    def _shown(self, node: Wire) -> Wire:
        if not self._kept:
            return node
        if isinstance(node, list):
            return [self._shown(item) for item in cast("list[Wire]", node)]
        if not isinstance(node, dict):
            return node  # pyright: ignore[reportUnknownVariableType] - a number, a text, a boolean or None
        fields = cast("Json", node)
        shown = {key: self._shown(value) if isinstance(value, (dict, list)) else value for key, value in fields.items()}
        for kind, mark in _MARKS.items():
            if mark in fields and (
                kept := self._kept.get((kind, str(fields.get("code" if kind == "invite" else "id"))))
            ):
                shown.update(kept)
        return shown
