"""What a delivery says: from its kind and subject, through plan and store, to a post that is true now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import TypeVar

from bot import notices, posts, prompts
from bot.domain.agenda import Agenda, Session
from bot.domain.announcements import Kind
from bot.domain.changes import diff
from bot.domain.plan import Plan
from bot.posts import Post
from bot.programme import Programme
from bot.store import Store
from bot.store.changes import net
from bot.store.deliveries import Delivery
from bot.venue import Venue

T = TypeVar("T")

#: What participants are invited to once.
INVITATIONS = {Kind.ASK: prompts.ask_opening, Kind.PLEDGE: prompts.pledge, Kind.EVALUATION: prompts.evaluation}


class Composer:
    """Writes each kind of message."""

    def __init__(self, programme: Programme, store: Store, venue: Venue) -> None:
        self._programme = programme
        self._store = store
        self._venue = venue
        self._by_kind: dict[Kind, Callable[[Delivery, datetime], Awaitable[Post | None]]] = {
            Kind.AGENDA: self._agenda,
            Kind.TOPIC: self._topic,
            Kind.SOON: self._soon,
            Kind.START: self._start,
            Kind.END: self._end,
            Kind.FEEDBACK: self._feedback,
            **dict.fromkeys(INVITATIONS, self._invitation),
            Kind.CHANGE: self._change,
            Kind.CUSTOM: self._custom,
            Kind.CARD: self._card,
            Kind.QUESTION: self._question,
            Kind.REPORT: self._report,
        }

    async def post(self, delivery: Delivery, now: datetime) -> Post | None:
        """The message; None if there is nothing left to say. Raises LookupError if what it is about has gone."""
        return await self._by_kind[delivery.kind](delivery, now)

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    def _session(self, delivery: Delivery) -> Session:
        return _there(self._plan.agenda.find(delivery.subject))

    async def _agenda(self, delivery: Delivery, now: datetime) -> Post:
        return posts.agenda(self._plan, date.fromisoformat(delivery.subject), now, delivery.id)

    async def _topic(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.topic_opening(self._plan, _there(self._plan.topic(delivery.subject)), delivery.id)

    async def _soon(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.soon(self._plan, self._session(delivery), self._venue.rooms, delivery.id)

    async def _start(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.start(self._plan, self._session(delivery), self._venue.rooms, delivery.id)

    async def _end(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.end(self._plan, self._session(delivery), delivery.id)

    async def _feedback(self, delivery: Delivery, _now: datetime) -> Post:
        return prompts.rate(self._plan, self._session(delivery), delivery.id)

    async def _invitation(self, delivery: Delivery, _now: datetime) -> Post:
        return INVITATIONS[delivery.kind](self._plan, delivery.id)

    async def _change(self, delivery: Delivery, _now: datetime) -> Post | None:
        before, after = net(await self._store.changes.told_in(delivery.subject))
        changes = diff(Agenda(before), Agenda(after))
        if not changes:
            return None  # everything was taken back in time
        return notices.change(self._plan.languages, changes, self._plan.room_names, delivery.id)

    async def _custom(self, delivery: Delivery, _now: datetime) -> Post:
        custom = _there(await self._store.announcements.find(delivery.subject))
        return posts.custom(self._plan, custom.text, delivery.id)

    async def _card(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.card(self._plan, _there(await self._store.notes.find(delivery.subject)), delivery.id)

    async def _question(self, delivery: Delivery, _now: datetime) -> Post:
        question = _there(await self._store.questions.find(delivery.subject))
        return prompts.question_card(self._plan, question, delivery.id)

    async def _report(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.report(delivery.subject, delivery.id)


def _there(thing: T | None) -> T:
    if thing is None:
        raise LookupError("what it is about has gone")
    return thing
