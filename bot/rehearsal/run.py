"""A rehearsal from beginning to end: the simulated Discord, its cast, and the real bot in another process."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.live import Live
from rich.table import Table

from bot.domain import announcements
from bot.domain.plan import Plan
from bot.domain.venue import permission_bits
from bot.importing import planfile
from bot.rehearsal import findings
from bot.rehearsal.actors import Actors
from bot.rehearsal.botprocess import PLENARY_RUN, BotEndedError, BotProcess
from bot.rehearsal.cast import Cast, wall
from bot.rehearsal.faults import RandomFaults, nothing_goes_wrong
from bot.rehearsal.findings import Messages, Spread, Summary
from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.openapi import OpenApiChecker
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import SettingsError

_TOKEN = "rehearsal-token"  # noqa: S105 - of the simulated Discord, which knows no other
#: Discord bans an address for 10,000 within ten minutes; far fewer are a sign that something is wrong.
_INVALID_ALLOWED = 10
_OUR_FILES = (
    "notes.csv", "notes.json", "attendance.csv", "attendance.json", "transcript.md", "plenary.db", "plenary.db-wal",
    "plenary.db-shm", "plenary.db.lock", "plenary.health", "bot.log", "summary.json",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What to rehearse and how."""

    plan: Path
    cast: Path
    out: Path
    speed: float
    seed: int
    kills: int
    faults: int | None
    """Seed of what goes wrong with requests and gateway; None: nothing does."""
    openapi: Path | None
    bot: Sequence[str] = PLENARY_RUN
    """The command that runs the bot."""


async def run(request: Request) -> int:
    """Rehearse; 0 if all was sound, 1 if not. Raises SettingsError for what a person must mend first."""
    began = time.monotonic()
    plan = planfile.load(request.plan).plan
    rehearsal = Rehearsal(request, plan, read_cast(request.cast), Console())
    try:
        await rehearsal.play()
    except BotEndedError as ended:
        raise SettingsError(f"The rehearsal was broken off. {ended}") from None
    return await rehearsal.report(began)


def read_cast(path: Path) -> Cast:
    """The cast in a file. Raises SettingsError with every fault."""
    try:
        return Cast.model_validate(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader))  # noqa: S506 - text only
    except OSError as failure:
        raise SettingsError(f"{path}: can't be read ({failure.strerror}). Check the path of the cast.") from None
    except yaml.YAMLError as failure:
        raise SettingsError(f"{path}: this is not YAML: {failure}") from None
    except ValidationError as failure:
        faults = [f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in failure.errors()]
        raise SettingsError("\n".join(faults)) from None


