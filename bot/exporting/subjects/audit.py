"""The audit: what moderators and organisers did, exports included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from bot.domain import chatham
from bot.domain.participants import Participant
from bot.domain.plan import Plan
from bot.exporting.table import Row, Source, Table, local, whole
from bot.store.audit import Deed

COLUMNS = ("at", "who", "name", "what", "subject", "former", "latter")


async def table(source: Source) -> Table:
    """One row a deed."""
    store, under = source.store, source.plan.confidential_sessions
    asked = [one.id for one in await store.questions.all() if one.session in under] if under else []
    told = rows(source.plan, await store.audit.all(), store.people.of, frozenset((*under, *asked)))
    return whole(COLUMNS, await asyncio.to_thread(list, told))


def rows(
    plan: Plan, deeds: Iterable[Deed], place_of: Callable[[int], Participant | None], secrets: frozenset[str]
) -> Iterator[Row]:
    """One row a deed, in the order in which they come; at the end what concerns sessions under the Chatham House Rule.

    Of that there is what was done, not by whom, to whom or when. `secrets`: the ids of these sessions, and of what was
    asked in them.
    """
    secret: list[Row] = []
    for deed in deeds:
        if _confidential(plan, deed, secrets):
            secret.append((None, None, None, deed.what, None, None, None))
        else:
            place = place_of(deed.who)
            who = str(deed.who) if deed.who else None
            name = place.name if place else None
            yield local(plan, deed.at), who, name, deed.what, deed.subject, deed.former, deed.latter
    yield from chatham.shuffled(secret)


def _confidential(plan: Plan, deed: Deed, secrets: frozenset[str]) -> bool:
    """Whether it may tell of somebody in a session under the rule: all may, if the whole workshop is."""
    told = f"{deed.subject} {deed.former} {deed.latter}"
    return plan.chatham_house or any(secret in told for secret in secrets)
