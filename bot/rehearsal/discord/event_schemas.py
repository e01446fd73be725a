"""The schema of each gateway event: the object that it carries, and its own fields.

The objects are those of Discord's OpenAPI file; the rest is from `events/gateway-events.mdx` and, for interactions,
`interactions/receiving-and-responding.mdx` of Discord's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.rehearsal.discord.openapi_document import named

Schema = dict[str, Any]

_ID: Final = named("SnowflakeType")
_IDS: Final[Schema] = {"type": "array", "items": _ID}
_TEXT: Final[Schema] = {"type": "string"}
_NUMBER: Final[Schema] = {"type": "integer"}
_BOOLEAN: Final[Schema] = {"type": "boolean"}
_TIME: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_USER: Final = named("UserResponse")
_EMOJI: Final[Schema] = {"type": "object", "required": ["id", "name"]}


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these fields; those that end with "?" in the documentation are optional."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def _with(schema: Schema, required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {"allOf": [schema, _object(required, optional)]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, schema]}


def _fields(named_fields: str, schema: Schema) -> dict[str, Schema]:
    return dict.fromkeys(named_fields.split(), schema)


_MEMBER = named("GuildMemberResponse")
#: A member without `user`, as messages, interactions and mentions carry it.
_PARTIAL_MEMBER = _object({
    "roles": _IDS, "joined_at": _TIME, "nick": {"type": ["string", "null"]}, "flags": _NUMBER,
    "avatar": {"type": ["string", "null"]}, "banner": {"type": ["string", "null"]},
})  # fmt: skip
_ROLE_EVENT = _object({"guild_id": _ID, "role": named("GuildRoleResponse")})
_ROOM = {"oneOf": [named("GuildChannelResponse"), named("PrivateChannelResponse")]}
_THREAD = named("ThreadResponse")
_SCHEDULED = {
    "oneOf": [
        named("ExternalScheduledEventResponse"),
        named("StageScheduledEventResponse"),
        named("VoiceScheduledEventResponse"),
    ]
}
_STAGE = named("StageInstanceResponse")
_GUILD_CREATE = _with(
    named("GuildResponse"),
    {
        "joined_at": _TIME, "large": _BOOLEAN, "member_count": _NUMBER, "members": _list(_MEMBER),
        "channels": _list(named("GuildChannelResponse")), "threads": _list(_THREAD),
        "presences": {"type": "array"}, "stage_instances": _list(_STAGE), "guild_scheduled_events": _list(_SCHEDULED),
        "soundboard_sounds": _list(named("SoundboardSoundResponse")),
        "voice_states": _list(_object({
            **_fields("user_id", _ID), "channel_id": _or_null(_ID), "session_id": _TEXT,
            **_fields("deaf mute self_deaf self_mute self_video suppress", _BOOLEAN),
            "request_to_speak_timestamp": _TIME,
        })),
    },
    {"unavailable": _BOOLEAN},
)  # fmt: skip
_UNAVAILABLE = _object({"id": _ID}, {"unavailable": _BOOLEAN})
_MESSAGE = _with(
    named("MessageResponse"),
    {"mentions": _list({"allOf": [_USER, _object({}, {"member": _PARTIAL_MEMBER})]})},
    {"guild_id": _ID, "member": _PARTIAL_MEMBER, "channel_type": _NUMBER},
)
_REACTION = _object(
    {**_fields("user_id channel_id message_id", _ID), "emoji": _EMOJI, "burst": _BOOLEAN, "type": _NUMBER},
    {"guild_id": _ID},
)
_VOTE = _object({**_fields("user_id channel_id message_id", _ID), "answer_id": _NUMBER}, {"guild_id": _ID})
_RESOLVED = _object({}, {
    "users": {"type": "object", "additionalProperties": _USER},
    "members": {"type": "object", "additionalProperties": _PARTIAL_MEMBER},
    "roles": {"type": "object", "additionalProperties": named("GuildRoleResponse")},
    "channels": {"type": "object", "additionalProperties": _object({"id": _ID, "type": _NUMBER, "permissions": _TEXT})},
    "messages": {"type": "object", "additionalProperties": named("MessageResponse")},
    "attachments": {"type": "object", "additionalProperties": named("MessageAttachmentResponse")},
})  # fmt: skip
_INTERACTION_DATA = {
    "anyOf": [
        _object(
            {"id": _ID, "name": _TEXT, "type": _NUMBER}, {"resolved": _RESOLVED, "guild_id": _ID, "target_id": _ID}
        ),
        _object({"custom_id": _TEXT, "component_type": _NUMBER}, {"resolved": _RESOLVED, "values": _list(_TEXT)}),
        _object({"custom_id": _TEXT, "components": {"type": "array"}}, {"resolved": _RESOLVED}),
    ]
}
_INTERACTION = _object(
    {
        "id": _ID, "application_id": _ID, "type": _NUMBER, "data": _INTERACTION_DATA, "token": _TEXT,
        "version": {"const": 1}, "app_permissions": _TEXT, "locale": _TEXT, "entitlements": {"type": "array"},
        "authorizing_integration_owners": {
            "type": "object", "additionalProperties": _ID, "minProperties": 1,
        },
        "attachment_size_limit": _NUMBER,
    },
    {
        "guild": {"type": "object"}, "guild_id": _ID, "channel": {"type": "object"}, "channel_id": _ID,
        "member": _with(_MEMBER, {"permissions": _TEXT}), "user": _USER, "message": named("MessageResponse"),
        "guild_locale": _TEXT, "context": _NUMBER,
    },
)  # fmt: skip
_SUBSCRIBED = _object(_fields("guild_scheduled_event_id user_id guild_id", _ID))
_OF_A_MESSAGE = {"guild_id": _ID}

#: By name of an event.
EVENTS: Final[Mapping[str, Schema]] = {
    "READY": _object(
        {
            "v": _NUMBER, "user": named("UserPIIResponse"), "guilds": _list(_UNAVAILABLE), "session_id": _TEXT,
            "resume_gateway_url": _TEXT, "application": _object({"id": _ID, "flags": _NUMBER}),
        },
        {"shard": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}},
    ),
    "RESUMED": _object({}),
    "RATE_LIMITED": _object({"opcode": _NUMBER, "retry_after": {"type": "number"}, "meta": _object({"guild_id": _ID})}),
    "APPLICATION_COMMAND_PERMISSIONS_UPDATE": named("CommandPermissionsResponse"),
    "AUTO_MODERATION_RULE_CREATE": _object({"id": _ID, "guild_id": _ID}),
    "AUTO_MODERATION_RULE_UPDATE": _object({"id": _ID, "guild_id": _ID}),
    "AUTO_MODERATION_RULE_DELETE": _object({"id": _ID, "guild_id": _ID}),
    "AUTO_MODERATION_ACTION_EXECUTION": _object({
        **_fields("guild_id rule_id user_id", _ID), "action": {"type": "object"}, "rule_trigger_type": _NUMBER,
        "content": _TEXT, **_fields("matched_keyword matched_content", {"type": ["string", "null"]}),
    }),
    "CHANNEL_CREATE": _ROOM,
    "CHANNEL_UPDATE": _ROOM,
    "CHANNEL_DELETE": _ROOM,
    "CHANNEL_PINS_UPDATE": _object({"channel_id": _ID}, {"guild_id": _ID, "last_pin_timestamp": _TIME}),
    "CHANNEL_INFO": _object({"guild_id": _ID, "channels": _list(_object({"id": _ID}))}),
    "VOICE_CHANNEL_STATUS_UPDATE": _object({"id": _ID, "guild_id": _ID, "status": {"type": ["string", "null"]}}),
    "VOICE_CHANNEL_START_TIME_UPDATE": _object({"id": _ID, "guild_id": _ID}),
    "THREAD_CREATE": _with(_THREAD, {}, {"newly_created": _BOOLEAN}),
    "THREAD_UPDATE": _THREAD,
    "THREAD_DELETE": _object({**_fields("id guild_id parent_id", _ID), "type": _NUMBER}),
    "THREAD_LIST_SYNC": _object({
        "guild_id": _ID, "threads": _list(_THREAD), "members": _list(named("ThreadMemberResponse")),
    }),
    "THREAD_MEMBER_UPDATE": _with(named("ThreadMemberResponse"), {"guild_id": _ID}),
    "THREAD_MEMBERS_UPDATE": _object(
        {"id": _ID, "guild_id": _ID, "member_count": _NUMBER},
        {"added_members": _list(named("ThreadMemberResponse")), "removed_member_ids": _IDS},
    ),
    "ENTITLEMENT_CREATE": named("EntitlementResponse"),
    "ENTITLEMENT_UPDATE": named("EntitlementResponse"),
    "ENTITLEMENT_DELETE": named("EntitlementResponse"),
    "GUILD_CREATE": _GUILD_CREATE,
    "GUILD_UPDATE": named("GuildResponse"),
    "GUILD_DELETE": _UNAVAILABLE,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": _with(named("AuditLogEntryResponse"), {"guild_id": _ID}),
    "GUILD_BAN_ADD": _object({"guild_id": _ID, "user": _USER}),
    "GUILD_BAN_REMOVE": _object({"guild_id": _ID, "user": _USER}),
    "GUILD_EMOJIS_UPDATE": _object({"guild_id": _ID, "emojis": _list(named("EmojiResponse"))}),
    "GUILD_STICKERS_UPDATE": _object({"guild_id": _ID, "stickers": _list(named("GuildStickerResponse"))}),
    "GUILD_INTEGRATIONS_UPDATE": _object({"guild_id": _ID}),
    "GUILD_MEMBER_ADD": _with(_MEMBER, {"guild_id": _ID}),
    "GUILD_MEMBER_REMOVE": _object({"guild_id": _ID, "user": _USER}),
    "GUILD_MEMBER_UPDATE": _with(_MEMBER, {"guild_id": _ID}),
    "GUILD_MEMBERS_CHUNK": _object(
        {"guild_id": _ID, "members": _list(_MEMBER), **_fields("chunk_index chunk_count", _NUMBER)},
        {"not_found": {"type": "array"}, "presences": {"type": "array"}, "nonce": _TEXT},
    ),
    "GUILD_ROLE_CREATE": _ROLE_EVENT,
    "GUILD_ROLE_UPDATE": _ROLE_EVENT,
    "GUILD_ROLE_DELETE": _object({"guild_id": _ID, "role_id": _ID}),
    "GUILD_SCHEDULED_EVENT_CREATE": _SCHEDULED,
    "GUILD_SCHEDULED_EVENT_UPDATE": _SCHEDULED,
    "GUILD_SCHEDULED_EVENT_DELETE": _SCHEDULED,
    "GUILD_SCHEDULED_EVENT_USER_ADD": _SUBSCRIBED,
    "GUILD_SCHEDULED_EVENT_USER_REMOVE": _SUBSCRIBED,
    "GUILD_SOUNDBOARD_SOUND_CREATE": named("SoundboardSoundResponse"),
    "GUILD_SOUNDBOARD_SOUND_UPDATE": named("SoundboardSoundResponse"),
    "GUILD_SOUNDBOARD_SOUND_DELETE": _object({"sound_id": _ID, "guild_id": _ID}),
    "SOUNDBOARD_SOUNDS": _object({"guild_id": _ID, "soundboard_sounds": _list(named("SoundboardSoundResponse"))}),
    "INTERACTION_CREATE": _INTERACTION,
    "INVITE_CREATE": _object(
        {
            "channel_id": _ID, "code": _TEXT, "created_at": _TIME, **_fields("max_age max_uses uses", _NUMBER),
            "temporary": _BOOLEAN, "expires_at": _TIME,
        },
        {"guild_id": _ID, "inviter": _USER, "role_ids": _IDS},
    ),
    "INVITE_DELETE": _object({"channel_id": _ID, "code": _TEXT}, {"guild_id": _ID}),
    "MESSAGE_CREATE": _MESSAGE,
    "MESSAGE_UPDATE": _MESSAGE,
    "MESSAGE_DELETE": _object({"id": _ID, "channel_id": _ID}, _OF_A_MESSAGE),
    "MESSAGE_DELETE_BULK": _object({"ids": _IDS, "channel_id": _ID}, _OF_A_MESSAGE),
    "MESSAGE_REACTION_ADD": {
        "allOf": [_REACTION, _object({}, {"member": _MEMBER, "message_author_id": _ID})],
    },
    "MESSAGE_REACTION_REMOVE": _REACTION,
    "MESSAGE_REACTION_REMOVE_ALL": _object(_fields("channel_id message_id", _ID), _OF_A_MESSAGE),
    "MESSAGE_REACTION_REMOVE_EMOJI": _object({**_fields("channel_id message_id", _ID), "emoji": _EMOJI}, _OF_A_MESSAGE),
    "MESSAGE_POLL_VOTE_ADD": _VOTE,
    "MESSAGE_POLL_VOTE_REMOVE": _VOTE,
    "STAGE_INSTANCE_CREATE": _STAGE,
    "STAGE_INSTANCE_UPDATE": _STAGE,
    "STAGE_INSTANCE_DELETE": _STAGE,
    "TYPING_START": _object(
        {"channel_id": _ID, "user_id": _ID, "timestamp": _NUMBER}, {"guild_id": _ID, "member": _MEMBER}
    ),
    "USER_UPDATE": named("UserPIIResponse"),
    "VOICE_STATE_UPDATE": named("VoiceStateResponse"),
    "VOICE_SERVER_UPDATE": _object({"token": _TEXT, "guild_id": _ID, "endpoint": {"type": ["string", "null"]}}),
    "WEBHOOKS_UPDATE": _object({"guild_id": _ID, "channel_id": _ID}),
}  # fmt: skip
