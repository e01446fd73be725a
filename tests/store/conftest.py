"""A real database file for each test."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store
from bot.store.engine.database import Database


@pytest.fixture(autouse=True)
async def threads_end() -> AsyncIterator[None]:
    """The thread of a connection that could not be opened may outlive its loop, and would fail the next test."""
    yield
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join(5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plenary.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(path)
    try:
        yield opened
        await opened.close()
    finally:
        # If that failed, its threads would keep the tests running for ever.
        assert opened._writer  # noqa: SLF001 - see above
        await opened._writer._connection.close()  # noqa: SLF001 - see above
        await opened._reader.close()  # noqa: SLF001 - see above


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
