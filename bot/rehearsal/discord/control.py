"""The control API: people of a simulated Discord, driven over HTTP from tests in any language.

docs/simulated_discord.md describes each address. Requests and answers are JSON. A request that a person's client does
not allow is answered 409, one that the bot does not answer 504, a wrong one 400; each with {"error": sentence}.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from fnmatch import fnmatch
from typing import Any, cast

from aiohttp import web
from simcord.backend import serializers
from simcord.backend.access import channel_accessible
from simcord.backend.errors import BackendError

from bot.rehearsal.discord.calls import Attachment, CannotDo, NoAnswer, ReceivedAnswer
from bot.rehearsal.discord.faults import Fault
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.people import Person
from bot.rehearsal.discord.requests import DiscordRequest

Json = dict[str, Any]
Action = Callable[[Person, Json], Awaitable[Json]]

_AT_MOST = 1000  # messages in one answer


class RequestedFaults:
    """Faults that were asked for over the control API: each for the next requests that fit it."""

    def __init__(self) -> None:
        self._waiting: list[Json] = []

    def ask(self, fault: Fault, method: str, path: str, times: int) -> None:
        """Let the next `times` requests of this method and path (with wildcards) go wrong in this way."""
        self._waiting.append({"fault": fault, "method": method, "path": path, "times": times})

    def __call__(self, request: DiscordRequest) -> Fault | None:
        """The fault of this request, if any."""
        for waiting in self._waiting:
            if fnmatch(request.method, waiting["method"]) and fnmatch(request.path, waiting["path"]):
                waiting["times"] -= 1
                self._waiting = [entry for entry in self._waiting if entry["times"] > 0]
                return waiting["fault"]
        return None


class Control:
    """The control API of one simulated Discord with these people."""

    def __init__(self, discord: LoopbackDiscord, people: list[Person], faults: RequestedFaults) -> None:
        self._discord = discord
        self._backend = discord.backend
        self._people = {person.id: person for person in people}
        self._faults = faults
        self._modals: dict[tuple[int, str], Json] = {}
        self._actions: dict[str, Action] = {
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "press": self._press,
            "choose": self._choose,
            "menu": self._menu,
            "submit": self._submit,
            "write": self._write,
            "react": self._react,
            "join-voice": self._join_voice,
            "leave-voice": self._leave_voice,
            "leave": self._leave,
            "rejoin": self._rejoin,
        }

    def add_to(self, app: web.Application) -> None:
        """Add the addresses of the control API to a server."""
        app.router.add_get("/control", _answering(self._state))
        app.router.add_get("/control/people", _answering(self._list_people))
        app.router.add_post("/control/people", _answering(self._add_person))
        app.router.add_post("/control/people/{person}/{action}", _answering(self._act))
        app.router.add_get("/control/channels", _answering(self._list_channels))
        app.router.add_get("/control/channels/{channel}/messages", _answering(self._list_messages))
        app.router.add_post("/control/faults", _answering(self._add_fault))
        app.router.add_post("/control/gateway/{action}", _answering(self._gateway))

    # ------------------------------------------------------------------- what is there

    async def _state(self, incoming: web.Request) -> Json:
        del incoming
        backend = self._backend
        return {
            "api": self._discord.api_base,
            "application": str(backend.application_id),
            "guilds": [{"id": str(guild.id), "name": guild.name} for guild in backend.guilds.values()],
            "online": self._discord.online,
            "now": backend.now_iso(),
            "requests": self._discord.requests_total,
            "commands": sorted(command["name"] for scope in backend.commands.values() for command in scope.values()),
            "not_simulated": self._discord.faults_of_ours,
        }

    async def _list_people(self, incoming: web.Request) -> list[Json]:
        del incoming
        return [self._described(person) for person in self._people.values()]

    def _described(self, person: Person) -> Json:
        guild = self._backend.get_guild(person.guild_id)
        member = guild.members.get(person.id)
        voice = guild.voice_states.get(person.id)
        return {
            "id": str(person.id),
            "name": person.name,
            "nick": member.nick if member else None,
            "locale": person.locale,
            "in_server": member is not None,
            "roles": [guild.roles[number].name for number in member.role_ids] if member else [],
            "voice": str(voice.channel_id) if voice and voice.channel_id else None,
        }

    async def _add_person(self, incoming: web.Request) -> Json:
        body = await _body(incoming)
        person = self._discord.add_person(
            str(body["name"]), nick=body.get("nick"), locale=str(body.get("locale", "en-US"))
        )
        self._people[person.id] = person
        return self._described(person)

    async def _list_channels(self, incoming: web.Request) -> list[Json]:
        del incoming
        channels = self._backend.channels.values()
        return [dict(serializers.channel_payload(self._backend, channel)) for channel in channels]

    async def _list_messages(self, incoming: web.Request) -> list[Json]:
        """The messages of a channel, oldest first: all, or with `person` those that they see."""
        channel_id = self._channel(incoming.match_info["channel"])
        stored = sorted(self._backend.messages.get(channel_id, {}).items())
        viewer = self._person(incoming.query["person"]).id if "person" in incoming.query else None
        if viewer is not None and not channel_accessible(self._backend, channel_id, viewer, history=True):
            raise CannotDo("They cannot read this channel")
        seen = [message for _, message in stored if viewer is None or message.visible_to(viewer)]
        return [dict(serializers.message_payload(self._backend, message)) for message in seen[-_AT_MOST:]]

    # ------------------------------------------------------------------- what people do

    async def _act(self, incoming: web.Request) -> Json:
        person = self._person(incoming.match_info["person"])
        action = self._actions.get(incoming.match_info["action"])
        if action is None:
            raise LookupError(f"There is no action {incoming.match_info['action']!r}")
        return await action(person, await _body(incoming))

    async def _slash(self, person: Person, body: Json) -> Json:
        channel = self._channel(body["channel"])
        return self._told(person, await person.slash(channel, str(body["command"]), **self._options(body)))

    async def _autocomplete(self, person: Person, body: Json) -> Json:
        channel, command, option = self._channel(body["channel"]), str(body["command"]), str(body["option"])
        choices = await person.autocomplete(channel, command, option, str(body["typed"]), **self._options(body))
        return {"choices": choices}

    async def _press(self, person: Person, body: Json) -> Json:
        channel = self._channel(body["channel"])
        return self._told(person, await person.press(int(body["message"]), channel, str(body["custom_id"])))

    async def _choose(self, person: Person, body: Json) -> Json:
        channel, values = self._channel(body["channel"]), [str(value) for value in body["values"]]
        answer = await person.choose(int(body["message"]), channel, str(body["custom_id"]), *values)
        return self._told(person, answer)

    async def _menu(self, person: Person, body: Json) -> Json:
        channel = self._channel(body["channel"])
        return self._told(person, await person.menu(int(body["message"]), channel, str(body["command"])))

    async def _submit(self, person: Person, body: Json) -> Json:
        modal = self._modals.get((person.id, str(body["custom_id"])))
        if modal is None:
            raise CannotDo(f"{person.name} was shown no form {body['custom_id']!r}")
        values = {str(name): _value(value) for name, value in body.get("values", {}).items()}
        return self._told(person, await person.submit(modal, values))

    async def _write(self, person: Person, body: Json) -> Json:
        channel_id = self._channel(body["channel"])
        channel = self._backend.get_channel(channel_id)
        permission = "send_messages_in_threads" if channel.is_thread else "send_messages"
        self._backend.require_permissions(channel.guild_id, person.id, channel_id, permission)
        files = [_file(file) for file in body.get("files", ())]
        stored = self._backend.store_attachments(channel_id, [(file.filename, file.content) for file in files])
        message = self._backend.create_message(channel_id, person.id, str(body.get("text", "")), attachments=stored)
        return dict(serializers.message_payload(self._backend, message))

    async def _react(self, person: Person, body: Json) -> Json:
        channel_id, message_id = self._channel(body["channel"]), int(body["message"])
        channel = self._backend.get_channel(channel_id)
        self._backend.require_permissions(channel.guild_id, person.id, channel_id, "read_message_history")
        self._backend.set_reaction(channel_id, message_id, str(body["emoji"]), person.id, not body.get("remove"))
        return {}

    async def _join_voice(self, person: Person, body: Json) -> Json:
        await person.join_voice(self._channel(body["channel"]))
        return self._described(person)

    async def _leave_voice(self, person: Person, body: Json) -> Json:
        del body
        await person.leave_voice()
        return self._described(person)

    async def _leave(self, person: Person, body: Json) -> Json:
        del body
        self._backend.remove_member(person.guild_id, person.id)
        return self._described(person)

    async def _rejoin(self, person: Person, body: Json) -> Json:
        del body
        self._backend.add_member(person.guild_id, person.id, announce=True)
        return self._described(person)

    def _told(self, person: Person, answer: ReceivedAnswer) -> Json:
        if answer.modal is not None:
            self._modals[person.id, answer.modal["custom_id"]] = answer.modal
        files = [
            {"filename": file.filename, "content": base64.b64encode(file.content).decode()}
            for file in answer.attachments
        ]
        return {
            "text": answer.text,
            "ephemeral": answer.ephemeral,
            "modal": answer.modal,
            "message": str(answer.message_id) if answer.message_id else None,
            "components": list(answer.components),
            "files": files,
            "choices": list(answer.choices),
            "ack_ms": round(answer.ack_ms, 1),
        }

    def _options(self, body: Json) -> Mapping[str, Any]:
        return {str(name): _value(value) for name, value in body.get("options", {}).items()}

    def _person(self, key: str) -> Person:
        """A person by id or by name."""
        for person in self._people.values():
            if key in {str(person.id), person.name}:
                return person
        raise LookupError(f"There is no person {key!r}")

    def _channel(self, key: object) -> int:
        """A channel's id from an id or a name."""
        for channel in self._backend.channels.values():
            if str(key) in {str(channel.id), channel.name}:
                return channel.id
        raise LookupError(f"There is no channel {key!r}")

    # ------------------------------------------------------------------- what goes wrong

    async def _add_fault(self, incoming: web.Request) -> Json:
        body = await _body(incoming)
        name = str(body["fault"]).upper()
        if name not in Fault.__members__:
            raise LookupError(f"There is no fault {name}; there are {', '.join(Fault.__members__)}")
        self._faults.ask(
            Fault[name], str(body.get("method", "*")), str(body.get("path", "*")), int(body.get("times", 1))
        )
        return {}

    async def _gateway(self, incoming: web.Request) -> Json:
        gateway = self._discord.gateway
        match incoming.match_info["action"]:
            case "cut":
                gateway.cut()
            case "forget":
                gateway.forget()
            case "fall-silent":
                gateway.fall_silent()
            case "reconnect":
                gateway.ask_to_reconnect()
            case "invalidate":
                gateway.invalidate(resumable=bool((await _body(incoming)).get("resumable")))
            case action:
                raise LookupError(f"There is no action {action!r} of the gateway")
        return {}


