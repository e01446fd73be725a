"""What attendance is worked out from: stays in rooms and check-ins, from when to when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta

from bot.documents.export.table import Row, Source, Table, local
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.presence import Stay
from bot.domain.contributions.chatham_stamps import overlap
from bot.domain.plan import Plan
from bot.domain.venue import is_room_of

_MINUTE = timedelta(minutes=1)

COLUMNS = ("person", "person_id", "source", "place", "since", "until", "minutes")


async def table(source: Source) -> Table:
    """One row an interval."""
    return Table(COLUMNS, _pages(source))


async def _pages(source: Source) -> AsyncIterator[Iterable[Row]]:
    plan = source.plan
    async for page in source.store.presence.pages():
        yield stays(plan, page)
    yield check_ins(plan, await source.store.attendance.all())


def stays(plan: Plan, page: Iterable[Stay]) -> Iterator[Row]:
    """One row a stay in a voice or stage room, whose key is its place.

    A stay that reaches into a session under the Chatham House Rule is left out whole: even what is left of one that is
    cut tells who was there.
    """
    if plan.wholly_confidential:
        return
    secret = plan.stamps | plan.agenda_stamps
    for stay in page:
        if not any(is_room_of(stamp, stay.room) and stamp.time and overlap(stamp.time, stay.time) for stamp in secret):
            person, name, room, (since, until) = stay
            yield name, str(person), "voice", room, local(plan, since), local(plan, until), _minutes(since, until)


def check_ins(plan: Plan, presences: Iterable[CheckIn]) -> Iterator[Row]:
    """One row a check-in, whose place is its session, to whose end it counts; none of confidential sessions."""
    for one in presences:
        session = plan.agenda.find(one.session)
        if session and one.session not in plan.confidential_sessions:
            until = max(one.since, session.ends_at)
            times = local(plan, one.since), local(plan, until), _minutes(one.since, until)
            yield one.name, str(one.person), "check-in", one.session, *times


def _minutes(since: datetime, until: datetime) -> float:
    return round((until - since) / _MINUTE, 1)
