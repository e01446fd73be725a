"""Notes: those that an audience may read, each signed as its author chose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain import chatham
from bot.domain.notes import Attribution, Audience, Detail, Note, Signature, signature, visible_to
from bot.domain.participants import Participant
from bot.domain.plan import Plan
from bot.exporting.table import Cell, Row, Source, Table, local

_DETAILS = tuple(Detail)
COLUMNS = (
    "id", "written_at", "author", "author_id", "administration", "country", "organisation", "region", "topic",
    "kind", "title", "did", "learned", *map(str, _DETAILS), "echoes", "visibility", "attribution",
)  # fmt: skip

AuthorOf = Callable[[int], Participant | None]


async def table(source: Source) -> Table:
    """One row a note."""
    echoes = await source.store.contacts.echoes()
    return Table(COLUMNS, _pages(source, echoes))


async def _pages(source: Source, echoes: Mapping[str, int]) -> AsyncIterator[Iterable[Row]]:
    plan, author_of = source.plan, source.store.people.of
    confidential: list[Note] = []
    async for page in source.store.notes.pages():
        allowed = [note for note in page if visible_to(note, source.audience)]
        named = [note for note in allowed if note.topic not in plan.confidential_topics]
        confidential += [note for note in allowed if note.topic in plan.confidential_topics]
        yield rows(plan, named, source.audience, author_of, echoes)
    yield rows(plan, confidential, source.audience, author_of, echoes)


def rows(
    plan: Plan, notes: Iterable[Note], audience: Audience, author_of: AuthorOf, echoes: Mapping[str, int]
) -> Iterator[Row]:
    """One row a note that the audience may read, to the letter as it was kept, in the order in which they come.

    Of its author there is what they chose to tell. `echoes`: how many do the same, by note. At the end those of topics
    under the Chatham House Rule, without anything that leads to their authors.
    """
    secret: list[Note] = []
    for note in notes:
        if visible_to(note, audience):
            if note.topic in plan.confidential_topics:
                secret.append(note)
            else:
                signed = signature(note, author_of(note.author))
                yield _row(plan, note, signed, note.id, local(plan, note.written_at), echoes.get(note.id, 0))
    told = chatham.told_groups((note.topic, note.author) for note in secret)
    yield from chatham.shuffled(
        _row(plan, _bare(note, told=note.topic in told), Signature(), None, None, echoes.get(note.id, 0))
        for note in secret
    )


def _bare(note: Note, *, told: bool) -> Note:
    """A note without what leads to its author; its topic only if so many wrote about it that nobody is recognised."""
    details = {detail: chatham.without_links(said) for detail, said in note.details.items() if detail != Detail.LINKS}
    return replace(
        note,
        topic=note.topic if told else "",
        title=chatham.without_links(note.title),
        did=chatham.without_links(note.did),
        learned=chatham.without_links(note.learned),
        attribution=Attribution.ANONYMOUS,
        details=details,
    )


def _row(  # noqa: PLR0913, PLR0917 - a note, and what of it may be told
    plan: Plan, note: Note, signed: Signature, key: str | None, written_at: datetime | None, echoes: int
) -> Row:
    return (
        key,
        written_at,
        *_author(plan, signed),
        note.topic or None,
        str(note.kind),
        note.title,
        note.did,
        note.learned,
        *map(note.details.get, _DETAILS),
        echoes,
        str(note.visibility),
        str(note.attribution),
    )


def _author(plan: Plan, signed: Signature) -> Iterator[Cell]:
    """Name, id, administration, country, kind of organisation and region, each where it may be told."""
    yield signed.name or None
    yield str(signed.person) if signed.person is not None else None
    yield signed.administration or None
    yield signed.country or None
    yield str(signed.organisation) if signed.organisation else None
    yield plan.region[plan.languages[0]] if plan.region and signed.region else None
