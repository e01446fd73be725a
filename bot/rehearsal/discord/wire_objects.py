"""simcord's objects, completed to those that Discord sends: in answers to requests and in gateway events.

simcord leaves out fields that discord.py does not read, and sends some as null that Discord leaves out. This is the
only place that knows: it can go when simcord writes objects in full. Sources: Discord's OpenAPI file, and the
documentation of each object (`resources/`, `interactions/receiving-and-responding.mdx`, `events/gateway-events.mdx`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from simcord.backend import serializers
from simcord.backend.models.interaction import ResponseKind
from simcord.enums import AppCommandType, ChannelType, ComponentType, InteractionType

from bot.rehearsal.discord.requests import DiscordRequest, Wire

if TYPE_CHECKING:
    from simcord.backend import Backend

Json: TypeAlias = Mapping[str, Any]

_UPLOAD_LIMIT: Final = 10 * 1024 * 1024  # bytes, of a server without boosts
#: Fields of an account that only the account itself is shown.
_PRIVATE: Final = frozenset({"email", "locale", "mfa_enabled", "verified"})
_USER: Final[Json] = {
    "avatar_decoration_data": None, "banner": None, "accent_color": None, "collectibles": None, "primary_guild": None,
}  # fmt: skip
_MEMBER: Final[Json] = {"banner": None, "avatar_decoration_data": None, "collectibles": None}
_GUILD: Final[Json] = {
    "home_header": None, "region": "deprecated", "widget_enabled": False, "widget_channel_id": None,
    "max_stage_video_channel_users": 50, "max_video_channel_users": 25, "safety_alerts_channel_id": None,
    "nsfw": False, "nsfw_level": 0, "incidents_data": None,
}  # fmt: skip
#: Fields of a server that GUILD_CREATE alone carries.
_OF_GUILD_CREATE: Final = frozenset({
    "joined_at", "large", "unavailable", "member_count", "members", "channels", "threads", "presences", "voice_states",
    "stage_instances", "guild_scheduled_events", "soundboard_sounds",
})  # fmt: skip
_APPLICATION: Final[Json] = {
    "type": None, "redirect_uris": [], "interactions_endpoint_url": None, "role_connections_verification_url": None,
    "approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
    "eligible_oauth2_scopes": [],
}  # fmt: skip
#: What simcord writes for every kind of room, although a category has none of it.
_NOT_OF_CATEGORIES: Final = frozenset({"topic", "rate_limit_per_user", "last_message_id"})
_COMPONENT: Final[Mapping[int, Json]] = {
    ComponentType.CONTAINER: {"accent_color": None, "spoiler": False},
    ComponentType.STRING_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.USER_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.ROLE_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.MENTIONABLE_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.CHANNEL_SELECT: {"min_values": 1, "max_values": 1},
    ComponentType.FILE: {"name": None, "size": None, "spoiler": False},
    ComponentType.THUMBNAIL: {"description": None, "spoiler": False},
    ComponentType.SEPARATOR: {"spacing": 1, "divider": True},
}
#: Components and embeds are completed as parts of a message; options and form fields are as the client sent them.
_LEFT_ALONE: Final = frozenset({"components", "embeds", "options"})


class WireObjects:
    """Completes objects; what they refer to is looked up in the backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._kinds: tuple[tuple[tuple[str, ...], Callable[[Json], Json]], ...] = (
            (("username", "discriminator"), _user),
            (("content", "author", "channel_id"), self._message),
            (("owner_id", "verification_level"), self._guild),
            (("roles", "nick", "joined_at"), _member),
            (("permission_overwrites", "type"), _room),
            (("recipients", "type"), _private_room),
            (("thread_metadata",), _thread),
            (("scheduled_start_time", "entity_type"), _scheduled_event),
            (("default_member_permissions", "application_id"), _command),
            (("max_uses", "code"), self._invite),
            (("action_type", "target_id"), _audit_log_entry),
            (("hoist", "mentionable"), self._role),
            (("poll_media",), _poll_answer),
            (("require_colons",), _without_nulls),
            (("format_type", "tags"), _without_nulls),
            (("gift_code_flags", "sku_id"), _entitlement),
            (("proxy_url", "filename"), _without_nulls),
        )
        """How an object is recognised, and what completes it, after the objects in it."""
        self._events: Mapping[str, Callable[[Json], Json]] = {
            "READY": self._ready,
            "GUILD_CREATE": self._guild_create,
            "GUILD_UPDATE": self._without_server,
            "MESSAGE_CREATE": self._told_message,
            "MESSAGE_UPDATE": self._told_message,
            "INTERACTION_CREATE": self._interaction,
            "MESSAGE_REACTION_ADD": self._reaction,
            "MESSAGE_REACTION_REMOVE": self._reaction,
        }

    # ---------------------------------------------------------------- answers and events

    def answer(self, request: DiscordRequest, answer: Wire) -> Wire:
        """The body with which Discord answers an accepted request that simcord answers like this."""
        match request.method, request.segments:
            case "GET" | "PATCH", ["users", "@me"]:
                return self._own_user(answer)
            case "GET" | "PATCH", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                return self._application(answer)
            case "POST", ["interactions", _, _, "callback"]:
                return self._callback(answer)
            case "GET", ["guilds", _, "threads", "active"]:
                return {"has_more": False, **self._completed(answer)}
            case _:
                return self._without_server(answer)

    def event(self, event: str, payload: Json) -> Json:
        """The data of an event as Discord sends it."""
        complete = self._events.get(event, self._completed)
        return complete(payload)

    def _ready(self, payload: Json) -> Json:
        return {**payload, "user": self._own_user(payload["user"])}

    def _guild_create(self, payload: Json) -> Json:
        guild = self._completed(payload)
        states = [{key: state[key] for key in state if key != "guild_id"} for state in guild["voice_states"]]
        return {**guild, "voice_states": states}

    def _reaction(self, payload: Json) -> Json:
        return {"burst": False, "type": 0, **self._completed(payload)}

    def _completed(self, thing: Wire) -> Wire:
        """A value with every object in it completed."""
        if isinstance(thing, dict):
            return self._object(cast("dict[str, Wire]", thing))
        if isinstance(thing, list):
            return [self._completed(item) for item in cast("list[Wire]", thing)]
        return thing

    def _object(self, thing: Json) -> Json:
        done = {key: value if key in _LEFT_ALONE else self._completed(value) for key, value in thing.items()}
        for marks, complete in self._kinds:
            if all(mark in done for mark in marks):
                return complete(done)
        return done

    def _without_server(self, answer: Wire) -> Wire:
        """An answer, or a server in an update: without the fields that only events, or only GUILD_CREATE, carry."""
        if isinstance(answer, list):
            return [self._without_server(item) for item in cast("list[Wire]", answer)]
        if not isinstance(answer, dict):
            return answer
        done = self._object(cast("dict[str, Wire]", answer))
        if "verification_level" in done:
            return {key: value for key, value in done.items() if key not in _OF_GUILD_CREATE}
        return _untold(done) if "author" in done else done

    # ---------------------------------------------------------------- single answers

    def _own_user(self, user: Json) -> Json:
        """The account of the bot, as it is shown to the bot itself."""
        private = {key: user[key] for key in _PRIVATE & user.keys()}
        return {**_user(user), "email": None, **private}

    def _application(self, application: Json) -> Json:
        done = self._completed(application)
        return {
            **_APPLICATION,
            "approximate_guild_count": len(self._backend.guilds),
            "flags_new": str(done["flags"]),
            **done,
        }

    def _callback(self, answer: Json) -> Json:
        done = self._completed(answer)
        interaction = _without_nulls(done["interaction"])
        resource = done.get("resource")
        if resource is None:
            return {"interaction": interaction}
        return {"interaction": interaction, "resource": {**resource, "message": _untold(resource["message"])}}

    # ---------------------------------------------------------------- single events

    def _told_message(self, payload: Json) -> Json:
        """A message as an event carries it: with its author and the people in `mentions` as members."""
        message = self._completed(payload)
        guild = self._backend.guilds.get(int(message.get("guild_id") or 0))
        if guild is None:
            return message
        mentions = [{**user, **self._as_member(guild.id, user)} for user in message["mentions"]]
        return {**message, "mentions": mentions, **self._as_member(guild.id, message["author"])}

    def _as_member(self, guild_id: int, user: Json) -> Json:
        guild = self._backend.guilds[guild_id]
        member = guild.members.get(int(user["id"]))
        if member is None:
            return {}
        payload = serializers.member_payload(self._backend, guild, member, with_user=False)
        return {"member": _member(cast("Json", payload))}

    def _interaction(self, payload: Json) -> Json:
        done = self._completed(payload)
        message = {"message": _untold(done["message"])} if "message" in done else {}
        limit = min(done["attachment_size_limit"], _UPLOAD_LIMIT)
        return {**done, **message, **_owner(done.get("guild_id")), "attachment_size_limit": limit}

    # ---------------------------------------------------------------- objects that refer to others

    def _message(self, message: Json) -> Json:
        done = {key: value for key, value in message.items() if value is not None or key == "edited_timestamp"}
        done["components"] = [_component(part) for part in message.get("components") or ()]
        done["embeds"] = [{"type": "rich", **embed} for embed in message.get("embeds") or ()]
        if not done.get("reactions"):
            done.pop("reactions", None)
        if reference := message.get("message_reference"):
            done["message_reference"] = {"type": 0, **_without_nulls(reference)}
        if replied := message.get("referenced_message"):
            done["referenced_message"] = _untold(replied)
        if metadata := message.get("interaction_metadata"):
            done["interaction_metadata"] = self._metadata(metadata)
        return done

    def _metadata(self, metadata: Json) -> Json:
        """The interaction that a message answers: where it was made, and what it came from."""
        record = self._backend.interactions.get(int(metadata["id"]))
        done = dict(_without_nulls({key: value for key, value in metadata.items() if not key.startswith("target_")}))
        done |= _owner(record.guild_id if record else None)
        if record is None:
            return done
        if record.target_id is not None and record.target_type == AppCommandType.MESSAGE:
            done = {**done, "target_message_id": str(record.target_id)}
        elif record.target_id is not None:
            done = {**done, "target_user": self._account(record.target_id)}
        if record.type == InteractionType.MESSAGE_COMPONENT:
            return {**done, "interacted_message_id": str(record.source_message_id or 0)}
        if record.type == InteractionType.MODAL_SUBMIT:
            return {**done, "triggering_interaction_metadata": self._trigger(record.user_id, record.id)}
        return done

    def _trigger(self, user_id: int, before: int) -> Json:
        """The interaction that was answered with the form that somebody then submitted."""
        earlier = (record for record in reversed(self._backend.interactions.values()) if record.id < before)
        shown = (record for record in earlier if record.user_id == user_id)
        record = next((record for record in shown if record.response_kind is ResponseKind.MODAL), None)
        user = self._account(user_id)
        if record is None:  # a form that a test submitted by itself
            return {"id": "0", "type": InteractionType.APPLICATION_COMMAND, "user": user, **_owner(None)}
        return self._metadata({"id": str(record.id), "type": record.type, "user": user})

    def _account(self, user_id: int) -> Json:
        return _user(cast("Json", serializers.user_payload(self._backend.users[user_id])))

    def _guild(self, guild: Json) -> Json:
        return {**_GUILD, **guild}

    def _role(self, role: Json) -> Json:
        """A role; the one that came with the bot names it in its tags."""
        tags = {"tags": {"bot_id": str(self._backend.bot_user.id)}} if role["managed"] else {}
        return {**role, **tags}

    def _invite(self, invite: Json) -> Json:
        guild = self._backend.guilds.get(int(invite["guild_id"]))
        if guild is None or "guild" in invite:
            return {"type": 0, **invite}
        whole = self._guild(cast("Json", serializers.guild_create_payload(self._backend, guild)))
        keys = (
            "id", "name", "splash", "banner", "description", "icon", "features", "verification_level",
            "vanity_url_code", "nsfw_level", "nsfw", "premium_subscription_count",
        )  # fmt: skip
        return {"type": 0, "guild": {key: whole[key] for key in keys}, **invite}


