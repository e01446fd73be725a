"""The real bot with every cog loaded, which has not connected to Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import app, store
from bot.app import Workshop
from bot.clock import Clock
from bot.importing import planfile
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Workshop]:
    plan = planfile.load(ROOT / "config/workshops/wco-mena-2023.yaml").plan
    async with (
        store.opened(tmp_path / "plenary.db") as opened,
        app._assembled(plan, opened, Clock(), Settings()) as client,  # noqa: SLF001 - as `run` does, less the connection
    ):
        for module in app.COGS:
            await client.load_extension(module)
        yield client
