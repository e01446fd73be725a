"""What tests share: the example plan, and a plan small enough to read in a test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot import app, store
from bot.clock import Clock
from bot.domain.plan import Plan
from bot.hosting.client import WorkshopClient
from bot.importing import plan_file
from bot.settings import ROOT, Settings

# No deadline: on a busy machine a single example may take long, and nothing is wrong.
settings.register_profile("plenary", max_examples=60, deadline=None)
settings.load_profile("plenary")

_TINY: Mapping[str, Any] = {
    "id": "tiny",
    "title": "Tiny workshop",
    "description": "As small as a workshop can be",
    "organiser": "Nobody",
    "zone": "Europe/Brussels",
    "languages": ["en"],
    "topics": [{"id": "ledgers", "title": "Ledgers", "description": "Who may write, and who may read"}],
    "days": [
        {
            "date": "2023-02-20",
            "sessions": [
                {"id": "welcome", "kind": "opening", "start": "10:00", "end": "10:30", "title": "Welcome"},
                {"id": "coffee", "kind": "break", "start": "10:30", "end": "10:45", "title": "Coffee"},
                {
                    "id": "talk",
                    "kind": "presentation",
                    "start": "10:45",
                    "end": "12:00",
                    "topic": "ledgers",
                    "title": "Ledgers in ports",
                },
            ],
        }
    ],
}


@pytest.fixture(scope="session")
def example() -> Plan:
    """The plan that comes with the program, as its organisers would load it."""
    return plan_file.load_plan(ROOT / "config" / "workshops" / "wco-mena-2023.yaml").plan


@pytest.fixture
async def unconnected(example: Plan, tmp_path: Path) -> AsyncIterator[WorkshopClient]:
    """The real bot, as `run` has it, which has not connected to Discord."""
    async with (
        store.opened(tmp_path / "plenary.db") as opened,
        app.installed(example, opened, Clock(), Settings()) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Plan]:
    """Makes a plan of one day, one topic and three sessions; each key given replaces that of the file."""

    def make(**keys: Any) -> Plan:  # noqa: ANN401 - whatever YAML holds
        return Plan.parse({**_TINY, **keys})

    return make


@pytest.fixture(scope="session")
def schedules() -> Path:
    """The folder of real schedules, beside Discord's OpenAPI file or beside the checkout.

    They are others' work and no part of this repository, so what needs them is skipped where they are missing.
    """
    beside = os.environ.get("DISCORD_OPENAPI")
    places = [Path(beside).parent] if beside else []
    for data in (*places, ROOT.parent / "shared" / "data"):
        if (data / "schedules").is_dir():
            return data / "schedules"
    pytest.skip("no folder of real schedules beside DISCORD_OPENAPI's file or in ../shared/data")
