"""The bots that are compared, each in a process of its own, and what each costs it. Linux only: it reads /proc."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import ROOT

PLENARY, BARE, FLOOR = "plenary", "bare", "floor"
_COMMANDS = {
    PLENARY: ("-m", "bot", "run"),
    BARE: ("-m", "tests.bench.bare"),
    FLOOR: ("-m", "tests.bench.bare", "--floor"),
}


class BotProcess:
    """A bot that runs."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log
        self.started = time.perf_counter()

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self._process.pid}")

    def cpu(self) -> float:
        """Seconds of CPU that it has used, all threads together."""
        # NOTE: Linux makes the id of a process's CPU clock out of its pid; see clock_getcpuclockid(3).
        return time.clock_gettime((~self._process.pid << 3) | 2)

    async def rest(self) -> None:
        """Wait until it has nothing to do."""
        used = -1.0
        while self.cpu() - used > 0.01:
            used = self.cpu()
            await asyncio.sleep(0.2)

    def memory(self) -> float:
        """Megabytes in memory."""
        return self._status("VmRSS")

    def peak(self) -> float:
        """Megabytes in memory at most since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Let the peak be what is in memory."""
        (self._proc / "clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        found = re.search(rf"^{name}:\s+(\d+) kB", (self._proc / "status").read_text(), re.MULTILINE)
        assert found, f"no {name}"
        return int(found[1]) / 1024

    def log(self) -> str:
        """What it has written to its log."""
        return self._log.read_text("utf-8", errors="replace")

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL if that doesn't help."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


def environment(name: str, api: str, folder: Path, certificate: Path | None) -> dict[str, str]:
    """What a bot is told; its files are in `folder`."""
    settings = ("PLENARY_", "DISCORD_", "BARE_", "PYTHON")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(settings)}
    if certificate:
        kept["SSL_CERT_FILE"] = str(certificate)
    if name != PLENARY:
        return {**kept, "BARE_API": api, "BARE_TOKEN": name}
    return {
        **kept,
        "DISCORD_TOKEN": name,
        "PLENARY_API_BASE": api,
        "PLENARY_PLAN": str(folder / "plan.yaml"),
        "PLENARY_DATABASE": str(folder / "plenary.db"),
        "PLENARY_BACKUPS_KEPT": "0",
        "PLENARY_HEALTH": str(folder / "health"),
    }


@asynccontextmanager
async def running(
    name: str, told: Mapping[str, str], folder: Path, command: tuple[str, ...] | None = None
) -> AsyncGenerator[BotProcess, None]:
    """A bot with that environment, from here on to the end."""
    log = folder / f"{name}.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *(command or _COMMANDS[name]), env=told, cwd=ROOT, stdout=file, stderr=file
        )
    bot = BotProcess(name, process, log)
    try:
        yield bot
    finally:
        await bot.stop()
