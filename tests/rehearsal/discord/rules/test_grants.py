"""The bot grants only what it holds."""

from __future__ import annotations

import pytest

from tests.rehearsal.discord.rules.server import Server, bits

ROLE, MEMBER = 0, 1


def overwrite(target: int, *allow: str, kind: int = ROLE, deny: tuple[str, ...] = ()) -> dict[str, object]:
    return {"id": str(target), "type": kind, "allow": str(bits(*allow)), "deny": str(bits(*deny))}


@pytest.mark.parametrize("permission", ["manage_messages", "manage_roles"])
def test_a_new_channel_grants_what_the_bot_has(server: Server, permission: str) -> None:
    """`resources/guild.mdx`, "Create Guild Channel"; MANAGE_ROLES can be set by administrators only."""
    body = {"name": "agenda", "permission_overwrites": [overwrite(server.id, "send_messages")]}
    server.send("POST", "/guilds/{guild}/channels", body)
    for wrong in (overwrite(server.id, permission), overwrite(server.id, deny=(permission,))):
        refused = server.refused("POST", "/guilds/{guild}/channels", {**body, "permission_overwrites": [wrong]})
        assert refused == (403, 50013)


def test_an_overwrite_grants_what_the_bot_has_in_the_server_or_the_category(server: Server) -> None:
    """`resources/channel.mdx`, "Edit Channel Permissions": in the guild or parent channel (if applicable)."""
    category, channel = server.channel("Workshop", 4), server.channel("general")
    path = f"/channels/{channel}/permissions/{server.id}"
    server.send("PUT", path, overwrite(server.id, "send_messages"))
    assert server.refused("PUT", path, overwrite(server.id, "manage_messages")) == (403, 50013)
    server.world.edit_channel(channel, {"parent_id": category})
    server.overwrite(category, server.bot_role, allow=("manage_messages",))
    server.send("PUT", path, overwrite(server.id, "manage_messages"))


def test_who_manages_permissions_by_an_overwrite_grants_everything_there(server: Server) -> None:
    """`resources/channel.mdx`: unless your bot has a MANAGE_ROLES overwrite in the channel."""
    channel = server.channel("general")
    server.overwrite(channel, server.bot_role, allow=("manage_roles",))
    body = overwrite(server.id, "manage_messages", "manage_roles")
    server.send("PUT", f"/channels/{channel}/permissions/{server.id}", body)


def test_an_edit_of_overwrites_requires_manage_roles(server: Server) -> None:
    """`resources/channel.mdx`, "Modify Channel"."""
    channel = server.channel("general")
    body = {"permission_overwrites": [overwrite(server.id, "send_messages")]}
    server.send("PATCH", f"/channels/{channel}", body)
    server.bot_has("manage_channels")
    server.send("PATCH", f"/channels/{channel}", {"topic": "Tea"})
    assert server.refused("PATCH", f"/channels/{channel}", body) == (403, 50013)


def test_an_edit_may_keep_what_an_administrator_granted(server: Server) -> None:
    """Nothing is allowed or denied by an overwrite that stays as it is."""
    channel = server.channel("general")
    role = server.world.create_role(server.id, "Moderators").id
    server.overwrite(channel, role, allow=("manage_messages",))
    kept, added = overwrite(role, "manage_messages"), overwrite(server.id, "send_messages")
    server.send("PATCH", f"/channels/{channel}", {"permission_overwrites": [kept, added]})
    changed = overwrite(role, "manage_messages", "send_messages")
    refused = server.refused("PATCH", f"/channels/{channel}", {"permission_overwrites": [changed, added]})
    assert refused == (403, 50013)


def test_an_overwrite_is_of_a_role_of_the_server_or_a_member(server: Server) -> None:
    """Code 10009 of `topics/opcodes-and-status-codes.mdx`, "Unknown permission overwrite"."""
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    path = f"/channels/{channel}/permissions"
    server.send("PUT", f"{path}/{amina.id}", overwrite(amina.id, "send_messages", kind=MEMBER))
    assert server.refused("PUT", f"{path}/{amina.id}", overwrite(amina.id, kind=ROLE)) == (404, 10009)
    assert server.refused("PUT", f"{path}/1", overwrite(1)) == (404, 10009)
    body = {"name": "agenda", "permission_overwrites": [overwrite(1)]}
    assert server.refused("POST", "/guilds/{guild}/channels", body) == (404, 10009)
    server.send("DELETE", f"{path}/{amina.id}")
    assert server.refused("DELETE", f"{path}/{amina.id}") == (404, 10009)


def test_a_role_grants_what_the_bot_has(server: Server) -> None:
    """`topics/permissions.mdx`, "Permission Hierarchy"."""
    role = server.send("POST", "/guilds/{guild}/roles", {"name": "A", "permissions": str(bits("send_messages"))})["id"]
    path = f"/guilds/{server.id}/roles/{role}"
    assert server.refused("PATCH", path, {"permissions": str(bits("manage_messages"))}) == (403, 50013)


def test_a_role_above_the_bots_own_is_out_of_reach(server: Server) -> None:
    """`topics/permissions.mdx`: roles of a lower position than its own highest role."""
    amina = server.discord.add_person("amina")
    high = server.world.create_role(server.id, "High", position=50).id
    assert server.refused("PUT", f"/guilds/{server.id}/members/{amina.id}/roles/{high}") == (403, 50013)
    assert server.refused("PATCH", f"/guilds/{server.id}/roles/{high}", {"name": "Low"}) == (403, 50013)
    amina_is_high = {"nick": "Amina B."}
    server.discord.give_role(amina, high)
    assert server.refused("PATCH", f"/guilds/{server.id}/members/{amina.id}", amina_is_high) == (403, 50013)


def test_nobody_is_given_everyone_or_a_bots_role(server: Server) -> None:
    """Code 50028 of `topics/opcodes-and-status-codes.mdx`, "Invalid role"."""
    amina = server.discord.add_person("amina")
    for role in (server.id, server.bot_role):
        assert server.refused("PUT", f"/guilds/{server.id}/members/{amina.id}/roles/{role}") == (400, 50028)
        assert server.refused("PATCH", f"/guilds/{server.id}/members/{amina.id}", {"roles": [str(role)]}) == (
            400,
            50028,
        )
    assert server.refused("PATCH", f"/guilds/{server.id}/members/{amina.id}", {"roles": ["1"]}) == (404, 10011)
