"""The renderers: for each kind of announcement, what its message says now and in which room it must stand.

A renderer reads the store and the plan in force, and hands values to a function in bot/messages that returns the post.
A kind without a renderer stops the program when it starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from bot.domain.agenda import daily_digest as daily_digest_rules
from bot.domain.agenda import run_of_show
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup
from bot.domain.agenda.reschedule import Now
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.announcement_kinds import Kind, require_rows
from bot.domain.announcements import DeliveryState, requested, subjects
from bot.domain.contributions import pledges as pledge_rules
from bot.domain.contributions.notes import Signature, has_card, signature
from bot.domain.contributions.questions import QuestionState, questions_still_open
from bot.domain.plan import Plan
from bot.domain.venue import HELP_DESK, topic_room
from bot.messages import (
    agenda,
    agenda_changes,
    announcements,
    breakouts,
    certificates,
    control_panel,
    feedback,
    help_desk,
    pledges,
    questions,
)
from bot.messages import daily_digest as daily_digest_messages
from bot.messages import notes as note_messages
from bot.messages import post as post_messages
from bot.messages.post import Post
from bot.platform.venue import Venue
from bot.store import Store
from bot.store.agenda_changes import net
from bot.store.delivery.deliveries import Delivery
from bot.store.plan_in_force import PlanInForce

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sources:
    """What renderers read."""

    programme: PlanInForce
    store: Store
    venue: Venue

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.programme.plan


PostOf = Callable[[Sources, Delivery, datetime], Awaitable[Post | None]]
"""The message at an instant (UTC); None if there is nothing to say. Raises LookupError if its subject is gone."""

RoomOf = Callable[[Sources, Delivery], Awaitable[str | None]]
"""The key of the room in which the message must stand; None: it must not stand anywhere."""

SessionPost = Callable[[Sources, Session, datetime, str], Post]
"""The message about one session at an instant (UTC), with the delivery's id."""

GroupPost = Callable[[Plan, Session, Breakout, BreakoutGroup, Mapping[str, int], str], Post]
"""The message about one group of a session's breakout, with the rooms and the delivery's id."""

