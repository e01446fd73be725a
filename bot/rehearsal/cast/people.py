"""The human side: what people see in their Discord client, and what they can do with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from simcord.backend import serializers
from simcord.backend.access import channel_accessible, message_accessible
from simcord.backend.command_access import command_access
from simcord.backend.errors import SetupError
from simcord.backend.models.interaction import ResponseKind
from simcord.components import walk_components
from simcord.enums import AppCommandType, ComponentType, InteractionType, OptionType
from simcord.interactions import (
    base_payload,
    nest_options,
    store_interaction_attachment,
    validate_option_value,
    walk_to_subcommand,
)

from bot.rehearsal.discord.limits import FIRST_ANSWER, Wire

if TYPE_CHECKING:
    from simcord.backend import Backend
    from simcord.backend.models import Interaction, Message

    from bot.rehearsal.discord.limits import DiscordRequest
    from bot.rehearsal.discord.loopback import LoopbackDiscord

Json = dict[str, Any]
OptionValue: TypeAlias = "str | int | bool | Person | Attachment"

# Real seconds that somebody waits for what a "thinking…" promised.
PATIENCE = 15.0

_SUBCOMMANDS = (OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP)
_BY_ID = (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE)
_LINK, _PREMIUM = 5, 6  # styles of button that no bot hears of
_LONGEST_TEXT = 4000
_AT_WORK = "⚙️"  # before an answer that only says how far the work is: a person waits on
_TO_ENTER = 1 << 10 | 1 << 20  # view the channel, and connect to it


class CannotDo(Exception):  # noqa: N818 - it reads as what happened
    """A person's client wouldn't let them do this; the sentence says why."""


class NoAnswer(Exception):  # noqa: N818 - the same
    """The bot didn't answer in time, or isn't there."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as somebody can download it, or upload it."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """What the bot answered to one press or command, as the person sees it.

    `ack_ms` are real milliseconds from the press to the bot's first sign of life.
    """

    text: str
    ephemeral: bool
    modal: Json | None
    message_id: int | None
    attachments: tuple[Attachment, ...]
    components: tuple[Json, ...]
    ack_ms: float
    choices: tuple[Json, ...]
    again: bool = False
    """Whether it answers to a try after one that got no answer: what was asked for may have been done by that one."""


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message that everyone in its channel sees. `received` is in seconds of time.monotonic()."""

    id: int
    channel_id: int
    channel: str
    author: str
    is_bot: bool
    timestamp: str
    edited_timestamp: str | None
    text: str
    custom_ids: tuple[str, ...]
    received: float
    nonce: str | None


def shown_text(message: Message) -> str:
    """All that a message displays: its content, then every text display in order."""
    displays = (
        part["content"] for part in walk_components(message.components) if part["type"] == ComponentType.TEXT_DISPLAY
    )
    return "\n".join(text for text in (message.content, *displays) if text)


def custom_ids(message: Message) -> tuple[str, ...]:
    """The custom ids of everything in a message that can be pressed or chosen, in order."""
    return tuple(part["custom_id"] for part in walk_components(message.components) if part.get("custom_id"))


class _Call:
    """One interaction that somebody waits on."""

    def __init__(self, record: Interaction) -> None:
        self.record = record
        self.began = time.monotonic()
        self.ack_ms: float | None = None
        self.answer: ReceivedAnswer | None = None
        self.lost = False
        self.acknowledged = asyncio.Event()
        self.answered = asyncio.Event()

    def lose(self) -> None:
        self.lost = True
        self.acknowledged.set()
        self.answered.set()


class Calls:
    """Everyone who waits for the bot, told as soon as it answers or goes away."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._open: dict[int, _Call] = {}

    def open(self, record: Interaction) -> _Call:
        """Start waiting; before the interaction is sent, so that no answer can come earlier."""
        call = self._open[record.id] = _Call(record)
        return call

    def progress(self, request: DiscordRequest, arrived: float) -> None:
        """Note an accepted request that may answer an interaction; `arrived` in monotonic seconds."""
        interaction_id = self._backend.interaction_tokens.get(request.interaction_token or "")
        call = self._open.get(interaction_id or 0)
        if call is None or call.answered.is_set() or request.method not in {"POST", "PATCH"}:
            return
        first = call.ack_ms is None
        if call.ack_ms is None:
            call.ack_ms = (arrived - call.began) * 1000
            call.acknowledged.set()
        kind = call.record.response_kind
        if kind != ResponseKind.DEFERRED and not (first and kind == ResponseKind.DEFERRED_UPDATE):
            answer = self._read(call.record, call.ack_ms)
            if not answer.text.startswith(_AT_WORK):
                call.answer = answer
                call.answered.set()

    def lose_all(self) -> None:
        """Tell everyone who waits that the bot went away."""
        for call in self._open.values():
            call.lose()

    async def answer(self, call: _Call) -> ReceivedAnswer:
        """Wait for the whole answer. Raises NoAnswer if it doesn't come."""
        try:
            await _in_time(call.acknowledged, FIRST_ANSWER, "the bot said nothing")
            if not call.lost:
                await _in_time(call.answered, PATIENCE, "the bot said it was thinking, and nothing more")
        finally:
            del self._open[call.record.id]
        if call.answer is None:
            raise NoAnswer("the bot went away before it answered")
        return call.answer

    def _read(self, record: Interaction, ack_ms: float) -> ReceivedAnswer:
        message = self._shown(record)
        return ReceivedAnswer(
            text=shown_text(message) if message else "",
            ephemeral=message.is_ephemeral if message else False,
            modal=record.modal,
            message_id=message.id if message else None,
            attachments=self._files(message) if message else (),
            components=tuple(message.components) if message else (),
            ack_ms=ack_ms,
            choices=tuple(record.autocomplete_choices or ()),
        )

    def _shown(self, record: Interaction) -> Message | None:
        """The message that carries the answer: after a silent deferral, the follow-up if there is one."""
        followed = record.response_kind == ResponseKind.DEFERRED_UPDATE and record.followup_ids
        message_id = record.followup_ids[-1] if followed else record.message_id
        return self._backend.messages[record.channel_id].get(message_id or 0)

    def _files(self, message: Message) -> tuple[Attachment, ...]:
        found = ((each["filename"], self._backend.cdn.get(each["url"])) for each in message.attachments)
        return tuple(Attachment(name, content) for name, content in found if content is not None)


