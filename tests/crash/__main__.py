"""Kills the real bot before and after every commit and every request of one day, and looks at what is left each time.

python -m tests.crash        all points (`make crash` runs it)
python -m tests.crash 20     every twentieth
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import store
from bot.documents.export import files
from bot.documents.export.subject import ExportSubject, Format
from bot.documents.export.subjects import AGENDA, SUBJECTS
from bot.documents.export.table import Source
from bot.importing import plan_file
from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.cast.script import read_cast
from bot.rehearsal.discord.faults import Fault
from bot.rehearsal.discord.requests import DiscordRequest as HttpRequest
from bot.rehearsal.judge.verdict import Verdict
from bot.rehearsal.run import Rehearsal, RehearsalRequest
from bot.store.plan_in_force import PlanInForce
from tests.crash.hooked_bot import hooked_run
from tests.warm import WarmBot

_HERE = Path(__file__).resolve().parent
_AT_ONCE = 8


@dataclass(frozen=True)
class Point:
    """A place at which the bot is killed; `number` counts from 1."""

    kind: str
    number: int
    side: str

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.number}"


class Killer:
    """Kills the bot at one request: before Discord hears it, or when Discord has heard it and before its answer."""

    def __init__(self, point: Point | None) -> None:
        self._point = point
        self.requests = 0
        self.bot: BotProcess | None = None

    def __call__(self, request: HttpRequest) -> Fault | None:
        """What goes wrong with this request."""
        del request
        self.requests += 1
        if self._point is None or self._point.kind != "request" or self.requests != self._point.number:
            return None
        if self.bot is not None:
            os.kill(self.bot.pid, signal.SIGKILL)
        return Fault.CUT_BEFORE if self._point.side == "before" else Fault.CUT_AFTER


class CrashDay(Rehearsal):
    """One day, in a folder of its own, with at most one crash."""

    def __init__(self, point: Point | None, folder: Path) -> None:
        self.killer = Killer(point)
        self._folder = folder
        self._commit = f"{point.number} {point.side}" if point and point.kind == "commit" else "0 "
        plan, cast = _HERE / "plan.yaml", _HERE / "cast.yaml"
        asked = RehearsalRequest(plan, cast, folder, 0, 1, 0, None, draw=self.killer)
        super().__init__(asked, plan_file.load_plan(plan).plan, read_cast(cast), Console(file=StringIO()))
        self.bot = WarmBot({}, folder.resolve() / "bot.log", hooked_run)

    def environment(self) -> dict[str, str]:
        """The bot's settings, and the hook's."""
        return {**super().environment(), "CRASH_FOLDER": str(self._folder), "CRASH_COMMIT": self._commit}

    async def verdict(self) -> Verdict:
        """Play the day, and examine what is left."""
        began = time.monotonic()
        self.killer.bot = self.bot
        await self.play()
        async with store.opened(self._folder / "plenary.db", to_read=True) as opened:
            programme = PlanInForce(self.plan, opened)
            await programme.load()
            source = Source(programme, opened, self.plan.agenda.ends_at)
            kept = {name: await _rows(subject, source) for name, subject in SUBJECTS.items()}
            with (self._folder / "agenda.ics").open("wb") as calendar:
                await files.write(AGENDA, Format.ICS, source, calendar)
        return await self.examine(kept, began, packed=False)

    def commits(self) -> int:
        """How many commits the day had."""
        return (self._folder / "commits").stat().st_size


async def _rows(subject: ExportSubject, source: Source) -> list[dict[str, Any]]:
    made = BytesIO()
    await files.write(subject, Format.JSON, source, made)
    return json.loads(made.getvalue())["rows"]


async def count() -> tuple[int, int]:
    """Commits and requests of a day on which nothing goes wrong. Raises RuntimeError if something does."""
    with tempfile.TemporaryDirectory() as folder:
        day = CrashDay(None, Path(folder))
        verdict = await day.verdict()
        if not verdict.sound:
            raise RuntimeError(f"The day isn't sound even without a crash: {verdict.remarks}")
        return day.commits(), day.killer.requests


def all_points(commits: int, requests: int) -> list[Point]:
    """Before and after each."""
    numbered = [("commit", n) for n in range(1, commits + 1)] + [("request", n) for n in range(1, requests + 1)]
    return [Point(kind, n, side) for kind, n in numbered for side in ("before", "after")]


async def survive(point: Point) -> list[str]:
    """What is wrong after a crash at a point; nothing, if all is well."""
    folder = Path(tempfile.mkdtemp())
    try:
        day = CrashDay(point, folder)
        verdict = await day.verdict()
        if verdict.sound:
            return []  # also where the day was over before the point was reached: their number varies a little
        log = (folder / "bot.log").read_text("utf-8").splitlines()[-5:]
        return [f"{point}: {verdict.summary.kills} kills", *verdict.figures(), *verdict.remarks, *log]
    finally:
        shutil.rmtree(folder)


async def survive_all(points: list[Point]) -> list[str]:
    """What is wrong after a crash at each of some points."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(point: Point) -> list[str]:
        async with gate:
            return await survive(point)

    return [line for lines in await asyncio.gather(*(one(point) for point in points)) for line in lines]


async def main(step: int) -> int:
    """Every `step`-th point."""
    commits, requests = await count()
    points = all_points(commits, requests)[::step]
    wrong = await survive_all(points)
    print(f"crash points: {len(points)} (before and after {commits} commits and {requests} requests)")  # noqa: T201
    print(f"crash points that did damage: {len(wrong)}", *wrong, sep="\n")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
