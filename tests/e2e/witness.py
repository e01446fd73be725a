"""The witness of an end-to-end test: records requests, and checks all traffic against Discord's OpenAPI file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bot.rehearsal.discord.openapi import OpenApiChecker

OPENAPI: Final = os.environ.get("DISCORD_OPENAPI")


@cache
def _checker(path: str) -> OpenApiChecker:
    return OpenApiChecker(Path(path))


class Witness:
    """Records each request just before the simulated Discord handles it; `on_request` may act on it.

    Requests, answers and gateway events are checked.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.on_request: Callable[[str, str], None] | None = None
        self._checker = _checker(OPENAPI) if OPENAPI else None
        self._before = self._counts()

    @property
    def violations(self) -> list[str]:
        if self._checker is None:
            return []
        requests, answers = self._before
        return [*self._checker.violations[requests:], *self._checker.answers.violations[answers:]]

    def _counts(self) -> tuple[int, int]:
        """How many violations the tests before have left, in requests and in answers."""
        return (len(self._checker.violations), len(self._checker.answers.violations)) if self._checker else (0, 0)

    def check(self, method: str, path: str, query: Mapping[str, str], body: object) -> None:
        self.requests.append((method, path))
        if self._checker is not None:
            self._checker.check(method, path, query, body)
        if self.on_request is not None:
            self.on_request(method, path)

    def check_answer(self, method: str, path: str, status: int, answer: object) -> None:
        if self._checker is not None:
            self._checker.check_answer(method, path, status, answer)

    def check_event(self, event: str, payload: object) -> None:
        if self._checker is not None:
            self._checker.check_event(event, payload)

    def count(self, method: str, ending: str) -> int:
        """The number of requests of a method whose path has that ending."""
        return sum(made == method and path.endswith(ending) for made, path in self.requests)

    def changes(self) -> list[tuple[str, str]]:
        """The requests that change the server: all but reads, answers to interactions, and the sync of commands."""
        harmless = ("/interactions/", "/webhooks/", "/applications/")
        return [(method, path) for method, path in self.requests if method != "GET" and not path.startswith(harmless)]