async def _in_time(event: asyncio.Event, seconds: float, sentence: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError as error:
        raise NoAnswer(f"{sentence} within {seconds:.0f} s") from error


class Person:
    """A member of the server at their Discord client."""

    def __init__(self, discord: LoopbackDiscord, guild_id: int, user_id: int, name: str, locale: str) -> None:
        self._discord = discord
        self._backend = discord.backend
        self._forms: dict[str, tuple[int, Message | None]] = {}
        self.guild_id = guild_id
        self.id = user_id
        self.name = name
        self.locale = locale

    async def slash(self, channel_id: int, command: str, /, **options: OptionValue) -> ReceivedAnswer:
        """Run a slash command, such as "announce new". Users, channels and roles are given by id, users also as Person.

        Raises CannotDo if the client wouldn't send it, NoAnswer if the bot doesn't answer.
        """
        root, leaf, nesting = self._command(channel_id, command)
        missing = [each["name"] for each in _options(leaf) if each.get("required") and each["name"] not in options]
        if missing:
            raise CannotDo(f"/{command} needs {', '.join(missing)}")
        filled, resolved = self._fill(command, leaf, options, channel_id)
        return await self._ask(
            InteractionType.APPLICATION_COMMAND, channel_id, _command_data(root, nesting, filled, resolved)
        )

    async def autocomplete(
        self, channel_id: int, command: str, option: str, typed: str, /, **filled: OptionValue
    ) -> list[Json]:
        """Type into an option and return the suggestions. Raises as `slash` does."""
        root, leaf, nesting = self._command(channel_id, command)
        spec = next((each for each in _options(leaf) if each["name"] == option), None)
        if spec is None or not spec.get("autocomplete"):
            raise CannotDo(f"/{command} suggests nothing for {option!r}")
        options, resolved = self._fill(command, leaf, filled, channel_id)
        options.append({"name": option, "type": spec["type"], "value": typed, "focused": True})
        answer = await self._ask(
            InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE,
            channel_id,
            _command_data(root, nesting, options, resolved),
        )
        return list(answer.choices)

    async def press(self, message_id: int, channel_id: int, custom_id: str) -> ReceivedAnswer:
        """Press a button of a message as it stands now. Raises as `slash` does."""
        message = self._message(message_id, channel_id)
        button = _part(message, ComponentType.BUTTON, custom_id)
        if button["style"] in {_LINK, _PREMIUM}:
            raise CannotDo(f"the bot hears nothing of the button {custom_id!r}")
        data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON, "id": button["id"]}
        return await self._ask(InteractionType.MESSAGE_COMPONENT, channel_id, data, message)

    async def choose(self, message_id: int, channel_id: int, custom_id: str, *values: str) -> ReceivedAnswer:
        """Choose from a select of a message as it stands now. Raises as `slash` does."""
        message = self._message(message_id, channel_id)
        select = _part(message, ComponentType.STRING_SELECT, custom_id)
        chosen = _chosen(select, values)
        data = {"custom_id": custom_id, "component_type": select["type"], "id": select["id"], "values": chosen}
        return await self._ask(InteractionType.MESSAGE_COMPONENT, channel_id, data, message)

    async def menu(self, message_id: int, channel_id: int, name: str) -> ReceivedAnswer:
        """Choose an entry of a message's menu (right click, Apps). Raises as `slash` does."""
        message = self._message(message_id, channel_id)
        root = self._allowed(name, AppCommandType.MESSAGE, channel_id)
        target = dict(serializers.message_payload(self._backend, message))
        data: Json = {"id": root["id"], "name": root["name"], "type": root["type"], "target_id": str(message_id)}
        data["resolved"] = {"messages": {str(message_id): target}}
        return await self._ask(InteractionType.APPLICATION_COMMAND, channel_id, data)

    def _message(self, message_id: int, channel_id: int) -> Message:
        message = self._backend.messages.get(channel_id, {}).get(message_id)
        if message is None or not message_accessible(self._backend, channel_id, message, self.id):
            raise CannotDo(f"{self.name} sees no message {message_id} here")
        return message

    async def submit(self, modal: Mapping[str, Any], values: Mapping[str, Any]) -> ReceivedAnswer:
        """Fill in a form and send it; `values` by custom_id. It may be sent again, as people do when in doubt.

        Raises as `slash` does; also if a value breaks the form's own rules.
        """
        shown = self._forms.get(modal["custom_id"])
        if shown is None:
            raise CannotDo(f"{self.name} was shown no form {modal['custom_id']!r}")
        unknown = values.keys() - {part.get("custom_id") for part in walk_components(modal["components"])}
        if unknown:
            raise CannotDo(f"the form has no {', '.join(sorted(unknown))}")
        filled = [_filled(part, values) for part in modal["components"]]
        channel_id, message = shown
        return await self._ask(
            InteractionType.MODAL_SUBMIT, channel_id, {"custom_id": modal["custom_id"], "components": filled}, message
        )

    async def join_voice(self, channel_id: int) -> None:
        """Enter a voice or stage room, or change to it from another. The bot has heard of it, if it is there.

        Raises CannotDo if the client wouldn't let them in.
        """
        held = self._backend.compute_permissions(self.guild_id, self.id, channel_id)
        if held & _TO_ENTER != _TO_ENTER:
            raise CannotDo(f"{self.name} may not enter the room {channel_id}")
        self._backend.set_voice_state(self.guild_id, self.id, channel_id)
        await self._discord.gateway.caught_up()

    async def leave_voice(self) -> None:
        """Leave the voice or stage room that they are in, if any. The bot has heard of it, if it is there."""
        self._backend.set_voice_state(self.guild_id, self.id, None)
        await self._discord.gateway.caught_up()

    async def _ask(self, kind: int, channel_id: int, data: Json, message: Message | None = None) -> ReceivedAnswer:
        if not self._discord.online:
            raise NoAnswer("the bot is offline")
        self._must_see(channel_id)
        guild_id = self._backend.get_channel(channel_id).guild_id  # none in a private message
        record, payload = base_payload(
            self._backend, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=self.id, data=data
        )
        self._discord.limits.opened(record)
        payload["locale"] = self.locale
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = dict(serializers.message_payload(self._backend, message))
        call = self._discord.calls.open(record)
        self._backend.emit("INTERACTION_CREATE", payload)
        answer = await self._discord.calls.answer(call)
        if answer.modal:
            self._forms[answer.modal["custom_id"]] = (channel_id, message)
        return answer

    def _must_see(self, channel_id: int) -> None:
        if not channel_accessible(self._backend, channel_id, self.id):
            raise CannotDo(f"{self.name} sees no channel {channel_id}")

    def _command(self, channel_id: int, path: str) -> tuple[Json, Json, list[str]]:
        name, *rest = path.split()
        root = self._allowed(name, AppCommandType.CHAT_INPUT, channel_id)
        try:
            leaf, nesting = walk_to_subcommand(root, rest)
        except SetupError as error:
            raise CannotDo(str(error)) from error
        if any(each["type"] in _SUBCOMMANDS for each in _options(leaf)):
            raise CannotDo(f"/{path} isn't a whole command")
        return root, leaf, nesting

    def _allowed(self, name: str, kind: AppCommandType, channel_id: int) -> Json:
        """The command as the bot has registered it."""
        self._must_see(channel_id)
        root = self._backend.find_command(name, self.guild_id, type=kind)
        if root is None:
            raise CannotDo(f"the bot has registered no command /{name}")
        access = command_access(self._backend, root, user_id=self.id, channel_id=channel_id)
        if not access.allowed:
            raise CannotDo(f"/{name} isn't shown to {self.name} here ({access.reason})")
        return root

    def _fill(
        self, command: str, leaf: Json, options: Mapping[str, OptionValue], channel_id: int
    ) -> tuple[list[Json], Json]:
        specs = {each["name"]: each for each in _options(leaf)}
        unknown = sorted(options.keys() - specs.keys())
        if unknown:
            raise CannotDo(f"/{command} has no option {', '.join(unknown)}")
        resolved: Json = {}
        filled: list[Json] = []
        for name, value in options.items():
            kind = specs[name]["type"]
            if isinstance(value, Attachment):
                wire: Wire = self._upload(command, specs[name], value, resolved, channel_id)
            elif kind in _BY_ID:
                wire = str(self._resolve(kind, value, resolved, channel_id))
            else:
                wire = _checked(command, specs[name], value)
            filled.append({"name": name, "type": kind, "value": wire})
        return filled, resolved

    def _upload(self, command: str, spec: Json, file: Attachment, resolved: Json, channel_id: int) -> str:
        """Upload a file, add it to `resolved` under an address that the bot can reach, and return its id."""
        _checked(command, spec, (file.filename, file.content))
        key = store_interaction_attachment(self._backend, channel_id, file.filename, file.content, resolved)
        uploaded = resolved["attachments"][key]
        uploaded["url"] = uploaded["proxy_url"] = self._discord.cdn_address(uploaded["url"])
        return key

    def _resolve(self, kind: int, value: str | int | Person, resolved: Json, channel_id: int) -> int:
        """Add to `resolved` what the option's id stands for, and return the id."""
        guild = self._backend.get_guild(self.guild_id)
        target = value.id if isinstance(value, Person) else int(value)
        if kind == OptionType.USER and target in guild.members:
            member = serializers.member_payload(self._backend, guild, guild.members[target], with_user=False)
            permissions = self._backend.compute_permissions(guild.id, target, channel_id)
            resolved.setdefault("users", {})[str(target)] = serializers.user_payload(self._backend.users[target])
            resolved.setdefault("members", {})[str(target)] = {**member, "permissions": str(permissions)}
        elif kind == OptionType.USER and target in self._backend.users:
            # Of somebody who is not in the server, a client takes the pasted id.
            resolved.setdefault("users", {})[str(target)] = serializers.user_payload(self._backend.users[target])
        elif kind == OptionType.ROLE and target in guild.roles:
            resolved.setdefault("roles", {})[str(target)] = serializers.role_payload(guild.roles[target])
        elif kind == OptionType.CHANNEL and channel_accessible(self._backend, target, self.id):
            payload = serializers.channel_payload(self._backend, self._backend.channels[target])
            permissions = self._backend.compute_permissions(guild.id, self.id, target)
            resolved.setdefault("channels", {})[str(target)] = {**payload, "permissions": str(permissions)}
        else:
            raise CannotDo(f"{self.name} can't choose {value!r}")
        return target


