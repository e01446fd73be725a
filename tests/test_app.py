"""What the whole bot does of itself, before anybody presses anything; it has not connected to Discord."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.hosting.client import WorkshopClient

HOME, ELSEWHERE = 1, 2


async def test_a_server_that_comes_is_seen_to_if_it_is_the_workshops(
    unconnected: WorkshopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each server comes at each start; with a thousand others, to see to each took twelve seconds."""
    seen: list[str] = []

    async def on_ready() -> None:
        seen.append("seen to")

    monkeypatch.setattr(unconnected, "on_ready", on_ready)
    await unconnected.workshop.venue.adopt(HOME)
    for number in (ELSEWHERE, HOME, ELSEWHERE):
        await unconnected.on_guild_available(cast("discord.Guild", discord.Object(number)))
    assert seen == ["seen to"]


async def test_commands_that_could_not_be_told_are_told_at_the_next_ready(
    unconnected: WorkshopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after that no more."""
    asked: list[str] = []

    async def sync() -> list[SimpleNamespace]:
        asked.append("asked")
        if len(asked) == 1:
            raise ConnectionResetError
        return [SimpleNamespace(name="now", id=7)]

    monkeypatch.setattr(unconnected.tree, "sync", sync)
    for _ in range(3):
        await unconnected.on_ready()
    assert len(asked) == 2
