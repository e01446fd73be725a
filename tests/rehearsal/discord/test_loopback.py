"""The simulated Discord, driven by a real discord.py bot in another process."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.discord.calls import CannotDo, NoAnswer
from bot.rehearsal.discord.loopback import ADMINISTRATOR, LoopbackDiscord
from bot.rehearsal.discord.openapi import OpenApiChecker
from bot.rehearsal.discord.people import Person

OPENAPI = os.environ.get("DISCORD_OPENAPI")
needs_openapi = pytest.mark.skipif(OPENAPI is None, reason="DISCORD_OPENAPI names no OpenAPI file")

TOKEN = "rehearsal.token"  # noqa: S105 - a simulated Discord's own
MANAGE_ROLES, MANAGE_CHANNELS = 1 << 28, 1 << 4
BOT_PERMISSIONS = MANAGE_ROLES | MANAGE_CHANNELS
VALUES = {"lesson": "Start small", "topic": "ai", "shown": "all", "agreed": True}


@dataclass
class Clock:
    """The first morning of a workshop long past: simulated time has nothing to do with real time."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime(2023, 2, 20, 9, tzinfo=UTC) + timedelta(seconds=time.monotonic()) + self.ahead


@dataclass
class Scene:
    discord: LoopbackDiscord
    clock: Clock
    channel: int
    amina: Person
    boss: Person
    bot: asyncio.subprocess.Process | None = None


async def start_bot(discord: LoopbackDiscord, token: str = TOKEN) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "PONG_API": discord.api_base,
        "PONG_GATEWAY": discord.api_base.replace("http", "ws", 1).removesuffix("/api/v10") + "/gateway",
        "PONG_TOKEN": token,
    }
    script = str(Path(__file__).with_name("pong_bot.py"))
    return await asyncio.create_subprocess_exec(sys.executable, script, env=environment)


@pytest.fixture
async def empty() -> AsyncIterator[Scene]:
    """A server with people, and no bot yet."""
    checker = OpenApiChecker(Path(OPENAPI)) if OPENAPI else None
    clock = Clock()
    discord = LoopbackDiscord(clock.now, token=TOKEN, checker=checker)
    await discord.start()
    guild_id = discord.add_guild("Customs", bot_permissions=BOT_PERMISSIONS)
    discord.backend.settings_of(guild_id).features = ("COMMUNITY",)
    channel = discord.backend.create_channel(guild_id, "general").id
    amina = discord.add_person("amina", nick="Amina B.", locale="fr")
    boss = discord.add_person("boss", manage_guild=True)
    scene = Scene(discord, clock, channel, amina, boss)
    yield scene
    if scene.bot is not None and scene.bot.returncode is None:
        scene.bot.kill()
        await scene.bot.wait()
    await discord.close()


@pytest.fixture
async def scene(empty: Scene) -> Scene:
    """The same with the bot online."""
    empty.bot = await start_bot(empty.discord)
    async with asyncio.timeout(20):
        await empty.discord.wait_online()
    return empty


async def test_a_bot_logs_in_and_registers_its_commands(scene: Scene) -> None:
    assert scene.discord.online
    assert ("ping", 1) in scene.discord.backend.commands[None]
    assert scene.discord.faults_of_ours == []


async def test_a_slash_command_is_answered_with_its_options(scene: Scene) -> None:
    answer = await scene.amina.slash(scene.channel, "ping", word="salam", times=2)
    assert answer.text == "salam salam"
    assert answer.ephemeral
    assert 0 < answer.ack_ms < 3000
    assert scene.discord.messages(scene.channel) == []


async def test_people_channels_and_roles_can_be_chosen(scene: Scene) -> None:
    role_id = scene.discord.backend.create_role(scene.amina.guild_id, "Speakers").id
    answer = await scene.boss.slash(
        scene.channel, "choose", who=scene.amina, where=scene.channel, role=role_id, sure=True
    )
    assert answer.text == "Amina B. general Speakers True"


async def test_a_client_refuses_what_discord_would(scene: Scene) -> None:
    with pytest.raises(CannotDo, match="no command /nope"):
        await scene.amina.slash(scene.channel, "nope")
    with pytest.raises(CannotDo, match="must be ≤ 3"):
        await scene.amina.slash(scene.channel, "ping", times=9)
    with pytest.raises(CannotDo, match="needs word"):
        await scene.amina.slash(scene.channel, "suggest")
    with pytest.raises(CannotDo, match="no option nothing"):
        await scene.amina.slash(scene.channel, "ping", nothing=1)
    with pytest.raises(CannotDo, match="sees no channel"):
        await scene.amina.slash(1, "ping")


