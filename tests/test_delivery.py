"""When the courier looks again at what is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from bot import store
from bot.clock import Clock
from bot.delivery import Courier, _Pause  # pyright: ignore[reportPrivateUsage]

if TYPE_CHECKING:
    from pathlib import Path

SECOND = timedelta(seconds=1)


async def test_the_end_of_a_pause_rings_once_and_not_for_ever(tmp_path: Path) -> None:
    """A room's pause stays where what could not be sent there need not be sent any more."""
    now, nothing = datetime.now(UTC), cast("Any", None)
    async with store.opened(tmp_path / "plenary.db") as opened:
        courier = Courier(nothing, opened, nothing, Clock(), nothing, nothing)
        scheduler = courier._scheduler  # noqa: SLF001 - nothing else shows when it rings
        scheduler.start(paused=True)
        courier._pauses["agenda"] = _Pause(now - SECOND, 1)  # noqa: SLF001 - as a failure leaves it
        await courier._arm(now, [])  # noqa: SLF001 - as at the end of a round
        assert scheduler.get_job("alarm") is None
        courier._pauses["agenda"] = _Pause(now + SECOND, 1)  # noqa: SLF001 - the same
        await courier._arm(now, [])  # noqa: SLF001 - the same
        alarm = scheduler.get_job("alarm")
        assert alarm is not None
        assert alarm.next_run_time == now + SECOND
        scheduler.shutdown(wait=False)
