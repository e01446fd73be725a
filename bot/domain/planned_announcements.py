"""Which announcements the plan asks for, and when. They are derived from it, so that nothing has to remember them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Session
from bot.domain.announcement_kinds import KINDS, Kind, Silence
from bot.domain.announcements import Announcement, announce, joined
from bot.domain.local_time import day_of, instant_or_later, months_after
from bot.domain.plan import Plan
from bot.domain.venue import TEAM, topic_room

#: The time before a session at which the team gets its word; earlier, if check-in opens earlier.
WORD_LEAD = timedelta(minutes=15)
#: The last time, before a session, at which the team is asked whether its speakers have arrived.
LAST_RUNG = timedelta(minutes=5)
#: Long past: an announcement due then is sent as soon as its room exists.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
#: The time from a day's last session to its digest.
_DIGEST_AFTER = timedelta(minutes=15)
#: Sessions announced in one message; Discord does not show more.
_TOGETHER = 4


def planned(plan: Plan) -> tuple[Announcement, ...]:
    """Every announcement that the plan asks for, in the order of their instants."""
    welcome = announce(plan.id, Kind.WELCOME, plan.id, BEGINNING, ends=plan.agenda.ends_at)
    help_desk = announce(plan.id, Kind.HELP_DESK, plan.id, BEGINNING, ends=plan.agenda.ends_at)
    derived = [welcome, help_desk, *_topics(plan), *_days(plan), *_words(plan), *_sessions(plan), *_ladder(plan)]
    derived += [*_open_questions(plan), *_invitations(plan), *follow_ups(plan)]
    return tuple(sorted(derived, key=lambda announcement: announcement.due))


def _topics(plan: Plan) -> Iterator[Announcement]:
    for topic in plan.topics:
        due, room = plan.topic_opens_at(topic.id), topic_room(topic.id)
        yield announce(plan.id, Kind.TOPIC, topic.id, due, ends=plan.agenda.ends_at, room=room)


def _days(plan: Plan) -> Iterator[Announcement]:
    for day in plan.agenda.days:
        ends = max(session.ends_at for session in plan.agenda.on(day))
        subject, morning = day.isoformat(), plan.morning(day)
        yield announce(plan.id, Kind.PANEL, subject, morning, ends=ends)
        yield announce(plan.id, Kind.AGENDA, subject, morning, ends=ends)
        if plan.announcements.digest:
            yield announce(plan.id, Kind.DIGEST, subject, ends + _DIGEST_AFTER)


def _words(plan: Plan) -> Iterator[Announcement]:
    lead = max(WORD_LEAD, timedelta(minutes=plan.attendance.opens_before))
    for session in plan.agenda:
        if plan.attendance.word and plan.counts_for_attendance(session):
            yield announce(plan.id, Kind.WORD, session.id, session.starts_at - lead, ends=session.ends_at)


def _sessions(plan: Plan) -> Iterator[Announcement]:
    rules, agenda = plan.announcements, plan.agenda
    for together in _at_once((s for s in agenda if s.kind in rules.soon.kinds), "starts_at"):
        starts = together[0].starts_at
        yield _about(plan, Kind.SOON, together, starts - timedelta(minutes=rules.soon.lead), ends=starts)
    for together in _at_once((s for s in agenda if s.kind in rules.start.kinds), "starts_at"):
        ends = min(session.ends_at for session in together)
        yield _about(plan, Kind.START, together, together[0].starts_at, ends=ends)
    for together in _at_once((s for s in agenda if s.kind in rules.end.kinds), "ends_at"):
        yield _about(plan, Kind.END, together, together[0].ends_at)
    for together in _at_once((s for s in agenda if s.kind in rules.feedback.kinds), "ends_at"):
        yield _about(plan, Kind.FEEDBACK, together, together[0].ends_at)


def _ladder(plan: Plan) -> Iterator[Announcement]:
    """Each question to the team is worth sending until the next one."""
    asked = sorted({timedelta(minutes=minutes) for minutes in plan.announcements.ladder}, reverse=True)
    rungs = [*asked, LAST_RUNG, timedelta(0)] if asked else []
    for together in _at_once((session for session in plan.agenda if session.speakers), "starts_at"):
        starts = together[0].starts_at
        for rung, following in pairwise(rungs):
            yield _about(plan, Kind.LADDER, together, starts - rung, ends=starts - following)


def _open_questions(plan: Plan) -> Iterator[Announcement]:
    for session in plan.agenda:
        if session.topic:
            yield announce(plan.id, Kind.OPEN, session.id, session.ends_at, room=topic_room(session.topic))


def _at_once(sessions: Iterable[Session], edge: str) -> Iterator[tuple[Session, ...]]:
    """The sessions that start, or end, at the same instant: they are announced together."""
    instant_of = attrgetter(edge)
    for _, group in groupby(sorted(sessions, key=lambda session: (instant_of(session), session.id)), key=instant_of):
        together = tuple(group)
        yield from (together[first : first + _TOGETHER] for first in range(0, len(together), _TOGETHER))


def _about(
    plan: Plan, kind: Kind, sessions: tuple[Session, ...], due: datetime, *, ends: datetime | None = None
) -> Announcement:
    return announce(plan.id, kind, joined(tuple(session.id for session in sessions)), due, ends=ends)


def _invitations(plan: Plan) -> Iterator[Announcement]:
    """Yield what is sent once: the room for questions, the pledges at the last session, the evaluation at the end."""
    ends, last = plan.agenda.ends_at, plan.agenda.sessions[-1]
    dues = {Kind.ASK: plan.questions_open_at, Kind.PLEDGE: last.starts_at, Kind.EVALUATION: ends}
    for kind, due in dues.items():
        yield announce(plan.id, kind, "workshop", due, ends=ends)


def follow_ups(plan: Plan) -> tuple[Announcement, ...]:
    """Asks the people who made a pledge how it goes: calendar months after the last day, in the morning."""
    last, clock = plan.agenda.days[-1], plan.announcements.agenda.at
    dues = {n: instant_or_later(months_after(last, n), clock, plan.tz) for n in sorted(set(plan.pledges.follow_up))}
    return tuple(announce(plan.id, Kind.FOLLOW_UP, str(months), due) for months, due in dues.items())


# --- announcements held back -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restraint:
    """The reasons for which planned announcements are not sent."""

    quiet: Collection[Kind] = ()
    """The kinds that are switched off."""
    here: Collection[str] = ()
    """The sessions whose speakers have arrived."""
    held_since: datetime | None = None
    """Since when (UTC) the day is held, if it is."""


def restrained(wanted: Iterable[Announcement], restraint: Restraint, zone: ZoneInfo) -> tuple[Announcement, ...]:
    """Those of `wanted` that are to be sent. A hold is for the announcements after it on its day in `zone`."""
    return tuple(announcement for announcement in wanted if not _withheld(announcement, restraint, zone))


def _withheld(announcement: Announcement, restraint: Restraint, zone: ZoneInfo) -> bool:
    silenced_by, since = KINDS[announcement.kind].silenced_by, restraint.held_since
    if Silence.SWITCH in silenced_by and announcement.kind in restraint.quiet:
        return True
    if Silence.ARRIVAL in silenced_by and all(session in restraint.here for session in announcement.subjects):
        return True
    if Silence.HOLD not in silenced_by or since is None:
        return False
    return announcement.due >= since and day_of(announcement.due, zone) == day_of(since, zone)


# --- effects of another agenda ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effects:
    """The numbers of announcements that another agenda moves, drops and adds."""

    moved: int
    gone: int
    added: int


def effects(before: Plan, after: Plan) -> Effects:
    """The effects on the announcements if `after` replaces `before`."""
    old, new = _dues(before), _dues(after)
    return Effects(
        moved=sum(key in new and new[key] != due for key, due in old.items()),
        gone=len(old.keys() - new.keys()),
        added=len(new.keys() - old.keys()),
    )


def _dues(plan: Plan) -> dict[tuple[Kind, str], datetime]:
    """When participants read each announcement, by kind and session, also where several sessions share a message."""
    public = (announcement for announcement in planned(plan) if announcement.room != TEAM)
    return {(item.kind, subject): item.due for item in public for subject in item.subjects}