def _answering(handler: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(incoming: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(incoming))
        except (CannotDo, NoAnswer, BackendError, LookupError, TypeError, ValueError, AttributeError) as error:
            status, sentence = _refusal(error)
            return web.json_response({"error": sentence}, status=status)

    return answer


def _refusal(error: Exception) -> tuple[int, str]:
    match error:
        case CannotDo() | BackendError():
            return 409, error.message if isinstance(error, BackendError) else str(error)
        case NoAnswer():
            return 504, str(error)
        case KeyError():
            return 400, f"The request needs {error}"
        case LookupError():
            return 404, str(error)
        case _:
            return 400, f"The request cannot be read: {error}"


async def _body(incoming: web.Request) -> Json:
    text = await incoming.text()
    body: object = json.loads(text) if text else {}
    if not isinstance(body, dict):
        raise TypeError("the body is not an object")
    return cast("Json", body)


def _value(value: object) -> Any:  # noqa: ANN401 - the value of an option or of a field
    """A value as it is; {"filename": ..., "content": base64} stands for a file, also in a list."""
    if isinstance(value, dict):
        return _file(cast("Json", value))
    if isinstance(value, list):
        return [_value(item) for item in cast("list[object]", value)]
    return value


def _file(described: Json) -> Attachment:
    try:
        return Attachment(str(described["filename"]), base64.b64decode(str(described["content"]), validate=True))
    except binascii.Error as error:
        raise ValueError("a file's content is not base64") from error