async def test_a_resend_with_the_same_nonce_is_the_same_message(scene: Scene) -> None:
    answer = await scene.amina.slash(scene.channel, "post")
    assert answer.text == "True False"
    first, other = scene.discord.messages(scene.channel)
    assert (first.nonce, other.nonce) == ("delivery-1", "delivery-2")
    assert first.text == "Check in here"
    assert first.custom_ids == ("here:1", "gone:1")
    assert first.is_bot
    assert first.channel == "general"
    assert first.received <= other.received <= scene.clock.now()
    assert scene.discord.all_messages() == [first, other]


async def test_a_button_is_pressed_as_the_message_stands(scene: Scene) -> None:
    await scene.amina.slash(scene.channel, "post")
    message = scene.discord.messages(scene.channel)[0]
    answer = await scene.amina.press(message.id, scene.channel, "here:1")
    assert answer.text == "Noted, Amina B."
    assert answer.ephemeral
    with pytest.raises(CannotDo, match="disabled"):
        await scene.amina.press(message.id, scene.channel, "gone:1")
    with pytest.raises(CannotDo, match="no button"):
        await scene.amina.press(message.id, scene.channel, "other")
    with pytest.raises(CannotDo, match="no message"):
        await scene.amina.press(1, scene.channel, "here:1")


async def test_a_message_is_edited_in_place_and_history_reads_it(scene: Scene) -> None:
    await scene.amina.slash(scene.channel, "post")
    await scene.amina.slash(scene.channel, "edit")
    last = scene.discord.messages(scene.channel)[-1]
    assert last.text == "Check in is closed"
    assert last.edited_timestamp is not None
    assert (await scene.amina.slash(scene.channel, "history")).text == "2 messages"


async def test_a_form_is_filled_in_and_can_be_sent_twice(scene: Scene) -> None:
    shown = await scene.amina.slash(scene.channel, "form")
    assert shown.modal is not None
    for _ in range(2):
        answer = await scene.amina.submit(shown.modal, VALUES)
        assert answer.text == "['Start small', ['ai'], 'all', True] fr"
        shown = await scene.amina.slash(scene.channel, "form")
        assert shown.modal is not None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"lesson": ""}, "'lesson' is required"),
        ({"lesson": "x" * 21}, "0 to 20 characters"),
        ({"topic": "tea"}, "doesn't offer tea"),
        ({"topic": ["ai", "iot"]}, "1 to 1 choices"),
        ({"shown": None}, "'shown' is required"),
        ({"nothing": "x"}, "no nothing"),
    ],
)
async def test_a_form_keeps_its_own_rules(scene: Scene, wrong: dict[str, Any], sentence: str) -> None:
    shown = await scene.amina.slash(scene.channel, "form")
    assert shown.modal is not None
    with pytest.raises(CannotDo, match=sentence):
        await scene.amina.submit(shown.modal, {**VALUES, **wrong})


async def test_a_form_of_somebody_else_cannot_be_sent(scene: Scene) -> None:
    shown = await scene.amina.slash(scene.channel, "form")
    assert shown.modal is not None
    with pytest.raises(CannotDo, match="shown no form"):
        await scene.boss.submit(shown.modal, VALUES)


async def test_suggestions_follow_what_is_typed(scene: Scene) -> None:
    choices = await scene.amina.autocomplete(scene.channel, "suggest", "word", "bl")
    assert [each["value"] for each in choices] == ["blockchain"]


async def test_an_answer_may_carry_a_file_for_everyone(scene: Scene) -> None:
    answer = await scene.amina.slash(scene.channel, "suggest", word="bread")
    assert not answer.ephemeral
    assert [(each.filename, each.content) for each in answer.attachments] == [("one.txt", b"1")]
    assert [each.id for each in scene.discord.messages(scene.channel)] == [answer.message_id]


async def test_a_deferred_answer_is_waited_for(scene: Scene) -> None:
    answer = await scene.amina.slash(scene.channel, "think")
    assert answer.text == "Here it is"
    assert [(each.filename, each.content) for each in answer.attachments] == [("report.csv", b"a,b\n1,2\n")]


async def test_a_venue_is_built(scene: Scene) -> None:
    answer = await scene.amina.slash(scene.channel, "build")
    assert "['general', 'Workshop', 'agenda', 'hall', 'stage']" in answer.text
    assert "Participants" in answer.text
    guild = scene.discord.backend.get_guild(scene.amina.guild_id)
    role_id = next(role.id for role in guild.roles.values() if role.name == "Participants")
    assert role_id in guild.members[scene.amina.id].role_ids
    agenda = next(each for each in scene.discord.backend.channels.values() if each.name == "agenda")
    with pytest.raises(CannotDo, match="boss sees no channel"):
        await scene.boss.slash(agenda.id, "ping")
    assert role_id not in {each.target_id for each in agenda.overwrites}
    assert scene.discord.faults_of_ours == []


