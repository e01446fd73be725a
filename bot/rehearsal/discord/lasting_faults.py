"""What goes wrong between the bot and Discord for hours, and what may then be missing at the end of a rehearsal."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from bot.domain.backoff import REFUSED
from bot.domain.people.direct_messages import DirectMessage, DirectMessageState
from bot.domain.plan import Plan
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, TEAM
from bot.messages.post import REPORT_SIGN
from bot.rehearsal.discord.faults import Draw, Fault
from bot.rehearsal.discord.limits import DiscordRequest
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.timekeeper import Timekeeper
from bot.store.delivery.deliveries import Delivery

if TYPE_CHECKING:
    from simcord.backend import Backend
    from simcord.backend.models import Channel


class Lasting(Enum):
    """What goes wrong for hours."""

    ROOM = "a room that refuses"
    VENUE = "rooms and roles that can't be made or changed"
    MESSAGES = "direct messages that are throttled"


@dataclass(frozen=True, slots=True)
class LastingFault:
    """One thing that goes wrong from one instant to another (UTC), and is then healed."""

    kind: Lasting
    begins: datetime
    ends: datetime
    room: str
    """The room that refuses, or that somebody deletes when no room can be made."""

    @classmethod
    def drawn(cls, seed: int, plan: Plan, begins: datetime, ends: datetime) -> LastingFault:
        """The fault of a seed, in a rehearsal from `begins` to `ends`: 0 is the first kind, 1 the next, and so on.

        Each ends hours before the rehearsal, so that what it held up can be made up for. Rooms can't be changed in one
        night: by day people need rooms that open.
        """
        kind = tuple(Lasting)[seed % len(Lasting)]
        chance = random.Random(f"{seed}/lasting")  # noqa: S311 - seeded on purpose
        hour, whole = timedelta(hours=1), ends - begins
        match kind:
            case Lasting.ROOM:
                room, first = chance.choice((ANNOUNCEMENTS, AGENDA)), begins + whole * chance.uniform(0.1, 0.4)
                return cls(kind, first, first + whole * chance.uniform(0.1, 0.4), room)
            case Lasting.VENUE:
                # A room in which nothing stands before the day: what stood in it would be missing, too.
                opens = {AGENDA: plan.morning(plan.agenda.days[0])}
                opens |= {topic.id: plan.topic_opens_at(topic.id) for topic in plan.topics}
                room = max(opens, key=lambda name: opens[name])
                evenings = [begins, *(max(s.ends_at for s in plan.agenda.on(day)) for day in plan.agenda.days[:-1])]
                nights = zip(evenings, map(plan.morning, plan.agenda.days), strict=True)
                evening, morning = chance.choice([night for night in nights if night[1] <= opens[room]])
                first, last = evening + chance.uniform(1.2, 3) * hour, morning - chance.uniform(0.3, 2) * hour
                return cls(kind, first, last, room)
            case Lasting.MESSAGES:
                first = begins + whole * chance.uniform(0.05, 0.3)
                return cls(kind, first, begins + whole * chance.uniform(0.6, 0.9), "")

    @property
    def fault(self) -> Fault:
        """What is answered meanwhile."""
        return Fault.THROTTLED if self.kind is Lasting.MESSAGES else Fault.FORBIDDEN

    def lasts(self, now: datetime) -> bool:
        """Whether it goes wrong now."""
        return self.begins <= now < self.ends

    def strikes(self, request: DiscordRequest, backend: Backend) -> bool:
        """Whether a request is one of those that go wrong."""
        match self.kind, request.method, request.segments:
            case Lasting.ROOM, _, ["channels", channel_id, "messages", *_]:
                return backend.get_channel(int(channel_id)).name == self.room
            case (
                (Lasting.VENUE, "POST" | "PATCH", ["guilds", _, "channels" | "roles", *_])
                | (Lasting.VENUE, "PATCH" | "DELETE", ["channels", _])
                | (Lasting.VENUE, "PUT" | "DELETE", ["channels", _, "permissions", _])
                | (Lasting.MESSAGES, "POST", ["users", "@me", "channels"])
            ):
                return True
            case Lasting.MESSAGES, "POST", ["channels", channel_id, "messages"]:
                return bool(backend.get_channel(int(channel_id)).recipient_ids)
            case _:
                return False


class LastingTrouble:
    """A lasting fault at work in a rehearsal. `otherwise` says what goes wrong with all other requests."""

    def __init__(self, fault: LastingFault, keeper: Timekeeper, otherwise: Draw) -> None:
        self.fault = fault
        self._keeper = keeper
        self._otherwise = otherwise
        self._struck = 0

    @property
    def _known(self) -> datetime:
        """When the bot must have found out that the fault is healed."""
        return self.fault.ends + REFUSED.longest

    def draw(self, request: DiscordRequest, backend: Backend) -> Fault | None:
        """Say what goes wrong with a request."""
        if self.fault.lasts(self._keeper.now()) and self.fault.strikes(request, backend):
            self._struck += 1
            return self.fault.fault
        return self._otherwise(request)

    def refuses(self, channel: str) -> bool:
        """Whether a channel takes no messages of the bot, or did so lately that the bot need not know yet."""
        fault = self.fault
        now = self._keeper.now()
        return fault.kind is Lasting.ROOM and channel == fault.room and fault.begins <= now < self._known

    async def delete_a_room(self, discord: LoopbackDiscord) -> None:
        """Where rooms can't be made, delete one that the bot must make again."""
        if self.fault.kind is Lasting.VENUE:
            await self._keeper.sleep_until(self.fault.begins)
            for channel in _called(discord, self.fault.room):
                discord.backend.delete_channel(channel.id)

    def excused(self, given_up: Iterable[Delivery]) -> list[Delivery]:
        """The deliveries that may be missing: of the room that refused, and of no more use once it took messages."""
        fault = self.fault
        return [
            delivery
            for delivery in given_up
            if fault.kind is Lasting.ROOM
            and delivery.room == fault.room
            and fault.begins <= delivery.expires <= self._known
        ]

    def unhealed(self, discord: LoopbackDiscord, letters: Iterable[DirectMessage]) -> Iterator[str]:
        """What is not again as it must be, or was not told to the team."""
        if self.fault.kind is Lasting.VENUE and len(_called(discord, self.fault.room)) != 1:
            yield f"there is no #{self.fault.room}, or more than one"
        if self.fault.kind is Lasting.MESSAGES:
            for letter in letters:  # nobody in a cast takes no direct messages
                if letter.state is not DirectMessageState.SENT:
                    yield f"the direct message to {letter.person} ({letter.kind}) is {letter.state}"
        if self._struck and not any(
            message.text.startswith(REPORT_SIGN)
            and self.fault.begins <= datetime.fromisoformat(message.timestamp) < self.fault.ends
            for channel in _called(discord, TEAM)
            for message in discord.messages(channel.id)
        ):
            yield f"the team was not told of {self.fault.kind.value}"

    def __str__(self) -> str:
        room = f" (#{self.fault.room})" if self.fault.room else ""
        begins, ends = (f"{instant:%Y-%m-%d %H:%M}" for instant in (self.fault.begins, self.fault.ends))
        return f"{self.fault.kind.value}{room}, from {begins} to {ends} UTC: {self._struck} requests"


def _called(discord: LoopbackDiscord, name: str) -> list[Channel]:
    return [channel for channel in discord.backend.channels.values() if channel.name == name]