def _owner(guild_id: int | str | None) -> Json:
    """Who installed the bot where an interaction comes from: the server, or "0" in a private message."""
    return {"authorizing_integration_owners": {"0": str(guild_id or 0)}}


def _user(user: Json) -> Json:
    """An account as others are shown it; Discord leaves out that somebody is no bot."""
    shown = {key: value for key, value in user.items() if key not in _PRIVATE}
    return {**_USER, **{key: value for key, value in shown.items() if value or key not in {"bot", "system"}}}


def _member(member: Json) -> Json:
    return {**_MEMBER, **member}


def _room(room: Json) -> Json:
    if room["type"] == ChannelType.CATEGORY:
        return {"flags": 0, **{key: value for key, value in room.items() if key not in _NOT_OF_CATEGORIES}}
    return {"flags": 0, "nsfw": False, **room}


def _private_room(room: Json) -> Json:
    kept = {key: value for key, value in room.items() if key in {"id", "type", "last_message_id", "recipients"}}
    return {"flags": 0, **kept}


def _thread(thread: Json) -> Json:
    return {**thread, "thread_metadata": _without_nulls(thread["thread_metadata"])}


def _scheduled_event(event: Json) -> Json:
    creator = {} if event.get("creator") is None else {"creator": event["creator"]}
    done = {key: value for key, value in event.items() if key != "creator"}
    return {"recurrence_rule": None, "guild_scheduled_event_exceptions": [], **done, **creator}


