"""Discord's rate limits, over HTTP and without a bot. Source: topics/rate-limits.mdx of Discord's documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.rate_limits import GLOBAL_LIMIT, INVALID_LIMIT, INVALID_WINDOW, ROUTES

TOKEN = "limited.token"  # noqa: S105 - a simulated Discord's own


class Server:
    """A server with a bot, and a clock that stands still unless somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime(2023, 2, 20, 9, tzinfo=UTC)
        self.discord = LoopbackDiscord(lambda: self.now, token=TOKEN, checker=None)
        self.guild = self.discord.add_guild("Customs", bot_permissions=permission_bits())
        self.channel = self.discord.backend.create_channel(self.guild, "general").id
        self.person = self.discord.add_person("amina", guild_id=self.guild)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session,
            session.request(method, f"{self.discord.api_base}{path}", json=body) as answer,
        ):
            content = await answer.json() if answer.content_type == "application/json" else await answer.text()
            return answer.status, content, answer.headers

    async def write(self, channel: int | None = None) -> tuple[int, Any, Mapping[str, str]]:
        return await self.ask("POST", f"/channels/{channel or self.channel}/messages", {"content": "Hello"})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    await made.discord.start()
    yield made
    await made.discord.close()


async def test_a_route_has_its_limit_for_each_resource_and_says_so_in_its_headers(server: Server) -> None:
    first, _, headers = await server.write()
    assert first == 200
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("5", "4")
    assert float(headers["X-RateLimit-Reset-After"]) == 5
    assert float(headers["X-RateLimit-Reset"]) == server.now.timestamp() + 5
    server.later(1)
    for _ in range(4):
        status, _, headers = await server.write()
        assert status == 200
    assert headers["X-RateLimit-Remaining"] == "0"

    status, body, headers = await server.write()
    assert (status, body) == (
        429,
        {"message": "You are being rate limited.", "retry_after": 4.0, "global": False, "code": 0},
    )
    assert (headers["Retry-After"], headers["X-RateLimit-Scope"], headers["Via"]) == ("4", "user", "1.1 rehearsal")
    bucket = headers["X-RateLimit-Bucket"]

    other = server.discord.backend.create_channel(server.guild, "other").id
    status, _, headers = await server.write(other)
    assert (status, headers["X-RateLimit-Remaining"], headers["X-RateLimit-Bucket"]) == (200, "4", bucket)
    server.later(4)
    assert (await server.write())[0] == 200
    assert server.discord.rate_limits.refused == {"POST channels/{}/messages": 1}
    assert server.discord.rate_limits.waits == 4


async def test_a_channel_is_renamed_twice_in_ten_minutes_and_otherwise_changed(server: Server) -> None:
    path = f"/channels/{server.channel}"
    for name in ("one", "two"):
        assert (await server.ask("PATCH", path, {"name": name}))[0] == 200
    server.later(20)
    status, body, headers = await server.ask("PATCH", path, {"name": "three"})
    assert (status, body["message"], body["retry_after"]) == (429, "The resource is being rate limited.", 580)
    assert headers["X-RateLimit-Scope"] == "shared"
    assert int(headers["X-RateLimit-Remaining"]) > 0
    assert (await server.ask("PATCH", path, {"name": "two", "nsfw": False}))[0] == 200
    assert server.discord.requests_invalid == 0
    server.later(580)
    assert (await server.ask("PATCH", path, {"name": "three"}))[0] == 200


async def test_old_messages_are_edited_three_times_in_six_seconds(server: Server) -> None:
    """Code 30046, topics/opcodes-and-status-codes.mdx."""
    _, old, _ = await server.write()
    server.later(3600)
    _, new, _ = await server.write()

    async def edit(message: dict[str, Any]) -> tuple[int, Any]:
        path = f"/channels/{server.channel}/messages/{message['id']}"
        return (await server.ask("PATCH", path, {"content": "Hello again"}))[:2]

    assert [(await edit(old))[0] for _ in range(3)] == [200] * 3
    status, body = await edit(old)
    assert (status, body["code"]) == (429, 30046)
    assert (await edit(new))[0] == 200


async def test_ten_members_of_a_server_are_edited_at_once(server: Server) -> None:
    """discord-api-docs#2204."""
    path = f"/guilds/{server.guild}/members/{server.person.id}"
    statuses = [(await server.ask("PATCH", path, {"nick": f"Amina {number}"}))[0] for number in range(11)]
    assert statuses == [200] * 10 + [429]


async def test_a_token_makes_fifty_requests_a_second_and_interactions_are_exempt(server: Server) -> None:
    for _ in range(GLOBAL_LIMIT):
        assert (await server.ask("GET", f"/guilds/{server.guild}"))[0] == 200
    status, body, headers = await server.ask("GET", f"/guilds/{server.guild}")
    assert (status, body["global"], headers["X-RateLimit-Global"]) == (429, True, "true")
    assert headers["X-RateLimit-Scope"] == "global"
    assert (await server.ask("POST", "/interactions/1/token/callback", {"type": 5}))[0] == 404
    assert (await server.ask("GET", "/gateway"))[0] == 200  # without a token it is the address that counts
    server.later(1)
    assert (await server.ask("GET", f"/guilds/{server.guild}"))[0] == 200


async def test_too_many_invalid_requests_ban_the_address_without_json(server: Server) -> None:
    server.discord.invalid_at += [server.now] * (INVALID_LIMIT - 1)
    assert (await server.ask("GET", f"/guilds/{server.guild}"))[0] == 200
    server.discord.invalid_at.append(server.now)
    status, body, headers = await server.ask("GET", f"/guilds/{server.guild}")
    assert (status, body) == (429, "error code: 1015")
    assert "Via" not in headers
    server.later(INVALID_WINDOW.total_seconds())
    assert (await server.ask("GET", f"/guilds/{server.guild}"))[0] == 200


def test_each_row_is_of_another_route() -> None:
    assert len({(limit.method, limit.path) for limit in ROUTES}) == len(ROUTES)