def _part(message: Message, kind: ComponentType, custom_id: str) -> Json:
    """What can be pressed or chosen in a message under a custom id."""
    parts = (part for part in walk_components(message.components) if part["type"] == kind)
    part = next((each for each in parts if each.get("custom_id") == custom_id), None)
    if part is None:
        raise CannotDo(f"the message has no {kind.name.lower()} {custom_id!r}")
    if part.get("disabled"):
        raise CannotDo(f"{custom_id!r} is disabled")
    return part


def _options(leaf: Json) -> list[Json]:
    return leaf.get("options") or []


def _checked(command: str, spec: Json, value: OptionValue | tuple[str, bytes]) -> Wire:
    try:
        return validate_option_value(command, spec, value)
    except SetupError as error:
        raise CannotDo(str(error)) from error


def _command_data(root: Json, nesting: list[str], options: list[Json], resolved: Json) -> Json:
    data: Json = {"id": root["id"], "name": root["name"], "type": root["type"]}
    data["options"] = nest_options(root, nesting, options)
    return {**data, "resolved": resolved} if resolved else data


def _filled(part: Json, values: Mapping[str, Any]) -> Json:
    """One part of a form as a client sends it back, with the values that were filled in."""
    sent: Json = {"type": part["type"], "id": part["id"]}
    match part["type"]:
        case ComponentType.TEXT_DISPLAY:
            return sent
        case ComponentType.LABEL:
            return {**sent, "component": _filled(part["component"], values)}
        case ComponentType.ACTION_ROW:
            return {**sent, "components": [_filled(child, values) for child in part["components"]]}
        case ComponentType.TEXT_INPUT:
            value: Json = {"value": _typed(part, values.get(part["custom_id"]))}
        case ComponentType.STRING_SELECT | ComponentType.CHECKBOX_GROUP:
            value = {"values": _chosen(part, values.get(part["custom_id"]))}
        case ComponentType.RADIO_GROUP:
            value = {"value": next(iter(_chosen(part, values.get(part["custom_id"]))), None)}
        case ComponentType.CHECKBOX:
            value = {"value": bool(values.get(part["custom_id"], part.get("default", False)))}
        case kind:
            raise CannotDo(f"nobody in a rehearsal can fill in a component of type {kind}")
    return {**sent, "custom_id": part["custom_id"], **value}


