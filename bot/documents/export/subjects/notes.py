"""Notes: those that an audience may read, each signed as its author chose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.documents.export.table import Cell, Row, Source, Table, local
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Attribution, Audience, Detail, Note, Signature, signature, visible_to
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan

_DETAILS = tuple(Detail)
COLUMNS = (
    "id", "written_at", "author", "author_id", "administration", "country", "organisation", "region", "topic",
    "kind", "title", "did", "learned", *map(str, _DETAILS), "echoes", "visibility", "attribution",
)  # fmt: skip

AuthorOf = Callable[[int], Participant | None]
Veil = Callable[[str], str]


async def table(source: Source) -> Table:
    """One row a note."""
    echoes = await source.store.contacts.echoes()
    return Table(COLUMNS, _pages(source, echoes, await source.store.facts.veil()))


async def _pages(source: Source, echoes: Mapping[str, int], veil: Veil) -> AsyncIterator[Iterable[Row]]:
    told = _Rows(source.plan, source.audience, source.store.participants.of, echoes, veil)
    async for page in source.store.notes.pages():
        yield told.signed(page)
    yield told.unsigned()


def rows(  # noqa: PLR0913, PLR0917 - notes, for whom, and what belongs to them
    plan: Plan,
    notes: Iterable[Note],
    audience: Audience,
    author_of: AuthorOf,
    echoes: Mapping[str, int],
    veil: Veil = str,
) -> Iterator[Row]:
    """One row a note that the audience may read, to the letter as it was kept, in the order in which they come.

    Of its author there is what they chose to tell; `veil` makes the id of a note whose author isn't named. `echoes`:
    how many do the same, by note. At the end those under the Chatham House Rule, without anything that leads to their
    authors.
    """
    told = _Rows(plan, audience, author_of, echoes, veil)
    yield from told.signed(notes)
    yield from told.unsigned()


class _Rows:
    """See `rows`."""

    def __init__(
        self, plan: Plan, audience: Audience, author_of: AuthorOf, echoes: Mapping[str, int], veil: Veil
    ) -> None:
        self._plan = plan
        self._audience = audience
        self._author_of = author_of
        self._echoes = echoes
        self._veil = veil
        self._secret: list[Note] = []

    def signed(self, notes: Iterable[Note]) -> Iterator[Row]:
        """Those that may be signed; the others are kept for `unsigned`."""
        plan = self._plan
        for note in notes:
            if not visible_to(note, self._audience):
                continue
            if chatham.is_confidential(plan, note):
                self._secret.append(note)
            else:
                author = signature(note, self._author_of(note.author))
                key = self._veil(note.id) if author.person is None else note.id
                yield _row(plan, note, author, key, local(plan, note.written_at), self._echoes.get(note.id, 0))

    def unsigned(self) -> Iterator[Row]:
        """Those under the Chatham House Rule, when all the others have been told."""
        told = chatham.nameable_groups((note.topic, note.author) for note in self._secret)
        yield from chatham.shuffled(
            _row(
                self._plan, _bare(note, told=note.topic in told), Signature(), None, None, self._echoes.get(note.id, 0)
            )
            for note in self._secret
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


def _author(plan: Plan, signed: Signature) -> tuple[Cell, ...]:
    """Name, id, administration, country, kind of organisation and region, each where it may be told."""
    return (
        signed.name or None,
        str(signed.person) if signed.person is not None else None,
        signed.administration or None,
        signed.country or None,
        str(signed.organisation) if signed.organisation else None,
        plan.region[plan.languages[0]] if plan.region and signed.region else None,
    )
