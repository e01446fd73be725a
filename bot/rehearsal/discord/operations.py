"""Discord's own table of operations: which exist, what they take, and the errors that it answers wrong requests with.

`operations.json` is made from Discord's OpenAPI file by `python -m tests.operations`. Errors of form bodies have the
shape and the codes that developers/reference.mdx, "Error Messages", shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
from simcord.backend import errors
from simcord.backend.errors import BackendError

from bot.rehearsal.discord.requests import DiscordRequest, Wire

Json = dict[str, Any]

_TABLE = Path(__file__).with_name("operations.json")
_DOCUMENT = "urn:discord"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
#: Parts of a path that are no ids.
_FREE = frozenset({"{code}", "{emoji_name}", "{interaction_token}", "{webhook_token}", "{instance_id}"})
#: Objects inside a body whose unknown fields and nulls Discord ignores as it does at the top.
_NESTED = ("data", "message", "allowed_mentions")
#: Operations that the file leaves out, and that clients use.
_UNDOCUMENTED = (
    "GET /applications/{application_id}/skus",
    "POST /guilds",
    "DELETE /guilds/{guild_id}",
    "PUT /applications/{application_id}/guilds/{guild_id}/commands/permissions",
)

Faults = Iterator[tuple[list[str | int], str, str]]
"""Faults of a body: where each is, Discord's code, and its sentence."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, such as "GET /channels/{channel_id}", and the status of its success."""

    name: str
    status: int
    body: jsonschema_rs.Draft202012Validator | None
    query: Mapping[str, jsonschema_rs.Draft202012Validator]
    required: frozenset[str]
    known: frozenset[str]
    nested: Mapping[str, frozenset[str]]
    """The fields of a body that Discord knows; also those of the objects in it, by their name."""