def _command(command: Json) -> Json:
    """A command; its version is an id that changes with it, here its own."""
    done = {"version": command["id"], **command, "integration_types": command.get("integration_types") or [0]}
    return {key: value for key, value in done.items() if key != "options" or value}


def _audit_log_entry(entry: Json) -> Json:
    """An entry of the audit log; the roles that somebody got or lost are changes, not options."""
    options: Json = entry.get("options") or {}
    roles = [{"key": key, "new_value": value} for key, value in options.items() if key.startswith("$")]
    texts = {key: str(value) for key, value in options.items() if not key.startswith("$")}
    done = {**entry, "changes": [*(entry.get("changes") or ()), *roles], "options": texts or None}
    return {key: value for key, value in done.items() if value is not None or key == "target_id"}


def _poll_answer(answer: Json) -> Json:
    return {**answer, "poll_media": _without_nulls(answer["poll_media"])}


def _entitlement(entitlement: Json) -> Json:
    return {"user_id": "0", **entitlement}


def _component(component: Json) -> Json:
    """A component of a message, with those in it."""
    done = {**_COMPONENT.get(component["type"], {}), **component}
    for key in ("components", "accessory", "component"):
        if isinstance(nested := component.get(key), list):
            done[key] = [_component(part) for part in cast("list[Json]", nested)]
        elif isinstance(nested, dict):
            done[key] = _component(cast("Json", nested))
    for key in ("file", "media"):
        if key in done:
            done[key] = _media(done[key])
    if "items" in done:
        done["items"] = [
            {"description": None, "spoiler": False, **item, "media": _media(item["media"])} for item in done["items"]
        ]
    if "emoji" in done:
        done["emoji"] = _without_nulls(done["emoji"])
    return done


def _media(media: Json) -> Json:
    """A file or picture in a component; its id is that of the attachment, which its address names."""
    steps = str(media["url"]).split("/")
    number = next((step for step in reversed(steps) if step.isdecimal()), "0")
    return {"id": number, "proxy_url": media["url"], "width": None, "height": None, "content_type": None, **media}


def _untold(message: Json) -> Json:
    """A message in an answer or an interaction: the server and the author as a member are only told in events."""
    return {key: value for key, value in message.items() if key not in {"guild_id", "member"}}


def _without_nulls(thing: Json) -> Json:
    return {key: value for key, value in thing.items() if value is not None}
