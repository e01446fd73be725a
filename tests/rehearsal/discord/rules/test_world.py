"""What permissions imply, and the defaults of a server."""

from __future__ import annotations

import pytest
from simcord.backend.permissions import flag

from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.rules.world import guild_payload
from tests.rehearsal.discord.rules.server import Server

VOICE = 2


def test_everyone_has_the_defaults_of_a_new_server(server: Server) -> None:
    """Threads, events, polls and mentions of everyone are among them (`topics/permissions.mdx`)."""
    held = server.world.compute_permissions(server.id, server.discord.add_person("amina").id)
    names = ("create_public_threads", "create_private_threads", "send_messages_in_threads", "create_events")
    assert all(held & flag(name) for name in (*names, "mention_everyone", "connect", "request_to_speak", "send_polls"))
    assert not any(held & flag(name) for name in ("manage_threads", "manage_events", "manage_messages", "move_members"))


def test_the_messages_of_a_voice_room_require_connect(server: Server) -> None:
    """`resources/message.mdx`, "Get Channel Messages": VIEW_CHANNEL, and in a voice channel also CONNECT."""
    hall, amina = server.channel("hall", VOICE), server.discord.add_person("amina")
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Here", "custom_id": "here", "id": 2}], "id": 1}
    message = server.world.create_message(hall, server.bot, "Hello", components=[row]).id
    server.send("GET", f"/channels/{hall}/messages")
    amina.write(hall, "Good morning")
    server.overwrite(hall, server.id, deny=("connect",))
    assert server.refused("GET", f"/channels/{hall}/messages") == (403, 50001)
    with pytest.raises(CannotDo, match="sees no"):
        amina._message(message, hall)  # noqa: SLF001 - the check of every press
    with pytest.raises(CannotDo, match="sees no channel"):
        amina.write(hall, "Good morning")


def test_without_connect_a_voice_room_cannot_be_managed(server: Server) -> None:
    """`topics/permissions.mdx`, "Implicit Permissions": denying CONNECT also denies MANAGE_CHANNELS."""
    hall = server.channel("hall", VOICE)
    server.send("PATCH", f"/channels/{hall}", {"name": "Great hall"})
    server.overwrite(hall, server.id, deny=("connect",))
    assert server.refused("PATCH", f"/channels/{hall}", {"name": "Hall"}) == (403, 50001)


@pytest.mark.parametrize(
    ("private", "permission"), [(False, "create_public_threads"), (True, "create_private_threads")]
)
def test_a_thread_takes_its_own_permission(server: Server, private: bool, permission: str) -> None:  # noqa: FBT001
    """`topics/threads.mdx`, "Permissions"."""
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    amina.open_thread(channel, "Ours", private=private)
    server.overwrite(channel, server.id, deny=(permission,))
    with pytest.raises(CannotDo, match=permission):
        amina.open_thread(channel, "Ours", private=private)


def test_in_a_thread_send_messages_has_no_effect(server: Server) -> None:
    """`topics/threads.mdx`: users must have SEND_MESSAGES_IN_THREADS to talk in a thread."""
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    thread = amina.open_thread(channel, "Ours")
    server.overwrite(channel, server.id, deny=("send_messages",))
    amina.write(thread, "Read-only, but for this")
    server.send("POST", f"/channels/{thread}/messages", {"content": "And for bots"})
    server.overwrite(channel, server.id, deny=("send_messages_in_threads",))
    amina.write(channel, "The other way round")
    with pytest.raises(CannotDo, match="may not send"):
        amina.write(thread, "Nothing")
    assert server.refused("POST", f"/channels/{thread}/messages", {"content": "Nothing"}) == (403, 50013)


def test_a_private_thread_is_for_its_members_and_for_moderators(server: Server) -> None:
    """`topics/threads.mdx`: to view one, you must be invited, or have MANAGE_THREADS."""
    channel = server.channel("general")
    amina, karim = (server.discord.add_person(name) for name in ("amina", "karim"))
    thread = amina.open_thread(channel, "Ours", private=True)
    with pytest.raises(CannotDo, match="sees no channel"):
        karim.write(thread, "May I?")
    assert server.refused("GET", f"/channels/{thread}/messages") == (403, 50001)
    server.bot_has("manage_threads")
    server.send("GET", f"/channels/{thread}/messages")


def test_a_thread_is_managed_with_manage_threads(server: Server) -> None:
    """`resources/channel.mdx`, "Modify Channel" and "Delete Channel": MANAGE_THREADS if the channel is a thread."""
    thread = server.discord.add_person("amina").open_thread(server.channel("general"), "Ours")
    assert server.refused("PATCH", f"/channels/{thread}", {"locked": True}) == (403, 50013)
    server.bot_has("manage_threads")
    server.send("PATCH", f"/channels/{thread}", {"locked": True})
    server.send("DELETE", f"/channels/{thread}")


def test_only_moderators_write_in_a_locked_thread(server: Server) -> None:
    """`topics/threads.mdx`: without MANAGE_THREADS nobody creates messages in a locked thread."""
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    thread = amina.open_thread(channel, "Ours")
    server.world.edit_channel(thread, {}, thread_metadata={"locked": True})
    with pytest.raises(CannotDo, match="locked"):
        amina.write(thread, "One more thing")


def test_moderation_takes_two_factor_authentication_where_a_server_requires_it(server: Server) -> None:
    """`topics/permissions.mdx`: of the owner account, for permissions with an asterisk; code 60003."""
    channel = server.channel("general")
    server.world.settings_of(server.id).mfa_level = 1
    assert guild_payload(server.world, server.world.guilds[server.id])["mfa_level"] == 1
    assert server.send("GET", "/guilds/{guild}")["mfa_level"] == 1
    server.send("POST", "/guilds/{guild}/roles", {"name": "Speakers"})
    server.world.owner_has_two_factor = False
    assert server.refused("POST", "/guilds/{guild}/roles", {"name": "Others"}) == (403, 60003)
    assert server.refused("PATCH", f"/channels/{channel}", {"topic": "Tea"}) == (403, 60003)
    server.send("POST", f"/channels/{channel}/messages", {"content": "Anybody may write"})
