"""When the dispatcher looks again at what is due."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import create_autospec

from bot import store
from bot.clock import Clock
from bot.jobs.context import JobContext
from bot.jobs.dispatcher import Dispatcher
from bot.platform.client import Plenary
from bot.platform.rate_limit import INVALID_LIMIT, InvalidAnswers
from bot.platform.venue import Venue

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

SECOND = timedelta(seconds=1)


@asynccontextmanager
async def idle_dispatcher(folder: Path, clock: Clock, invalid: InvalidAnswers) -> AsyncGenerator[Dispatcher, None]:
    """One that does nothing by itself."""
    nothing = cast("Any", None)
    client, venue = create_autospec(Plenary, instance=True), create_autospec(Venue, instance=True)
    client.get_guild.return_value, client.invalid = None, invalid
    async with store.opened(folder / "plenary.db") as opened:
        yield Dispatcher(JobContext(nothing, opened, venue, clock, client, nothing))


async def test_the_end_of_a_pause_rings_once_and_not_for_ever(tmp_path: Path) -> None:
    """A room's pause stays where what could not be sent there need not be sent any more."""
    now, clock = datetime.now(UTC), Clock()
    async with idle_dispatcher(tmp_path, clock, InvalidAnswers(clock)) as dispatcher:
        scheduler = dispatcher._scheduler  # noqa: SLF001 - nothing else shows when it rings
        scheduler.start(paused=True)
        dispatcher._round_at = now  # noqa: SLF001 - as at the end of a round, here and below
        dispatcher._pauses.failed("agenda", now - 3 * SECOND)  # noqa: SLF001
        await dispatcher._arm()  # noqa: SLF001
        assert scheduler.get_job("alarm") is None
        dispatcher._pauses.clear("agenda")  # noqa: SLF001
        dispatcher._pauses.failed("agenda", now - SECOND)  # noqa: SLF001
        await dispatcher._arm()  # noqa: SLF001
        alarm = scheduler.get_job("alarm")
        assert alarm is not None
        assert alarm.next_run_time == now + SECOND
        scheduler.shutdown(wait=False)


async def test_after_too_many_refusals_only_what_was_never_refused_is_tried(tmp_path: Path) -> None:
    """Discord bans an address for an hour after 10,000 in ten minutes."""
    clock = Clock()
    invalid = InvalidAnswers(clock)
    async with idle_dispatcher(tmp_path, clock, invalid) as dispatcher:
        # Its pause has ended, and its last attempt failed.
        dispatcher._pauses.failed("send:agenda", clock.now() - timedelta(minutes=1))  # noqa: SLF001
        assert not dispatcher._left_alone("send:agenda")  # noqa: SLF001
        for _ in range(INVALID_LIMIT):
            invalid.add()
        assert dispatcher._left_alone("send:agenda")  # noqa: SLF001
        assert not dispatcher._left_alone("send:team")  # noqa: SLF001