class Rehearsal:
    """One run."""

    def __init__(self, request: Request, plan: Plan, cast: Cast, console: Console) -> None:
        self._request = request
        self._plan = plan
        self._cast = cast
        self._console = console
        self._out = request.out.resolve()
        self._prepare_folder()
        self._checker = OpenApiChecker(request.openapi) if request.openapi else None
        self._begins, self._ends = wall(cast.begins, self._plan.tz), wall(cast.ends, self._plan.tz)
        self._keeper = Timekeeper(self._begins, speed=request.speed, active=lambda: self._discord.activity)
        self._faults = RandomFaults(request.faults) if request.faults is not None else None
        self._discord = LoopbackDiscord(
            self._keeper.now, token=_TOKEN, checker=self._checker, draw=self._faults or nothing_goes_wrong
        )
        self._actors = Actors(plan, cast, self._discord, self._keeper, request.seed, patient=self._faults is not None)
        self._played = 0.0

    def _prepare_folder(self) -> None:
        """Make the folder; of what is in it, only what a rehearsal writes is replaced."""
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            for name in _OUR_FILES:
                (self._out / name).unlink(missing_ok=True)
        except OSError as failure:
            raise SettingsError(
                f"{self._out} can't be written to ({failure.strerror}). Choose another --out."
            ) from None

    # --- the play ----------------------------------------------------------------------------------------------

    async def play(self) -> None:
        """All three days. Raises BotEndedError if the bot ends by itself."""
        await self._discord.start()
        await self._keeper.start()
        self._bot = BotProcess(self._environment(), self._out / "bot.log", self._request.bot)
        self._actors.arrive(permission_bits())
        began = time.monotonic()
        try:
            await self._bot.start()
            await self._until_the_end()
            await self._bot.stop()
        finally:
            await self._bot.abandon()
            await self._keeper.close()
            await self._discord.close()
        self._played = time.monotonic() - began

    def _environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": _TOKEN,
            "PLENARY_PLAN": str(self._request.plan.resolve()),
            "PLENARY_DATABASE": str(self._out / "plenary.db"),
            "PLENARY_HEALTH": str(self._out / "plenary.health"),
            "PLENARY_API_BASE": self._discord.api_base,
            "PLENARY_CLOCK": self._keeper.address,
        }

    async def _until_the_end(self) -> None:
        watching = asyncio.create_task(self._bot.watch(patient=self._faults is not None), name="watch the bot")
        showing = asyncio.create_task(self._show_progress(), name="progress")
        acting = asyncio.create_task(self._act(), name="act")
        try:
            done, _ = await asyncio.wait({watching, acting}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (watching, showing, acting):
                task.cancel()
            await asyncio.gather(watching, showing, acting, return_exceptions=True)

    async def _act(self) -> None:
        async with asyncio.TaskGroup() as everybody:
            for part in self._actors.parts():
                everybody.create_task(self._on_stage(part))
            everybody.create_task(self._on_stage(self._kill_now_and_then))
            everybody.create_task(self._conduct())

    async def _conduct(self) -> None:
        await self._discord.wait_online()
        await self._keeper.conduct(self._ends)

    async def _on_stage(self, part: Callable[[], Awaitable[None]]) -> None:
        async with self._keeper.on_stage():
            await part()

    async def _kill_now_and_then(self) -> None:
        """Kill the bot at instants when something is due, some real milliseconds into it."""
        chance = random.Random(f"{self._request.seed}/kills")  # noqa: S311 - seeded on purpose
        due = [announcement.due for announcement in announcements.planned(self._plan)] + self._actors.moments()
        for moment in sorted(chance.choices(due, k=self._request.kills)):
            await self._keeper.sleep_until(moment)
            async with self._keeper.stepping_out():
                # One in ten comes while the bot is still starting from the one before.
                if chance.random() < 0.9:  # noqa: PLR2004
                    await self._discord.wait_online()
                await asyncio.sleep(chance.uniform(0, 0.06))
                await self._bot.kill()
        async with self._keeper.stepping_out():
            await self._discord.wait_online()

    async def _show_progress(self) -> None:
        """What is going on: live on a terminal, else a line a day."""
        if self._console.is_terminal:
            with Live(console=self._console, transient=True, refresh_per_second=8) as live:
                while True:
                    live.update(self._progress())
                    await asyncio.sleep(0.1)
        shown = ""
        while True:
            day = f"{self._keeper.now().astimezone(self._plan.tz):%A %d %B %Y}"
            if day != shown:
                shown = day
                self._console.print(f"{day}: {self._counts()}")
            await asyncio.sleep(0.1)

    def _progress(self) -> str:
        now = self._keeper.now()
        live = ", ".join(session.title[self._plan.languages[0]] for session in self._plan.agenda.live(now)) or "-"
        return f"[bold]{now.astimezone(self._plan.tz):%a %d %b %H:%M}[/bold]  {live}\n{self._counts()}"

    def _counts(self) -> str:
        told = self._actors.told
        posted = sum(message.is_bot for message in self._discord.all_messages())
        return f"{posted} messages, {len(told.check_ins)} check-ins, {len(told.notes)} notes, {self._bot.kills} kills"

    # --- the findings ------------------------------------------------------------------------------------------

    async def report(self, began: float) -> int:
        """Export as organisers would, hold everything against everything, and tell."""
        for subject in ("notes", "attendance"):
            for form in ("csv", "json"):
                await self._export(subject, form)
        kept = {name: json.loads((self._out / f"{name}.json").read_bytes()) for name in ("notes", "attendance")}
        told = self._actors.told
        posts = findings.messages(self._plan, told, self._discord, self._keeper)
        unexpected = [*told.unexpected, *self._discord.faults_of_ours]
        if told.unanswered and not self._bot.kills and not self._faults:
            unexpected.append(f"{told.unanswered} times somebody had to try again")
        checker = self._checker
        summary = Summary(
            workshop=self._plan.id,
            wall_seconds=round(time.monotonic() - began, 1),
            virtual_seconds=(self._ends - self._begins).total_seconds(),
            kills=self._bot.kills,
            cast={"people": len(self._cast.people), "actions": told.actions, "unexpected": len(unexpected)},
            sessions={
                "planned": len(self._plan.agenda.sessions),
                "announced": len(posts.announced),
            },
            messages={
                "expected": posts.expected,
                "seen": posts.seen,
                "duplicate": len(posts.duplicate),
                "missing": len(posts.missing),
            },
            check_ins={
                "acknowledged": len(told.check_ins),
                "stored": findings.stored_check_ins(told, kept["attendance"]),
            },
            notes={"acknowledged": len(told.notes), "stored": findings.stored_notes(told, kept["notes"])},
            requests={
                "total": self._discord.requests_total,
                "invalid": self._discord.requests_invalid,
                "openapi_checked": checker.checked if checker else 0,
                "openapi_violations": len(checker.violations) if checker else 0,
            },
            lateness_ms=Spread.of(posts.lateness_ms),
            ack_ms=Spread.of(told.ack_ms),
            errors_logged=self._bot.errors_logged(),
        )
        (self._out / "summary.json").write_text(summary.to_json(), "utf-8")
        text = findings.transcript(self._plan, self._cast.server, self._discord)
        (self._out / "transcript.md").write_text(text, "utf-8")
        damage = self._damage()
        self._print(summary, posts, [*unexpected, *(checker.violations if checker else ()), *damage])
        return 0 if summary.sound and not damage else 1

    def _damage(self) -> list[str]:
        """What must never be, beside what summary.json counts: broken files, orphans, too many refused requests."""
        database = self._out / "plenary.db"
        orphans = findings.orphans(self._discord, self._actors.guild_id, findings.venue_ids(database))
        worst = findings.worst_ten_minutes(self._discord.invalid_at)
        found = [f"#{name} is nobody's channel" for name in orphans]
        found += [line for line in findings.integrity(database) if line != "ok"]
        return found + ([f"{worst} invalid requests within ten minutes"] if worst >= _INVALID_ALLOWED else [])

    async def _export(self, subject: str, form: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "export", subject, "--format", form,
            "--out", str(self._out / f"{subject}.{form}"),
            env=os.environ | self._environment(),
        )  # fmt: skip
        if await process.wait():
            raise SettingsError(f"plenary export {subject} failed; see above.")

    def _print(self, summary: Summary, posts: Messages, remarks: list[str]) -> None:
        table = Table(title=f"{self._cast.server}: {'sound' if summary.sound else 'NOT SOUND'}", show_header=False)
        for name, value in cast("dict[str, object]", asdict(summary)).items():
            cells = cast("dict[str, float]", value if isinstance(value, dict) else {})
            shown = ", ".join(f"{key.replace('_', ' ')} {figure:g}" for key, figure in cells.items())
            table.add_row(name.replace("_", " "), shown or f"{value}")
        if not self._checker:
            table.add_row("", "Requests were not checked against Discord's OpenAPI file: give --openapi to have them.")
        self._console.print(table)
        for remark in [
            *(f"duplicate {each}" for each in posts.duplicate),
            *(f"missing {each}" for each in posts.missing),
        ]:
            self._console.print(f"- {remark}", markup=False)
        for remark in remarks:
            self._console.print(f"- {remark}", markup=False)
        self._console.print(f"Everything it left behind is in {self._request.out}/", markup=False)
