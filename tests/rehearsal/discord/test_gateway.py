"""The simulated gateway, driven by a bare client: what it sends, what it refuses, and how sessions are resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.rehearsal.discord.loopback import LoopbackDiscord
from tests.rehearsal.discord.gateway_client import GUILDS, MEMBERS, TOKEN, VOICE_STATES, GatewayClient, connected

NOW = datetime(2023, 2, 20, 9, tzinfo=UTC)
CONNECT = 1 << 20


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    """A server with two people and no bot."""
    simulated = LoopbackDiscord(lambda: NOW, token=TOKEN, checker=None)
    simulated.gateway.starts.spacing = 0
    await simulated.start()
    simulated.add_guild("Customs", bot_permissions=CONNECT)
    simulated.add_person("amina")
    simulated.add_person("karim")
    yield simulated
    await simulated.close()


def guild_id(discord: LoopbackDiscord) -> int:
    return next(iter(discord.backend.guilds))


@pytest.mark.parametrize("query", ["", "/", "?v=10&encoding=json", "/?v=10&encoding=json", "?v=9"])
async def test_hello_names_all_four_fields(discord: LoopbackDiscord, query: str) -> None:
    async with connected(discord, query) as client:
        assert await client.receive() == {"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None}
        await client.send(1, None)
        assert await client.receive() == {"op": 11, "d": None, "s": None, "t": None}


@pytest.mark.parametrize("prefix", ["", "Bot "])
async def test_ready_has_the_documented_fields_and_those_that_clients_read(
    discord: LoopbackDiscord, prefix: str
) -> None:
    async with connected(discord) as client:
        await client.identify(token=prefix + TOKEN, shard=[0, 1])
        ready = await client.event("READY")
        documented = {"v", "user", "guilds", "session_id", "resume_gateway_url", "shard", "application"}
        assert documented | {"private_channels", "relationships", "presences", "user_settings"} <= ready.keys()
        assert ready["guilds"] == [{"id": str(guild_id(discord)), "unavailable": True}]
        assert (await client.event("GUILD_CREATE"))["name"] == "Customs"


async def test_a_zlib_stream_carries_every_payload_in_one_context(discord: LoopbackDiscord) -> None:
    async with connected(discord, "/?v=10&encoding=json&compress=zlib-stream") as client:
        assert (await client.receive())["op"] == 10
        await client.identify(compress=True)
        await client.event("GUILD_CREATE")
        assert client.binary_frames == 3


async def test_large_payloads_are_compressed_one_by_one_if_identify_asks(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify(compress=True)
        await client.event("GUILD_CREATE")
        assert client.binary_frames == 1


async def test_a_binary_frame_is_read_as_json(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.socket.send_bytes(json.dumps({"op": 1, "d": None}).encode())
        assert (await client.operation(11))["d"] is None


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["{"], 4002),
        (["[]"], 4002),
        ([json.dumps({"op": 1, "d": "x" * 5000})], 4002),
        ([{"op": 99}], 4001),
        ([{"op": 11}], 4001),
        ([{"op": 3, "d": {"status": "online", "activities": [], "since": None, "afk": False}}], 4003),
        ([{"op": 2, "d": {"token": "wrong", "intents": 1, "properties": {}}}], 4004),
        ([{"op": 2, "d": {"token": TOKEN, "intents": 1}}], 4002),
        ([{"op": 2, "d": {"token": TOKEN, "intents": 1, "properties": {}}}] * 2, 4005),
        ([{"op": 2, "d": {"token": TOKEN, "intents": 1, "properties": {}, "shard": [1, 1]}}], 4010),
        ([{"op": 2, "d": {"token": TOKEN, "intents": 1 << 17, "properties": {}}}], 4013),
        ([{"op": 2, "d": {"token": TOKEN, "properties": {}}}], 4013),
        ([{"op": 1, "d": None}] * 121, 4008),
    ],
)
async def test_a_client_that_breaks_the_rules_is_closed_with_discords_code(
    discord: LoopbackDiscord, frames: list[str | dict[str, Any]], code: int
) -> None:
    async with connected(discord) as client:
        for frame in frames:
            await client.socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        assert await client.end() == code


@pytest.mark.parametrize(("query", "code"), [("?v=5", 4012), ("?encoding=xml", 4002), ("?compress=lz4", 4002)])
async def test_an_address_that_asks_for_what_there_is_not_is_closed(
    discord: LoopbackDiscord, query: str, code: int
) -> None:
    async with connected(discord, query) as client:
        assert await client.end() == code


async def test_a_privileged_intent_must_be_switched_on(discord: LoopbackDiscord) -> None:
    discord.gateway.privileged = 0
    async with connected(discord) as client:
        await client.identify(GUILDS | MEMBERS)
        assert await client.end() == 4014


async def test_a_connection_without_heartbeats_is_closed_and_can_be_resumed(discord: LoopbackDiscord) -> None:
    discord.gateway.heartbeat_interval = 0.05
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        assert await client.end() == 4009
    discord.gateway.heartbeat_interval = 40
    async with connected(discord) as again:
        await again.resume(client.session_id, client.sequence)
        await again.event("RESUMED")


async def resumable(discord: LoopbackDiscord) -> GatewayClient:
    """A client that has identified and lost its connection."""
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        await client.socket.close(code=4000)
    return client


async def test_resume_replays_what_was_missed(discord: LoopbackDiscord) -> None:
    lost = await resumable(discord)
    discord.backend.create_role(guild_id(discord), "While away")
    async with connected(discord) as client:
        await client.resume(lost.session_id, lost.sequence)
        assert (await client.event("GUILD_ROLE_CREATE"))["role"]["name"] == "While away"
        await client.event("RESUMED")


async def test_a_session_can_be_resumed_for_minutes_only(discord: LoopbackDiscord) -> None:
    lost = await resumable(discord)
    discord.gateway.resumable_for = 0
    async with connected(discord) as client:
        await client.resume(lost.session_id, lost.sequence)
        assert (await client.operation(9))["d"] is False


async def test_a_sequence_that_was_never_sent_is_invalid(discord: LoopbackDiscord) -> None:
    lost = await resumable(discord)
    async with connected(discord) as client:
        await client.resume(lost.session_id, lost.sequence + 1)
        assert await client.end() == 4007


async def test_a_session_closed_for_good_is_gone(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        await client.socket.close(code=1000)
    async with connected(discord) as again:
        await again.resume(client.session_id, client.sequence)
        assert (await again.operation(9))["d"] is False


async def test_reconnect_is_asked_for_and_the_session_lives_on(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        discord.gateway.ask_to_reconnect()
        assert await client.operation(7) == {"op": 7, "d": None, "s": None, "t": None}
        await client.socket.close(code=4000)
    async with connected(discord) as again:
        await again.resume(client.session_id, client.sequence)
        await again.event("RESUMED")


@pytest.mark.parametrize("can_resume", [True, False])
async def test_an_invalid_session_says_whether_it_can_be_resumed(discord: LoopbackDiscord, *, can_resume: bool) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        discord.gateway.invalidate(resumable=can_resume)
        assert (await client.operation(9))["d"] is can_resume
        assert not discord.online
    async with connected(discord) as again:
        await again.resume(client.session_id, client.sequence)
        assert (await again.receive())["op"] == 10
        assert (await again.receive())["op"] == (0 if can_resume else 9)


async def test_two_identifies_within_five_seconds_are_one_too_many(discord: LoopbackDiscord) -> None:
    discord.gateway.starts.spacing = 5
    async with connected(discord) as first, connected(discord) as second:
        await first.identify()
        await first.event("READY")
        await second.identify()
        assert (await second.operation(9))["d"] is False


async def test_a_bot_that_identifies_too_often_in_a_day_loses_its_token(discord: LoopbackDiscord) -> None:
    discord.gateway.starts.total = 1
    assert discord.gateway.starts.limit()["remaining"] == 1
    async with connected(discord) as first, connected(discord) as second:
        await first.identify()
        await first.event("READY")
        assert discord.gateway.starts.limit() == {
            "total": 1, "remaining": 0, "reset_after": 24 * 3600 * 1000, "max_concurrency": 1,
        }  # fmt: skip
        await second.identify()
        assert await second.end() == 4004
        assert await first.end() == 1006
    discord.gateway.starts.total = 2
    async with connected(discord) as third:
        await third.identify()
        assert await third.end() == 4004


async def test_a_shard_hears_of_its_servers_only(discord: LoopbackDiscord) -> None:
    here = (guild_id(discord) >> 22) % 2
    async with connected(discord) as client, connected(discord) as other:
        await client.identify(shard=[here, 2])
        assert len((await client.event("READY"))["guilds"]) == 1
        await other.identify(shard=[1 - here, 2])
        assert (await other.event("READY"))["guilds"] == []


async def test_events_need_their_intent(discord: LoopbackDiscord) -> None:
    room = discord.backend.create_channel(guild_id(discord), "hall", type=2).id
    amina = discord.backend.make_user("other").id
    discord.backend.add_member(guild_id(discord), amina)
    async with connected(discord) as client:
        await client.identify(GUILDS)
        await client.event("GUILD_CREATE")
        discord.backend.set_voice_state(guild_id(discord), amina, room)
        discord.backend.create_role(guild_id(discord), "Next")
        assert (await client.receive())["t"] == "GUILD_ROLE_CREATE"
    async with connected(discord) as nobody:
        await nobody.identify(0)
        await nobody.event("READY")
        await nobody.send(1, None)
        assert (await nobody.receive())["op"] == 11


async def test_without_presences_a_server_comes_with_the_bot_alone(discord: LoopbackDiscord) -> None:
    bot = str(discord.backend.bot_user.id)
    async with connected(discord) as client:
        await client.identify(GUILDS | MEMBERS)
        guild = await client.event("GUILD_CREATE")
        assert [member["user"]["id"] for member in guild["members"]] == [bot]
        assert guild["member_count"] == 4


async def test_a_server_may_come_late(discord: LoopbackDiscord) -> None:
    discord.gateway.late_servers = 0.05
    async with connected(discord) as client:
        await client.identify()
        await client.event("READY")
        discord.backend.create_role(guild_id(discord), "Unheard")
        guild = await client.receive()
        assert guild["t"] == "GUILD_CREATE"
        assert "Unheard" in {role["name"] for role in guild["d"]["roles"]}


async def test_an_outage_takes_a_server_away_and_brings_it_back_as_it_is_then(discord: LoopbackDiscord) -> None:
    server = guild_id(discord)
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        discord.gateway.outage(server)
        assert await client.event("GUILD_DELETE") == {"id": str(server), "unavailable": True}
        discord.backend.create_role(server, "Unheard")
        discord.gateway.recover(server)
        guild = await client.receive()
        assert guild["t"] == "GUILD_CREATE"
        assert "Unheard" in {role["name"] for role in guild["d"]["roles"]}


async def test_a_server_in_an_outage_stays_away_from_a_client_that_connects(discord: LoopbackDiscord) -> None:
    server = guild_id(discord)
    discord.gateway.outage(server)
    async with connected(discord) as client:
        await client.identify()
        await client.event("READY")
        assert (await client.receive())["t"] == "GUILD_DELETE"
        discord.gateway.recover(server)
        assert (await client.receive())["t"] == "GUILD_CREATE"


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"query": "", "limit": 0}, {"Customs Owner", "Plenary", "amina", "karim"}),
        ({"query": "AM", "limit": 5}, {"amina"}),
        ({"query": "nobody", "limit": 5}, set[str]()),
    ],
)
async def test_members_come_in_chunks(discord: LoopbackDiscord, asked: dict[str, Any], names: set[str]) -> None:
    async with connected(discord) as client:
        await client.identify(GUILDS | MEMBERS)
        await client.send(8, {"guild_id": str(guild_id(discord)), **asked, "nonce": "n"})
        chunk = await client.event("GUILD_MEMBERS_CHUNK")
        assert {member["user"]["username"] for member in chunk["members"]} == names
        assert (chunk["chunk_index"], chunk["chunk_count"], chunk["nonce"]) == (0, 1, "n")


async def test_members_are_asked_for_by_id(discord: LoopbackDiscord) -> None:
    bot = str(discord.backend.bot_user.id)
    async with connected(discord) as client:
        await client.identify()
        await client.send(8, {"guild_id": str(guild_id(discord)), "user_ids": [bot, "1"], "nonce": "n" * 33})
        chunk = await client.event("GUILD_MEMBERS_CHUNK")
        assert [member["user"]["id"] for member in chunk["members"]] == [bot]
        assert chunk["not_found"] == ["1"]
        assert "nonce" not in chunk


async def test_all_members_are_sent_once_in_half_a_minute(discord: LoopbackDiscord) -> None:
    asked = {"guild_id": str(guild_id(discord)), "query": "", "limit": 0}
    async with connected(discord) as client:
        await client.identify(GUILDS | MEMBERS)
        await client.send(8, asked)
        await client.send(8, asked)
        limited = await client.event("RATE_LIMITED")
        assert limited["opcode"] == 8
        assert 0 < limited["retry_after"] <= 30


async def test_all_members_need_their_intent(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        await client.send(8, {"guild_id": str(guild_id(discord)), "query": "", "limit": 0})
        await client.send(1, None)
        assert (await client.receive())["op"] == 11


async def test_the_bot_enters_a_voice_room_and_leaves_it(discord: LoopbackDiscord) -> None:
    server = guild_id(discord)
    room = discord.backend.create_channel(server, "hall", type=2).id
    async with connected(discord) as client:
        await client.identify(GUILDS | VOICE_STATES)
        asked = {"guild_id": str(server), "channel_id": str(room), "self_mute": True, "self_deaf": False}
        await client.send(4, asked)
        state = await client.event("VOICE_STATE_UPDATE")
        assert (state["channel_id"], state["self_mute"]) == (str(room), True)
        assert (await client.event("VOICE_SERVER_UPDATE"))["guild_id"] == str(server)
        await client.send(4, {**asked, "channel_id": None})
        assert (await client.event("VOICE_STATE_UPDATE"))["channel_id"] is None


async def test_soundboards_are_empty(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.send(31, {"guild_ids": [str(guild_id(discord))]})
        assert (await client.event("SOUNDBOARD_SOUNDS"))["soundboard_sounds"] == []


async def test_a_silent_gateway_carries_nothing(discord: LoopbackDiscord) -> None:
    async with connected(discord) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        discord.gateway.fall_silent()
        await client.send(1, None)
        with pytest.raises(asyncio.TimeoutError):
            async with asyncio.timeout(0.1):
                await client.receive()