def _typed(part: Json, given: Wire) -> str:
    text = part.get("value") or "" if given is None else given
    name = part["custom_id"]
    if not isinstance(text, str):
        raise CannotDo(f"{name!r} takes text, not {given!r}")
    if not text and part.get("required", True):
        raise CannotDo(f"{name!r} is required")
    shortest, longest = part.get("min_length") or 0, part.get("max_length") or _LONGEST_TEXT
    if text and not shortest <= len(text) <= longest:
        raise CannotDo(f"{name!r} takes {shortest} to {longest} characters, not {len(text)}")
    return text


def _chosen(part: Json, given: Wire) -> list[str]:
    options: list[Json] = part["options"]
    name = part["custom_id"]
    if given is None:
        chosen = [each["value"] for each in options if each.get("default")]
    else:
        chosen = [given] if isinstance(given, str) else list(cast("Sequence[str]", given))
    if not chosen and part.get("required", True):
        raise CannotDo(f"{name!r} is required")
    unknown = set(chosen) - {each["value"] for each in options}
    if unknown:
        raise CannotDo(f"{name!r} doesn't offer {', '.join(sorted(unknown))}")
    most = len(options) if part["type"] == ComponentType.CHECKBOX_GROUP else 1
    fewest, most = part.get("min_values") or 1, part.get("max_values") or most
    if chosen and not fewest <= len(chosen) <= most:
        raise CannotDo(f"{name!r} takes {fewest} to {most} choices, not {len(chosen)}")
    return chosen
