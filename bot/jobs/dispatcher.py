"""The dispatcher: sends due announcements first, runs the jobs side by side, and sets one alarm for what comes next.

The database is the only schedule; APScheduler is only the alarm. A round takes what is due and starts the jobs; it
waits for none of them. When everything that it started has ended, the alarm is set for the next instant.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.agenda import breakouts
from bot.domain.announcement_kinds import Kind, Origin, kinds_of
from bot.domain.announcements import Announcement, Overdue
from bot.domain.backoff import Pauses
from bot.domain.planned_announcements import planned, restrained
from bot.jobs.composer import Composer
from bot.jobs.context import JobContext
from bot.jobs.outbox import Outbox, is_late
from bot.jobs.refresher import Refresher
from bot.jobs.runner import Job, JobName, Jobs
from bot.messages import post
from bot.store.delivery.deliveries import Delivery
from bot.store.engine.errors import StoreError

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 30
_BATCH = 100
#: How long messages under way may take when the bot stops (seconds).
_STOP_SECONDS = 4


class Dispatcher:
    """Takes due deliveries, hands them to the outbox, and runs the jobs."""

    def __init__(self, context: JobContext, jobs: Iterable[Job] = ()) -> None:
        self._context = context
        self._pauses = Pauses[str]()
        composer = Composer(context.programme, context.store, context.venue)
        self._outbox = Outbox(context, composer, self._pauses, self._left_alone, self.stir)
        refresher = Refresher(context, composer, self._outbox)
        own = (
            Job(JobName.ROOMS, self._keep_rooms),
            Job(JobName.MOVES, self._bring_people_back),
            Job(JobName.GROUPS, self._plan_for_groups),
            Job(JobName.POSTS, refresher.keep),
        )
        self.jobs = Jobs((*own, *jobs), context, self._pauses, self._wake)
        self._stirred = False
        self._woken = asyncio.Event()
        # misfire_grace_time=None: an alarm that rings late must ring all the same (the default drops it after 1 s).
        # The executor that it has for debugging calls on the loop; any other rings from a thread, or after the end.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None}, executors={"default": DebugExecutor()}
        )
        self._ring(IntervalTrigger(seconds=_SWEEP_SECONDS), "sweep")
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._last_round: float | None = None
        self._round_at = context.clock.now()
        self._unsettled: dict[str, tuple[datetime, Delivery]] = {}
        """By id: the due deliveries of the last round, and when each was first seen due."""
        self._for_groups: tuple[Announcement, ...] = ()
        """The announcements in the rooms of groups, as they were last planned."""
        context.clock.watch(self.stir)

    def start(self) -> None:
        """Start the rounds, or start one at once if they run: for every READY. After `stop` it does nothing."""
        if self._stopped:
            return
        if self._task is None:
            self._scheduler.start()
            self._last_round = asyncio.get_running_loop().time()
            self._task = asyncio.create_task(self._run(), name="dispatcher")
        self.stir()

    async def stop(self) -> None:
        """Take no more deliveries, and give the messages under way the time that one may need."""
        self._stopped = True
        if self._task is None:
            return
        self._scheduler.shutdown(wait=False)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.jobs.close()
        await self._outbox.close(_STOP_SECONDS)

    def stir(self) -> None:
        """Start a round at once: something was planned, or time has moved."""
        self._context.clock.stir()
        self._stirred = True
        self._wake()

    async def replan(self) -> None:
        """Make the planned deliveries those that the plan asks for now, without those that moderators hold back."""
        plan, restraint = self._context.plan, await self._context.store.restraints.all()
        wanted = restrained(planned(plan), restraint, plan.tz)
        await self._context.store.deliveries.plan(wanted, kinds_of(Origin.PLAN), self._context.clock.now())
        self.stir()

    # --- for the health check ----------------------------------------------------------------------------------

    def idle(self) -> float | None:
        """Real seconds since a round last saw to everything due; None before the start."""
        return None if self._last_round is None else asyncio.get_running_loop().time() - self._last_round

    def overdue(self) -> Overdue | None:
        """The deliveries that were due when a round last looked, and are still not settled; None if there are none."""
        if not self._unsettled:
            return None
        waiting = self._unsettled.values()
        return Overdue(min(since for since, _ in waiting), tuple(sorted({delivery.room for _, delivery in waiting})))

    # --- the rounds --------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        self._woken.set()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                if self._stirred:
                    self._stirred = False
                    await self._round()
                if not (self._outbox.busy or self.jobs.running):
                    await self._arm()
            except StoreError:
                # Nothing is sent that can't be recorded. The sweep tries again.
                log.exception("The database can't be used; no announcement is sent until it can")
            except Exception:
                # The announcements after it must not wait for a restart.
                log.exception("The due announcements could not be looked through; the sweep tries again")

    async def _round(self) -> None:
        now = self._round_at = self._context.clock.now()
        try:
            await self._dispatch(now)
            self._last_round = asyncio.get_running_loop().time()
        finally:
            self.jobs.begin(self._left_alone)

    async def _dispatch(self, now: datetime) -> None:
        """Begin to send what is due. Nothing here waits for Discord."""
        unsettled = await self._context.store.deliveries.unsettled()
        if self._context.guild is None:
            missed = await self._context.store.deliveries.due(now) if self._context.venue.guild_id else []
            self._remember([*unsettled, *missed], now)
            return
        # Deliveries that a stopped process or a failed attempt left half done come first.
        for delivery in unsettled:
            self._outbox.send(delivery, again=True)
        due = await self._context.store.deliveries.next_due()
        if due is not None and due <= now:
            unsettled += await self._take_due(now)
        self._remember(unsettled, now)

    async def _take_due(self, now: datetime) -> list[Delivery]:
        skipped = await self._context.store.deliveries.skip_expired(now)
        for delivery in skipped:
            log.warning("Skipped %s: it was due at %s", delivery, delivery.due)
            if delivery.kind is Kind.FOLLOW_UP:
                when = post.moment(delivery.due, "D")
                await self._context.incidents.tell_team("team.follow_up_skipped", n=int(delivery.subject), when=when)
        taken: list[Delivery] = []
        while batch := await self._context.store.deliveries.take(now, _BATCH):
            for delivery in batch:
                self._outbox.send(delivery, again=False)
            taken += batch
        late = sum(is_late(delivery, now) for delivery in taken)
        if late or skipped:
            await self._context.incidents.tell_team(
                "team.away", late=late, skipped=len(skipped), at=post.moment(now, "f")
            )
        return taken

    def _remember(self, unsettled: Iterable[Delivery], now: datetime) -> None:
        before = self._unsettled
        self._unsettled = {
            delivery.id: (before[delivery.id][0] if delivery.id in before else now, delivery) for delivery in unsettled
        }

    def _left_alone(self, key: str) -> bool:
        """Whether a room, a message or a job must not be tried now."""
        now = self._context.clock.now()
        refused = self._pauses.failing_since(key) is not None
        return self._pauses.active(key, now) or (refused and self._context.client.invalid.spent(now))

    async def _arm(self) -> None:
        """Set the alarm for the next instant with something to do, and rest until then.

        A pause that ended before the round began has held nothing up. It stays where its work is no longer needed, and
        must not ring again and again.
        """
        ends = (self._pauses.next_end(self._round_at), self._context.client.invalid.next_end(self._round_at))
        expiring = (delivery.expires for _, delivery in self._unsettled.values() if delivery.expires > self._round_at)
        due = await self._context.store.deliveries.next_due() if self._context.guild else None
        instants = (*self.jobs.next_instants(), *ends, *expiring, due)
        wake = min((instant for instant in instants if instant is not None), default=None)
        if wake is not None:
            self._ring(DateTrigger(self._context.clock.on_machine(wake)), "alarm")
        if not self._woken.is_set():
            self._context.clock.rest(wake)

    def _ring(self, trigger: DateTrigger | IntervalTrigger, name: str) -> None:
        self._scheduler.add_job(self.stir, trigger, id=name, replace_existing=True)  # pyright: ignore[reportUnknownMemberType]

    # --- its own jobs ---------------------------------------------------------------------------------------

    async def _keep_rooms(self, now: datetime) -> datetime | None:
        """Keep roles and rooms in order, and open and close rooms as the plan says."""
        guild = self._context.guild
        if guild is None:
            return None
        following, changed = await self._context.venue.keep(guild, now)
        if changed:
            self.stir()  # messages may wait for a room that has been made
        return following

    async def _bring_people_back(self, now: datetime) -> datetime | None:
        """Move people out of the rooms of a breakout that is over."""
        guild = self._context.guild
        return await self._context.venue.wind_up(guild, now) if guild else None

    async def _plan_for_groups(self, now: datetime) -> datetime | None:
        """Plan the announcements in the rooms of groups once they exist, and move them with a breakout's end."""
        wanted = tuple(
            announcement
            for breakout in self._context.venue.breakouts
            for announcement in breakouts.breakout_announcements(self._context.plan.id, breakout)
            if announcement.room in self._context.venue.rooms
        )
        if wanted != self._for_groups:
            await self._context.store.deliveries.plan(wanted, kinds_of(Origin.BREAKOUTS), now)
            self._for_groups = wanted
        return None
