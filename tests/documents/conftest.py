"""The database that tests of reports and packs read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import store as stores
from bot.domain.plan import Plan
from bot.settings import Settings
from bot.store.plan_in_force import PlanInForce
from tests.documents.workshop import EXAMPLE, NOW, Kept, fill


@pytest.fixture
async def kept(tmp_path: Path, example: Plan) -> AsyncIterator[Kept]:
    path = tmp_path / "plenary.db"
    async with stores.opened(path) as store:
        programme = PlanInForce(example, store)
        await programme.follow(NOW)
        await fill(store, example)
        yield Kept(programme, store, Settings(database=path, plan=EXAMPLE))
