"""What the client makes of failures that discord.py tells no hook of."""

from __future__ import annotations

import logging

import aiohttp
import pytest

from bot.platform import client

assert client  # its import puts the filter in place


@pytest.mark.parametrize("name", ["discord.app_commands.tree", "discord.client"])
@pytest.mark.parametrize(
    ("failure", "level"),
    [(aiohttp.ServerDisconnectedError(), logging.WARNING), (ZeroDivisionError("ours"), logging.ERROR)],
)
def test_only_what_is_ours_to_mend_is_logged_as_an_error(
    caplog: pytest.LogCaptureFixture, failure: Exception, level: int, name: str
) -> None:
    logging.getLogger(name).error("It went wrong", exc_info=failure)
    assert [record.levelno for record in caplog.records] == [level]
