"""Shell commands of the real program, each in its own process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT


def bare_environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of the tests without Plenary's settings, and with the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLENARY_", "DISCORD_"))}
    return {**kept, **given}


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a command."""

    code: int
    out: bytes
    err: str


async def run_plenary(*arguments: str, environment: Mapping[str, str], under: Sequence[str] = ()) -> Ran:
    """Run `plenary …` with the given settings only, through the command `under` if there is one."""
    process = await asyncio.create_subprocess_exec(
        *under, sys.executable, "-m", "bot", *arguments,
        cwd=ROOT, env=bare_environment(environment), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ran(process.returncode, out, err.decode())


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A running rehearsal: its output folder, its terminal output, and its process."""

    folder: Path
    told: Path
    process: subprocess.Popen[bytes]

    async def code(self) -> int:
        """Wait for its end, and return the exit code."""
        return await asyncio.to_thread(self.process.wait, 400)
