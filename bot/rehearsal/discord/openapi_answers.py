"""Every answer and every gateway event held against Discord's own OpenAPI 3.1 file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.rehearsal.discord.event_schemas import EVENTS
from bot.rehearsal.discord.openapi_document import OpenApiDocument, faults_in, reference
from bot.rehearsal.discord.requests import Wire

if TYPE_CHECKING:
    import jsonschema_rs

_NO_CONTENT, _FIRST_ERROR = 204, 400


class AnswerChecker:
    """Counts the answers and events it checked, and keeps one sentence for each fault it found."""

    def __init__(self, document: OpenApiDocument) -> None:
        self.checked = 0
        self.violations: list[str] = []
        self._document = document
        self._by_answer: dict[tuple[str, str, str], jsonschema_rs.Draft202012Validator] = {}
        self._by_event: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def check_answer(self, method: str, path: str, status: int, answer: Wire) -> None:
        """Check the answer to a request; `path` starts after /api/v10, `answer` is None without a body."""
        self.checked += 1
        template = next((fit for fit, _ in self._document.matching(path) if method.lower() in self._paths(fit)), None)
        if template is None:
            if status < _FIRST_ERROR:
                self.violations.append(f"{method} {path}: Discord has no such operation to answer")
            return
        responses: Mapping[str, Any] = self._paths(template)[method.lower()]["responses"]
        key = str(status) if str(status) in responses else f"{status // 100}XX"
        if key not in responses:
            if status < 500:  # noqa: PLR2004 - Discord describes none of its own failures
                self.violations.append(f"{method} {template}: answers {status}; Discord answers {', '.join(responses)}")
            return
        if status == _NO_CONTENT:
            return
        validator = self._answer_validator(method.lower(), template, key, responses[key])
        place = f"{method} {template}: answer {status}"
        self.violations.extend(f"{place} {fault}" for fault in faults_in(validator, answer))

    def check_event(self, event: str, payload: Wire) -> None:
        """Check the data of a gateway event."""
        self.checked += 1
        if event not in EVENTS:
            self.violations.append(f"{event}: Discord documents no such event")
            return
        if event not in self._by_event:
            self._by_event[event] = self._document.validator(EVENTS[event])
        self.violations.extend(f"{event}: {fault}" for fault in faults_in(self._by_event[event], payload))

    def _paths(self, template: str) -> Mapping[str, Any]:
        return self._document.paths[template]

    def _answer_validator(
        self, method: str, template: str, key: str, response: Mapping[str, Any]
    ) -> jsonschema_rs.Draft202012Validator:
        place = (method, template, key)
        if place not in self._by_answer:
            steps = ("paths", template, method, "responses", key)
            if "$ref" in response:
                steps = tuple(str(response["$ref"]).removeprefix("#/").split("/"))
            schema = reference(*steps, "content", "application/json", "schema")
            self._by_answer[place] = self._document.validator(schema)
        return self._by_answer[place]
