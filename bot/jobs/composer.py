"""What a delivery says: from its kind and subject, through plan and store, to a post that is true now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from bot.domain.agenda import daily_digest as daily_digest_rules
from bot.domain.agenda import run_of_show
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup
from bot.domain.agenda.reschedule import Now
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.announcements import DeliveryState, Kind, requested, subjects
from bot.domain.contributions import pledges as pledge_rules
from bot.domain.contributions.notes import Signature, has_card, signature
from bot.domain.contributions.questions import QuestionState, questions_still_open
from bot.domain.plan import Plan
from bot.domain.venue import topic_room
from bot.messages import (
    agenda,
    agenda_changes,
    announcements,
    breakouts,
    certificates,
    control_panel,
    feedback,
    pledges,
    questions,
)
from bot.messages import daily_digest as daily_digest_messages
from bot.messages import notes as cards
from bot.messages import post as post_messages
from bot.messages.post import Post
from bot.platform.venue import Venue
from bot.store import Store
from bot.store.agenda_changes import net
from bot.store.delivery.deliveries import Delivery
from bot.store.programme import PlanInForce

T = TypeVar("T")

#: What is told of sessions; those that start or end at the same instant share a message.
SESSION_KINDS = (Kind.LADDER, Kind.SOON, Kind.START, Kind.END, Kind.FEEDBACK)


class Composer:
    """Writes each kind of message."""

    def __init__(self, programme: PlanInForce, store: Store, venue: Venue) -> None:
        self._programme = programme
        self._store = store
        self._venue = venue
        self._by_kind: dict[Kind, Callable[[Delivery, datetime], Awaitable[Post | None]]] = {
            Kind.WELCOME: self._welcome,
            Kind.AGENDA: self._agenda,
            Kind.TOPIC: self._topic,
            Kind.PANEL: self._panel,
            Kind.DIGEST: self._digest,
            **dict.fromkeys(SESSION_KINDS, self._sessions),
            Kind.WORD: self._word,
            Kind.OPEN: self._open,
            Kind.ASK: self._ask,
            Kind.PLEDGE: self._pledge,
            Kind.FOLLOW_UP: self._follow_up,
            Kind.EVALUATION: self._evaluation,
            Kind.GROUP: self._group,
            Kind.LEFT: self._left,
            Kind.BACK: self._back,
            Kind.CHANGE: self._change,
            Kind.HOLD: self._hold,
            Kind.CUSTOM: self._custom,
            Kind.CARD: self._card,
            Kind.REQUEST: self._request,
            Kind.QUESTION: self._question,
            Kind.CERTIFICATES: self._certificates,
            Kind.TEAM_REQUEST: self._team_request,
            Kind.REPORT: self._report,
        }

    async def post(self, delivery: Delivery, now: datetime) -> Post | None:
        """The message; None if there is nothing left to say. Raises LookupError if what it is about has gone."""
        post = await self._by_kind[delivery.kind](delivery, now)
        return replace(post, whole=announcements.whole_button(self._plan, delivery.id)) if post else None

    async def room(self, delivery: Delivery) -> str | None:
        """The room in which the message must stand; None if in none (any more)."""
        match delivery.kind:
            case Kind.CARD:
                note = await self._store.notes.find(delivery.subject)
                return topic_room(note.topic) if note and has_card(note) else None
            case Kind.REQUEST:
                asked = await self._store.contacts.requested(delivery.subject)
                return delivery.room if asked and asked.text is not None else None
            case Kind.QUESTION:
                return delivery.room if await self._store.questions.find(delivery.subject) else None
            case Kind.TEAM_REQUEST if delivery.subject:
                place, _ = requested(delivery.subject)
                return delivery.room if self._store.participants.find(place) else None
            case Kind.REPORT | Kind.TEAM_REQUEST:
                return delivery.room if delivery.subject else None
            case _:
                return delivery.room

    @property
    def _plan(self) -> Plan:
        return self._programme.plan

    async def _welcome(self, delivery: Delivery, _now: datetime) -> Post:
        return announcements.welcome(self._plan, delivery.id)

    async def _agenda(self, delivery: Delivery, now: datetime) -> Post:
        days = {day.isoformat(): day for day in self._plan.agenda.days}
        return agenda.agenda(self._plan, _there(days.get(delivery.subject)), now, delivery.id)

    async def _topic(self, delivery: Delivery, _now: datetime) -> Post:
        return announcements.topic_opening(self._plan, _there(self._plan.topic(delivery.subject)), delivery.id)

    async def _sessions(self, delivery: Delivery, now: datetime) -> Post | None:
        """One post for all sessions that it is about, less those that were told of in another one meanwhile."""
        told = {
            subject
            for one in await self._store.deliveries.sent(delivery.kind)
            if one.due == delivery.due and one.id != delivery.id
            for subject in subjects(one.subject)
        }
        if delivery.kind is Kind.LADDER:
            told |= (await self._store.restraints.here()).keys()
        found = (self._plan.agenda.find(subject) for subject in subjects(delivery.subject) if subject not in told)
        sessions = [session for session in found if session is not None]
        if not sessions:
            return None
        of_each = [self._session(delivery, session, now) for session in sessions]
        return announcements.together(of_each, [session.title[self._plan.languages[0]] for session in sessions])

    async def _word(self, delivery: Delivery, _now: datetime) -> Post:
        session = _there(self._plan.agenda.find(delivery.subject))
        return announcements.word(self._plan, session, self._programme.word(session.id), delivery.id)

    def _session(self, delivery: Delivery, session: Session, now: datetime) -> Post:
        plan, rooms, mark = self._plan, self._venue.rooms, delivery.id
        match delivery.kind:
            case Kind.LADDER:
                return control_panel.ladder(plan, session, now, mark)
            case Kind.SOON:
                return announcements.soon(plan, session, rooms, mark)
            case Kind.START:
                return announcements.start(plan, session, rooms, mark)
            case Kind.END:
                return announcements.end(plan, session, mark)
            case _:
                return feedback.rate(plan, session, mark)

    async def _panel(self, delivery: Delivery, now: datetime) -> Post:
        """The latest one is true; those before it say where to look."""
        place = (delivery.due, delivery.id)
        if any((one.due, one.id) > place for one in await self._store.deliveries.sent(Kind.PANEL)):
            return control_panel.moved(self._plan, delivery.due, delivery.id)
        plan, moment, hold = self._plan, Now(now, self._plan.tz), await self._store.restraints.hold()
        live, coming = plan.agenda.live(now), run_of_show.next_sessions(plan.agenda, moment)
        standing = control_panel.DayStatus(
            state=run_of_show.show_state(plan.agenda, self._programme.sequences, hold, moment),
            live=live,
            coming=coming,
            late=run_of_show.lateness(plan.agenda, self._programme.filed, moment),
            check_ins=await self._store.attendance.counts(),
            questions=await self._store.questions.waiting(),
            here=frozenset(await self._store.restraints.here()),
            hold=hold,
        )
        return control_panel.panel(plan, standing, now, self._venue.rooms, delivery.id)

    async def _hold(self, delivery: Delivery, _now: datetime) -> Post | None:
        hold = await self._store.restraints.hold()
        return announcements.hold(self._plan, delivery.id) if hold and hold.id == delivery.subject else None

    async def _digest(self, delivery: Delivery, _now: datetime) -> Post:
        store, plan, day = self._store, self._plan, date.fromisoformat(delivery.subject)
        there = await store.attendance.all(), await store.presence.all()
        said = await store.notes.all(), await store.questions.all()
        told = await asyncio.to_thread(daily_digest_rules.digest_of_day, plan, day, *there, *said)
        cards = {one.subject: one for one in await store.deliveries.sent(Kind.CARD)}
        links = {
            note.id: f"https://discord.com/channels/{self._venue.guild_id}/{card.channel_id}/{card.message_id}"
            for note in told.notes
            if (card := cards.get(note.id))
        }
        return daily_digest_messages.digest(plan, told, links, delivery.id)

    async def _ask(self, delivery: Delivery, _now: datetime) -> Post:
        return questions.ask_opening(self._plan, delivery.id)

    async def _pledge(self, delivery: Delivery, _now: datetime) -> Post:
        return pledges.pledge(self._plan, delivery.id)

    async def _follow_up(self, delivery: Delivery, _now: datetime) -> Post | None:
        found = pledge_rules.public_pledges(self._plan, await self._store.pledges.all())
        if not found and delivery.state is not DeliveryState.SENT:
            return None
        return pledges.follow_up(self._plan, int(delivery.subject), found, delivery.id)

    async def _evaluation(self, delivery: Delivery, _now: datetime) -> Post:
        return feedback.evaluation(self._plan, delivery.id)

    async def _of_group(self, delivery: Delivery) -> tuple[Session, Breakout, BreakoutGroup]:
        breakout_id, _, number = delivery.subject.partition(":")
        breakout = _there(await self._store.breakouts.find(breakout_id))
        return self._programme.session(breakout.session), breakout, _there(breakout.group(int(number)))

    async def _group(self, delivery: Delivery, _now: datetime) -> Post:
        return breakouts.opening(self._plan, *await self._of_group(delivery), self._venue.rooms, delivery.id)

    async def _left(self, delivery: Delivery, _now: datetime) -> Post:
        return breakouts.left(self._plan, *await self._of_group(delivery), self._venue.rooms, delivery.id)

    async def _back(self, delivery: Delivery, _now: datetime) -> Post:
        return breakouts.back(self._plan, *await self._of_group(delivery), self._venue.rooms, delivery.id)

    async def _change(self, delivery: Delivery, _now: datetime) -> Post | None:
        before, after = net(await self._store.agenda_changes.told_in(delivery.subject))
        changes = diff(Agenda(before), Agenda(after))
        if not changes:
            return None  # everything was taken back in time
        return agenda_changes.change(self._plan.languages, changes, self._plan.room_names, delivery.id)

    async def _custom(self, delivery: Delivery, _now: datetime) -> Post:
        custom = _there(await self._store.announcements.find(delivery.subject))
        notifies = self._venue.role_id(custom.audience) if custom.audience else None
        return announcements.custom(self._plan, custom.text, delivery.id, notifies)

    async def _card(self, delivery: Delivery, _now: datetime) -> Post:
        note = _there(await self._store.notes.find(delivery.subject))
        signed = signature(note, self._store.participants.of(note.author))
        echoes = len(await self._store.contacts.echoes_of(note.id))
        return cards.card(self._plan, note, signed, echoes, delivery.id, await self._beside(note.id))

    async def _beside(self, note_id: str) -> list[Signature]:
        """Who wrote the notes that have become a part of this one, as each of them wants to be named."""
        merged = [await self._store.notes.find(each) for each in await self._store.note_reviews.merged_into(note_id)]
        return [signature(note, self._store.participants.of(note.author)) for note in merged if note]

    async def _request(self, delivery: Delivery, _now: datetime) -> Post:
        asked = _there(await self._store.contacts.requested(delivery.subject))
        return cards.request(self._plan, asked, self._venue.guild_id or 0, delivery.id)

    async def _question(self, delivery: Delivery, _now: datetime) -> Post:
        question = _there(await self._store.questions.find(delivery.subject))
        other = await self._store.questions.find(question.merged_into) if question.merged_into else None
        if other and other.state is QuestionState.HIDDEN:
            other = None
        return questions.question_card(self._plan, question, delivery.id, other)

    async def _open(self, delivery: Delivery, _now: datetime) -> Post | None:
        found = questions_still_open(await self._store.questions.all(), delivery.subject)
        if not found and delivery.state is not DeliveryState.SENT:
            return None
        session = _there(self._plan.agenda.find(delivery.subject))
        return questions.open_questions(self._plan, session, found, delivery.id)

    async def _certificates(self, delivery: Delivery, _now: datetime) -> Post:
        return certificates.certificates(self._plan, delivery.id)

    async def _team_request(self, delivery: Delivery, _now: datetime) -> Post:
        place, person = requested(delivery.subject)
        return control_panel.team_request(self._plan, _there(self._store.participants.find(place)), person, delivery.id)

    async def _report(self, delivery: Delivery, _now: datetime) -> Post:
        return post_messages.report(delivery.subject, delivery.id)


def _there(thing: T | None) -> T:
    if thing is None:
        raise LookupError("what it is about has gone")
    return thing
