"""Health: the file in which the bot regularly reports its state, and the check that reads the file."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from bot.domain.announcements import Overdue  # a health check must start fast

log = logging.getLogger(__name__)

#: Real seconds, also in a rehearsal: they are about the process on this machine.
_RENEWED_SECONDS, _RENEWED_WHILE_ILL_SECONDS = 15, 1
_STALE_SECONDS = 60
#: Discord wants an answer within 3 s; an event loop this late may miss that.
_LOOP_LATE_SECONDS = 2
_HEARTBEAT_LATE_SECONDS = 10
_ROUND_LATE_SECONDS = 90
#: How long due deliveries may wait, and a job may fail.
_DELIVERY_LATE, _JOB_FAILS = timedelta(minutes=2), timedelta(hours=1)


class HealthFinding(BaseModel):
    """The result of one check."""

    model_config = ConfigDict(frozen=True)

    name: str
    ok: bool
    sentence: str


class Report(BaseModel):
    """The report in the file."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    findings: tuple[HealthFinding, ...]

    @classmethod
    def of(cls, findings: Iterable[HealthFinding]) -> Report:
        """Make a report that is ok if every finding is."""
        checked = tuple(findings)
        return cls(ok=all(finding.ok for finding in checked), findings=checked)


# --- checks --------------------------------------------------------------------------------------------------------


def heartbeat(latency: float, *, connected: bool) -> HealthFinding:
    """Check the heartbeat. `latency`: the seconds until Discord acknowledged the last; not finite before the first."""
    if not connected:
        return HealthFinding(name="heartbeat", ok=False, sentence="the bot is not connected to Discord")
    if not math.isfinite(latency):
        return HealthFinding(name="heartbeat", ok=False, sentence="Discord has not acknowledged a heartbeat yet")
    took = f"Discord acknowledged the last heartbeat after {latency * 1000:.0f} ms"
    return HealthFinding(name="heartbeat", ok=latency <= _HEARTBEAT_LATE_SECONDS, sentence=took)


def loop(late: float) -> HealthFinding:
    """Check the event loop. `late`: the seconds by which it woke up late at worst."""
    return HealthFinding(name="loop", ok=late <= _LOOP_LATE_SECONDS, sentence=f"at most {late * 1000:.0f} ms late")


def rounds(idle: float | None) -> HealthFinding:
    """Check the dispatcher. `idle`: the seconds since a round last finished; None if none has begun."""
    if idle is None:
        return HealthFinding(name="rounds", ok=True, sentence="they begin once the bot is connected")
    sentence = f"the due announcements were last looked through {idle:.0f} s ago"
    return HealthFinding(name="rounds", ok=idle <= _ROUND_LATE_SECONDS, sentence=sentence)


def deliveries(overdue: Overdue | None, now: datetime) -> HealthFinding:
    """Check the due deliveries. `overdue`: those not sent; `now`: by the same clock (UTC)."""
    if overdue is None:
        return HealthFinding(name="deliveries", ok=True, sentence="nothing that is due waits")
    sentence = f"messages for {', '.join(overdue.rooms)} have been due since {overdue.since:%Y-%m-%d %H:%M:%S} UTC"
    return HealthFinding(name="deliveries", ok=now - overdue.since <= _DELIVERY_LATE, sentence=sentence)


def jobs(failing: Mapping[str, datetime], now: datetime) -> HealthFinding:
    """Check the jobs. `failing`: those whose last run failed, and since when; `now`: by the same clock (UTC)."""
    if not failing:
        return HealthFinding(name="jobs", ok=True, sentence="none is failing")
    named = ", ".join(f"{name} since {since:%Y-%m-%d %H:%M:%S} UTC" for name, since in failing.items())
    ok = all(now - since < _JOB_FAILS for since in failing.values())
    return HealthFinding(name="jobs", ok=ok, sentence=f"failing: {named}")


def refusals(count: int, limit: int) -> HealthFinding:
    """Check the refusals. `count`: Discord's invalid answers of ten minutes; at `limit` the bot stops sending."""
    sentence = f"Discord refused {count} requests in the last ten minutes, and bans the bot's address at 10,000"
    return HealthFinding(name="refusals", ok=count < limit, sentence=sentence)


def database(fault: str) -> HealthFinding:
    """Check the database. `fault`: why it can't be written to; empty if it can."""
    sentence = f"it can't be written to: {fault}" if fault else "it can be written to"
    return HealthFinding(name="database", ok=not fault, sentence=sentence)


# --- the file ------------------------------------------------------------------------------------------------------


async def keep_fresh(path: Path, look: Callable[[], Awaitable[Iterable[HealthFinding]]]) -> None:
    """Write the report to the file, for ever. If the file can't be written, its age shows it."""
    late, logged = 0.0, False
    while True:
        report = Report.of([loop(late), *await look()])
        try:
            await asyncio.to_thread(_write, path, report)
            logged = False
        except OSError as failure:
            if not logged:
                log.error("%s can't be written to (%s), so nobody hears that the bot is well", path, failure.strerror)  # noqa: TRY400 - a traceback adds nothing
            logged = True
        late = await _doze(_RENEWED_SECONDS if report.ok else _RENEWED_WHILE_ILL_SECONDS)


def _write(path: Path, report: Report) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    fresh.replace(path)  # atomic: a reader sees a whole report


async def _doze(seconds: int) -> float:
    """Sleep for some seconds; return by how many seconds the loop woke up late at worst."""
    clock, late = asyncio.get_running_loop().time, 0.0
    for _ in range(seconds):
        begun = clock()
        await asyncio.sleep(1)
        late = max(late, clock() - begun - 1)
    return late


def read(path: Path) -> Report:
    """Return the report from the file; a failed one if the file is missing or too old."""
    try:
        age = time.time() - path.stat().st_mtime
        report = Report.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _silent(f"{path} can't be read: the bot has not been started, or it can't write there.")
    if age > _STALE_SECONDS:
        return _silent(f"The bot has not said for {age:.0f} s how it is (see {path}): it has stopped, or hangs.")
    return report


def _silent(sentence: str) -> Report:
    return Report.of([HealthFinding(name="file", ok=False, sentence=sentence)])
