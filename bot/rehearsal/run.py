"""A rehearsal from beginning to end: the simulated Discord, its cast, and the real bot in another process."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from bot import store
from bot.clock import MOVES_THE_LOOP
from bot.documents.export.subject import Format
from bot.documents.export.subjects import AGENDA, SUBJECTS
from bot.domain import planned_announcements
from bot.domain.plan import Plan
from bot.domain.venue_permissions import permission_bits
from bot.importing import plan_file
from bot.rehearsal import progress
from bot.rehearsal.bot_process import BotEndedError, BotProcess
from bot.rehearsal.cast.actors import Actors
from bot.rehearsal.cast.script import Cast, read_cast, wall
from bot.rehearsal.cast.stage import Stage
from bot.rehearsal.discord.faults import Draw, Fault, RandomFaults, nothing_goes_wrong
from bot.rehearsal.discord.lasting_faults import LastingFault, LastingTrouble
from bot.rehearsal.discord.latency import Latency
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.openapi import OpenApiChecker
from bot.rehearsal.discord.requests import DiscordRequest as HttpRequest
from bot.rehearsal.judge.examination import Evidence, judge
from bot.rehearsal.judge.records import Exported
from bot.rehearsal.judge.transcript import transcript
from bot.rehearsal.judge.verdict import Verdict
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import SettingsError
from bot.store.engine import content_folder
from bot.store.engine.backup import delete_backup
from bot.store.plan_in_force import PlanInForce

_TOKEN = "rehearsal-token"  # noqa: S105 - of the simulated Discord, which knows no other
_SUBJECTS = ("notes", "attendance")
_CALENDAR = "agenda.ics"
_PACK = "closing-pack.zip"
_TABLES, _SCHEDULES = (Format.CSV, Format.XLSX, Format.JSON), tuple(AGENDA.schedules)
_OUR_FILES = (
    *(f"{subject}.{form}" for subject in SUBJECTS for form in _TABLES), *(f"{AGENDA}.{form}" for form in _SCHEDULES),
    "transcript.md", "plenary.db", "plenary.db-wal", "plenary.db-shm", "plenary.db.lock", "plenary.db.erased",
    "plenary.db.exports", "plenary.health", "bot.log", "summary.json", _PACK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RehearsalRequest:
    """The options of a rehearsal."""

    plan: Path
    cast: Path
    out: Path
    speed: float
    seed: int
    kills: int
    openapi: Path | None
    draw: Draw = nothing_goes_wrong
    """The faults to inject into requests and gateway."""
    latency: float = 80.0
    """The mean delay of each request, and of each answer, in milliseconds; it varies by half of it. 0: none."""
    lasting: int | None = None
    """The seed of a fault that lasts for hours, if there is one."""

    @property
    def patient(self) -> bool:
        """Whether people retry after refusals, and the bot is restarted when it ends: with injected faults."""
        return self.draw is not nothing_goes_wrong

    @property
    def moves_the_loop(self) -> bool:
        """Whether the bot's own waits, and delays on the way, take the rehearsal's time: not with kills and faults."""
        return not (self.kills or self.patient or self.lasting is not None)


async def run(request: RehearsalRequest) -> int:
    """Rehearse; 0 if all was sound, 1 if not. Raises SettingsError for a fault that a person must fix first."""
    began = time.monotonic()
    plan = plan_file.load_plan(request.plan).plan
    rehearsal = Rehearsal(request, plan, read_cast(request.cast), Console())
    try:
        await rehearsal.play()
    except BotEndedError as ended:
        raise SettingsError(f"The rehearsal was broken off. {ended}") from None
    await rehearsal.export()
    verdict = await rehearsal.examine(rehearsal.exported(), began, packed=True)
    rehearsal.tell(verdict)
    return 0 if verdict.sound else 1


class Rehearsal:
    """One run of the real bot against the simulated Discord."""

    def __init__(self, request: RehearsalRequest, plan: Plan, cast: Cast, console: Console) -> None:
        self._request = request
        self.plan = plan
        self.bot = BotProcess({}, request.out.resolve() / "bot.log")
        self._cast = cast
        self._console = console
        self._out = request.out.resolve()
        self._prepare_folder()
        self._checker = OpenApiChecker(request.openapi) if request.openapi else None
        self._begins, self._ends = wall(cast.begins, self.plan.tz), wall(cast.ends, self.plan.tz)
        self._keeper = Timekeeper(
            self._begins,
            speed=request.speed,
            active=lambda: self._discord.activity,
            busy=lambda: self._discord.in_flight > 0,
            online=lambda: self._discord.online,
        )
        self._trouble: LastingTrouble | None = None
        if request.lasting is not None:
            fault = LastingFault.drawn(request.lasting, plan, self._begins, self._ends)
            self._trouble = LastingTrouble(fault, self._keeper, request.draw)
        self._discord = LoopbackDiscord(
            self._keeper.now, token=_TOKEN, checker=self._checker, draw=self._draw,
            passing=self._keeper if request.moves_the_loop else None,
            latency=Latency.of(request.latency, request.seed) if request.latency and request.moves_the_loop else None,
        )  # fmt: skip
        self._discord.gateway.privileged = 0
        if request.kills:
            starts = self._discord.gateway.starts
            starts.spacing = 0  # discord.py waits 5 s after a refusal
            starts.total += request.kills
        stage = Stage(
            plan,
            cast,
            self._discord,
            self._keeper,
            request.seed,
            self._plan_in_force,
            patient=request.patient,
            refuses=self._trouble.refuses if self._trouble else lambda _: False,
        )
        self._actors = Actors(stage)

    def _draw(self, request: HttpRequest) -> Fault | None:
        if self._trouble is None:
            return self._request.draw(request)
        return self._trouble.draw(request, self._discord.backend)

    def _prepare_folder(self) -> None:
        """Make the folder, and remove the files of an earlier rehearsal from it; others stay."""
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            for name in _OUR_FILES:
                (self._out / name).unlink(missing_ok=True)
            content_folder.remove(content_folder.folder_of(self._out / "plenary.db"))
            for copy in (self._out / "backups").glob("plenary-nightly-*.db"):
                delete_backup(copy)
        except OSError as failure:
            raise SettingsError(
                f"{self._out} can't be written to ({failure.strerror}). Choose another --out."
            ) from None

    # --- the play ----------------------------------------------------------------------------------------------

    async def play(self) -> None:
        """Play the whole workshop. Raises BotEndedError if the bot ends by itself."""
        await self._discord.start()
        await self._keeper.start()
        self._actors.arrive(permission_bits())
        self.bot.environment = self.environment()
        try:
            await self.bot.start()
            await self._until_the_end()
            await self.bot.stop()
        finally:
            await self.bot.abandon()
            await self._keeper.close()
            await self._discord.close()

    def environment(self) -> dict[str, str]:
        """The bot's settings for this rehearsal."""
        return {
            "DISCORD_TOKEN": _TOKEN,
            "PLENARY_PLAN": str(self._request.plan.resolve()),
            "PLENARY_DATABASE": str(self._out / "plenary.db"),
            "PLENARY_BACKUPS": str(self._out / "backups"),
            "PLENARY_HEALTH": str(self._out / "plenary.health"),
            "PLENARY_API_BASE": self._discord.api_base,
            "PLENARY_CLOCK": self._keeper.address + (MOVES_THE_LOOP if self._request.moves_the_loop else ""),
        }

    async def _plan_in_force(self) -> Plan:
        """The plan with the agenda in force, as people read it in /agenda."""
        async with store.opened(self._out / "plenary.db", to_read=True) as opened:
            programme = PlanInForce(self.plan, opened)
            await programme.load()
        return programme.plan

    async def _until_the_end(self) -> None:
        watching = asyncio.create_task(self.bot.watch(patient=self._request.patient), name="watch the bot")
        showing = asyncio.create_task(
            progress.show(self._console, self.plan, self._keeper, self._counts), name="progress"
        )
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
            if self._trouble:
                everybody.create_task(self._on_stage(partial(self._trouble.delete_a_room, self._discord)))
            everybody.create_task(self._conduct())

    async def _conduct(self) -> None:
        await self._discord.wait_online()
        await self._keeper.conduct(self._ends)

    async def _on_stage(self, part: Callable[[], Awaitable[None]]) -> None:
        async with self._keeper.on_stage():
            await part()

    async def _kill_now_and_then(self) -> None:
        """Kill the bot some real milliseconds after instants at which announcements or actions are due."""
        chance = random.Random(f"{self._request.seed}/kills")  # noqa: S311 - seeded on purpose
        planned = [announcement.due for announcement in planned_announcements.planned(self.plan)]
        due = [moment for moment in planned if self._begins <= moment <= self._ends] + self._actors.moments()
        for moment in sorted(chance.choices(due, k=self._request.kills)):
            await self._keeper.sleep_until(moment)
            async with self._keeper.stepping_out():
                # One kill in ten comes while the bot is still starting after the kill before.
                if chance.random() < 0.9:  # noqa: PLR2004
                    await self._discord.wait_online()
                await asyncio.sleep(chance.uniform(0, 0.06))
                await self.bot.kill()
        async with self._keeper.stepping_out():
            await self._discord.wait_online()

    def _counts(self) -> str:
        acknowledged = self._actors.acknowledged
        posted = sum(message.is_bot for message in self._discord.all_messages())
        return (
            f"{posted} messages, {len(acknowledged.check_ins)} check-ins, {len(acknowledged.notes)} notes, "
            f"{len(acknowledged.questions)} questions, {len(acknowledged.feedback)} ratings, {self.bot.kills} kills"
        )

    # --- the findings ------------------------------------------------------------------------------------------

    async def export(self) -> None:
        """Export all subjects from the shell, as organisers do, and make the closing pack.

        One process exports all subjects, because each start takes a while.
        """
        await asyncio.gather(
            self._export(*SUBJECTS, forms=_TABLES),
            self._export(AGENDA.name, forms=_SCHEDULES),
            self._plenary("close", "--out", str(self._out / _PACK), "--as-of", self._ends.isoformat()),
        )

    async def _export(self, *subjects: str, forms: Sequence[Format]) -> None:
        await self._plenary("export", *subjects, *(f"--format={form}" for form in forms), "--out", str(self._out))

    async def _plenary(self, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, env=os.environ | self.environment(),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, errors = await process.communicate()
        if process.returncode:
            raise SettingsError(f"plenary {' '.join(arguments)} failed: {errors.decode()}")

    def exported(self) -> Exported:
        """The exported rows, by subject."""
        return {subject: json.loads((self._out / f"{subject}.json").read_bytes())["rows"] for subject in _SUBJECTS}

    async def examine(self, exported: Exported, began: float, *, packed: bool) -> Verdict:
        """Compare what people were told with what is stored, with Discord, and with the closing pack (if `packed`)."""
        return await judge(self._evidence(packed=packed), exported, began)

    def _evidence(self, *, packed: bool) -> Evidence:
        return Evidence(
            plan=self.plan,
            people=len(self._cast.people),
            begins=self._begins,
            ends=self._ends,
            discord=self._discord,
            guild_id=self._actors.guild_id,
            keeper=self._keeper,
            bot=self.bot,
            acknowledged=self._actors.acknowledged,
            checker=self._checker,
            trouble=self._trouble,
            patient=self._request.patient,
            reliable=self._request.draw is nothing_goes_wrong,
            database=self._out / "plenary.db",
            calendar=self._out / _CALENDAR,
            pack=self._out / _PACK if packed else None,
        )

    def tell(self, verdict: Verdict) -> None:
        """Write the files that stay, and print the verdict."""
        (self._out / "summary.json").write_text(verdict.summary.to_json(), "utf-8")
        text = transcript(self.plan, self._cast.server, self._discord)
        (self._out / "transcript.md").write_text(text, "utf-8")
        progress.show_verdict(self._console, self._cast.server, verdict)
        if not self._checker:
            self._console.print(
                "Requests were not checked against Discord's OpenAPI file: give --openapi to have them."
            )
        if isinstance(self._request.draw, RandomFaults):
            self._console.print("What went wrong: " + self._request.draw.summary(), markup=False)
        if self._trouble:
            self._console.print(f"What went wrong for hours: {self._trouble}", markup=False)
        self._console.print(f"Everything it left behind is in {self._request.out}/", markup=False)
