"""Write the table of Discord's operations that the simulated Discord checks requests by.

    python -m tests.operations PATH/TO/openapi.json

The table is Discord's own OpenAPI file (https://github.com/discord/discord-api-spec, MIT) without what a bot never
asks for, without descriptions and answers' bodies, and as lenient as Discord is in practice: ids may be integers, sets
of permissions may be text, and a value may fit several alternatives.
"""

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "bot" / "rehearsal" / "discord" / "operations.json"

_LEFT_OUT = ("/lobbies", "/partner-sdk", "/oauth2/@me", "/oauth2/keys", "/oauth2/userinfo")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PROSE = frozenset({"title", "description", "examples", "example", "x-discord-union", "contentEncoding", "deprecated"})
_BITSETS = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_DECIMAL = "^(0|[1-9][0-9]*)$"
_REFERENCE = "#/components/schemas/"
_SNOWFLAKE = {"type": ["string", "integer"], "pattern": _DECIMAL, "format": "snowflake"}


def table_of(document: dict[str, Any]) -> str:
    """The table as text: one operation or schema a line, so that a change of Discord's shows as a few lines."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    used: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for path, item in sorted(document["paths"].items()):
        if path.startswith(_LEFT_OUT):
            continue
        for method in sorted(_METHODS & item.keys()):
            parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
            operation = _operation(item[method], parameters)
            operations[f"{method.upper()} {path}"] = operation
            _collect(operation, schemas, used)
    used["SnowflakeType"] = _SNOWFLAKE
    return "{\n" + ",\n".join((_section("operations", operations), _section("schemas", used))) + "\n}\n"


def _operation(described: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {"status": min(int(code) for code in described["responses"] if code.startswith("2"))}
    query = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
    if query:
        operation["query"] = {name: _lenient(parameter["schema"]) for name, parameter in sorted(query.items())}
        if required := sorted(name for name, parameter in query.items() if parameter.get("required")):
            operation["required"] = required
    if "requestBody" in described:
        content = described["requestBody"]["content"]
        kind = "application/json" if "application/json" in content else "multipart/form-data"
        operation["body"] = _lenient(content[kind]["schema"])
    return operation


def _lenient(node: Any, name: str = "") -> Any:  # noqa: ANN401 - any part of a JSON schema
    if isinstance(node, list):
        return [_lenient(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in _PROSE or not isinstance(value, (str, list, bool))}
    lenient = {key: _lenient_value(key, value) for key, value in kept.items()}
    if all(isinstance(choice, dict) and "const" in choice for choice in kept.get("oneOf", [None])):
        lenient["enum"] = [choice["const"] for choice in kept["oneOf"]]
        del lenient["oneOf"]
    if "oneOf" in lenient:
        lenient["anyOf"] = lenient.pop("oneOf")
    types = [node["type"]] if isinstance(node.get("type"), str) else list(node.get("type", ()))
    if name in _BITSETS and "integer" in types:
        lenient |= {"type": [*types, "string"], "pattern": _DECIMAL}
    return lenient


def _lenient_value(key: str, value: Any) -> Any:  # noqa: ANN401 - any part of a JSON schema
    if key == "properties":
        return {name: _lenient(schema, name) for name, schema in value.items()}
    return _lenient(value)


def _collect(node: Any, schemas: dict[str, Any], used: dict[str, Any]) -> None:  # noqa: ANN401 - the same
    if isinstance(node, list):
        for item in node:
            _collect(item, schemas, used)
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and (name := reference.removeprefix(_REFERENCE)) not in used:
            used[name] = {}
            used[name] = _lenient(schemas[name])
            _collect(used[name], schemas, used)
        for value in node.values():
            _collect(value, schemas, used)


def _section(name: str, entries: dict[str, Any]) -> str:
    lines = (f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in sorted(entries.items()))
    return f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    TABLE.write_text(table_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
