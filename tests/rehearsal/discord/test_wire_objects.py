"""Every answer and event of the simulated Discord is as Discord's own OpenAPI file and documentation say."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.openapi import OpenApiChecker
from tests.rehearsal.discord.gateway_client import TOKEN, connected

OPENAPI = os.environ.get("DISCORD_OPENAPI", "")
pytestmark = pytest.mark.skipif(not OPENAPI, reason="DISCORD_OPENAPI names no OpenAPI file")

EVERY_INTENT = 0x3FFFFFF & ~(0b111 << 17 | 0b11 << 22)
BUILDER = 1 << 3 ^ (1 << 50) - 1  # every permission but that of an administrator


@pytest.fixture(scope="module")
def checker() -> OpenApiChecker:
    return OpenApiChecker(Path(OPENAPI))


@pytest.fixture
async def discord(checker: OpenApiChecker) -> AsyncIterator[LoopbackDiscord]:
    """A server with a room and a person; the test fails if one answer or event is not as documented."""
    checker.answers.violations.clear()
    simulated = LoopbackDiscord(lambda: datetime(2023, 2, 20, 9, tzinfo=UTC), token=TOKEN, checker=checker)
    await simulated.start()
    guild = simulated.add_guild("Customs", bot_permissions=BUILDER)
    simulated.backend.create_channel(guild, "general")
    simulated.add_person("amina")
    yield simulated
    await simulated.close()
    assert checker.answers.violations == []


async def request(discord: LoopbackDiscord, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bot {TOKEN}"}
    address = discord.api_base + path
    async with aiohttp.ClientSession(headers=headers) as client, client.request(method, address, json=body) as reply:
        assert reply.status < 300, await reply.text()
        return await reply.json() if reply.status != 204 else None


async def test_a_session_that_builds_a_venue_sees_only_documented_objects(
    discord: LoopbackDiscord, checker: OpenApiChecker
) -> None:
    guild = next(iter(discord.backend.guilds))
    amina = next(user.id for user in discord.backend.users.values() if user.name == "amina")
    before = checker.answers.checked
    async with connected(discord, "/?v=10") as client:
        await client.identify(EVERY_INTENT)
        await client.event("GUILD_CREATE")
        category = await request(discord, "POST", f"/guilds/{guild}/channels", {"name": "Lab", "type": 4})
        assert "topic" not in category
        room = await request(
            discord, "POST", f"/guilds/{guild}/channels", {"name": "hall", "parent_id": category["id"]}
        )
        voice = await request(discord, "POST", f"/guilds/{guild}/channels", {"name": "talk", "type": 2})
        role = await request(discord, "POST", f"/guilds/{guild}/roles", {"name": "Participant"})
        await request(discord, "PUT", f"/guilds/{guild}/members/{amina}/roles/{role['id']}")
        button = {"type": 2, "style": 1, "label": "Here", "custom_id": "here", "emoji": {"name": "🎉", "id": None}}
        sent = await request(discord, "POST", f"/channels/{room['id']}/messages", {
            "content": f"<@{amina}>", "embeds": [{"title": "Agenda"}],
            "components": [{"type": 1, "components": [button]}],
        })  # fmt: skip
        assert "nonce" not in sent
        assert "guild_id" not in sent
        told = await client.event("MESSAGE_CREATE")
        assert told["guild_id"] == str(guild)
        assert told["mentions"][0]["member"]["roles"] == [role["id"]]
        assert "primary_guild" in told["author"]
        await request(discord, "PATCH", f"/channels/{room['id']}/messages/{sent['id']}", {"content": "x"})
        await request(discord, "PUT", f"/channels/{room['id']}/messages/{sent['id']}/reactions/%F0%9F%8E%89/@me")
        await request(discord, "POST", f"/channels/{room['id']}/messages/{sent['id']}/threads", {"name": "More"})
        await request(discord, "POST", "/users/@me/channels", {"recipient_id": str(amina)})
        await request(discord, "POST", f"/channels/{room['id']}/invites", {"max_age": 3600})
        await request(discord, "POST", f"/guilds/{guild}/scheduled-events", {
            "name": "Opening", "entity_type": 2, "channel_id": voice["id"], "privacy_level": 2,
            "scheduled_start_time": "2023-02-21T09:00:00+00:00",
        })  # fmt: skip
        for path in (
            f"/guilds/{guild}", f"/guilds/{guild}/channels", f"/guilds/{guild}/roles",
            f"/guilds/{guild}/members/{amina}", f"/guilds/{guild}/threads/active",
            f"/guilds/{guild}/scheduled-events", f"/channels/{room['id']}/messages",
            "/users/@me", "/users/@me/guilds", "/applications/@me", "/oauth2/applications/@me", "/gateway/bot",
        ):  # fmt: skip
            await request(discord, "GET", path)
        discord.backend.edit_guild(guild, {"name": "Customs lab"})
        updated = await client.event("GUILD_UPDATE")
        assert not {"members", "channels", "joined_at", "voice_states"} & updated.keys()
        discord.backend.set_voice_state(guild, amina, int(voice["id"]))
        await client.event("VOICE_STATE_UPDATE")
    assert checker.answers.checked - before > 40


async def test_an_account_is_private_to_others_and_complete_for_itself(discord: LoopbackDiscord) -> None:
    amina = next(user.id for user in discord.backend.users.values() if user.name == "amina")
    other = await request(discord, "GET", f"/users/{amina}")
    assert not {"email", "locale", "mfa_enabled", "verified", "bot"} & other.keys()
    own = await request(discord, "GET", "/users/@me")
    assert {"email", "locale", "mfa_enabled", "verified", "bot"} <= own.keys()
