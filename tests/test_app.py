"""What the whole bot does of itself, before anybody presses anything; it has not connected to Discord."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import discord
import pytest

from bot import app, store
from bot.clock import Clock
from bot.importing import planfile
from bot.settings import ROOT, Settings

HOME, ELSEWHERE = 1, 2


async def test_a_server_that_comes_is_seen_to_if_it_is_the_workshops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each server comes at each start; with a thousand others, to see to each took twelve seconds."""
    plan = planfile.load(ROOT / "config/workshops/wco-mena-2023.yaml").plan
    seen: list[str] = []
    async with (
        store.opened(tmp_path / "plenary.db") as opened,
        app._assembled(plan, opened, Clock(), Settings()) as client,  # noqa: SLF001 - as `run` does, less the connection
    ):

        async def on_ready() -> None:
            seen.append("seen to")

        monkeypatch.setattr(client, "on_ready", on_ready)
        await client.parts.venue.adopt(HOME)
        for number in (ELSEWHERE, HOME, ELSEWHERE):
            await client.on_guild_available(cast("discord.Guild", discord.Object(number)))
    assert seen == ["seen to"]
