"""The check of answers and events finds what Discord would not send."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.rehearsal.discord.event_schemas import EVENTS
from bot.rehearsal.discord.openapi import OpenApiChecker

OPENAPI = os.environ.get("DISCORD_OPENAPI", "")
pytestmark = pytest.mark.skipif(not OPENAPI, reason="DISCORD_OPENAPI names no OpenAPI file")


@pytest.fixture(scope="module")
def openapi_checker() -> OpenApiChecker:
    return OpenApiChecker(Path(OPENAPI))


@pytest.fixture
def checker(openapi_checker: OpenApiChecker) -> OpenApiChecker:
    openapi_checker.answers.violations.clear()
    return openapi_checker


@pytest.mark.parametrize(
    ("asked", "status", "answer", "sentence"),
    [
        ("GET /gateway", 200, {}, '"url" is a required property'),
        ("GET /gateway", 204, None, "answers 204; Discord answers 200"),
        ("POST /guilds/1/channels", 200, {}, "answers 200; Discord answers 201"),
        ("GET /users/1", 200, {"id": 1}, "is not of type"),
        ("GET /users/1", 404, {"message": "Unknown User"}, '"code" is a required property'),
        ("GET /nothing/here", 200, {}, "no such operation"),
    ],
)
def test_an_answer_that_discord_would_not_give_is_found(
    checker: OpenApiChecker, asked: str, status: int, answer: object, sentence: str
) -> None:
    method, path = asked.split()
    checker.check_answer(method, path, status, answer)
    assert any(sentence in violation for violation in checker.answers.violations), checker.answers.violations


@pytest.mark.parametrize(
    ("method", "path", "status", "answer"),
    [
        ("GET", "/gateway", 200, {"url": "wss://gateway.discord.gg"}),
        ("PUT", "/guilds/1/members/2/roles/3", 204, None),
        ("GET", "/nothing/here", 404, {"message": "404: Not Found", "code": 0}),
        ("GET", "/gateway", 500, {"message": "500: Internal Server Error", "code": 0}),
    ],
)
def test_an_answer_of_discord_is_taken(
    checker: OpenApiChecker, method: str, path: str, status: int, answer: object
) -> None:
    checker.check_answer(method, path, status, answer)
    assert checker.answers.violations == []


@pytest.mark.parametrize(
    ("event", "payload", "sentence"),
    [
        ("GUILD_ROLE_DELETE", {"guild_id": "1"}, '"role_id" is a required property'),
        ("GUILD_ROLE_DELETE", {"guild_id": 1, "role_id": "2"}, "is not of type"),
        ("MESSAGE_DELETE", {"id": "1"}, '"channel_id" is a required property'),
        ("WORKSHOP_BEGIN", {}, "documents no such event"),
    ],
)
def test_an_event_that_discord_would_not_send_is_found(
    checker: OpenApiChecker, event: str, payload: object, sentence: str
) -> None:
    checker.check_event(event, payload)
    assert any(sentence in violation for violation in checker.answers.violations)


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_schema_that_compiles(checker: OpenApiChecker, event: str) -> None:
    checker.check_event(event, 1)
    assert checker.answers.violations