async def test_the_51st_channel_of_a_category_is_refused(scene: Scene) -> None:
    assert (await scene.amina.slash(scene.channel, "crowd")).text == "50 50035"


async def test_a_killed_bot_is_missed_at_once(scene: Scene) -> None:
    assert scene.bot is not None
    asking = asyncio.create_task(scene.amina.slash(scene.channel, "silent"))
    await asyncio.sleep(0.2)
    scene.bot.kill()
    with pytest.raises(NoAnswer, match="went away"):
        await asking
    assert not scene.discord.online
    with pytest.raises(NoAnswer, match="offline"):
        await scene.amina.slash(scene.channel, "ping")


async def test_a_bot_that_comes_back_answers_again(scene: Scene) -> None:
    await test_a_killed_bot_is_missed_at_once(scene)
    scene.bot = await start_bot(scene.discord)
    async with asyncio.timeout(20):
        await scene.discord.wait_online()
    assert (await scene.amina.slash(scene.channel, "ping")).text == "pong"


async def test_three_real_seconds_is_all_a_bot_has(scene: Scene) -> None:
    with pytest.raises(NoAnswer, match="within 3 s"):
        await scene.amina.slash(scene.channel, "slow")
    await asyncio.sleep(0.5)
    assert scene.discord.messages(scene.channel) == []


async def test_a_dropped_connection_is_resumed(scene: Scene) -> None:
    before = set(scene.discord.gateway._sessions)  # noqa: SLF001 - a client doesn't see which session it has
    scene.discord.gateway.cut()
    while scene.discord.online:  # noqa: ASYNC110 - the end of a connection takes a few turns of the loop
        await asyncio.sleep(0)
    scene.discord.backend.create_role(scene.amina.guild_id, "While away")
    async with asyncio.timeout(20):
        await scene.discord.wait_online()
    assert (await scene.amina.slash(scene.channel, "roles")).text.endswith("While away")
    assert set(scene.discord.gateway._sessions) == before  # noqa: SLF001 - the same


async def test_a_wrong_token_cannot_log_in(empty: Scene) -> None:
    empty.bot = await start_bot(empty.discord, token="wrong")  # noqa: S106
    async with asyncio.timeout(20):
        assert await empty.bot.wait() == 3
    assert empty.discord.requests_invalid == 1
    assert not empty.discord.online


async def test_replies_look_like_discords(empty: Scene) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        async with client.get(f"{empty.discord.api_base}/gateway/bot") as reply:
            assert reply.headers["Content-Type"] == "application/json"
            assert "Via" in reply.headers
            assert (await reply.json())["url"].startswith("ws://127.0.0.1:")
        unsupported = f"/guilds/{empty.amina.guild_id}/widget.json"
        async with client.get(empty.discord.api_base + unsupported) as reply:
            assert reply.status == 501
    assert len(empty.discord.faults_of_ours) == 1
    assert f"GET {unsupported}" in empty.discord.faults_of_ours[0]
    assert empty.discord.requests_total == 2


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/channels/{channel}/messages", {"content": "x", "nonce": "n" * 26}, 50035),
        ("/channels/{channel}/messages", {"content": "x" * 2001}, 50035),
        ("/channels/{channel}/messages", {"embeds": [{"description": "x" * 3001}] * 2}, 50035),
        ("/applications/1/commands", {"name": "Upper", "description": "x"}, 50035),
        ("/webhooks/1/nobody/messages/@original", {"content": "x"}, 10015),
    ],
)
async def test_limits_are_discords(empty: Scene, path: str, body: dict[str, Any], code: int) -> None:
    method = "PATCH" if path.startswith("/webhooks") else "POST"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        url = empty.discord.api_base + path.format(channel=empty.channel)
        async with client.request(method, url, json=body) as reply:
            assert (await reply.json())["code"] == code


async def test_a_nonce_is_remembered_for_two_simulated_minutes(empty: Scene) -> None:
    url = f"{empty.discord.api_base}/channels/{empty.channel}/messages"
    body = {"content": "x", "nonce": "n", "enforce_nonce": True}
    ids: list[str] = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        for ahead in (0, 110, 130):
            empty.clock.ahead = timedelta(seconds=ahead)
            async with client.post(url, json=body) as reply:
                ids.append((await reply.json())["id"])
    assert ids[0] == ids[1] != ids[2]


async def test_an_answers_token_lives_for_fifteen_minutes(scene: Scene) -> None:
    assert (await scene.amina.slash(scene.channel, "think")).text == "Here it is"
    record = list(scene.discord.backend.interactions.values())[-1]
    scene.clock.ahead = timedelta(minutes=15)
    application = scene.discord.backend.application_id
    url = f"{scene.discord.api_base}/webhooks/{application}/{record.token}/messages/@original"
    async with aiohttp.ClientSession() as client, client.patch(url, json={"content": "late"}) as reply:
        assert (reply.status, (await reply.json())["code"]) == (401, 50027)


