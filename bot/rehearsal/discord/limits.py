"""Rules that Discord enforces, but neither simcord nor the OpenAPI file, applied to each request.

simcord has these already: 6,000 characters in embeds, which components may stand in which, and the end of a new
external event. Lengths and numbers are checked here too, because simcord counts characters: see `payloads`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, cast

from simcord.backend import errors, serializers
from simcord.backend.errors import BackendError

from bot.rehearsal.discord.payloads import message_faults, modal_faults, resource_faults, suggestion_faults
from bot.rehearsal.discord.requests import DiscordRequest, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simcord.backend import Backend
    from simcord.backend.models import Interaction

# A resend is surely recognised this long; on Discord it may be longer, and the bot mustn't count on it.
NONCE_LIFETIME = timedelta(seconds=120)
NONCE_LENGTH = 25
CHANNELS_A_CATEGORY = 50
CHANNELS_A_GUILD = 500
# Real seconds, also in fast time: these are the two deadlines a slow bot misses.
FIRST_ANSWER = 3.0
TOKEN_LIFETIME = 15 * 60.0

EVENTS_A_GUILD = 100

_CATEGORY, _EXTERNAL, _CHAT_INPUT = 4, 3, 1
# An event's status: scheduled, active, completed, cancelled; the first two are open.
_OPEN = (1, 2)
_STEPS = ((1, 2), (2, 3), (1, 4))


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

    def __init__(self, backend: Backend, now: Callable[[], datetime]) -> None:
        self._backend = backend
        self._now = now
        self._sent: dict[tuple[int, str], _Sent] = {}
        self._opened: dict[str, float] = {}
        self.nonces: dict[int, str] = {}
        self.unwilling: set[int] = set()
        """Who takes no private messages from the server's members and bots."""

    def before(self, request: DiscordRequest) -> Wire | None:
        """Return the answer given earlier to this very message, or None to go on.

        Raises BackendError with Discord's status and code if a rule is broken.
        """
        body = _object(request.body)
        _must_fit(request, body)
        match request.method, request.segments:
            case "POST", ["channels", channel_id, "messages"]:
                self._to_the_willing(int(channel_id))
                return self._resent(int(channel_id), body)
            case "POST", ["guilds", guild_id, "channels"]:
                self._room_in_guild(int(guild_id))
                self._room_in_category(body, adding=1)
            case "PATCH", ["channels", channel_id]:
                self._room_in_category(body, adding=self._arriving([{**body, "id": channel_id}], body))
            case "PATCH", ["guilds", _, "channels"]:
                moved = _objects(request.body)
                for item in moved:
                    self._room_in_category(item, adding=self._arriving(moved, item))
            case "PUT" | "POST", ["applications", _, *_, "commands"]:
                _lower_case_names(request.body)
            case "POST", ["guilds", guild_id, "scheduled-events"]:
                self._room_for_event(int(guild_id))
                self._starts_in_future(body)
            case "PATCH", ["guilds", guild_id, "scheduled-events", event_id]:
                self._event_keeps_its_end(int(guild_id), int(event_id), body)
                self._event_goes_on(int(guild_id), int(event_id), body)
                self._starts_in_future(body)
            case _, ["interactions" | "webhooks", _, token, *_]:
                self._in_time(token, request.segments)
            case _:
                pass
        return None

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
                return [event for event in answer if event["status"] in _OPEN]
            case _:
                return answer

    def opened(self, record: Interaction) -> None:
        """Start an interaction's deadlines, in real time in place of simcord's."""
        record.expires_at = None
        record.initial_response_deadline = None
        self._opened[record.token] = time.monotonic()

    def _to_the_willing(self, channel_id: int) -> None:
        if self.unwilling.intersection(self._backend.get_channel(channel_id).recipient_ids):
            raise errors.cannot_dm_bot()

    def _resent(self, channel_id: int, body: Mapping[str, Any]) -> Wire | None:
        nonce = str(body.get("nonce") or "")
        if len(nonce) > NONCE_LENGTH:
            raise _invalid("nonce", "BASE_TYPE_MAX_LENGTH", f"Must be {NONCE_LENGTH} or fewer in length.")
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
            raise _invalid("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", sentence)

    def _arriving(self, items: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> int:
        """How many of the moved channels come to the wanted category from elsewhere."""
        target = wanted.get("parent_id")
        moved = [item for item in items if target and str(item.get("parent_id")) == str(target)]
        return sum(self._backend.get_channel(int(item["id"])).parent_id != int(target or 0) for item in moved)

    def _event_keeps_its_end(self, guild_id: int, event_id: int, body: Mapping[str, Any]) -> None:
        event = self._backend.get_scheduled_event(guild_id, event_id)
        kind = int(body.get("entity_type") or event.entity_type)
        if kind == _EXTERNAL and not body.get("scheduled_end_time", event.scheduled_end_time):
            raise _invalid("scheduled_end_time", "BASE_TYPE_REQUIRED", "This field is required")

    def _room_for_event(self, guild_id: int) -> None:
        events = self._backend.get_guild(guild_id).scheduled_events.values()
        if sum(event.status in _OPEN for event in events) >= EVENTS_A_GUILD:
            raise BackendError(400, 30038, f"Maximum number of uncompleted guild scheduled events ({EVENTS_A_GUILD})")

    def _starts_in_future(self, body: Mapping[str, Any]) -> None:
        start = body.get("scheduled_start_time")
        if start and datetime.fromisoformat(start) <= self._now():
            raise _invalid("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule in the past")

    def _event_goes_on(self, guild_id: int, event_id: int, body: Mapping[str, Any]) -> None:
        """Scheduled becomes active or cancelled, active becomes completed; an event that is over cannot be changed."""
        status = self._backend.get_scheduled_event(guild_id, event_id).status
        if (wanted := body.get("status") or status) != status and (status, wanted) not in _STEPS:
            raise _invalid("status", "TRANSITION_INVALID", f"An event can't go from {status} to {wanted}")
        if status not in _OPEN:
            raise BackendError(400, 180000, "Cannot update a finished event")

    def _in_time(self, token: str, segments: list[str]) -> None:
        opened = self._opened.get(token)
        if opened is None:
            return
        age = time.monotonic() - opened
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
        raise _invalid("body", "BASE_TYPE_BAD_LENGTH", fault)


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
        raise _invalid("name", "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {node['name']}")
    for option in node.get("options") or ():
        _lower_case(option)


def _invalid(key: str, code: str, sentence: str) -> BackendError:
    return errors.invalid_form_body(errors={key: {"_errors": [{"code": code, "message": sentence}]}})
