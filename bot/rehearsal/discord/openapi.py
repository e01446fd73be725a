"""Every request, answer and event held against Discord's own OpenAPI 3.1 file."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from bot.rehearsal.discord.openapi_answers import AnswerChecker
from bot.rehearsal.discord.openapi_document import OpenApiDocument, absolute, faults_in, read_openapi, reference
from bot.rehearsal.discord.requests import Wire

if TYPE_CHECKING:
    from pathlib import Path

    import jsonschema_rs

Json = dict[str, Any]

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# NOTE: discord.py sends sets of permissions as decimal text, which Discord takes; the file asks for an integer.
_BITSETS = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_DECIMAL = "^(0|[1-9][0-9]*)$"


@dataclass(frozen=True, slots=True)
class _Operation:
    """One method of one path, with its validators: parameters always, a body where the file describes one."""

    name: str
    parameters: jsonschema_rs.Draft202012Validator
    types: Mapping[str, frozenset[str]]
    body: jsonschema_rs.Draft202012Validator | None
    body_required: bool


class TrafficChecker(Protocol):
    """Hears of everything that passes between a bot and the simulated Discord."""

    def check(self, method: str, path: str, query: Mapping[str, str], body: Wire) -> None: ...
    def check_answer(self, method: str, path: str, status: int, answer: Wire) -> None: ...
    def check_event(self, event: str, payload: Wire) -> None: ...


class OpenApiChecker:
    """Counts the requests it checked and keeps one sentence for each fault it found.

    `answers` does the same for answers and events. Of requests it is as lenient as Discord in two things that
    discord.py relies on: ids may be integers, and sets of permissions may be text.

    Raises OSError or ValueError if the file can't be read.
    """

    def __init__(self, path: Path) -> None:
        document = read_openapi(path)
        self.answers = AnswerChecker(OpenApiDocument(_with_error_names(document)))
        document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"], "pattern": _DECIMAL}
        _allow_text_bitsets(document)
        self._document = OpenApiDocument(document)
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
        for fault in faults_in(operation.parameters, given):
            self.violations.append(f"{operation.name}: parameter {fault}")
        if body is None and operation.body_required:
            self.violations.append(f"{operation.name}: a body is required")
        elif body is not None and operation.body is None:
            self.violations.append(f"{operation.name}: takes no body")
        elif body is not None and operation.body is not None:
            self.violations.extend(f"{operation.name}: body {fault}" for fault in faults_in(operation.body, body))

    def check_answer(self, method: str, path: str, status: int, answer: Wire) -> None:
        """Check the answer to a request."""
        self.answers.check_answer(method, path, status, answer)

    def check_event(self, event: str, payload: Wire) -> None:
        """Check the data of a gateway event."""
        self.answers.check_event(event, payload)

    def _match(self, method: str, path: str) -> tuple[_Operation, dict[str, str]] | None:
        for template, values in self._document.matching(path):
            operation = self._operation(method, template)
            if operation is not None:
                return operation, values
        return None

    def _operation(self, method: str, template: str) -> _Operation | None:
        key = (method, template)
        if key not in self._operations:
            described = method in _METHODS and method in self._document.paths[template]
            self._operations[key] = self._compile(method, template) if described else None
        return self._operations[key]

    def _compile(self, method: str, template: str) -> _Operation:
        item = self._document.paths[template]
        operation = item[method]
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        body = operation.get("requestBody")
        return _Operation(
            name=f"{method.upper()} {template}",
            parameters=self._document.validator(_parameters_schema(parameters)),
            types={
                parameter["name"]: _types(parameter["schema"]) for parameter in parameters if parameter["in"] == "query"
            },
            body=self._document.validator(_body_schema(method, template, body)) if body else None,
            body_required=bool(body and body.get("required") and "application/json" in body["content"]),
        )


def _with_error_names(document: Json) -> Json:
    """A copy in which the errors of single fields have names.

    NOTE: the file asks for numbers there; `reference.mdx` shows names, such as BASE_TYPE_REQUIRED, as Discord sends.
    """
    copied = copy.deepcopy(document)
    errors = copied["components"]["schemas"]["InnerErrors"]["properties"]["_errors"]
    named_error = {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    errors["items"] = {**named_error, "required": ["code", "message"]}
    return copied


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


def _body_schema(method: str, template: str, body: Mapping[str, Any]) -> Json:
    # The JSON form is the whole truth: a multipart request carries the same object as payload_json.
    content = "application/json" if "application/json" in body["content"] else "multipart/form-data"
    return reference("paths", template, method, "requestBody", "content", content, "schema")


def _parameters_schema(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    checked = [parameter for parameter in parameters if parameter["in"] in {"path", "query"}]
    return {
        "type": "object",
        "properties": {parameter["name"]: absolute(parameter["schema"]) for parameter in checked},
        "required": [parameter["name"] for parameter in checked if parameter.get("required")],
        "additionalProperties": False,
    }


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
