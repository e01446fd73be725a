"""A person at their Discord client: commands, buttons, menus, forms and voice rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from simcord.backend import serializers
from simcord.backend.access import channel_accessible, message_accessible
from simcord.backend.command_access import command_access
from simcord.backend.errors import SetupError
from simcord.components import walk_components
from simcord.enums import AppCommandType, ChannelType, ComponentType, InteractionType, OptionType
from simcord.interactions import (
    base_payload,
    store_interaction_attachment,
    walk_to_subcommand,
)

from bot.rehearsal.discord.calls import Attachment, Calls, CannotDo, Json, NoAnswer, ReceivedAnswer
from bot.rehearsal.discord.client_input import (
    SUBCOMMANDS,
    checked_value,
    chosen_values,
    command_data,
    filled_component,
    find_component,
    options_of,
)
from bot.rehearsal.discord.requests import Wire
from bot.rehearsal.discord.rules.input_box import InputBox
from bot.rehearsal.discord.rules.uploads import largest_file
from bot.rehearsal.discord.voice_member import VoiceMember, VoiceSide

if TYPE_CHECKING:
    from simcord.backend.models import Message


OptionValue: TypeAlias = "str | int | bool | Person | Attachment"


_BY_ID = (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE)
_LINK, _PREMIUM = 5, 6  # styles of buttons that send the bot nothing


class ServerSide(VoiceSide, Protocol):
    """The parts of the simulated Discord that a client uses."""

    @property
    def calls(self) -> Calls: ...
    @property
    def online(self) -> bool:
        """Whether the bot is connected."""
        ...

    def cdn_address(self, url: str) -> str:
        """An address of an attachment that the bot can reach."""
        ...


class Person(VoiceMember):
    """A member of the server at their Discord client."""

    def __init__(self, discord: ServerSide, guild_id: int, user_id: int, name: str, locale: str) -> None:
        super().__init__(discord, guild_id, user_id, name)
        self._discord = discord
        self._forms: dict[str, tuple[int, Message | None]] = {}
        self._input_box = InputBox(discord.backend, discord.limits.membership)
        self.locale = locale

    async def slash(self, channel_id: int, command: str, /, **options: OptionValue) -> ReceivedAnswer:
        """Run a slash command, such as "announce new". Users, channels and roles are given by id, users also as Person.

        Raises CannotDo if the client wouldn't send it, NoAnswer if the bot doesn't answer.
        """
        root, leaf, nesting = self._command(channel_id, command)
        missing = [spec["name"] for spec in options_of(leaf) if spec.get("required") and spec["name"] not in options]
        if missing:
            raise CannotDo(f"/{command} needs {', '.join(missing)}")
        filled, resolved = self._fill(command, leaf, options, channel_id)
        return await self._ask(
            InteractionType.APPLICATION_COMMAND, channel_id, command_data(root, nesting, filled, resolved)
        )

    async def autocomplete(
        self, channel_id: int, command: str, option: str, typed: str, /, **filled: OptionValue
    ) -> list[Json]:
        """Type into an option and return the suggestions. Raises as `slash` does."""
        root, leaf, nesting = self._command(channel_id, command)
        spec = next((spec for spec in options_of(leaf) if spec["name"] == option), None)
        if spec is None or not spec.get("autocomplete"):
            raise CannotDo(f"/{command} suggests nothing for {option!r}")
        options, resolved = self._fill(command, leaf, filled, channel_id)
        options.append({"name": option, "type": spec["type"], "value": typed, "focused": True})
        answer = await self._ask(
            InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE,
            channel_id,
            command_data(root, nesting, options, resolved),
        )
        return list(answer.choices)

    async def press(self, message_id: int, channel_id: int, custom_id: str) -> ReceivedAnswer:
        """Press a button of a message as it stands now. Raises as `slash` does."""
        message = self._message(message_id, channel_id)
        button = find_component(message, ComponentType.BUTTON, custom_id)
        if button["style"] in {_LINK, _PREMIUM}:
            raise CannotDo(f"the button {custom_id!r} sends the bot nothing")
        data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON, "id": button["id"]}
        return await self._ask(InteractionType.MESSAGE_COMPONENT, channel_id, data, message)

    async def choose(self, message_id: int, channel_id: int, custom_id: str, *values: str) -> ReceivedAnswer:
        """Choose from a select of a message as it stands now. Raises as `slash` does."""
        message = self._message(message_id, channel_id)
        select = find_component(message, ComponentType.STRING_SELECT, custom_id)
        chosen = chosen_values(select, values)
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
        self._must_see(channel_id)
        message = self._backend.messages.get(channel_id, {}).get(message_id)
        if message is None or not message_accessible(self._backend, channel_id, message, self.id):
            raise CannotDo(f"{self.name} sees no message {message_id} here")
        return message

    async def submit(self, modal: Mapping[str, Any], values: Mapping[str, Any]) -> ReceivedAnswer:
        """Fill in a form and submit it; `values` by custom_id. A form may be submitted more than once.

        Raises as `slash` does; also if a value breaks the form's own rules.
        """
        shown = self._forms.get(modal["custom_id"])
        if shown is None:
            raise CannotDo(f"{self.name} was shown no form {modal['custom_id']!r}")
        unknown = values.keys() - {part.get("custom_id") for part in walk_components(modal["components"])}
        if unknown:
            raise CannotDo(f"the form has no {', '.join(sorted(unknown))}")
        channel_id, message = shown
        resolved: Json = {}

        def upload(file: Attachment) -> str:
            return self._store(file, resolved, channel_id)

        filled = [filled_component(part, values, upload) for part in modal["components"]]
        data: Json = {"custom_id": modal["custom_id"], "components": filled}
        data |= {"resolved": resolved} if resolved else {}
        return await self._ask(InteractionType.MODAL_SUBMIT, channel_id, data, message)

    def write(self, channel_id: int, text: str, *files: Attachment) -> int:
        """Write a message, and return its id. Raises CannotDo where they may not write, or attach files."""
        self._must_see(channel_id)
        self._may_type(channel_id)
        if files:
            self._must_hold(channel_id, "attach_files")
        for file in files:
            self._must_fit(file)
        content = [(file.filename, file.content) for file in files]
        stored = self._backend.store_attachments(channel_id, content)
        return self._backend.create_message(channel_id, self.id, text, attachments=stored).id

    def open_thread(self, channel_id: int, name: str, *, private: bool = False) -> int:
        """Open a thread in a channel, and return its id. Raises CannotDo without the permission."""
        self._must_see(channel_id)
        self._must_hold(channel_id, "create_private_threads" if private else "create_public_threads")
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        return self._backend.create_thread(channel_id, name, self.id, type=kind).id

    async def _ask(self, kind: int, channel_id: int, data: Json, message: Message | None = None) -> ReceivedAnswer:
        if not self._discord.online:
            raise NoAnswer("the bot is offline")
        self._must_see(channel_id)
        guild_id = self._backend.get_channel(channel_id).guild_id  # none in a private message
        record, payload = base_payload(
            self._backend, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=self.id, data=data
        )
        self._discord.limits.opened(record)
        payload |= {"locale": self.locale, "attachment_size_limit": self._upload_limit(guild_id)}
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
        if not self._input_box.sees(channel_id, self.id):
            raise CannotDo(f"{self.name} sees no channel {channel_id}")
        if hindrance := self._input_box.hindrance(channel_id, self.id):
            raise CannotDo(f"{self.name} {hindrance}")

    def _may_type(self, channel_id: int) -> None:
        if reason := self._input_box.closed(channel_id, self.id):
            raise CannotDo(f"{self.name} {reason}")

    def _upload_limit(self, guild_id: int | None) -> int:
        return largest_file(self._backend.settings_of(guild_id).premium_tier if guild_id else 0)

    def _must_fit(self, file: Attachment) -> None:
        limit = self._upload_limit(self.guild_id)
        if len(file.content) > limit:
            raise CannotDo(f"{file.filename} has {len(file.content)} bytes; Discord takes {limit}")

    def _command(self, channel_id: int, path: str) -> tuple[Json, Json, list[str]]:
        name, *rest = path.split()
        root = self._allowed(name, AppCommandType.CHAT_INPUT, channel_id)
        try:
            leaf, nesting = walk_to_subcommand(root, rest)
        except SetupError as error:
            raise CannotDo(str(error)) from error
        if any(spec["type"] in SUBCOMMANDS for spec in options_of(leaf)):
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
        specs = {spec["name"]: spec for spec in options_of(leaf)}
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
                wire = checked_value(command, specs[name], value)
            filled.append({"name": name, "type": kind, "value": wire})
        return filled, resolved

    def _upload(self, command: str, spec: Json, file: Attachment, resolved: Json, channel_id: int) -> str:
        checked_value(command, spec, (file.filename, file.content))
        return self._store(file, resolved, channel_id)

    def _store(self, file: Attachment, resolved: Json, channel_id: int) -> str:
        """Upload a file, add it to `resolved` under an address that the bot can reach, and return its id."""
        self._must_fit(file)
        key = store_interaction_attachment(self._backend, channel_id, file.filename, file.content, resolved)
        uploaded = resolved["attachments"][key]
        uploaded["url"] = uploaded["proxy_url"] = self._discord.cdn_address(uploaded["url"])
        return key

    def _resolve(self, kind: int, value: str | int | Person, resolved: Json, channel_id: int) -> int:
        """Add the payload of an option's target to `resolved`, and return the target's id."""
        guild = self._backend.get_guild(self.guild_id)
        target = value.id if isinstance(value, Person) else int(value)
        if kind == OptionType.USER and target in guild.members:
            member = serializers.member_payload(self._backend, guild, guild.members[target], with_user=False)
            permissions = self._backend.compute_permissions(guild.id, target, channel_id)
            resolved.setdefault("users", {})[str(target)] = serializers.user_payload(self._backend.users[target])
            resolved.setdefault("members", {})[str(target)] = {**member, "permissions": str(permissions)}
        elif kind == OptionType.USER and target in self._backend.users:
            # A client accepts the pasted id of a person who is not in the server.
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
