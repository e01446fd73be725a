"""Fixtures: the world of a test, a workshop in it, the shell, and rehearsals."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.venue_permissions import permission_bits
from bot.importing import plan_file
from bot.rehearsal.cast.script import wall
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import ROOT
from tests.e2e.shell import Ran, Rehearsed, bare_environment, run_plenary
from tests.e2e.witness import OPENAPI, Witness
from tests.e2e.world import BEGINS, PLAN, TOKEN, World
from tests.warm import WarmBot


@asynccontextmanager
async def _conducted(keeper: Timekeeper) -> AsyncGenerator[None, None]:
    """Conduct the time while the block runs: it moves as the test says."""
    conducting = asyncio.create_task(keeper.conduct(datetime.max.replace(tzinfo=UTC)), name="conduct")
    try:
        async with keeper.on_stage():
            yield
    finally:
        conducting.cancel()
        await asyncio.gather(conducting, return_exceptions=True)


@pytest.fixture
def written_plan() -> str:
    """The text of the plan; a test module may have another."""
    return PLAN


@pytest.fixture
async def world(tmp_path: Path, written_plan: str) -> AsyncIterator[World]:
    """The afternoon before the workshop: people are in the server, and the bot is invited but does not run."""
    (tmp_path / "plan.yaml").write_text(written_plan, "utf-8")
    plan = plan_file.load_plan(tmp_path / "plan.yaml").plan
    witness = Witness()
    keeper = Timekeeper(
        wall(BEGINS, plan.tz),
        speed=0,
        active=lambda: simulated.activity,
        busy=lambda: simulated.in_flight > 0,
        online=lambda: simulated.online,
    )
    simulated = LoopbackDiscord(keeper.now, token=TOKEN, checker=witness)
    simulated.gateway.privileged = 0
    simulated.gateway.starts.spacing = 0  # tests restart the bot, and discord.py waits 5 s after a refusal
    await simulated.start()
    await keeper.start()
    guild_id = simulated.add_guild("Customs", bot_permissions=permission_bits())
    general = simulated.backend.create_channel(guild_id, "general").id
    people = {
        "organiser": simulated.add_person("organiser", manage_guild=True, guild_id=guild_id),
        "moderator": simulated.add_person("moderator", guild_id=guild_id),
        "amina": simulated.add_person("amina", nick="Amina · BH", guild_id=guild_id),
        "karim": simulated.add_person("karim", nick="Karim · DZ", locale="fr", guild_id=guild_id),
        "visitor": simulated.add_person("visitor", guild_id=guild_id),
    }
    bot = WarmBot({}, tmp_path / "bot.log")
    made = World(tmp_path, plan, simulated, keeper, witness, guild_id, general, people, bot)
    try:
        async with _conducted(keeper):
            yield made
        if made.running:
            assert await made.stop_bot() == 0
    finally:
        await made.bot.abandon()
        await keeper.close()
        await simulated.close()
    assert made.faults() == []


@pytest.fixture
async def workshop(world: World) -> World:
    """The world with the bot online, the rooms open, and the roles given."""
    await world.start_bot()
    await world.setup()
    return world


@pytest.fixture
def plenary() -> Callable[..., Awaitable[Ran]]:
    """Runs a shell command with the settings given as `environment` only."""
    return run_plenary


@pytest.fixture(scope="session")
def openapi() -> str | None:
    """The path of Discord's OpenAPI file, if it is at hand."""
    return OPENAPI


@pytest.fixture
def small_plan(tmp_path: Path) -> Path:
    """The plan of the small workshop as a file."""
    path = tmp_path / "small.yaml"
    path.write_text(PLAN, "utf-8")
    return path


@pytest.fixture
def rehearsal_of_the_example(tmp_path: Path) -> Iterator[Rehearsed]:
    """A running rehearsal of the example; each request is checked if Discord's OpenAPI file is at hand."""
    with _rehearsing(tmp_path, *(["--openapi", OPENAPI] if OPENAPI else [])) as under_way:
        yield under_way


@pytest.fixture
def rehearsal_with_kills(tmp_path: Path) -> Iterator[Rehearsed]:
    """A running rehearsal of one day with all kinds of action, in which the bot is killed."""
    day = ROOT / "tests" / "crash"
    options = (str(day / "plan.yaml"), "--cast", str(day / "cast.yaml"), "--kill", "5", "--seed", "3")
    with _rehearsing(tmp_path, *options) as under_way:
        yield under_way


@contextmanager
def _rehearsing(folder: Path, *options: str) -> Generator[Rehearsed]:
    """`plenary rehearse` in its own process, which is killed at the end."""
    with (folder / "told").open("wb") as told:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "bot", "rehearse", "--out", str(folder / "out"), *options],
            cwd=ROOT, env=bare_environment({}), stdin=subprocess.DEVNULL, stdout=told, stderr=told,
        )  # fmt: skip
    yield Rehearsed(folder / "out", folder / "told", process)
    process.kill()
    process.wait()
