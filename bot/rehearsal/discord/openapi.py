"""Every request held against Discord's own OpenAPI 3.1 file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs

from bot.rehearsal.discord.requests import Wire

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

_DOCUMENT = "urn:discord"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# NOTE: discord.py sends sets of permissions as decimal text, which Discord takes; the file asks for an integer.
_BITSETS = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_DECIMAL = "^(0|[1-9][0-9]*)$"
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Operation:
    """One method of one path, with its validators: parameters always, a body where the file describes one."""

    name: str
    parameters: jsonschema_rs.Draft202012Validator
    types: Mapping[str, frozenset[str]]
    body: jsonschema_rs.Draft202012Validator | None
    body_required: bool


class OpenApiChecker:
    """Counts the requests it checked and keeps one sentence for each fault it found.

    It is as lenient as Discord in two things that discord.py relies on: ids may be integers, and sets of
    permissions may be text. Raises OSError or ValueError if the file can't be read.
    """

    def __init__(self, path: Path) -> None:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"], "pattern": _DECIMAL}
        _allow_text_bitsets(document)
        self._paths: dict[str, Any] = document["paths"]
        self._templates = [(template, template.strip("/").split("/")) for template in self._paths]
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, document)])
        self._operations: dict[tuple[str, str], _Operation | None] = {}
        self.checked = 0
        self.violations: list[str] = []

    def check(self, method: str, path: str, query: Mapping[str, str], body: Wire) -> None:
        """Check one request; `path` starts after /api/v10, `body` is its parsed JSON or None."""
        self.checked += 1
        match = self._match(method.lower(), path)
        if match is None:
            self.violations.append(f"{method} {path}: Discord has no such operation")
            return
        operation, values = match
        given = {**values, **{name: _typed(text, operation.types.get(name)) for name, text in query.items()}}
        for fault in _faults(operation.parameters, given):
            self.violations.append(f"{operation.name}: parameter {fault}")
        if body is None and operation.body_required:
            self.violations.append(f"{operation.name}: a body is required")
        elif body is not None and operation.body is None:
            self.violations.append(f"{operation.name}: takes no body")
        elif body is not None and operation.body is not None:
            self.violations.extend(f"{operation.name}: body {fault}" for fault in _faults(operation.body, body))

    def _match(self, method: str, path: str) -> tuple[_Operation, dict[str, str]] | None:
        segments = path.strip("/").split("/")
        fitting = [(template, parts) for template, parts in self._templates if _fits(parts, segments)]
        # The most literal path wins: /messages/@original over /messages/{message_id}.
        for template, parts in sorted(fitting, key=lambda pair: sum(part.startswith("{") for part in pair[1])):
            operation = self._operation(method, template)
            if operation is not None:
                pairs = zip(parts, segments, strict=True)
                return operation, {part[1:-1]: text for part, text in pairs if part.startswith("{")}
        return None

    def _operation(self, method: str, template: str) -> _Operation | None:
        key = (method, template)
        if key not in self._operations:
            described = method in _METHODS and method in self._paths[template]
            self._operations[key] = self._compile(method, template) if described else None
        return self._operations[key]

    def _compile(self, method: str, template: str) -> _Operation:
        item = self._paths[template]
        operation = item[method]
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        body = operation.get("requestBody")
        return _Operation(
            name=f"{method.upper()} {template}",
            parameters=self._validator(_parameters_schema(parameters)),
            types={
                parameter["name"]: _types(parameter["schema"]) for parameter in parameters if parameter["in"] == "query"
            },
            body=self._validator({"$ref": _body_pointer(method, template, body)}) if body else None,
            body_required=bool(body and body.get("required") and "application/json" in body["content"]),
        )

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(schema, registry=self._registry)


def _allow_text_bitsets(node: Wire) -> None:
    if isinstance(node, list):
        for item in cast("list[Wire]", node):
            _allow_text_bitsets(item)
    elif isinstance(node, dict):
        for name, schema in cast("dict[str, Wire]", node).items():
            if name in _BITSETS and isinstance(schema, dict) and "integer" in _types(cast("Json", schema)):
                schema["type"] = [*_types(cast("Json", schema)), "string"]
                schema["pattern"] = _DECIMAL
            _allow_text_bitsets(schema)


def _body_pointer(method: str, template: str, body: Mapping[str, Any]) -> str:
    # The JSON form is the whole truth: a multipart request carries the same object as payload_json.
    content = "application/json" if "application/json" in body["content"] else "multipart/form-data"
    steps = ("paths", template, method, "requestBody", "content", content, "schema")
    escaped = (step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for step in steps)
    return f"{_DOCUMENT}#/" + "/".join(escaped)


def _parameters_schema(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    checked = [parameter for parameter in parameters if parameter["in"] in {"path", "query"}]
    return {
        "type": "object",
        "properties": {parameter["name"]: _absolute(parameter["schema"]) for parameter in checked},
        "required": [parameter["name"] for parameter in checked if parameter.get("required")],
        "additionalProperties": False,
    }


def _absolute(schema: Wire) -> Wire:
    """Return the schema with its references named from outside the document."""
    text = json.dumps(schema)
    return json.loads(text.replace('"$ref": "#/', f'"$ref": "{_DOCUMENT}#/'))


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    named = schema.get("type", ())
    return frozenset({named} if isinstance(named, str) else named)


def _typed(text: str, types: frozenset[str] | None) -> Wire:
    """Read a query's text as the type the file gives it; what can't be read stays text and fails there."""
    if types is None:
        return text
    if "boolean" in types and text.lower() in {"1", "0", "true", "false"}:
        return text.lower() in {"1", "true"}
    if "integer" in types and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return text.split(",") if "array" in types else text


def _fits(parts: list[str], segments: list[str]) -> bool:
    if len(parts) != len(segments):
        return False
    return all(part == text or part.startswith("{") for part, text in zip(parts, segments, strict=True))


def _faults(validator: jsonschema_rs.Draft202012Validator, instance: Wire) -> Iterator[str]:
    if validator.is_valid(instance):
        return
    for error in validator.iter_errors(instance):
        cause = _cause(error)
        place = "/".join(str(step) for step in cause.instance_path) or "(top)"
        yield f"at {place}: {cause.message[:_LONGEST_REASON]}"


def _cause(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Follow "none of these fits" to the fault in the alternative that was meant: the one of the same type."""
    branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", None) or []
    meant = [branch for branch in branches if branch and not any(_is_other_type(fault) for fault in branch)]
    if not meant:
        return error
    return _cause(min(meant, key=len)[0])


def _is_other_type(error: jsonschema_rs.ValidationError) -> bool:
    steps = error.instance_path
    return error.kind.name in {"enum", "const"} and bool(steps) and steps[-1] == "type"
