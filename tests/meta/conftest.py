"""The real bot with every cog loaded, which has not connected to Discord."""

from __future__ import annotations

import pytest

from bot import app
from bot.hosting.client import WorkshopClient


@pytest.fixture
async def client(unconnected: WorkshopClient) -> WorkshopClient:
    for module in app.COGS:
        await unconnected.load_extension(module)
    return unconnected
