"""The audit: what moderators and organisers did, exports included."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from bot.domain import chatham
from bot.domain.plan import Plan
from bot.exporting.table import Row, Source, Table, local, whole
from bot.store.audit import Deed

COLUMNS = ("at", "who", "name", "what", "subject", "former", "latter")


async def table(source: Source) -> Table:
    """One row a deed."""
    deeds = await source.store.audit.all()
    return whole(COLUMNS, await asyncio.to_thread(list, rows(source, deeds)))


def rows(source: Source, deeds: Iterable[Deed]) -> Iterator[Row]:
    """One row a deed, in the order in which they come; at the end what concerns sessions under the Chatham House Rule.

    Of that there is what was done, not by whom, to whom or when.
    """
    plan, place_of = source.plan, source.store.people.of
    secret: list[Row] = []
    for deed in deeds:
        if _confidential(plan, deed):
            secret.append((None, None, None, deed.what, None, None, None))
        else:
            place = place_of(deed.who)
            who = str(deed.who) if deed.who else None
            name = place.name if place else None
            yield local(plan, deed.at), who, name, deed.what, deed.subject, deed.former, deed.latter
    yield from chatham.shuffled(secret)


def _confidential(plan: Plan, deed: Deed) -> bool:
    """Whether it may tell of somebody in a session under the rule: all may, if the whole workshop is."""
    told = f"{deed.subject} {deed.former} {deed.latter}"
    return plan.chatham_house or any(session in told for session in plan.confidential_sessions)
