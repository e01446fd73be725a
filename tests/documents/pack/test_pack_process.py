"""The process that makes the pack for the bot: what it says reaches a person, and what it crashes with the log."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.documents.pack import pack_process
from bot.documents.pack.pack_process import ClosingError
from bot.settings import Settings

NOW = datetime(2023, 3, 27, 12, tzinfo=UTC)


async def ended(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    """Have a process make the pack that says so and ends so."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' x >&2\necho '{said}' >&2\nexit {code}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))

    async def told(done: int, of: int) -> None:
        pass

    await pack_process.make(
        Settings(database=folder / "w.db", plan=folder / "plan.yaml"), folder / "p.zip", NOW, 1, told
    )


async def test_what_a_person_must_fix_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes with the exit code for that."""
    with pytest.raises(ClosingError, match="Make room"):
        await ended(tmp_path, monkeypatch, 2, "The disk is full. Make room.")


async def test_a_crash_is_no_sentence_for_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that it left is in the failure, which goes to the log with a reference."""
    with pytest.raises(RuntimeError, match="Traceback") as failure:
        await ended(tmp_path, monkeypatch, 1, "Traceback")
    assert len(str(failure.value)) > 200_000


async def test_a_pack_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the interaction can't be answered any more; the process ends too."""
    monkeypatch.setattr(pack_process, "_SECONDS", 0.2)
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))

    async def told(done: int, of: int) -> None:
        pass

    settings = Settings(database=tmp_path / "w.db", plan=tmp_path / "plan.yaml")
    with pytest.raises(TimeoutError):
        await pack_process.make(settings, tmp_path / "p.zip", NOW, 1, told)
