"""Discord's own OpenAPI 3.1 file: its operations by request, and validators compiled from its schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from bot.rehearsal.discord.requests import Wire

Json = dict[str, Any]

_DOCUMENT = "urn:discord"
_LONGEST_REASON = 300


def read_openapi(path: Path) -> Json:
    """The file's content. Raises OSError or ValueError if it can't be read."""
    document: Json = json.loads(path.read_text(encoding="utf-8"))
    return document


class OpenApiDocument:
    """The operations and schemas of one version of the file."""

    def __init__(self, document: Json) -> None:
        self.paths: Mapping[str, Json] = document["paths"]
        self._templates = [(template, template.strip("/").split("/")) for template in self.paths]
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, document)])

    def matching(self, path: str) -> Iterator[tuple[str, dict[str, str]]]:
        """The templates that a path fits, with the values in it; the most literal first.

        So /messages/@original comes before /messages/{message_id}.
        """
        segments = path.strip("/").split("/")
        fitting = [(template, parts) for template, parts in self._templates if _fits(parts, segments)]
        for template, parts in sorted(fitting, key=lambda pair: sum(part.startswith("{") for part in pair[1])):
            pairs = zip(parts, segments, strict=True)
            yield template, {part[1:-1]: text for part, text in pairs if part.startswith("{")}

    def validator(self, schema: Json) -> jsonschema_rs.Draft202012Validator:
        """A compiled validator of a schema, whose references begin as `reference` makes them."""
        return jsonschema_rs.Draft202012Validator(schema, registry=self._registry)


def reference(*steps: str) -> Json:
    """A schema that refers to a place in the document."""
    escaped = (step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for step in steps)
    return {"$ref": f"{_DOCUMENT}#/" + "/".join(escaped)}


def named(schema: str) -> Json:
    """A schema that refers to one of the named ones."""
    return reference("components", "schemas", schema)


def absolute(schema: Wire) -> Wire:
    """The schema with its references named from outside the document."""
    text = json.dumps(schema)
    return json.loads(text.replace('"$ref": "#/', f'"$ref": "{_DOCUMENT}#/'))


def _fits(parts: list[str], segments: list[str]) -> bool:
    if len(parts) != len(segments):
        return False
    return all(part == text or part.startswith("{") for part, text in zip(parts, segments, strict=True))


def faults_in(validator: jsonschema_rs.Draft202012Validator, instance: Wire) -> Iterator[str]:
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
