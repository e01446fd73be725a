"""What a delivery says: from its kind and subject, through plan and store, to a post that is true now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from bot import cards, notices, posts, prompts
from bot.domain.agenda import Agenda, Session
from bot.domain.announcements import Kind
from bot.domain.changes import diff
from bot.domain.notes import shown, signature
from bot.domain.plan import Plan
from bot.domain.venue import topic_room
from bot.posts import Post
from bot.programme import Programme
from bot.store import Store
from bot.store.changes import net
from bot.store.deliveries import Delivery
from bot.venue import Venue

T = TypeVar("T")


class Composer:
    """Writes each kind of message."""

    def __init__(self, programme: Programme, store: Store, venue: Venue) -> None:
        self._programme = programme
        self._store = store
        self._venue = venue
        self._by_kind: dict[Kind, Callable[[Delivery, datetime], Awaitable[Post | None]]] = {
            Kind.AGENDA: self._agenda,
            Kind.TOPIC: self._topic,
            Kind.WORD: self._word,
            Kind.SOON: self._soon,
            Kind.START: self._start,
            Kind.END: self._end,
            Kind.FEEDBACK: self._feedback,
            Kind.ASK: self._ask,
            Kind.PLEDGE: self._pledge,
            Kind.EVALUATION: self._evaluation,
            Kind.CHANGE: self._change,
            Kind.CUSTOM: self._custom,
            Kind.CARD: self._card,
            Kind.REQUEST: self._request,
            Kind.QUESTION: self._question,
            Kind.REPORT: self._report,
        }

    async def post(self, delivery: Delivery, now: datetime) -> Post | None:
        """The message; None if there is nothing left to say. Raises LookupError if what it is about has gone."""
        return await self._by_kind[delivery.kind](delivery, now)

    async def room(self, delivery: Delivery) -> str | None:
        """The room in which the message must stand; None if in none (any more)."""
        match delivery.kind:
            case Kind.CARD:
                note = await self._store.notes.find(delivery.subject)
                return topic_room(note.topic) if note and shown(note) else None
            case Kind.REQUEST:
                asked = await self._store.contacts.requested(delivery.subject)
                return delivery.room if asked and asked.text is not None else None
            case _:
                return delivery.room

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    def _session(self, delivery: Delivery) -> Session:
        return _there(self._plan.agenda.find(delivery.subject))

    async def _agenda(self, delivery: Delivery, now: datetime) -> Post:
        days = {day.isoformat(): day for day in self._plan.agenda.days}
        return posts.agenda(self._plan, _there(days.get(delivery.subject)), now, delivery.id)

    async def _topic(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.topic_opening(self._plan, _there(self._plan.topic(delivery.subject)), delivery.id)

    async def _word(self, delivery: Delivery, _now: datetime) -> Post:
        session = self._session(delivery)
        return posts.word(self._plan, session, self._programme.word(session.id), delivery.id)

    async def _soon(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.soon(self._plan, self._session(delivery), self._venue.rooms, delivery.id)

    async def _start(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.start(self._plan, self._session(delivery), self._venue.rooms, delivery.id)

    async def _end(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.end(self._plan, self._session(delivery), delivery.id)

    async def _feedback(self, delivery: Delivery, _now: datetime) -> Post:
        return prompts.rate(self._plan, self._session(delivery), delivery.id)

    async def _ask(self, delivery: Delivery, _now: datetime) -> Post:
        return prompts.ask_opening(self._plan, delivery.id)

    async def _pledge(self, delivery: Delivery, _now: datetime) -> Post:
        return prompts.pledge(self._plan, delivery.id)

    async def _evaluation(self, delivery: Delivery, _now: datetime) -> Post:
        return prompts.evaluation(self._plan, delivery.id)

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
        note = _there(await self._store.notes.find(delivery.subject))
        signed = signature(note, self._store.people.of(note.author))
        echoes = len(await self._store.contacts.echoes_of(note.id))
        return cards.card(self._plan, note, signed, echoes, delivery.id)

    async def _request(self, delivery: Delivery, _now: datetime) -> Post:
        asked = _there(await self._store.contacts.requested(delivery.subject))
        return cards.request(self._plan, asked, self._venue.guild_id or 0, delivery.id)

    async def _question(self, delivery: Delivery, _now: datetime) -> Post:
        question = _there(await self._store.questions.find(delivery.subject))
        return prompts.question_card(self._plan, question, delivery.id)

    async def _report(self, delivery: Delivery, _now: datetime) -> Post:
        return posts.report(delivery.subject, delivery.id)


def _there(thing: T | None) -> T:
    if thing is None:
        raise LookupError("what it is about has gone")
    return thing