class _Table:
    """The operations by path; each is compiled when it is first asked for."""

    def __init__(self) -> None:
        table: Json = json.loads(_TABLE.read_text(encoding="utf-8"))
        self._described: Json = {**{name: {"status": 200} for name in _UNDOCUMENTED}, **table["operations"]}
        self._schemas: Json = table["schemas"]
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, {"components": {"schemas": self._schemas}})])
        self._paths: dict[str, list[str]] = {}
        for name in self._described:
            path = name.partition(" ")[2]
            self._paths[path] = path.strip("/").split("/")
        self._compiled: dict[str, Operation] = {}

    def match(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation of a request, and the values in its path. Raises BackendError 404 or 405 if there is none."""
        segments = path.strip("/").split("/")
        fitting = [(template, parts) for template, parts in self._paths.items() if _fits(parts, segments)]
        # The most literal path wins: /messages/@original over /messages/{message_id}.
        for template, parts in sorted(fitting, key=lambda pair: sum(part in _variables(pair[1]) for part in pair[1])):
            if f"{method} {template}" in self._described:
                pairs = zip(parts, segments, strict=True)
                return self._operation(f"{method} {template}"), {part: text for part, text in pairs if part[0] == "{"}
        if fitting:
            raise BackendError(405, 0, "405: Method Not Allowed")
        raise BackendError(404, 0, "404: Not Found")

    def _operation(self, name: str) -> Operation:
        if name not in self._compiled:
            described = self._described[name]
            body = described.get("body")
            fields = self._fields(body) if body else {}
            self._compiled[name] = Operation(
                name=name,
                status=described["status"],
                body=self._validator(body) if body else None,
                query={key: self._validator(schema) for key, schema in described.get("query", {}).items()},
                required=frozenset(described.get("required", ())),
                known=frozenset(fields),
                nested={key: frozenset(self._fields(fields[key])) for key in _NESTED if key in fields},
            )
        return self._compiled[name]

    def _validator(self, schema: Json) -> jsonschema_rs.Draft202012Validator:
        absolute = json.dumps(schema).replace('"$ref": "#/', f'"$ref": "{_DOCUMENT}#/')
        return jsonschema_rs.Draft202012Validator(json.loads(absolute), registry=self._registry)

    def _fields(self, schema: Json) -> dict[str, Json]:
        """The properties of an object, or of the objects in a list, in every alternative of its schema."""
        if "$ref" in schema:
            return self._fields(self._schemas[schema["$ref"].rpartition("/")[2]])
        found = dict(schema.get("properties", {}))
        for alternative in [*schema.get("anyOf", ()), *schema.get("allOf", ()), *filter(None, [schema.get("items")])]:
            for name, described in self._fields(alternative).items():
                earlier = found.get(name)
                found[name] = described if earlier is None else {"anyOf": [earlier, described]}
        return found


@cache
def _table() -> _Table:
    return _Table()


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request that fits its operation, without the fields that Discord ignores; `args` are the ids in its path."""

    operation: Operation
    args: Mapping[str, str]
    request: DiscordRequest


def checked(request: DiscordRequest) -> CheckedRequest:
    """Find the operation that a request asks for, and check the request against it.

    Raises BackendError as Discord answers: 404 for an unknown path, 405 for a wrong method, 50035 for a wrong id,
    query or body.
    """
    operation, values = _table().match(request.method, request.path)
    faults = [*_path_faults(values), *_query_faults(operation, request.query)]
    body: Wire = request.body
    if operation.body is not None and not faults:
        body = cast("Json", {}) if body is None else _typed(body, operation.body)
        faults = list(_body_faults(operation.body, body))
        if request.body is None and not faults:
            body = None
    if faults:
        raise errors.invalid_form_body(errors=_nested(faults))
    args = {part.strip("{}"): text for part, text in values.items()}
    known = replace(request, body=_known(operation, body, clears=request.method == "PATCH"))
    return CheckedRequest(operation, args, known)


def _path_faults(values: Mapping[str, str]) -> Faults:
    for part, text in values.items():
        if part not in _FREE and not _SNOWFLAKE.fullmatch(text):
            yield [part.strip("{}")], "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.'


def _query_faults(operation: Operation, query: Mapping[str, str]) -> Faults:
    for name, validator in operation.query.items():
        if name not in query:
            if name in operation.required:
                yield [name], "BASE_TYPE_REQUIRED", "This field is required"
            continue
        readings = list(_readings(query[name]))
        if not any(validator.is_valid(reading) for reading in readings):
            yield from ((([name, *place]), code, text) for place, code, text in _body_faults(validator, readings[0]))


def _readings(text: str) -> Iterator[Wire]:
    """A query's text as each of the types that it may stand for. Source: reference.mdx, "Boolean Query Strings"."""
    if re.fullmatch(r"-?[0-9]{1,20}", text):
        yield int(text)
    if text.lower() in {"true", "false", "1", "0"}:
        yield text.lower() in {"true", "1"}
    yield text
    yield text.split(",")


def _typed(body: Wire, validator: jsonschema_rs.Draft202012Validator) -> Wire:
    """A body with texts turned into the numbers and booleans that its fields ask for, as those of a form are."""
    if not isinstance(body, dict) or validator.is_valid(body):
        return cast("Wire", body)
    typed = dict(cast("Json", body))
    for error in validator.iter_errors(typed):
        match list(error.instance_path):
            case [str(name)] if isinstance(typed.get(name), str) and error.kind.name == "type":
                readings = [reading for reading in _readings(typed[name]) if not isinstance(reading, (str, list))]
                typed[name] = readings[0] if readings else typed[name]
            case _:
                pass
    return typed


def _known(operation: Operation, body: Wire, *, clears: bool) -> Wire:
    """A body with what Discord knows. Nulls mean "not given", except where a null clears a field of an object."""
    if operation.body is None:
        return None
    if isinstance(body, list):
        return [_known(operation, item, clears=clears) for item in cast("list[Wire]", body)]
    if not isinstance(body, dict):
        return body
    kept = {key: value for key, value in cast("Json", body).items() if key in operation.known}
    if not clears:
        kept = _without_nulls(kept)
    for key, known in operation.nested.items():
        if isinstance(kept.get(key), dict):
            inner = {name: value for name, value in kept[key].items() if name in known}
            kept[key] = inner if clears and key != "allowed_mentions" else _without_nulls(inner)
    return kept


def _without_nulls(fields: Json) -> Json:
    return {key: value for key, value in fields.items() if value is not None}


def _fits(parts: list[str], segments: list[str]) -> bool:
    if len(parts) != len(segments):
        return False
    return all(part == text or (part[0] == "{" and text) for part, text in zip(parts, segments, strict=True))


def _variables(parts: list[str]) -> list[str]:
    return [part for part in parts if part[0] == "{"]


# ------------------------------------------------------------------ Discord's words for faults


def _body_faults(validator: jsonschema_rs.Draft202012Validator, body: Wire) -> Faults:
    if validator.is_valid(body):
        return
    for error in validator.iter_errors(body):
        for cause in _causes(error):
            yield _described(cause)


def _causes(error: jsonschema_rs.ValidationError) -> list[jsonschema_rs.ValidationError]:
    """Follow "none of these fits" to the faults in the alternative that was meant: the one of the same type."""
    branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", None) or []
    depth = len(error.instance_path)
    meant = [branch for branch in branches if branch and not any(_is_other(fault, depth) for fault in branch)]
    if not meant:
        return [error]
    return [cause for fault in min(meant, key=len) for cause in _causes(fault)]


def _is_other(fault: jsonschema_rs.ValidationError, depth: int) -> bool:
    """Whether a fault says that another alternative was meant: a wrong kind of value, or a wrong `type` in it."""
    if fault.kind.name == "type":
        return len(fault.instance_path) == depth
    steps = list(fault.instance_path)
    return fault.kind.name in {"enum", "const"} and len(steps) == depth + 1 and steps[-1] == "type"


#: Discord's code and sentence by what a schema's rule is called; the rule's own number is the limit.
_RULES = {
    "maxLength": ("BASE_TYPE_MAX_LENGTH", "Must be {limit} or fewer in length."),
    "minLength": ("BASE_TYPE_MIN_LENGTH", "Must be {limit} or more in length."),
    "maxItems": ("BASE_TYPE_MAX_LENGTH", "Must be {limit} or fewer in length."),
    "minItems": ("BASE_TYPE_MIN_LENGTH", "Must be {limit} or more in length."),
    "maximum": ("NUMBER_TYPE_MAX", "int value should be less than or equal to {limit}."),
    "minimum": ("NUMBER_TYPE_MIN", "int value should be greater than or equal to {limit}."),
}


def _described(error: jsonschema_rs.ValidationError) -> tuple[list[str | int], str, str]:
    place = list(error.instance_path)
    kind: Any = error.kind
    fault: tuple[str, str]
    if kind.name in _RULES:
        code, sentence = _RULES[kind.name]
        return place, code, sentence.format(limit=kind.limit)
    match kind.name:
        case "required":
            place.append(kind.property)
            fault = ("BASE_TYPE_REQUIRED", "This field is required")
        case "enum" | "const":
            fault = ("BASE_TYPE_CHOICES", f"Value must be one of {_choices(kind)}.")
        case "pattern":
            fault = ("NUMBER_TYPE_COERCE", f'Value "{error.instance}" is not snowflake.')
        case "type":
            fault = _wrong_type(kind.types, error.instance)
        case _:
            fault = ("UNION_TYPE_CHOICES", error.message[:300])
    return place, fault[0], fault[1]


def _choices(kind: Any) -> str:  # noqa: ANN401 - jsonschema-rs gives each kind of error a class of its own
    values: Wire = kind.value if kind.name == "const" else getattr(kind, "options", kind.value)
    choices = cast("list[Wire]", values) if isinstance(values, list) else [values]
    return "(" + ", ".join(str(choice) for choice in choices) + ")"


_CONVERSIONS = {
    "object": ("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"),
    "array": ("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"),
    "boolean": ("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
    "integer": ("NUMBER_TYPE_COERCE", 'Value "{value}" is not int.'),
    "number": ("NUMBER_TYPE_COERCE", 'Value "{value}" is not float.'),
    "string": ("STRING_TYPE_CONVERT", 'Could not interpret "{value}" as string.'),
}


def _wrong_type(types: list[str], value: Wire) -> tuple[str, str]:
    if value is None:
        return "BASE_TYPE_REQUIRED", "This field is required"
    code, sentence = next(fault for kind, fault in _CONVERSIONS.items() if kind in types)
    return code, sentence.format(value=value)


def _nested(faults: list[tuple[list[str | int], str, str]]) -> Json:
    """Faults as Discord nests them, by field and index."""
    tree: Json = {}
    for place, code, sentence in faults:
        node = tree
        for step in place:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": sentence})
    return tree
