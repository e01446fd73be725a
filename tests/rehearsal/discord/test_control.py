"""The control API, with a server from a description. No bot: what needs one is tried by tests/clients."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.discord.control import Control, RequestedFaults
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.world import World, WorldFileError, build, read_world

TOKEN = "control.token"  # noqa: S105 - a simulated Discord's own


@dataclass
class Stand:
    discord: LoopbackDiscord
    client: aiohttp.ClientSession
    root: str

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:  # noqa: ANN401
        async with self.client.request(method, self.root + path, json=body) as reply:
            return reply.status, await reply.json()


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    faults = RequestedFaults()
    discord = LoopbackDiscord(lambda: datetime.now(UTC), token=TOKEN, checker=None, draw=faults)
    control = Control(discord, build(discord, World(), people=2), faults)
    await discord.start(extend=control.add_to)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        yield Stand(discord, client, discord.api_base.removesuffix("/api/v10"))
    await discord.close()


async def test_the_state_tells_addresses_and_servers(stand: Stand) -> None:
    status, state = await stand.ask("GET", "/control")
    assert (status, state["api"], state["online"]) == (200, stand.discord.api_base, False)
    _, channels = await stand.ask("GET", "/control/channels")
    assert {channel["type"] for channel in channels} == {0, 2, 4, 5, 13, 15}


async def test_people_write_upload_and_react(stand: Stand) -> None:
    file = {"filename": "a.csv", "content": base64.b64encode(b"a,b").decode()}
    body = {"channel": "general", "text": "Hello", "files": [file]}
    status, message = await stand.ask("POST", "/control/people/person-1/write", body)
    assert status == 200
    async with stand.client.get(message["attachments"][0]["url"]) as download:
        assert await download.read() == b"a,b"
    reaction = {"channel": "general", "message": message["id"], "emoji": "👍"}
    assert (await stand.ask("POST", "/control/people/person-2/react", reaction))[0] == 200
    _, seen = await stand.ask("GET", "/control/channels/general/messages?person=person-2")
    assert [(each["content"], each["reactions"][0]["count"]) for each in seen] == [("Hello", 1)]


async def test_people_move_join_and_leave(stand: Stand) -> None:
    _, moved = await stand.ask("POST", "/control/people/person-1/join-voice", {"channel": "lounge"})
    assert moved["voice"] is not None
    assert (await stand.ask("POST", "/control/people/person-1/leave-voice"))[1]["voice"] is None
    assert (await stand.ask("POST", "/control/people/person-1/leave"))[1]["in_server"] is False
    assert (await stand.ask("POST", "/control/people/person-1/rejoin"))[1]["in_server"] is True
    _, added = await stand.ask("POST", "/control/people", {"name": "amina", "nick": "Amina B.", "locale": "fr"})
    assert (added["nick"], added["locale"]) == ("Amina B.", "fr")
    assert len((await stand.ask("GET", "/control/people"))[1]) == 3


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/control/people/person-1/press", {"channel": "general", "message": "1", "custom_id": "x"}, 409),
        ("/control/people/person-1/slash", {"channel": "general", "command": "nope"}, 409),
        ("/control/people/person-1/slash", {"channel": "general"}, 400),
        ("/control/people/person-1/write", {"channel": "nowhere", "text": "x"}, 404),
        ("/control/people/nobody/write", {"channel": "general", "text": "x"}, 404),
        ("/control/people/person-1/dance", {}, 404),
        ("/control/people/person-1/write", [], 400),
        ("/control/people/person-1/write", {"channel": "general", "files": [{"filename": "x", "content": "?"}]}, 400),
        ("/control/faults", {"fault": "FLOOD"}, 404),
        ("/control/gateway/dance", {}, 404),
    ],
)
async def test_what_cannot_be_is_said(stand: Stand, path: str, body: object, status: int) -> None:
    got, answer = await stand.ask("POST", path, body)
    assert (got, list(answer)) == (status, ["error"])


async def test_a_fault_is_for_so_many_requests_that_fit(stand: Stand) -> None:
    await stand.ask("POST", "/control/faults", {"fault": "RATE_LIMIT", "method": "GET", "path": "/users/*", "times": 2})
    statuses: list[int] = []
    for path in ("/gateway", "/users/@me", "/users/@me", "/users/@me"):
        async with stand.client.get(stand.discord.api_base + path) as reply:
            statuses.append(reply.status)
    assert statuses == [200, 429, 429, 200]


def test_a_description_is_read_and_its_faults_are_named(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    file.write_text("name: Customs\nchannels: [{name: hall, type: stage}]\npeople: [{name: amina, roles: [Team]}]\n")
    world = read_world(file)
    discord = LoopbackDiscord(lambda: datetime.now(UTC), token=TOKEN, checker=None)
    assert [person.name for person in build(discord, world, people=1)] == ["amina", "person-1"]
    file.write_text("channels: [{name: hall, type: theatre}]")
    with pytest.raises(WorldFileError, match="theatre"):
        read_world(file)
    file.write_text("people: [{name: amina, roles: [Nobody]}]")
    with pytest.raises(WorldFileError, match="Nobody"):
        build(discord, read_world(file), people=0)
