"""The plan of one day, which README and operators are told to copy: it runs as it is, with nothing else copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import ROOT

if TYPE_CHECKING:
    from tests.e2e.shell import Ran

    Plenary = Callable[..., Awaitable[Ran]]


async def test_a_copy_in_an_empty_folder_is_a_good_plan_and_rehearses_soundly(tmp_path: Path, plenary: Plenary) -> None:
    copied = Path(shutil.copy(ROOT / "config/workshops/one-day.yaml", tmp_path / "plan.yaml"))

    checked = await plenary("check", str(copied), environment={})
    assert (checked.code, checked.err) == (0, "")
    assert b"0 warnings" in checked.out

    cast, out = ROOT / "config/rehearsal/one-day.yaml", tmp_path / "rehearsal"
    rehearsed = await plenary("rehearse", str(copied), "--cast", str(cast), "--out", str(out), environment={})
    assert rehearsed.code == 0, rehearsed.out.decode()
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["notes"] == {"acknowledged": 1, "stored": 1}
    assert summary["check_ins"]["stored"] > 0
