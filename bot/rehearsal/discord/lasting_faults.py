"""Faults that last for hours, and what may be missing at the end of a rehearsal because of them."""

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
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.requests import DiscordRequest
from bot.rehearsal.timekeeper import Timekeeper
from bot.store.delivery.deliveries import Delivery

if TYPE_CHECKING:
    from simcord.backend import Backend
    from simcord.backend.models import Channel


class Lasting(Enum):
    """The kinds of lasting faults."""

    ROOM = "a room that refuses"
    VENUE = "rooms and roles that can't be made or changed"
    MESSAGES = "direct messages that are throttled"


@dataclass(frozen=True, slots=True)
class LastingFault:
    """One fault from one instant to another (UTC)."""

    kind: Lasting
    begins: datetime
    ends: datetime
    room: str
    """The room that refuses messages, or the room that is deleted while none can be made."""

    @classmethod
    def drawn(cls, seed: int, plan: Plan, begins: datetime, ends: datetime) -> LastingFault:
        """The fault of a seed, in a rehearsal from `begins` to `ends`: 0 is the first kind, 1 the next, and so on.

        It ends hours before the rehearsal does, so that the bot can catch up. The fault of the venue lasts one night,
        because people need the rooms that open by day.
        """
        kind = tuple(Lasting)[seed % len(Lasting)]
        chance = random.Random(f"{seed}/lasting")  # noqa: S311 - seeded on purpose
        hour, whole = timedelta(hours=1), ends - begins
        match kind:
            case Lasting.ROOM:
                room, first = chance.choice((ANNOUNCEMENTS, AGENDA)), begins + whole * chance.uniform(0.1, 0.4)
                return cls(kind, first, first + whole * chance.uniform(0.1, 0.4), room)
            case Lasting.VENUE:
                # A room without posts before the day, because its posts are deleted with it.
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
        """The answer to its requests while it lasts."""
        return Fault.THROTTLED if self.kind is Lasting.MESSAGES else Fault.FORBIDDEN

    def lasts(self, now: datetime) -> bool:
        """Whether the fault lasts at an instant."""
        return self.begins <= now < self.ends

    def strikes(self, request: DiscordRequest, backend: Backend) -> bool:
        """Whether the fault concerns a request."""
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
    """Injects a lasting fault; `otherwise` decides the faults of all other requests."""

    def __init__(self, fault: LastingFault, keeper: Timekeeper, otherwise: Draw) -> None:
        self.fault = fault
        self._keeper = keeper
        self._otherwise = otherwise
        self._struck = 0

    @property
    def _known(self) -> datetime:
        """The instant by which the bot must have noticed the end of the fault."""
        return self.fault.ends + REFUSED.longest

    def draw(self, request: DiscordRequest, backend: Backend) -> Fault | None:
        """The fault of a request, if any."""
        if self.fault.lasts(self._keeper.now()) and self.fault.strikes(request, backend):
            self._struck += 1
            return self.fault.fault
        return self._otherwise(request)

    def refuses(self, channel: str) -> bool:
        """Whether a channel refuses the bot's messages, or did until recently, so that the bot may not know the end."""
        fault = self.fault
        now = self._keeper.now()
        return fault.kind is Lasting.ROOM and channel == fault.room and fault.begins <= now < self._known

    async def delete_a_room(self, discord: LoopbackDiscord) -> None:
        """Delete a room while none can be made, if that is the fault: the bot must make it again."""
        if self.fault.kind is Lasting.VENUE:
            await self._keeper.sleep_until(self.fault.begins)
            for channel in _channels_named(discord, self.fault.room):
                discord.backend.delete_channel(channel.id)

    def excused(self, given_up: Iterable[Delivery]) -> list[Delivery]:
        """The deliveries that may be missing: those of the refusing room that expired before it took messages again."""
        fault = self.fault
        return [
            delivery
            for delivery in given_up
            if fault.kind is Lasting.ROOM
            and delivery.room == fault.room
            and fault.begins <= delivery.expires <= self._known
        ]

    def unhealed(self, discord: LoopbackDiscord, direct_messages: Iterable[DirectMessage]) -> Iterator[str]:
        """What the bot did not repair after the fault, or did not report to the team."""
        if self.fault.kind is Lasting.VENUE and len(_channels_named(discord, self.fault.room)) != 1:
            yield f"there is no #{self.fault.room}, or more than one"
        if self.fault.kind is Lasting.MESSAGES:
            for message in direct_messages:  # everybody in a cast accepts direct messages
                if message.state is not DirectMessageState.SENT:
                    yield f"the direct message to {message.person} ({message.kind}) is {message.state}"
        if self._struck and not any(
            message.text.startswith(REPORT_SIGN)
            and self.fault.begins <= datetime.fromisoformat(message.timestamp) < self.fault.ends
            for channel in _channels_named(discord, TEAM)
            for message in discord.messages(channel.id)
        ):
            yield f"the team was not told of {self.fault.kind.value}"

    def __str__(self) -> str:
        room = f" (#{self.fault.room})" if self.fault.room else ""
        begins, ends = (f"{instant:%Y-%m-%d %H:%M}" for instant in (self.fault.begins, self.fault.ends))
        return f"{self.fault.kind.value}{room}, from {begins} to {ends} UTC: {self._struck} requests"


def _channels_named(discord: LoopbackDiscord, name: str) -> list[Channel]:
    return [channel for channel in discord.backend.channels.values() if channel.name == name]