async def test_the_501st_channel_of_a_server_is_refused(empty: Scene) -> None:
    for number in range(499):
        empty.discord.backend.create_channel(empty.amina.guild_id, f"c{number}", announce=False)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        url = f"{empty.discord.api_base}/guilds/{empty.amina.guild_id}/channels"
        async with client.post(url, json={"name": "one-more", "type": 0}) as reply:
            assert (await reply.json())["code"] == 30013


async def test_a_full_category_takes_no_channel_from_elsewhere(empty: Scene) -> None:
    backend, guild_id = empty.discord.backend, empty.amina.guild_id
    category = backend.create_channel(guild_id, "full", type=4).id
    inside = [backend.create_channel(guild_id, f"c{number}", parent_id=category).id for number in range(50)]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        for channel_id, status in ((empty.channel, 400), (inside[0], 200)):
            url = f"{empty.discord.api_base}/channels/{channel_id}"
            async with client.patch(url, json={"parent_id": str(category)}) as reply:
                assert reply.status == status
        url = f"{empty.discord.api_base}/guilds/{guild_id}/channels"
        move = {"id": str(empty.channel), "position": 1, "parent_id": str(category)}
        async with client.patch(url, json=[move]) as reply:
            assert reply.status == 400


async def test_a_rehearsal_has_no_administrator_bot(empty: Scene) -> None:
    with pytest.raises(ValueError, match="administrator"):
        empty.discord.add_guild("Other", bot_permissions=ADMINISTRATOR)


@needs_openapi
async def test_a_planted_fault_is_found(scene: Scene) -> None:
    assert (await scene.amina.slash(scene.channel, "plant")).text == "400 50035"
    assert isinstance(scene.discord.checker, OpenApiChecker)
    assert scene.discord.checker.violations == [
        'POST /channels/{channel_id}/messages: body at components/0/components/0: "style" is a required property'
    ]


@needs_openapi
async def test_discord_py_itself_breaks_no_rule(scene: Scene) -> None:
    for command in ("ping", "think", "post", "edit", "history", "build"):
        await scene.amina.slash(scene.channel, command)
    await scene.amina.slash(scene.channel, "suggest", word="bread")
    await scene.amina.autocomplete(scene.channel, "suggest", "word", "b")
    shown = await scene.amina.slash(scene.channel, "form")
    assert shown.modal is not None
    await scene.amina.submit(shown.modal, VALUES)
    assert isinstance(scene.discord.checker, OpenApiChecker)
    assert scene.discord.checker.checked > 25
    assert scene.discord.checker.violations == []
    assert scene.discord.checker.answers.checked > 50
    assert scene.discord.checker.answers.violations == []
    assert scene.discord.faults_of_ours == []


@needs_openapi
@pytest.mark.parametrize(
    ("method", "path", "query", "body", "sentence"),
    [
        ("POST", "/channels/1/messages", {}, {"content": 5}, "body at content"),
        ("POST", "/channels/1/messages", {}, None, "a body is required"),
        ("GET", "/channels/1/messages", {"limit": "101"}, None, "parameter at limit"),
        ("GET", "/channels/1/messages", {"page": "1"}, None, "'page' was unexpected"),
        ("GET", "/channels/first/messages", {}, None, "parameter at channel_id"),
        ("PUT", "/channels/1/permissions/2", {}, {"type": 0, "allow": "many"}, "body at allow"),
        ("POST", "/interactions/1/t/callback", {}, {"type": 9, "data": {"custom_id": "x"}}, "body at data"),
        ("GET", "/nowhere", {}, None, "no such operation"),
    ],
)
def test_the_checker_says_what_is_wrong(
    method: str, path: str, query: dict[str, str], body: object, sentence: str
) -> None:
    assert OPENAPI is not None
    checker = OpenApiChecker(Path(OPENAPI))
    checker.check(method, path, query, body)
    assert len(checker.violations) == 1
    assert sentence in checker.violations[0]


@needs_openapi
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/channels/1/permissions/2", {"id": 2, "type": 0, "allow": "1024", "deny": 0}),
        ("POST", "/users/@me/channels", {"recipient_id": 123}),
        ("PATCH", "/webhooks/1/t/messages/@original", {"content": "x"}),
    ],
)
def test_the_checker_takes_what_discord_takes(method: str, path: str, body: object) -> None:
    assert OPENAPI is not None
    checker = OpenApiChecker(Path(OPENAPI))
    checker.check(method, path, {}, body)
    assert checker.violations == []
