"""The day of the crash points is sound, and the bot is killed where it is to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.__main__ import CrashDay, Point


@pytest.mark.parametrize(
    "point",
    [None, Point("commit", 40, "before"), Point("commit", 90, "after"), Point("request", 70, "before")],
    ids=str,
)
async def test_the_day_is_sound_whether_or_not_the_bot_is_killed(point: Point | None, tmp_path: Path) -> None:
    verdict = await CrashDay(point, tmp_path).verdict()
    assert verdict.sound, [*verdict.figures(), *verdict.remarks]
    assert verdict.summary.kills == (point is not None)
