"""A simulated Discord without a bot."""

from __future__ import annotations

import pytest

from tests.rehearsal.discord.rules.server import Server


@pytest.fixture
def server() -> Server:
    return Server()
