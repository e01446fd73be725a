"""The runner of jobs: the work besides the announcements. Jobs run side by side, and none waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import discord

from bot.domain.backoff import REFUSED, Pauses
from bot.jobs.context import JobContext
from bot.jobs.failures import asked_for, backoff_for, release_global_limit
from bot.messages.errors import UserError
from bot.store.engine.errors import TransactionError

log = logging.getLogger(__name__)

#: One run of a job, which has deadlines of its own for its steps, never takes longer (seconds).
_LONGEST_RUN = 300

Work = Callable[[datetime], Awaitable[datetime | None]]
"""Gets the instant, does what there is to do, and returns the next instant at which there will be something (UTC)."""


class JobName(StrEnum):
    """Every job; the catalogues name it for the team as `job.NAME`."""

    ROOMS = "rooms"
    MOVES = "moves"
    """Bringing people back from the rooms of breakouts."""
    GROUPS = "groups"
    """Planning what is said in the rooms of breakouts."""
    POSTS = "posts"
    EVENTS = "events"
    FOLLOW_UPS = "follow_ups"
    DIRECT_MESSAGES = "direct_messages"
    TRANSCRIPTS = "transcripts"
    BACKUP = "backup"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is run again and again."""

    name: JobName
    work: Work

    @property
    def key(self) -> str:
        """The key of its pauses and of its incident."""
        return f"job:{self.name}"


class Jobs:
    """Runs each job in a task of its own; one that fails is left alone for a while, and the others go on."""

    def __init__(
        self, jobs: Iterable[Job], context: JobContext, pauses: Pauses[str], ended: Callable[[], None]
    ) -> None:
        self._jobs = list(jobs)
        self._context = context
        self._pauses = pauses
        self._ended = ended
        """Called whenever a run has ended."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        """Jobs that were begun again while they ran."""
        self._next: dict[str, datetime | None] = {}

    def add(self, job: Job) -> None:
        """Run this job as well, from the next round on."""
        self._jobs.append(job)

    @property
    def running(self) -> bool:
        """Whether any job is at work."""
        return bool(self._running)

    def next_instants(self) -> list[datetime]:
        """When each job wants to run next, where it knows."""
        return [instant for instant in self._next.values() if instant is not None]

    def failing(self) -> dict[str, datetime]:
        """The jobs whose last run failed, by name, and since when they fail (UTC)."""
        since = {job.name: self._pauses.failing_since(job.key) for job in self._jobs}
        return {name: instant for name, instant in since.items() if instant is not None}

    def begin(self, left_alone: Callable[[str], bool]) -> None:
        """Start every job; one that is at work is run again once it has ended."""
        for job in self._jobs:
            if job.name in self._running:
                self._again.add(job.name)
            elif not left_alone(job.key):
                self._start(job)

    def _start(self, job: Job) -> None:
        self._next[job.name] = None
        task = asyncio.create_task(self._run(job), name=job.key)
        self._running[job.name] = task
        task.add_done_callback(lambda task: self._done(job, task))

    def _done(self, job: Job, task: asyncio.Task[None]) -> None:
        del self._running[job.name]
        if not task.cancelled() and (failure := task.exception()):
            log.error("The failure of the job %s could not be reported to the team", job.name, exc_info=failure)
        if (
            job.name in self._again
            and not task.cancelled()
            and not self._pauses.active(job.key, self._context.clock.now())
        ):
            self._again.discard(job.name)
            self._start(job)
        self._ended()

    async def close(self) -> None:
        """Cancel what runs: each step of a job is made so that it can be cut off and begun again."""
        self._again.clear()
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        try:
            async with asyncio.timeout(_LONGEST_RUN):
                self._next[job.name] = await job.work(self._context.clock.now())
        except Exception as failure:  # noqa: BLE001 - told to the team, or tried again
            # The pause comes first: if reporting the failure fails too, the job is left alone all the same.
            backoff = REFUSED if isinstance(failure, UserError) else backoff_for(failure)
            self._pauses.failed(job.key, self._context.clock.now(), backoff, at_least=asked_for(failure))
            await self._explain(job, failure)
            return
        self._pauses.clear(job.key)
        await self._context.incidents.trouble_ended(
            job.key, "team.job_works", job=self._context.incidents.wording(f"job.{job.name}")
        )

    async def _explain(self, job: Job, failure: Exception) -> None:
        if isinstance(failure, TimeoutError):
            release_global_limit(self._context.client)
        if isinstance(failure, UserError):
            await self._context.incidents.trouble_began(job.key, failure.key, **failure.values)
        elif isinstance(failure, TransactionError):
            log.error("The job %s could not use the database; it is tried again", job.name, exc_info=failure)
        elif backoff_for(failure) is REFUSED:
            log.warning("The job %s failed", job.name, exc_info=failure)
            what, problem = self._context.incidents.wording(f"job.{job.name}"), str(failure) or repr(failure)
            sentence = "team.job_refused" if isinstance(failure, discord.DiscordException) else "team.job_failed"
            await self._context.incidents.trouble_began(job.key, sentence, job=what, problem=problem)
        else:
            log.warning("The job %s failed (%r); it is tried again", job.name, failure)
