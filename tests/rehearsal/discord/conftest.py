"""The fixtures of tests that ask the simulated Discord over plain HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rehearsal.discord.wire import Wire, open_wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A server with one channel, and no bot."""
    async with open_wire() as opened:
        yield opened
