"""The server, as Discord reaches it."""

from __future__ import annotations

from unittest.mock import create_autospec

import discord
import pytest

from bot.platform.guild import reachable_guild


@pytest.mark.parametrize("unavailable", [False, True])
def test_a_server_that_discord_does_not_reach_is_none(unavailable: bool) -> None:  # noqa: FBT001 - a test's parameter
    """During an outage of Discord's, the bot does as if there were no server."""
    client = create_autospec(discord.Client, instance=True)
    guild = client.get_guild.return_value = create_autospec(discord.Guild, instance=True)
    guild.unavailable = unavailable
    assert reachable_guild(client, 7) is (None if unavailable else guild)
    client.get_guild.assert_called_with(7)
