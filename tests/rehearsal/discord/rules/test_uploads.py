"""The number and the size of uploads (`reference.mdx`, "Uploading Files")."""

from __future__ import annotations

import pytest

from bot.rehearsal.discord.calls import Attachment, CannotDo
from bot.rehearsal.discord.requests import Upload
from tests.rehearsal.discord.rules.server import Server

MIB = 1024 * 1024


@pytest.mark.parametrize(("level", "limit"), [(0, 10), (1, 10), (2, 50)])
def test_a_file_is_as_large_as_the_boost_level_allows(server: Server, level: int, limit: int) -> None:
    """10 MiB by default; larger is status 413 with code 40005 (`topics/opcodes-and-status-codes.mdx`)."""
    server.world.settings_of(server.id).premium_tier = level
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    path = f"/channels/{channel}/messages"
    fits, larger = bytes(limit * MIB), bytes(limit * MIB + 1)
    server.send("POST", path, {"content": "Here"}, (Upload("a.pdf", fits),))
    assert server.refused("POST", path, {"content": "Here"}, (Upload("a.pdf", larger),)) == (413, 40005)
    with pytest.raises(CannotDo, match="Discord takes"):
        amina.write(channel, "Here", Attachment("a.pdf", larger))


def test_a_message_has_ten_files(server: Server) -> None:
    path = f"/channels/{server.channel('general')}/messages"
    files = tuple(Upload(f"{number}.txt", b"x") for number in range(11))
    server.send("POST", path, {"content": "Here"}, files[:10])
    assert server.refused("POST", path, {"content": "Here"}, files) == (400, 50035)


def test_files_take_attach_files(server: Server) -> None:
    """`topics/permissions.mdx`: ATTACH_FILES."""
    channel, amina = server.channel("general"), server.discord.add_person("amina")
    server.overwrite(channel, server.id, deny=("attach_files",))
    amina.write(channel, "Here")
    with pytest.raises(CannotDo, match="attach_files"):
        amina.write(channel, "Here", Attachment("a.txt", b"x"))
