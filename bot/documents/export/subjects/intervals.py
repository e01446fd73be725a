"""Intervals: the stays in rooms and the check-ins that attendance is computed from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.presence import Stay
from bot.domain.contributions.chatham_stamps import overlap
from bot.domain.contributions.notes import Audience
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.venue import is_room_of

COLUMNS = ("person", "person_id", "source", "place", "since", "until", "minutes")

_MINUTE = timedelta(minutes=1)


def stay_rows(plan: Plan, stays: Iterable[Stay]) -> Iterator[Row]:
    """One row per stay in a voice or stage room, whose place is the room's key.

    A stay that overlaps a session under the Chatham House Rule is left out whole: even the rest of it would show who
    was there.
    """
    if plan.wholly_confidential:
        return
    stamps = plan.stamps | plan.agenda_stamps
    for stay in stays:
        if not any(is_room_of(stamp, stay.room) and stamp.time and overlap(stamp.time, stay.time) for stamp in stamps):
            person, name, room, (since, until) = stay
            yield name, str(person), "voice", room, local(plan, since), local(plan, until), _minutes(since, until)


def check_in_rows(plan: Plan, check_ins: Iterable[CheckIn]) -> Iterator[Row]:
    """One row per check-in, whose place is its session and whose end is the session's; no confidential sessions."""
    for check_in in check_ins:
        session = plan.agenda.find(check_in.session)
        if session and check_in.session not in plan.confidential_sessions:
            until = max(check_in.since, session.ends_at)
            times = local(plan, check_in.since), local(plan, until), _minutes(check_in.since, until)
            yield check_in.name, str(check_in.person), "check-in", check_in.session, *times


def _minutes(since: datetime, until: datetime) -> float:
    return round((until - since) / _MINUTE, 1)


async def _table(source: Source) -> Table:
    return Table(COLUMNS, _pages(source))


async def _pages(source: Source) -> AsyncIterator[Iterable[Row]]:
    plan = source.plan
    async for stays in source.store.presence.pages():
        yield stay_rows(plan, stays)
    yield check_in_rows(plan, await source.store.attendance.all())


INTERVALS = ExportSubject(
    name="intervals",
    description="Every stay and check-in from when to when, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
