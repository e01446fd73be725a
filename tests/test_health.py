"""The bot says in a file how it is, again and again; what stands there and the file's age tell."""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import health
from bot.domain.announcements import Overdue
from bot.health import (
    HealthFinding,
    Report,
    database,
    deliveries,
    heartbeat,
    jobs,
    keep_fresh,
    loop,
    read,
    refusals,
    rounds,
)
from bot.platform.rate_limit import INVALID_LIMIT

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
GOOD = HealthFinding(name="database", ok=True, sentence="it can be written to")
BAD = HealthFinding(name="heartbeat", ok=False, sentence="the bot is not connected to Discord")

FINDINGS = st.lists(st.builds(HealthFinding, name=st.text(), ok=st.booleans(), sentence=st.text()), max_size=4)


@given(FINDINGS)
def test_the_bot_is_well_if_everything_is(findings: list[HealthFinding]) -> None:
    """And each finding is there to be read."""
    report = Report.of(findings)
    assert report.ok == all(finding.ok for finding in findings)
    assert list(report.findings) == findings


# --- what is looked at ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latency", "connected", "well"),
    [
        (0.05, True, True),
        (9.9, True, True),
        (10.1, True, False),
        (math.inf, True, False),
        (math.nan, True, False),
        (0.05, False, False),
    ],
)
def test_a_heartbeat_is_acknowledged_in_time(latency: float, connected: bool, well: bool) -> None:  # noqa: FBT001
    """By a Discord to which the bot is connected."""
    assert heartbeat(latency, connected=connected).ok is well


@pytest.mark.parametrize(("late", "well"), [(0, True), (1.9, True), (2.1, False)])
def test_the_program_keeps_up(late: float, well: bool) -> None:  # noqa: FBT001
    """Discord gives an answer three seconds."""
    assert loop(late).ok is well


@pytest.mark.parametrize(("idle", "well"), [(None, True), (30, True), (91, False)])
def test_what_is_due_is_looked_at(idle: float | None, well: bool) -> None:  # noqa: FBT001
    """Every half minute; before it has begun, nothing is wrong with it."""
    assert rounds(idle).ok is well


@pytest.mark.parametrize(("waited", "well"), [(None, True), (119, True), (121, False)])
def test_due_messages_are_sent_within_two_minutes(waited: int | None, well: bool) -> None:  # noqa: FBT001
    """Or the finding names their rooms."""
    overdue = None if waited is None else Overdue(NOON - timedelta(seconds=waited), ("agenda", "team"))
    finding = deliveries(overdue, NOON)
    assert finding.ok is well
    assert overdue is None or "agenda, team" in finding.sentence


@pytest.mark.parametrize(("minutes", "well"), [([], True), ([59], True), ([5, 60], False)])
def test_a_job_may_fail_for_an_hour(minutes: list[int], well: bool) -> None:  # noqa: FBT001
    """Discord has bad hours; a job that fails longer needs somebody."""
    failing = {f"job{number}": NOON - timedelta(minutes=ago) for number, ago in enumerate(minutes)}
    finding = jobs(failing, NOON)
    assert finding.ok is well
    assert all(name in finding.sentence for name in failing)


@pytest.mark.parametrize(("count", "well"), [(0, True), (999, True), (1_000, False)])
def test_a_bot_that_discord_refuses_without_end_is_not_well(count: int, well: bool) -> None:  # noqa: FBT001
    """Discord would ban its address."""
    assert refusals(count, INVALID_LIMIT).ok is well


def test_a_database_that_refuses_is_not_well_and_says_why() -> None:
    """Organisers hear `disk full`, not a traceback."""
    assert database("").ok
    finding = database("database or disk is full")
    assert (finding.ok, finding.sentence) == (False, "it can't be written to: database or disk is full")


# --- the file -------------------------------------------------------------------------------------------------------


def said(path: Path, report: Report, ago: float = 0) -> Path:
    """The file, with what the bot said so many seconds ago."""
    path.write_text(report.model_dump_json(), "utf-8")
    when = path.stat().st_mtime - ago
    os.utime(path, (when, when))
    return path


@pytest.mark.parametrize("report", [Report.of([GOOD]), Report.of([GOOD, BAD])])
@pytest.mark.parametrize("ago", [0, 15, 45])
def test_what_the_bot_said_lately_is_how_it_is(tmp_path: Path, report: Report, ago: float) -> None:
    """It may miss a turn or two."""
    assert read(said(tmp_path / "health", report, ago)) == report


@pytest.mark.parametrize("ago", [61, 3600])
def test_a_bot_that_has_said_nothing_for_a_while_is_not_well(tmp_path: Path, ago: float) -> None:
    """However well it said it was."""
    report = read(said(tmp_path / "health", Report.of([GOOD]), ago))
    assert not report.ok
    assert "it has stopped, or hangs" in report.findings[0].sentence


@pytest.mark.parametrize("content", [None, b"", b"well", b'{"ok": true}', b"\xff\x00"])
def test_a_file_that_says_nothing_is_not_well(tmp_path: Path, content: bytes | None) -> None:
    """Not there, cut short, or something else: a sentence with its path."""
    path = tmp_path / "health"
    if content is not None:
        path.write_bytes(content)
    report = read(path)
    assert not report.ok
    assert report.findings[0].sentence.startswith(f"{path} can't be read: ")


class TurnsAreOverError(Exception):
    """Ends a loop that has no end of its own."""


async def after(path: Path, monkeypatch: pytest.MonkeyPatch, *turns: HealthFinding) -> Report:
    """What the file says after the bot has found so at one turn after the other."""
    monkeypatch.setattr(health, "_RENEWED_SECONDS", 0)
    monkeypatch.setattr(health, "_RENEWED_WHILE_ILL_SECONDS", 0)
    left = list(turns)

    async def look() -> list[HealthFinding]:
        if not left:
            raise TurnsAreOverError
        return [left.pop(0)]

    with pytest.raises(TurnsAreOverError):
        await keep_fresh(path, look)
    return read(path)


@pytest.mark.parametrize(("turns", "well"), [((GOOD,), True), ((BAD, GOOD), True), ((GOOD, BAD), False)])
async def test_the_file_says_what_was_found_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: tuple[HealthFinding, ...], *, well: bool
) -> None:
    """In place of what stood there before, and with nothing left lying about."""
    report = await after(tmp_path / "health", monkeypatch, *turns)
    assert report.ok is well
    assert turns[-1] in report.findings
    assert os.listdir(tmp_path) == ["health"]  # noqa: PTH208 - nothing else is under way in this loop


async def test_a_file_that_cannot_be_written_does_not_end_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, and the file's absence tells whoever asks."""
    report = await after(tmp_path / "no such folder" / "health", monkeypatch, GOOD, GOOD, GOOD)
    assert not report.ok
    assert len([record for record in caplog.records if "can't be written to" in record.message]) == 1
