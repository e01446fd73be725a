"""Application commands, one by one and all at once, for all servers and for one.

Source: developers/interactions/application-commands.mdx, "Registering a Command" and "Endpoints".
"""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from simcord.backend import Backend
from simcord.backend.errors import BackendError
from simcord.backend.ops.commands import COMMAND_FIELDS
from simcord.enums import AppCommandType
from simcord.http.router import RequestContext

from bot.rehearsal.discord.routes.table import Created, Json, handles

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
_ONE = "/{command_id}"
#: The most commands of each type in one scope.
AT_MOST = {AppCommandType.CHAT_INPUT: 100, AppCommandType.USER: 15, AppCommandType.MESSAGE: 15}
_LOCALIZATIONS = ("name_localizations", "description_localizations")

_Commands = dict[tuple[str, int], Json]


def _scope(context: RequestContext) -> int | None:
    return context.int_arg("guild_id") if "guild_id" in context.args else None


def _commands(context: RequestContext) -> _Commands:
    scope = _scope(context)
    if scope is not None:
        context.backend.get_guild(scope)
    return context.backend.commands.get(scope, {})


def _shown(context: RequestContext, command: Json) -> Json:
    """A command as it is listed: its localizations only if they are asked for."""
    if str(context.params.get("with_localizations", "")).lower() in {"1", "true"}:
        return command
    return {key: value for key, value in command.items() if key not in _LOCALIZATIONS}


def _found(context: RequestContext) -> Json:
    wanted = context.args["command_id"]
    command = next((command for command in _commands(context).values() if command["id"] == wanted), None)
    if command is None:
        raise BackendError(404, 10063, "Unknown application command")
    return command


def _registered(backend: Backend, scope: int | None, payloads: list[Json]) -> list[Json]:
    """Register all commands of a scope; simcord keeps the ids of those that had the same name and type before."""
    kinds = Counter(AppCommandType(payload.get("type") or AppCommandType.CHAT_INPUT) for payload in payloads)
    for kind, most in AT_MOST.items():
        if kinds[kind] > most:
            raise BackendError(400, 30032, f"Maximum number of application commands reached ({most}).")
    plain = [{key: value for key, value in payload.items() if key in COMMAND_FIELDS} for payload in payloads]
    commands = backend.register_commands(scope, plain)
    for command, payload in zip(commands, payloads, strict=True):
        command.update(_rest(payload), version=str(backend.snowflake()))
        if scope is not None:
            command.pop("dm_permission", None)
    return commands


def _rest(payload: Json) -> Json:
    """The fields of a command that simcord does not keep."""
    return {
        "nsfw": bool(payload.get("nsfw")),
        "integration_types": payload.get("integration_types") or [0],
        "contexts": payload.get("contexts"),
        **{key: payload.get(key) for key in _LOCALIZATIONS},
    }


@handles(f"PUT {_GLOBAL}", f"PUT {_GUILD}")
def _replace_all(context: RequestContext) -> Any:  # noqa: ANN401 - a handler answers JSON
    _commands(context)
    payloads = cast("list[Json]", context.json or [])
    return _registered(context.backend, _scope(context), payloads)


@handles(f"GET {_GLOBAL}", f"GET {_GUILD}")
def _list(context: RequestContext) -> list[Json]:
    return [_shown(context, command) for command in _commands(context).values()]


@handles(f"POST {_GLOBAL}", f"POST {_GUILD}")
def _create(context: RequestContext) -> Json:
    """A command with the name and type of an earlier one takes its place."""
    payload = context.body()
    key = (payload["name"], int(payload.get("type") or AppCommandType.CHAT_INPUT))
    commands = _commands(context)
    others = [command for other, command in commands.items() if other != key]
    kept = _with(context, [*others, payload])[-1]
    return kept if key in commands else Created(kept)


@handles(f"GET {_GLOBAL}{_ONE}", f"GET {_GUILD}{_ONE}")
def _get(context: RequestContext) -> Json:
    return _shown(context, _found(context))


@handles(f"PATCH {_GLOBAL}{_ONE}", f"PATCH {_GUILD}{_ONE}")
def _edit(context: RequestContext) -> Json:
    command = _found(context)
    changes = {key: value for key, value in context.body().items() if not (key == "name" and value is None)}
    others = [other for other in _commands(context).values() if other is not command]
    edited = _with(context, [*others, {**command, **changes}])[-1]
    edited["id"] = command["id"]  # also under a new name
    return edited


@handles(f"DELETE {_GLOBAL}{_ONE}", f"DELETE {_GUILD}{_ONE}")
def _delete(context: RequestContext) -> None:
    command = _found(context)
    del _commands(context)[command["name"], command["type"]]


def _with(context: RequestContext, payloads: list[Json]) -> list[Json]:
    """Register commands of which all but the last are there already, unchanged."""
    scope = _scope(context)
    earlier = {command["id"]: command.get("version") for command in _commands(context).values()}
    commands = _registered(context.backend, scope, payloads)
    for command in commands[:-1]:
        command["version"] = earlier[command["id"]]
    return commands


@handles(f"GET {_GUILD}/permissions")
def _all_permissions(context: RequestContext) -> list[Json]:
    guild_id = context.int_arg("guild_id")
    return [
        {
            "id": str(command_id),
            "application_id": context.args["application_id"],
            "guild_id": str(guild_id),
            "permissions": list(permissions),
        }
        for (guild, command_id), permissions in context.backend.command_permissions.items()
        if guild == guild_id
    ]


@handles(f"PUT {_GUILD}/permissions", f"PUT {_GUILD}{_ONE}/permissions")
def _edit_permissions(context: RequestContext) -> None:
    """Only a person may change them, with a bearer token ("Edit Application Command Permissions")."""
    del context
    raise BackendError(403, 20001, "Bots cannot use this endpoint")
