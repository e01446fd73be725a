"""The audit: what moderators and organisers did, exports included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator

from bot.documents.export.subject import TABULAR, ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Attribution, Audience, Note
from bot.domain.contributions.questions import Question
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.store.audit import AuditEntry

COLUMNS = ("at", "who", "name", "what", "subject", "former", "latter")

_WORD = re.compile(r"[\w-]+")

#: The ids of audit entries about notes and questions begin with these.
_CONTRIBUTIONS = ("review/", "question/")


def audit_rows(
    plan: Plan,
    entries: Iterable[AuditEntry],
    place_of: Callable[[int], Participant | None],
    secret_ids: frozenset[str],
    unlinked: Callable[[str], str],
) -> Iterator[Row]:
    """One row per audit entry, in the order of `entries`; last come those about sessions under the Chatham House Rule.

    Those state the action without people or times. `secret_ids`: the ids of these sessions, and of the notes and
    questions shared in them. `unlinked`: removes from a text the ids that lead to the author of a note or question.
    """
    secret: list[Row] = []
    for entry in entries:
        texts = (entry.subject, entry.former, entry.latter)
        if plan.wholly_confidential or not secret_ids.isdisjoint(_WORD.findall(" ".join(filter(None, texts)))):
            secret.append((None, None, None, entry.what, None, None, None))
        else:
            place = place_of(entry.who)
            who = str(entry.who) if entry.who else None
            name = place.name if place else None
            if entry.id.startswith(_CONTRIBUTIONS):
                texts = tuple(part and unlinked(part) for part in texts)
            yield local(plan, entry.at), who, name, entry.what, *texts
    yield from chatham.shuffled(secret)


async def _table(source: Source) -> Table:
    store, plan = source.store, source.plan
    contributions = [*await store.notes.all(), *await store.questions.all()]
    secret = {contribution.id for contribution in contributions if chatham.is_confidential(plan, contribution)}
    named = {
        contribution.id
        for contribution in contributions
        if contribution.id not in secret and _names_its_author(contribution)
    }
    secret_ids, veil = frozenset(plan.confidential_sessions | secret), await store.facts.veil()

    def unlinked(part: str) -> str:
        return chatham.veil_ids(part, veil, named)

    rows = audit_rows(plan, await store.audit.all(), store.participants.of, secret_ids, unlinked)
    return whole(COLUMNS, await asyncio.to_thread(list, rows))


def _names_its_author(contribution: Note | Question) -> bool:
    if isinstance(contribution, Note):
        return contribution.attribution is Attribution.NAME
    return not contribution.anonymous


AUDIT = ExportSubject(
    name="audit",
    description="What moderators and organisers did, exports included, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
    dated=TABULAR,  # each closing pack adds an entry
)
