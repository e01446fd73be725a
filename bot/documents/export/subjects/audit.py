"""The audit: what moderators and organisers did, exports included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator

from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Attribution, Note
from bot.domain.contributions.questions import Question
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.store.audit import AuditEntry

_WORD = re.compile(r"[\w-]+")
COLUMNS = ("at", "who", "name", "what", "subject", "former", "latter")


#: Deeds about notes and questions, by how their ids begin.
_CONTRIBUTIONS = ("review/", "question/")


async def table(source: Source) -> Table:
    """One row a deed."""
    store, plan = source.store, source.plan
    said = [*await store.notes.all(), *await store.questions.all()]
    secret = {one.id for one in said if chatham.is_confidential(plan, one)}
    named = {one.id for one in said if one.id not in secret and _is_named(one)}
    secrets, veil = frozenset(plan.confidential_sessions | secret), await store.facts.veil()

    def unlinked(told: str) -> str:
        return chatham.veil_ids(told, veil, named)

    told = rows(plan, await store.audit.all(), store.participants.of, secrets, unlinked)
    return whole(COLUMNS, await asyncio.to_thread(list, told))


def _is_named(said: Note | Question) -> bool:
    return said.attribution is Attribution.NAME if isinstance(said, Note) else not said.anonymous


def rows(
    plan: Plan,
    deeds: Iterable[AuditEntry],
    place_of: Callable[[int], Participant | None],
    secrets: frozenset[str],
    unlinked: Callable[[str], str],
) -> Iterator[Row]:
    """One row a deed, in the order in which they come; at the end what concerns sessions under the Chatham House Rule.

    Of that there is what was done, not by whom, to whom or when. `secrets`: the ids of these sessions, and of what was
    said in them. `unlinked`: takes out of a text the ids that lead to who shared a note or asked.
    """
    secret: list[Row] = []
    for deed in deeds:
        texts = (deed.subject, deed.former, deed.latter)
        if plan.wholly_confidential or not secrets.isdisjoint(_WORD.findall(" ".join(filter(None, texts)))):
            secret.append((None, None, None, deed.what, None, None, None))
        else:
            place = place_of(deed.who)
            who = str(deed.who) if deed.who else None
            name = place.name if place else None
            if deed.id.startswith(_CONTRIBUTIONS):
                texts = tuple(told and unlinked(told) for told in texts)
            yield local(plan, deed.at), who, name, deed.what, *texts
    yield from chatham.shuffled(secret)
