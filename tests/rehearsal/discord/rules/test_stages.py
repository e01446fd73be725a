"""Stages: audience, speakers and moderators."""

from __future__ import annotations

import pytest

from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.people import Person
from tests.rehearsal.discord.rules.server import Server, bits

STAGE, VOICE = 13, 2
MODERATORS = ("manage_channels", "mute_members", "move_members")


def moderator(server: Server, *names: str) -> Person:
    role = server.world.create_role(server.id, "Stage", permissions=bits(*names)).id
    return server.discord.add_person("boss", role_ids=[role])


async def test_the_audience_is_suppressed_until_a_moderator_invites_it(server: Server) -> None:
    """`resources/stage-instance.mdx`, "Definitions", and `resources/voice.mdx`, "Modify User Voice State"."""
    stage, amina, boss = (
        server.channel("stage", STAGE),
        server.discord.add_person("amina"),
        moderator(server, *MODERATORS),
    )
    await amina.join_voice(stage)
    with pytest.raises(CannotDo, match="audience"):
        amina.speak()
    with pytest.raises(CannotDo, match="invited"):
        await amina.accept_invitation()
    await amina.raise_hand()
    await boss.invite_to_speak(amina)
    assert not amina.is_speaker  # invited, but not at the microphone yet
    await amina.accept_invitation()
    amina.speak()
    await amina.join_voice(server.channel("hall", VOICE))
    await amina.join_voice(stage)
    assert not amina.is_speaker


@pytest.mark.parametrize("missing", MODERATORS)
async def test_a_moderator_of_a_stage_has_all_three_permissions(server: Server, missing: str) -> None:
    """`resources/stage-instance.mdx`, "Definitions"."""
    stage, amina = server.channel("stage", STAGE), server.discord.add_person("amina")
    await amina.join_voice(stage)
    with pytest.raises(CannotDo, match=missing):
        await moderator(server, *(name for name in MODERATORS if name != missing)).invite_to_speak(amina)
    server.bot_has(*(name for name in MODERATORS if name != missing))
    assert server.refused("POST", "/stage-instances", {"channel_id": str(stage), "topic": "Tea"}) == (403, 50013)


def test_a_stage_is_opened_once_and_with_a_topic(server: Server) -> None:
    """`resources/stage-instance.mdx`, "Create Stage Instance"; code 150006."""
    stage, hall = server.channel("stage", STAGE), server.channel("hall", VOICE)
    server.bot_has(*MODERATORS)
    assert server.refused("POST", "/stage-instances", {"channel_id": str(hall), "topic": "Tea"}) == (400, 50024)
    assert server.refused("POST", "/stage-instances", {"channel_id": str(stage), "topic": "   "}) == (400, 50035)
    server.send("POST", "/stage-instances", {"channel_id": str(stage), "topic": "Tea"})
    assert server.refused("POST", "/stage-instances", {"channel_id": str(stage), "topic": "Tea"}) == (400, 150006)


async def test_a_hand_is_raised_with_request_to_speak(server: Server) -> None:
    """`resources/voice.mdx`: you must have REQUEST_TO_SPEAK."""
    stage, amina = server.channel("stage", STAGE), server.discord.add_person("amina")
    server.overwrite(stage, server.id, deny=("request_to_speak",))
    await amina.join_voice(stage)
    with pytest.raises(CannotDo, match="request_to_speak"):
        await amina.raise_hand()


async def test_a_bot_invites_with_mute_members_and_only_on_a_stage(server: Server) -> None:
    """`resources/voice.mdx`: MUTE_MEMBERS; `channel_id` must point to a stage channel, which the user has joined."""
    stage, amina = server.channel("stage", STAGE), server.discord.add_person("amina")
    path = f"/guilds/{server.id}/voice-states/{amina.id}"
    await amina.join_voice(stage)
    assert server.refused("PATCH", path, {"suppress": False}) == (403, 50013)
    server.bot_has("mute_members")
    server.send("PATCH", path, {"suppress": False})
    await amina.accept_invitation()
    assert amina.is_speaker
    await amina.join_voice(server.channel("hall", VOICE))
    assert server.refused("PATCH", path, {"suppress": True}) == (400, 50024)


def test_a_stage_channel_takes_a_community_server(server: Server) -> None:
    """`resources/guild.mdx`, "Guild Features": COMMUNITY enables stage channels."""
    body = {"name": "stage", "type": STAGE}
    assert server.refused("POST", "/guilds/{guild}/channels", body) == (400, 50035)
    server.world.settings_of(server.id).features = ("COMMUNITY",)
    server.send("POST", "/guilds/{guild}/channels", body)
