"""Rules that Discord enforces, but neither simcord nor the OpenAPI file, applied to each request.

simcord has these already: 6,000 characters in embeds, which components may stand in which, and the end of a new
external event. Lengths and numbers are checked here too, because simcord counts characters: see `payloads`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, cast

from simcord.backend import errors, serializers
from simcord.backend.errors import BackendError

from bot.rehearsal.discord.direct_message_limits import DirectMessageLimits
from bot.rehearsal.discord.payloads import message_faults, modal_faults, resource_faults, suggestion_faults
from bot.rehearsal.discord.refusals import invalid
from bot.rehearsal.discord.requests import DiscordRequest, Wire
from bot.rehearsal.discord.rules.events import OPEN, Events
from bot.rehearsal.discord.rules.grants import Grants
from bot.rehearsal.discord.rules.membership import Membership
from bot.rehearsal.discord.rules.names import channel_name, trim
from bot.rehearsal.discord.rules.stages import Stages
from bot.rehearsal.discord.rules.uploads import check_uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simcord.backend.models import Interaction

    from bot.rehearsal.discord.rules.world import World

# A resend is surely recognised this long; on Discord it may be longer, and the bot mustn't count on it.
NONCE_LIFETIME = timedelta(seconds=120)
NONCE_LENGTH = 25
CHANNELS_A_CATEGORY = 50
CHANNELS_A_GUILD = 500
# Seconds: these are the two deadlines that a slow bot misses.
FIRST_ANSWER = 3.0
TOKEN_LIFETIME = 15 * 60.0

_CATEGORY, _CHAT_INPUT = 4, 1


@dataclass(frozen=True, slots=True)
class _Sent:
    message_id: int
    at: datetime


class _Callback(IntEnum):
    """Answers to an interaction that are no message."""

    SUGGESTIONS = 8
    MODAL = 9


class Limits:
    """The rules: `before` a request reaches simcord, and `after` it was accepted."""

    def __init__(self, backend: World, now: Callable[[], datetime]) -> None:
        self._backend = backend
        self._now = now
        self.membership = Membership(backend, now)
        self._events = Events(backend, now)
        self._grants = Grants(backend)
        self._stages = Stages(backend)
        self._sent: dict[tuple[int, str], _Sent] = {}
        self._opened: dict[str, datetime] = {}
        self._direct_messages = DirectMessageLimits(now)
        self.nonces: dict[int, str] = {}
        self.unwilling: set[int] = set()
        """Who takes no private messages from the server's members and bots."""

    def before(self, request: DiscordRequest) -> Wire | None:
        """Return the answer given earlier to this very message, or None to go on.

        Raises BackendError with Discord's status and code if a rule is broken.
        """
        self.advance()
        body = _object(request.body)
        self._name(request, body)
        _must_fit(request, body)
        check_uploads(request.files, self._boost_level(request))
        self._granted(request, body)
        self._entered(request, body)
        match request.method, request.segments:
            case "POST", ["users", "@me", "channels"]:
                self._direct_messages.open(int(body.get("recipient_id") or 0))
            case "POST", ["channels", channel_id, "messages"]:
                self._to_the_willing(int(channel_id))
                self._direct_messages.send(self._backend.get_channel(int(channel_id)))
                return self._resent(int(channel_id), body)
            case "POST", ["guilds", guild_id, "channels"]:
                self._room_in_guild(int(guild_id))
                self._room_in_category(body, adding=1)
                self._stages.channel_created(int(guild_id), body)
            case "PATCH", ["channels", channel_id]:
                self._room_in_category(body, adding=self._arriving([{**body, "id": channel_id}], body))
            case "PATCH", ["guilds", _, "channels"]:
                moved = _objects(request.body)
                for item in moved:
                    self._room_in_category(item, adding=self._arriving(moved, item))
            case "PUT" | "POST", ["applications", _, *_, "commands"]:
                _lower_case_names(request.body)
            case "POST" | "PATCH" | "DELETE", ["guilds", guild_id, "scheduled-events", *event_id]:
                self._event(request.method, int(guild_id), event_id, body)
            case _, ["interactions" | "webhooks", _, token, *_]:
                self._in_time(token, request.segments)
            case _:
                pass
        return None

    def advance(self) -> None:
        """Let happen what Discord does by itself, as far as it is due."""
        self._events.advance()
        self.membership.advance()

    def _name(self, request: DiscordRequest, body: dict[str, Any]) -> None:
        """Trim what is trimmed before it is measured (`resources/message.mdx`, "Embed Limits"; see `names`)."""
        match request.method, request.segments:
            case "POST", ["guilds", _, "channels"] if isinstance(body.get("name"), str):
                body["name"] = channel_name(body["name"], int(body.get("type") or 0))
            case "PATCH", ["channels", channel_id] if isinstance(body.get("name"), str):
                body["name"] = channel_name(body["name"], self._backend.get_channel(int(channel_id)).type)
            case "POST" | "PATCH", ["guilds", _, "roles" | "scheduled-events", *_]:
                trim(body, "name")
            case "PATCH", ["guilds", _, "members", _]:
                trim(body, "nick")
            case _:
                pass

    def _boost_level(self, request: DiscordRequest) -> int:
        """The boost level of the server that a message goes to."""
        match request.segments:
            case ["channels", channel_id, *_] if channel_id.isdigit():
                channel = self._backend.channels.get(int(channel_id))
            case ["interactions" | "webhooks", _, token, *_]:
                record = self._backend.interactions.get(self._backend.interaction_tokens.get(token, 0))
                channel = self._backend.channels.get(record.channel_id) if record else None
            case _:
                channel = None
        return self._backend.settings_of(channel.guild_id).premium_tier if channel and channel.guild_id else 0

    def _granted(self, request: DiscordRequest, body: Mapping[str, Any]) -> None:
        """Check what gives permissions to somebody."""
        grants, channels = self._grants, self._backend.get_channel
        match request.method, request.segments:
            case "POST", ["guilds", guild_id, "channels"]:
                grants.new_channel(int(guild_id), body)
            case "PATCH", ["channels", channel_id]:
                grants.channel_edited(channels(int(channel_id)), body)
            case "PUT", ["channels", channel_id, "permissions", target_id]:
                grants.overwrite_put(channels(int(channel_id)), int(target_id), body)
            case "DELETE", ["channels", channel_id, "permissions", target_id]:
                grants.overwrite_deleted(channels(int(channel_id)), int(target_id))
            case "PUT", ["guilds", guild_id, "members", _, "roles", role_id]:
                grants.role_given(int(guild_id), int(role_id))
            case "PATCH", ["guilds", guild_id, "members", user_id] if body.get("roles") and user_id != "@me":
                present = self._backend.get_member(int(guild_id), int(user_id)).role_ids
                for role in {int(role) for role in body["roles"]}.difference(present):
                    grants.role_given(int(guild_id), role)
            case _:
                pass

    def _entered(self, request: DiscordRequest, body: Mapping[str, Any]) -> None:
        """Check what is read in voice channels and done on stages."""
        match request.method, request.segments:
            case "GET", ["channels", channel_id, "messages", *_]:
                channel = self._backend.get_channel(int(channel_id))
                # Named, it takes CONNECT along in a voice channel, which simcord does not ask for.
                self._backend.require_permissions(
                    channel.guild_id, self._backend.bot_user.id, channel.id, "view_channel"
                )
            case "POST", ["stage-instances"]:
                self._stages.opened(body)
            case "PATCH" | "DELETE", ["stage-instances", channel_id]:
                self._stages.moderated(int(channel_id))
            case "PATCH", ["guilds", guild_id, "voice-states", user_id]:
                whom = self._backend.bot_user.id if user_id == "@me" else int(user_id)
                self._stages.voice_state_edited(int(guild_id), whom, body)
            case _:
                pass

    def _event(self, method: str, guild_id: int, event_id: list[str], body: Mapping[str, Any]) -> None:
        match method, event_id:
            case "POST", []:
                self._events.created(guild_id, body)
            case "PATCH", [number]:
                self._events.edited(guild_id, int(number), body)
            case "DELETE", [number]:
                self._events.deleted(guild_id, int(number))
            case _:
                pass

    def after(self, request: DiscordRequest, answer: Wire) -> Wire:
        """Note what an accepted request used up, and return the answer with its nonce filled in."""
        match request.method, request.segments:
            case "POST", ["channels", channel_id, "messages"] if request.body and request.body.get("nonce"):
                nonce = str(request.body["nonce"])
                message_id = int(answer["id"])
                self.nonces[message_id] = nonce
                if request.body.get("enforce_nonce"):
                    self._sent[int(channel_id), nonce] = _Sent(message_id, self._now())
                return {**answer, "nonce": nonce}
            case "GET", ["guilds", _, "scheduled-events"]:
                return [event for event in answer if event["status"] in OPEN and self._events.seen(event)]
            case "PATCH", ["guilds", _, "scheduled-events", _]:
                self._events.advance()
                return answer
            case _:
                return answer

    def opened(self, record: Interaction) -> None:
        """Start an interaction's deadlines, in place of simcord's."""
        record.expires_at = None
        record.initial_response_deadline = None
        self._opened[record.token] = self._now()

    def _to_the_willing(self, channel_id: int) -> None:
        if self.unwilling.intersection(self._backend.get_channel(channel_id).recipient_ids):
            raise errors.cannot_dm_bot()

    def _resent(self, channel_id: int, body: Mapping[str, Any]) -> Wire | None:
        nonce = str(body.get("nonce") or "")
        if len(nonce) > NONCE_LENGTH:
            raise invalid("nonce", "BASE_TYPE_MAX_LENGTH", f"Must be {NONCE_LENGTH} or fewer in length.")
        sent = self._sent.get((channel_id, nonce)) if nonce and body.get("enforce_nonce") else None
        if sent is None or self._now() - sent.at >= NONCE_LIFETIME:
            return None
        message = self._backend.messages.get(channel_id, {}).get(sent.message_id)
        if message is None:
            return None
        return {**serializers.message_payload(self._backend, message), "nonce": nonce}

    def _room_in_guild(self, guild_id: int) -> None:
        if len(self._backend.get_guild(guild_id).channel_ids) >= CHANNELS_A_GUILD:
            raise BackendError(400, 30013, f"Maximum number of guild channels reached ({CHANNELS_A_GUILD})")

    def _room_in_category(self, body: Mapping[str, Any], *, adding: int) -> None:
        if not body.get("parent_id") or body.get("type") == _CATEGORY or not adding:
            return
        parent = int(body["parent_id"])
        inside = sum(
            channel.parent_id == parent for channel in self._backend.channels.values() if not channel.is_thread
        )
        if inside + adding > CHANNELS_A_CATEGORY:
            sentence = f"Maximum number of channels in category reached ({CHANNELS_A_CATEGORY})"
            raise invalid("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", sentence)

    def _arriving(self, items: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> int:
        """How many of the moved channels come to the wanted category from elsewhere."""
        target = wanted.get("parent_id")
        moved = [item for item in items if target and str(item.get("parent_id")) == str(target)]
        return sum(self._backend.get_channel(int(item["id"])).parent_id != int(target or 0) for item in moved)

    def _in_time(self, token: str, segments: list[str]) -> None:
        opened = self._opened.get(token)
        if opened is None:
            return
        age = (self._now() - opened).total_seconds()
        first = segments[0] == "interactions"
        record = self._backend.interactions[self._backend.interaction_tokens[token]]
        if first and age > FIRST_ANSWER and not record.responded:
            raise errors.unknown_interaction()
        if age > TOKEN_LIFETIME:
            raise BackendError(401, 50027, "Invalid Webhook Token")
        if not first and not record.responded:
            raise errors.unknown_webhook()


def _must_fit(request: DiscordRequest, body: Mapping[str, Any]) -> None:
    if fault := next(_faults(request, body), None):
        raise invalid("body", "BASE_TYPE_BAD_LENGTH", fault)


def _faults(request: DiscordRequest, body: Mapping[str, Any]) -> Iterator[str]:
    """What is too long or too many in what the bot sends."""
    if request.method not in {"POST", "PATCH"}:
        return
    match request.segments:
        case ["interactions", _, _, "callback"]:
            data = _object(body.get("data"))
            match body["type"]:
                case _Callback.MODAL:
                    yield from modal_faults(data)
                case _Callback.SUGGESTIONS:
                    yield from suggestion_faults(data["choices"])
                case _:
                    yield from message_faults(data)
        case ["webhooks", *_] | ["channels", _, "messages", *_]:
            yield from message_faults(body)
        case ["guilds" | "channels", *_]:
            for resource in _objects(request.body or {}):
                yield from resource_faults(resource, request.reason)
        case _:
            pass


def _object(body: Wire) -> dict[str, Any]:
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _objects(body: Wire) -> list[dict[str, Any]]:
    return cast("Any", body) if isinstance(body, list) else [body]


def _lower_case_names(body: Wire) -> None:
    for command in _objects(body):
        if command.get("type", _CHAT_INPUT) == _CHAT_INPUT:
            _lower_case(command)


def _lower_case(node: Mapping[str, Any]) -> None:
    if node["name"] != node["name"].lower() or " " in node["name"]:
        raise invalid("name", "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {node['name']}")
    for option in node.get("options") or ():
        _lower_case(option)
