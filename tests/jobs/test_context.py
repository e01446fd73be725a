"""What jobs share."""

from __future__ import annotations

from typing import Any, cast
from unittest.mock import create_autospec

import discord
import pytest

from bot.jobs.context import JobContext
from bot.platform.venue import Venue


@pytest.mark.parametrize("unavailable", [False, True])
def test_a_server_that_discord_does_not_reach_is_none(unavailable: bool) -> None:  # noqa: FBT001 - a test's parameter
    """During an outage of Discord's, jobs do as if there were no server."""
    nothing = cast("Any", None)
    client, venue = create_autospec(discord.Client, instance=True), create_autospec(Venue, instance=True)
    venue.guild_id = 7
    guild = client.get_guild.return_value = create_autospec(discord.Guild, instance=True)
    guild.unavailable = unavailable
    context = JobContext(nothing, nothing, venue, nothing, client, nothing, nothing, nothing)
    assert context.guild is (None if unavailable else guild)
    client.get_guild.assert_called_with(7)
