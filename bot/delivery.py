"""Due announcements become messages, once each. The database is the schedule; APScheduler is only the alarm.

For each message: commit `sending`, send with a nonce that is always the same, commit `sent` with the message's id.
Whoever tries again, after a restart or a failure, can't know whether Discord has the message: so the channel's history
is searched for its mark first, and for a message so young that it isn't there yet, Discord knows the nonce.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import discord
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import posts
from bot.clock import Clock
from bot.composer import SESSION_KINDS, Composer
from bot.domain import announcements, breakouts
from bot.domain.announcements import Announcement, Kind, State
from bot.domain.plan import Plan
from bot.domain.venue import TEAM
from bot.i18n import text
from bot.pacing import Pacer
from bot.posts import Post
from bot.programme import Programme
from bot.store import Store
from bot.store.deliveries import Delivery
from bot.ui import RefusalError, allowed_mentions, layout, passes
from bot.venue import Venue

log = logging.getLogger(__name__)

#: Kinds that only the plan asks for: what it no longer asks for is taken back. (Moderators ask for panels, too.)
_PLANNED_KINDS = (
    Kind.WELCOME, Kind.TOPIC, Kind.ASK, Kind.AGENDA, Kind.WORD, Kind.DIGEST, *SESSION_KINDS, Kind.PLEDGE,
    Kind.OPEN, Kind.EVALUATION, Kind.FOLLOW_UP,
)  # fmt: skip

#: Kinds that are to be true at any time, whatever it is that changes.
_ALWAYS_TRUE = (Kind.PANEL, Kind.AGENDA)

#: Kinds that breakouts ask for.
_GROUP_KINDS = (Kind.GROUP, Kind.LEFT, Kind.BACK)

#: Kinds that say when they are late: what they tell was meant for their instant.
_TIMELY = (Kind.SOON, Kind.START, Kind.END, Kind.CUSTOM)

_SWEEP_SECONDS = 30
_BATCH = 100
_LATE = timedelta(minutes=1)
#: So often, at most, a message is edited: a storm of votes is not a storm of edits.
_BETWEEN_EDITS = timedelta(seconds=3)
#: Discord's clock and ours may differ by so much when the history is searched.
_CLOCKS_DIFFER = timedelta(hours=1)
_SEND_SECONDS = 15
#: Discord's code for a message that isn't there; its other 404s are about the room.
_UNKNOWN_MESSAGE = 10008
#: How long a room or a chore is left alone after a failure; doubled with each, up to the longest.
_AFTER_TROUBLE, _AFTER_REFUSAL, _LONGEST = timedelta(seconds=2), timedelta(seconds=60), timedelta(minutes=10)

#: Something kept in order at each round: gets the instant, returns the next at which there will be something to do.
Chore = Callable[[datetime], Awaitable[datetime | None]]


@dataclass(slots=True)
class _Pause:
    """A room, or a chore, that is left alone for a while."""

    until: datetime
    failures: int


class Courier:
    """Takes what is due and sees it delivered."""

    def __init__(  # noqa: PLR0913, PLR0917 - one parameter a part that it works with
        self,
        programme: Programme,
        store: Store,
        venue: Venue,
        clock: Clock,
        client: discord.Client,
        pacer: Pacer,
        chores: Iterable[Chore] = (),
    ) -> None:
        self._programme = programme
        self._store = store
        self._venue = venue
        self._clock = clock
        self._composer = Composer(programme, store, venue)
        self._client = client
        self._pacer = pacer
        self._stirred = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._in_room: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._pauses: dict[str | Chore, _Pause] = {}
        self._edited: dict[str, datetime] = {}
        """By delivery: when its message was last edited."""
        # misfire_grace_time=None: an alarm that rings late must ring all the same (the default drops it after 1 s).
        # The executor that it has for debugging calls on the loop; any other rings from a thread, or after the end.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None}, executors={"default": DebugExecutor()}
        )
        self._ring(IntervalTrigger(seconds=_SWEEP_SECONDS), "sweep")
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._last_round: float | None = None
        self._for_groups: tuple[Announcement, ...] = ()
        """What is said in the rooms of groups, as it was last planned."""
        self._first: tuple[Chore, ...] = (self._keep_venue, self._plan_for_groups, self._keep_posts_true)
        self._chores = tuple(chores)
        clock.watch(self.stir)

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    def start(self) -> None:
        """Begin, or look again at once if begun: for every READY. One that comes after the end begins nothing."""
        if self._stopped:
            return
        if self._task is None:
            self._scheduler.start()
            self._last_round = asyncio.get_running_loop().time()
            self._task = asyncio.create_task(self._run(), name="courier")
        self.stir()

    def tend(self, chore: Chore) -> None:
        """Do this, too, at each round."""
        self._chores = (*self._chores, chore)

    async def stop(self) -> None:
        """Take up nothing more, and give what is under way the time that one message may need."""
        self._stopped = True
        if self._task is None:
            return
        self._scheduler.shutdown(wait=False)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=4)
        for task in self._under_way.values():
            task.cancel()

    def idle(self) -> float | None:
        """Real seconds since everything due was last seen to; None before the start."""
        return None if self._last_round is None else asyncio.get_running_loop().time() - self._last_round

    def stir(self) -> None:
        """Look at once at what is due: something was planned, or time has moved."""
        self._clock.stir()
        self._stirred.set()

    async def replan(self) -> None:
        """Make the planned deliveries those that the plan asks for today, less what moderators hold back."""
        restraint = await self._store.restraints.all()
        wanted = announcements.restrained(announcements.planned(self._plan), restraint, self._plan.tz)
        await self._store.deliveries.plan(wanted, _PLANNED_KINDS, self._clock.now())
        self.stir()

    # --- the rounds --------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._round()
                self._last_round = asyncio.get_running_loop().time()
            except sqlite3.Error:
                # Nothing is sent that can't be recorded. The sweep tries again.
                log.exception("The database can't be written to; no announcement is sent until it can")
            except Exception:
                # Whatever it is, what comes after it must not wait for a restart.
                log.exception("What is due could not be looked through; the sweep tries again")

    async def _round(self) -> None:
        guild = self._client.get_guild(self._venue.guild_id or 0)
        if guild is None or guild.unavailable:
            self._clock.rest(None)
            return
        now = self._clock.now()
        first = [await self._do(chore, now) for chore in self._first]
        await self._take_due(now)
        # What nobody waits for comes after the announcements.
        later = [await self._do(chore, now) for chore in self._chores]
        await self._arm(now, [*first, *later])

    async def _do(self, chore: Chore, now: datetime) -> datetime | None:
        """One chore; a failure never stops the announcements, and it is tried again after a while."""
        if self._paused(chore):
            return None
        try:
            following = await chore(now)
        except sqlite3.Error:
            raise
        except RefusalError as refusal:
            await self._tell_team(refusal.key, **refusal.values)
            return now + _AFTER_REFUSAL
        except Exception as failure:
            # A role or channel that was deleted in the midst of it is made anew the next time.
            if passes(failure) or isinstance(failure, LookupError):
                self._pause(chore, _AFTER_TROUBLE)
                log.warning("%r could not be done (%r); trying again", chore, failure)
            else:
                self._pause(chore, _AFTER_REFUSAL)
                log.warning("%r can't be done", chore, exc_info=failure)
                await self._tell_team("team.chore", problem=str(failure))
            return None
        self._pauses.pop(chore, None)
        return following

    async def _take_due(self, now: datetime) -> None:
        # What a stopped process, or a failed try, left half done comes first.
        for delivery in await self._store.deliveries.unsettled():
            if delivery.id not in self._under_way:
                self._begin(delivery, partial(self._send, delivery, again=True))
        due = await self._store.deliveries.next_due()
        if due is None or due > now:
            return
        skipped = await self._store.deliveries.skip_expired(now)
        for delivery in skipped:
            log.warning("Skipped %s of %s: it was due at %s", delivery.kind, delivery.subject, delivery.due)
            if delivery.kind is Kind.FOLLOW_UP:
                when = posts.moment(delivery.due, "D")
                await self._tell_team("team.follow_up_skipped", n=int(delivery.subject), when=when)
        late = 0
        while taken := await self._store.deliveries.take(now, _BATCH):
            for delivery in taken:
                late += _is_late(delivery, now)
                self._begin(delivery, partial(self._send, delivery, again=False))
        if late or skipped:
            await self._tell_team("team.away", late=late, skipped=len(skipped), at=posts.moment(now, "f"))

    async def _arm(self, now: datetime, instants: Iterable[datetime | None]) -> None:
        """Set the alarm for the next instant at which there is something to do, and rest until then.

        `now` is when the round began. A pause that was over by then has held nothing up; it may stand for good, where
        what could not be done need not be done any more, and must not ring again and again.
        """
        if self._under_way:
            return  # the last of them stirs us
        pauses = (pause.until for pause in self._pauses.values() if pause.until > now)
        due = await self._store.deliveries.next_due()
        wake = min((instant for instant in (*instants, *pauses, due) if instant is not None), default=None)
        if wake is not None:
            self._ring(DateTrigger(self._clock.on_machine(wake)), "alarm")
        if not self._stirred.is_set():
            self._clock.rest(wake)

    def _ring(self, trigger: DateTrigger | IntervalTrigger, name: str) -> None:
        self._scheduler.add_job(self.stir, trigger, id=name, replace_existing=True)  # pyright: ignore[reportUnknownMemberType]

    # --- one message -------------------------------------------------------------------------------------------

    def _begin(self, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        if self._paused(delivery.room):
            return
        task = asyncio.create_task(self._see_through(delivery, work), name=f"delivery {delivery.id}")
        self._under_way[delivery.id] = task
        task.add_done_callback(lambda ended: self._ended(delivery.id, ended))

    def _ended(self, delivery_id: str, task: asyncio.Task[None]) -> None:
        del self._under_way[delivery_id]
        if not task.cancelled() and (failure := task.exception()):
            log.error("Delivery %s ended badly; it is tried again", delivery_id, exc_info=failure)
        if not self._under_way:
            self.stir()

    async def _see_through(self, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        """Send or edit one message, however that goes; a failure here never stops another room."""
        async with self._in_room[delivery.room]:  # people read a room in the order in which things were due
            if self._paused(delivery.room):
                return
            try:
                if delivery.room in self._venue.rooms:
                    await work()
                else:
                    await self._wait_for_room(delivery)
                    return
            except sqlite3.Error:
                self._pause(delivery.room, _AFTER_TROUBLE)
                log.exception("%s of %s could not be recorded", delivery.kind, delivery.subject)
            except Exception as failure:  # noqa: BLE001 - recorded and told to the team, or tried again
                if passes(failure):
                    self._pause(delivery.room, _AFTER_TROUBLE)
                    log.warning("%s of %s did not reach Discord: %r", delivery.kind, delivery.subject, failure)
                else:
                    await self._refused(delivery, failure)
            else:
                self._pauses.pop(delivery.room, None)

    async def _wait_for_room(self, delivery: Delivery) -> None:
        """Its room is being made, or made anew; if it can't be, the chore that keeps the venue says so."""
        self._pauses[delivery.room] = _Pause(self._clock.now() + _AFTER_TROUBLE, 0)
        await self._give_up(delivery, "its room is not there")

    def _paused(self, what: str | Chore) -> bool:
        pause = self._pauses.get(what)
        now = self._clock.now()
        # No pause is longer than the longest: it was begun by a clock that has been put back since.
        return pause is not None and now < pause.until <= now + _LONGEST

    def _pause(self, what: str | Chore, first: timedelta) -> None:
        failures = self._pauses[what].failures if what in self._pauses else 0
        length = min(first * 2**failures, _LONGEST)
        self._pauses[what] = _Pause(self._clock.now() + length, failures + 1)

    async def _send(self, delivery: Delivery, *, again: bool) -> None:
        now = self._clock.now()
        channel = self._client.get_partial_messageable(self._venue.rooms[delivery.room])
        message = await self._find(channel, delivery) if again else None
        room = await self._composer.room(delivery)
        if room != delivery.room:
            await self._take_away(delivery, room, message)
            return
        post = await self._composer.post(delivery, now)
        if post is None:
            await self._store.deliveries.settle(delivery.id, State.SKIPPED, now, "nothing left to say")
            return
        # What was found may show what was so when it was sent.
        shows = "" if message else post.fingerprint
        if _is_late(delivery, now):
            post = posts.late(self._plan, post, delivery.due)
        if message is None and delivery.expires <= now:
            state = State.FAILED if delivery.problem else State.SKIPPED
            await self._store.deliveries.settle(delivery.id, state, now, delivery.problem or "past its lifetime")
            return
        if message is None:
            await self._pacer.turn()
            async with asyncio.timeout(_SEND_SECONDS):
                message = await channel.send(
                    view=layout(post), nonce=delivery.nonce, allowed_mentions=allowed_mentions(post)
                )
        await self._store.deliveries.settle_sent(delivery.id, self._clock.now(), message.channel.id, message.id, shows)

    async def _find(self, channel: discord.PartialMessageable, delivery: Delivery) -> discord.Message | None:
        """The delivery's message, if the channel has it."""
        since = min(delivery.due, self._clock.now()) - _CLOCKS_DIFFER
        await self._pacer.turn()
        async with asyncio.timeout(_SEND_SECONDS):
            async for message in channel.history(limit=None):  # the latest first: that is where it is, mostly
                if message.created_at < since:
                    break
                if delivery.id in _marks(message):
                    return message
        return None

    async def _refused(self, delivery: Delivery, failure: Exception) -> None:
        """Leave the room alone for a while, tell the team once what to mend, and try again while it is of use."""
        problem = str(failure) or repr(failure)
        self._pause(delivery.room, _AFTER_REFUSAL)
        log.warning("%s of %s can't be sent", delivery.kind, delivery.subject, exc_info=failure)
        await self._store.deliveries.record_problem(delivery.id, problem)
        await self._give_up(delivery, problem)
        if delivery.room != TEAM:
            channel = f"<#{self._venue.rooms.get(delivery.room, 0)}>"
            await self._tell_team("team.failed", kind=str(delivery.kind), room=channel, problem=problem)

    async def _give_up(self, delivery: Delivery, problem: str) -> None:
        """Try no more to send what is of no more use."""
        now = self._clock.now()
        if delivery.state is State.SENDING and delivery.expires <= now:
            await self._store.deliveries.settle(delivery.id, State.FAILED, now, problem)

    async def _tell_team(self, key: str, **values: object) -> None:
        """One line for organisers and moderators, in the workshop's first language; the same line only once."""
        line = text(self._plan.languages[0], key, **values)
        report = announcements.report(self._plan.id, line, self._clock.now())
        if await self._store.deliveries.add(report):
            self.stir()

    async def _take_away(
        self, delivery: Delivery, room: str | None, message: discord.Message | discord.PartialMessage | None
    ) -> None:
        """Have no message where one must not be; `room` is where it must be instead, if anywhere."""
        if message is not None:
            await self._pacer.turn()
            try:
                async with asyncio.timeout(_SEND_SECONDS):
                    await message.delete()
            except discord.NotFound as failure:
                # Deleted by hand, or by a process that was killed before it could record it, it is gone all the same.
                if failure.code != _UNKNOWN_MESSAGE:
                    raise
        now = self._clock.now()
        expires = announcements.card_expires(self._plan, now)
        await self._store.deliveries.take_back(delivery, room, now, expires, was_there=message is not None)

    # --- chores ------------------------------------------------------------------------------------------------

    async def _keep_venue(self, now: datetime) -> datetime | None:
        """Roles and rooms are there, and rooms open and close as the plan says."""
        guild = self._client.get_guild(self._venue.guild_id or 0)
        return await self._venue.keep(guild, now) if guild else None

    async def _plan_for_groups(self, now: datetime) -> datetime | None:
        """What is said in the rooms of groups is planned once they are there, and moves with a breakout's end."""
        wanted = tuple(
            each
            for breakout in self._venue.breakouts
            for each in breakouts.announcements(self._plan.id, breakout)
            if each.room in self._venue.rooms
        )
        if wanted != self._for_groups:
            await self._store.deliveries.plan(wanted, _GROUP_KINDS, now)
            self._for_groups = wanted
        return None

    async def _keep_posts_true(self, now: datetime) -> datetime | None:
        """Posts that no longer show what is so are edited or taken away.

        In a room one at a time, the longest untouched first.
        """
        always = [one for kind in _ALWAYS_TRUE for one in await self._store.deliveries.sent(kind)]
        others = [one for one in await self._store.deliveries.outdated() if one.kind not in _ALWAYS_TRUE]
        instants = [self._plan.agenda.next_change(now)]
        begun: set[str] = set()
        for delivery in sorted((*always, *others), key=lambda one: self._edited.get(one.id, one.due)):
            ready_at = self._edited.get(delivery.id, now - _BETWEEN_EDITS) + _BETWEEN_EDITS
            if delivery.room in begun or self._in_room[delivery.room].locked() or self._paused(delivery.room):
                continue  # whatever is under way, and the end of a pause, stir us
            if now < ready_at and delivery.kind is not Kind.AGENDA:
                instants.append(ready_at)
                continue
            room = await self._composer.room(delivery)
            if room != delivery.room:
                begun.add(delivery.room)
                self._begin(delivery, partial(self._take_away, delivery, room, self._message(delivery)))
                continue
            try:
                post = await self._composer.post(delivery, now)
            except LookupError:
                continue  # what it is about is gone: it stays as it was
            if post is None:
                continue
            if post.fingerprint != delivery.shown:
                begun.add(delivery.room)
                self._begin(delivery, partial(self._edit, delivery, post))
            elif delivery.unshown:
                await self._store.deliveries.record_shown(delivery, delivery.shown or "")
        return min((instant for instant in instants if instant is not None), default=None)

    def _message(self, delivery: Delivery) -> discord.PartialMessage:
        """The message of a delivery that was sent."""
        channel = self._client.get_partial_messageable(delivery.channel_id or 0)
        return channel.get_partial_message(delivery.message_id or 0)

    async def _edit(self, delivery: Delivery, post: Post) -> None:
        self._edited[delivery.id] = self._clock.now()
        # If the answer is lost, and what it shows becomes again what it showed before, it is edited all the same.
        await self._store.deliveries.begin_edit(delivery.id)
        try:
            await self._pacer.turn()
            async with asyncio.timeout(_SEND_SECONDS):
                await self._message(delivery).edit(view=layout(post))
        except discord.NotFound as failure:
            room = f"<#{self._venue.rooms.get(delivery.room, 0)}>"
            await self._tell_team("team.edit_failed", kind=str(delivery.kind), room=room, problem=str(failure))
        await self._store.deliveries.record_shown(delivery, post.fingerprint)


def _is_late(delivery: Delivery, now: datetime) -> bool:
    return delivery.kind in _TIMELY and now - delivery.due > _LATE


def _marks(message: discord.Message) -> set[str]:
    """The last part of each custom id in a message: where our messages carry their delivery's id."""
    rows = [child for child in message.components if isinstance(child, discord.ActionRow)]
    buttons = [button for row in rows for button in row.children if isinstance(button, discord.Button)]
    return {button.custom_id.rpartition(":")[2] for button in buttons if button.custom_id}
