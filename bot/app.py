"""The composition root: builds every part and passes it to the next."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator
from typing import Any

import discord

from bot import clock as clocks
from bot import health, runtime, store
from bot.clock import Clock
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.hosting.client import WorkshopClient
from bot.hosting.workshop import Workshop
from bot.importing import plan_file
from bot.jobs.nightly_backup import NightlyBackupJob
from bot.jobs.runner import Job, JobName
from bot.messages import i18n
from bot.platform.client import REFUSED_TOKEN, DiscordUnreachableError, TokenRevokedError, point_at
from bot.platform.errors import is_transient
from bot.platform.rate_limit import INVALID_LIMIT
from bot.settings import Settings, SettingsError
from bot.store import Store
from bot.store.engine.errors import DatabaseDamagedError

log = logging.getLogger(__name__)

#: One module a subject; named as text, so that nothing in bot/ imports cogs/.
COGS = (
    "cogs.workshop",
    "cogs.join",
    "cogs.language",
    "cogs.participants",
    "cogs.agenda",
    "cogs.session",
    "cogs.show",
    "cogs.breakout",
    "cogs.announce",
    "cogs.checkin",
    "cogs.attendance",
    "cogs.voice_presence",
    "cogs.note",
    "cogs.coverage",
    "cogs.ask",
    "cogs.question",
    "cogs.feedback",
    "cogs.pledge",
    "cogs.me",
    "cogs.certificates",
    "cogs.help",
    "cogs.export",
)


#: Gateway close codes after which Discord refuses further connections.
_AUTHENTICATION_FAILED, _DISALLOWED_INTENTS = 4004, 4014
#: Real seconds: how long Discord waits for the answer to an interaction.
_LAST_ANSWERS_SECONDS = 3


async def run(settings: Settings, token: str) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises SettingsError with a sentence for what a person must fix.

    Without a plan in the settings, the bot uses the one in the database.
    """
    loaded = _planned(settings) if settings.plan or not settings.database.exists() else None
    i18n.preload()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await point_at(settings.api_base)
    async with (
        clocks.opened(settings.clock) as clock,
        store.opened(settings.database) as opened,
    ):
        plan, roster = loaded or (await opened.plans.held(), None)
        async with (
            _backed_up(settings, plan) as jobs,
            installed(plan, opened, clock, settings, jobs, roster) as client,
        ):
            runtime.collect_rarely()
            await _until(stop, client, token, settings)


def _planned(settings: Settings) -> tuple[Plan, tuple[Participant, ...] | None]:
    """Return the plan and its roster, without the text and lines of the file, which would stay in memory for good."""
    loaded = plan_file.load_plan(settings.plan_file)
    return loaded.plan, loaded.roster


@contextlib.asynccontextmanager
async def _backed_up(settings: Settings, plan: Plan) -> AsyncGenerator[tuple[Job, ...], None]:
    """Yield the job of the nightly backup; no job if the settings keep none."""
    if not settings.backups_kept:
        yield ()
        return
    nightly = NightlyBackupJob(settings.database, settings.backups, settings.backups_kept, plan.tz)
    try:
        yield (Job(JobName.BACKUP, nightly.keep),)
    finally:
        await nightly.close()


@contextlib.asynccontextmanager
async def installed(  # noqa: PLR0913, PLR0917 - one parameter for each part of an installation
    plan: Plan,
    opened: Store,
    clock: Clock,
    settings: Settings,
    jobs: tuple[Job, ...] = (),
    roster: tuple[Participant, ...] | None = None,
) -> AsyncGenerator[WorkshopClient, None]:
    """Build the client and the workshop that it hosts; both end when the block ends. It has not connected yet."""
    client = WorkshopClient(COGS, opened, clock)
    client.workshop = Workshop(plan, opened, client, clock=clock, settings=settings, jobs=jobs)
    await client.workshop.load(roster)
    async with client:
        try:
            yield client
        finally:
            await client.workshop.stop()


async def _until(stop: asyncio.Event, client: WorkshopClient, token: str, settings: Settings) -> None:
    """Run until `stop` is set, or until the connection to Discord ends for good."""
    workshop = client.workshop

    async def look() -> list[health.HealthFinding]:
        now = workshop.clock.now()
        connected = client.connected and client.is_ready() and not client.is_closed()
        return [
            health.heartbeat(client.latency, connected=connected),
            health.rounds(workshop.dispatcher.idle()),
            health.deliveries(workshop.dispatcher.overdue(), now),
            health.jobs(workshop.dispatcher.jobs.failing(), now),
            health.refusals(client.invalid.count(now), INVALID_LIMIT),
            health.database(await workshop.store.write_fault(workshop.clock.now())),
        ]

    tasks: set[asyncio.Task[Any]] = {
        asyncio.create_task(client.start(token), name="client"),
        asyncio.create_task(health.keep_fresh(settings.health, look), name="health"),
        asyncio.create_task(stop.wait(), name="stop"),
        asyncio.create_task(client.until_refused(), name="token"),
        asyncio.create_task(_until_damaged(workshop.store), name="damage"),
    }
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        _explain(task)


async def _until_damaged(opened: Store) -> None:
    """End the bot when its database is damaged, after the time that pending interactions need for their answers."""
    try:
        await opened.until_damaged()
    except DatabaseDamagedError:
        await asyncio.sleep(_LAST_ANSWERS_SECONDS)
        raise


def _explain(task: asyncio.Task[object]) -> None:
    """Raise the failure that ended a task, as a sentence for a person if there is one."""
    try:
        task.result()
    except discord.LoginFailure:
        raise SettingsError(REFUSED_TOKEN) from None
    except discord.ConnectionClosed as closed:
        raise _closed(closed.code) from None
    except discord.PrivilegedIntentsRequired:
        raise _closed(_DISALLOWED_INTENTS) from None
    except Exception as failure:
        if is_transient(failure) or isinstance(failure, discord.HTTPException):
            raise DiscordUnreachableError(f"Discord can't be reached: {failure}. Is this machine online?") from None
        if isinstance(failure, OSError):
            raise SettingsError(f"This machine fails: {failure}. Check its disk with: plenary doctor") from None
        raise


def _closed(code: int) -> SettingsError:
    """Return the error for a connection that Discord closed for good; it says what to do.

    Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
    """
    if code == _AUTHENTICATION_FAILED:
        return TokenRevokedError()
    return SettingsError(
        f"Discord closed the connection for good (code {code}). Look at the application in Discord's developer portal, "
        "and see whether there is a newer Plenary."
    )