LeftOut = Callable[[Sources, Delivery], Awaitable[set[str]]]
"""The ids of the sessions that the message must not name."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """The two decisions about the message of a kind."""

    post: PostOf
    room: RoomOf


def _present(thing: T | None) -> T:
    if thing is None:
        raise LookupError("the subject of the announcement is gone")
    return thing


# --- the rooms -------------------------------------------------------------------------------------------------


async def _stays(_sources: Sources, delivery: Delivery) -> str | None:
    """The message stands where it was sent, also when its subject is gone."""
    return delivery.room


async def _note_room(sources: Sources, delivery: Delivery) -> str | None:
    note = await sources.store.notes.find(delivery.subject)
    return topic_room(note.topic) if note and has_card(note) else None


async def _note_request_room(sources: Sources, delivery: Delivery) -> str | None:
    asked = await sources.store.contacts.requested(delivery.subject)
    return delivery.room if asked and asked.text is not None else None


async def _question_room(sources: Sources, delivery: Delivery) -> str | None:
    return delivery.room if await sources.store.questions.find(delivery.subject) else None


async def _team_request_room(sources: Sources, delivery: Delivery) -> str | None:
    place = requested(delivery.subject)[0] if delivery.subject else None
    return delivery.room if place and sources.store.participants.find(place) else None


async def _report_room(_sources: Sources, delivery: Delivery) -> str | None:
    return delivery.room if delivery.subject else None


# --- the workshop and its days ---------------------------------------------------------------------------------


def _of_plan(render: Callable[[Plan, str], Post]) -> PostOf:
    """Renders what is made of the plan alone, with the delivery's id."""

    async def post_of(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
        return render(sources.plan, delivery.id)

    return post_of


async def _welcome(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    return announcements.welcome(sources.plan, sources.venue.link(HELP_DESK), delivery.id)


async def _help_desk(sources: Sources, delivery: Delivery, now: datetime) -> Post:
    return help_desk.panel(sources.plan, now, delivery.id)


async def _agenda(sources: Sources, delivery: Delivery, now: datetime) -> Post:
    days = {day.isoformat(): day for day in sources.plan.agenda.days}
    return agenda.agenda(sources.plan, _present(days.get(delivery.subject)), now, delivery.id)


async def _topic(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    return announcements.topic_opening(sources.plan, _present(sources.plan.topic(delivery.subject)), delivery.id)


async def _panel(sources: Sources, delivery: Delivery, now: datetime) -> Post:
    """The latest panel is up to date; the earlier ones say where it is."""
    plan, store = sources.plan, sources.store
    place = (delivery.due, delivery.id)
    if any((sent.due, sent.id) > place for sent in await store.deliveries.sent(Kind.PANEL)):
        return control_panel.moved(plan, delivery.due, delivery.id)
    moment, hold = Now(now, plan.tz), await store.restraints.hold()
    status = control_panel.DayStatus(
        state=run_of_show.show_state(plan.agenda, sources.programme.sequences, hold, moment),
        live=plan.agenda.live(now),
        coming=run_of_show.next_sessions(plan.agenda, moment),
        late=run_of_show.lateness(plan.agenda, sources.programme.filed, moment),
        check_ins=await store.attendance.counts(),
        questions=await store.questions.waiting(),
        here=frozenset(await store.restraints.here()),
        hold=hold,
    )
    return control_panel.panel(plan, status, now, sources.venue.rooms, delivery.id)


async def _hold(sources: Sources, delivery: Delivery, _now: datetime) -> Post | None:
    hold = await sources.store.restraints.hold()
    return announcements.hold(sources.plan, delivery.id) if hold and hold.id == delivery.subject else None


async def _digest(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    store, plan, day = sources.store, sources.plan, date.fromisoformat(delivery.subject)
    present = await store.attendance.all(), await store.presence.all()
    contributed = await store.notes.all(), await store.questions.all()
    digest = await asyncio.to_thread(daily_digest_rules.digest_of_day, plan, day, *present, *contributed)
    cards = {sent.subject: sent for sent in await store.deliveries.sent(Kind.CARD)}
    links = {
        note.id: f"https://discord.com/channels/{sources.venue.guild_id}/{card.channel_id}/{card.message_id}"
        for note in digest.notes
        if (card := cards.get(note.id))
    }
    return daily_digest_messages.digest(plan, digest, links, delivery.id)


async def _change(sources: Sources, delivery: Delivery, _now: datetime) -> Post | None:
    before, after = net(await sources.store.agenda_changes.told_in(delivery.subject))
    changes = diff(Agenda(before), Agenda(after))
    if not changes:
        return None  # everything was undone before the notice was due
    return agenda_changes.change(sources.plan.languages, changes, sources.plan.room_names, delivery.id)


# --- sessions --------------------------------------------------------------------------------------------------


def _of_sessions(render: SessionPost, left_out: LeftOut) -> PostOf:
    """Renders one post about all sessions of a delivery, without those that are left out."""

    async def post_of(sources: Sources, delivery: Delivery, now: datetime) -> Post | None:
        others = await left_out(sources, delivery)
        found = (sources.plan.agenda.find(session) for session in subjects(delivery.subject) if session not in others)
        sessions = [session for session in found if session is not None]
        if not sessions:
            return None
        posts = [render(sources, session, now, delivery.id) for session in sessions]
        return announcements.together(posts, [session.title[sources.plan.languages[0]] for session in sessions])

    return post_of


async def _announced(sources: Sources, delivery: Delivery) -> set[str]:
    """The sessions that another delivery has announced for the same instant."""
    return {
        session
        for sent in await sources.store.deliveries.sent(delivery.kind)
        if sent.due == delivery.due and sent.id != delivery.id
        for session in subjects(sent.subject)
    }


async def _announced_or_arrived(sources: Sources, delivery: Delivery) -> set[str]:
    """Also the sessions whose speakers have arrived."""
    return await _announced(sources, delivery) | (await sources.store.restraints.here()).keys()


def _ladder(sources: Sources, session: Session, now: datetime, mark: str) -> Post:
    return control_panel.ladder(sources.plan, session, now, mark)


def _soon(sources: Sources, session: Session, _now: datetime, mark: str) -> Post:
    return announcements.soon(sources.plan, session, sources.venue.rooms, mark)


def _start(sources: Sources, session: Session, _now: datetime, mark: str) -> Post:
    return announcements.start(sources.plan, session, sources.venue.rooms, mark)


def _end(sources: Sources, session: Session, _now: datetime, mark: str) -> Post:
    return announcements.end(sources.plan, session, mark)


def _feedback(sources: Sources, session: Session, _now: datetime, mark: str) -> Post:
    return feedback.rate(sources.plan, session, mark)


async def _word(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    session = _present(sources.plan.agenda.find(delivery.subject))
    return announcements.word(sources.plan, session, sources.programme.word(session.id), delivery.id)


# --- breakouts -------------------------------------------------------------------------------------------------


def _of_group(render: GroupPost) -> PostOf:
    """Renders the post about one group of a breakout."""

    async def post_of(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
        return render(sources.plan, *await _group_of(sources, delivery), sources.venue.rooms, delivery.id)

    return post_of


async def _group_of(sources: Sources, delivery: Delivery) -> tuple[Session, Breakout, BreakoutGroup]:
    breakout_id, _, number = delivery.subject.partition(":")
    breakout = _present(await sources.store.breakouts.find(breakout_id))
    return sources.programme.session(breakout.session), breakout, _present(breakout.group(int(number)))


# --- notes, questions and pledges ------------------------------------------------------------------------------


async def _card(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    store = sources.store
    note = _present(await store.notes.find(delivery.subject))
    signed = signature(note, store.participants.of(note.author))
    echoes = len(await store.contacts.echoes_of(note.id))
    merged, files = await _merged(sources, note.id), await store.note_files.of(note.id)
    return note_messages.card(sources.plan, note, signed, echoes, delivery.id, merged, files)


async def _merged(sources: Sources, note_id: str) -> list[Signature]:
    """The signatures of the notes that were merged into this one."""
    store = sources.store
    merged = [await store.notes.find(other) for other in await store.note_reviews.merged_into(note_id)]
    return [signature(note, store.participants.of(note.author)) for note in merged if note]


async def _note_request(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    asked = _present(await sources.store.contacts.requested(delivery.subject))
    return note_messages.request(sources.plan, asked, sources.venue.guild_id or 0, delivery.id)


async def _question(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    store = sources.store
    question = _present(await store.questions.find(delivery.subject))
    other = await store.questions.find(question.merged_into) if question.merged_into else None
    if other and other.state is QuestionState.HIDDEN:
        other = None
    return questions.question_card(sources.plan, question, delivery.id, other)


async def _open(sources: Sources, delivery: Delivery, _now: datetime) -> Post | None:
    waiting = questions_still_open(await sources.store.questions.all(), delivery.subject)
    if not waiting and delivery.state is not DeliveryState.SENT:
        return None
    session = _present(sources.plan.agenda.find(delivery.subject))
    return questions.open_questions(sources.plan, session, waiting, delivery.id)


async def _follow_up(sources: Sources, delivery: Delivery, _now: datetime) -> Post | None:
    public = pledge_rules.public_pledges(sources.plan, await sources.store.pledges.all())
    if not public and delivery.state is not DeliveryState.SENT:
        return None
    return pledges.follow_up(sources.plan, int(delivery.subject), public, delivery.id)


# --- moderators and the team -----------------------------------------------------------------------------------


async def _custom(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    custom = _present(await sources.store.announcements.find(delivery.subject))
    notifies = sources.venue.role_id(custom.audience) if custom.audience else None
    return announcements.custom(sources.plan, custom.text, delivery.id, notifies)


async def _team_request(sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    place_id, person = requested(delivery.subject)
    place = _present(sources.store.participants.find(place_id))
    return control_panel.team_request(sources.plan, place, person, delivery.id)


async def _report(_sources: Sources, delivery: Delivery, _now: datetime) -> Post:
    return post_messages.report(delivery.subject, delivery.id)


#: One renderer for each kind.
RENDERERS: Mapping[Kind, Renderer] = {
    Kind.WELCOME: Renderer(_welcome, _stays),
    Kind.HELP_DESK: Renderer(_help_desk, _stays),
    Kind.PANEL: Renderer(_panel, _stays),
    Kind.AGENDA: Renderer(_agenda, _stays),
    Kind.TOPIC: Renderer(_topic, _stays),
    Kind.ASK: Renderer(_of_plan(questions.ask_opening), _stays),
    Kind.WORD: Renderer(_word, _stays),
    Kind.LADDER: Renderer(_of_sessions(_ladder, _announced_or_arrived), _stays),
    Kind.SOON: Renderer(_of_sessions(_soon, _announced), _stays),
    Kind.START: Renderer(_of_sessions(_start, _announced), _stays),
    Kind.END: Renderer(_of_sessions(_end, _announced), _stays),
    Kind.FEEDBACK: Renderer(_of_sessions(_feedback, _announced), _stays),
    Kind.OPEN: Renderer(_open, _stays),
    Kind.DIGEST: Renderer(_digest, _stays),
    Kind.PLEDGE: Renderer(_of_plan(pledges.pledge), _stays),
    Kind.EVALUATION: Renderer(_of_plan(feedback.evaluation), _stays),
    Kind.FOLLOW_UP: Renderer(_follow_up, _stays),
    Kind.GROUP: Renderer(_of_group(breakouts.opening), _stays),
    Kind.LEFT: Renderer(_of_group(breakouts.left), _stays),
    Kind.BACK: Renderer(_of_group(breakouts.back), _stays),
    Kind.CHANGE: Renderer(_change, _stays),
    Kind.HOLD: Renderer(_hold, _stays),
    Kind.CUSTOM: Renderer(_custom, _stays),
    Kind.CARD: Renderer(_card, _note_room),
    Kind.REQUEST: Renderer(_note_request, _note_request_room),
    Kind.QUESTION: Renderer(_question, _question_room),
    Kind.CERTIFICATES: Renderer(_of_plan(certificates.certificates), _stays),
    Kind.TEAM_REQUEST: Renderer(_team_request, _team_request_room),
    Kind.REPORT: Renderer(_report, _report_room),
}

require_rows(RENDERERS, "RENDERERS in bot/jobs/renderers.py")
