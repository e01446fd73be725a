"""Names as Discord stores them."""

from __future__ import annotations

import pytest

from tests.rehearsal.discord.rules.server import Server


@pytest.mark.parametrize(
    ("kind", "stored"), [(0, "great-hall"), (2, "Great Hall"), (4, "Great Hall")], ids=["text", "voice", "category"]
)
def test_a_channels_name_is_trimmed_and_that_of_a_text_channel_hyphenated(
    server: Server, kind: int, stored: str
) -> None:
    """`resources/user.mdx` for the trimming; all text channels of the documentation have small letters and hyphens."""
    made = server.send("POST", "/guilds/{guild}/channels", {"name": "  Great   Hall ", "type": kind})
    assert made["name"] == stored
    assert server.send("PATCH", f"/channels/{made['id']}", {"name": " Great Hall"})["name"] == stored
    assert server.refused("PATCH", f"/channels/{made['id']}", {"name": "   "}) == (400, 50035)


def test_names_of_roles_and_nicknames_are_trimmed(server: Server) -> None:
    """`resources/user.mdx`, "Usernames and Nicknames"."""
    amina = server.discord.add_person("amina")
    assert server.send("POST", "/guilds/{guild}/roles", {"name": "  Stage   hands "})["name"] == "Stage hands"
    server.bot_has("manage_nicknames")
    changed = server.send("PATCH", f"/guilds/{server.id}/members/{amina.id}", {"nick": "  Amina   B. "})
    assert changed["nick"] == "Amina B."
