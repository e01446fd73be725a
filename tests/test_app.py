"""What the whole bot does of itself, before anybody presses anything; it has not connected to Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot import app, store
from bot.app import Workshop
from bot.clock import Clock
from bot.importing import planfile
from bot.settings import ROOT, Settings

HOME, ELSEWHERE = 1, 2


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Workshop]:
    """The bot, as `run` has it."""
    plan = planfile.load(ROOT / "config/workshops/wco-mena-2023.yaml").plan
    async with (
        store.opened(tmp_path / "plenary.db") as opened,
        app._assembled(plan, opened, Clock(), Settings()) as client,  # noqa: SLF001 - as `run` does, less the connection
    ):
        yield client


async def test_a_server_that_comes_is_seen_to_if_it_is_the_workshops(
    client: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each server comes at each start; with a thousand others, to see to each took twelve seconds."""
    seen: list[str] = []

    async def on_ready() -> None:
        seen.append("seen to")

    monkeypatch.setattr(client, "on_ready", on_ready)
    await client.parts.venue.adopt(HOME)
    for number in (ELSEWHERE, HOME, ELSEWHERE):
        await client.on_guild_available(cast("discord.Guild", discord.Object(number)))
    assert seen == ["seen to"]


async def test_commands_that_could_not_be_told_are_told_at_the_next_ready(
    client: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after that no more."""
    asked: list[str] = []

    async def sync() -> list[SimpleNamespace]:
        asked.append("asked")
        if len(asked) == 1:
            raise ConnectionResetError
        return [SimpleNamespace(name="now", id=7)]

    monkeypatch.setattr(client.tree, "sync", sync)
    for _ in range(3):
        await client.on_ready()
    assert len(asked) == 2
