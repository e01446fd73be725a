"""Notes that an audience may read, each signed as its author chose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Cell, Row, Source, Table, local
from bot.domain.contributions import chatham
from bot.domain.contributions.note_files import NoteFile, names_for_others
from bot.domain.contributions.notes import Attribution, Audience, Detail, Note, Signature, signature, visible_to
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

_DETAILS = tuple(Detail)
COLUMNS = (
    "id", "written_at", "author", "author_id", "administration", "country", "organisation", "region", "topic",
    "kind", "title", "did", "learned", *map(str, _DETAILS), "echoes", "visibility", "attribution",
    "files",
)  # fmt: skip


@dataclass(slots=True)
class NoteRows:
    """Turns notes into rows, a page at a time; those under the Chatham House Rule last, once all others are out."""

    plan: Plan
    audience: Audience
    author_of: Callable[[int], Participant | None]
    echoes: Mapping[str, int]
    """The number of people who do the same, by note id."""
    veil: Callable[[str], str] = str
    """Makes the id of a note whose author isn't named."""
    files: Mapping[str, Sequence[NoteFile]] = field(default_factory=dict[str, Sequence[NoteFile]])
    """By note id."""
    _secret: list[Note] = field(init=False, default_factory=list[Note])

    def all(self, notes: Iterable[Note]) -> Iterator[Row]:
        """One row per note that the audience may read, word for word as it was stored, in the order of `notes`.

        Each is signed as its author chose. Last come the notes under the Chatham House Rule, without anything that
        leads to their authors.
        """
        yield from self.signed(notes)
        yield from self.anonymous()

    def signed(self, notes: Iterable[Note]) -> Iterator[Row]:
        """The notes that may be signed; the others are kept for `anonymous`."""
        for note in notes:
            if not visible_to(note, self.audience):
                continue
            if chatham.is_confidential(self.plan, note):
                self._secret.append(note)
            else:
                author = signature(note, self.author_of(note.author))
                note_id = self.veil(note.id) if author.person is None else note.id
                yield self._row(note, author, note_id, local(self.plan, note.written_at))

    def anonymous(self) -> Iterator[Row]:
        """The notes under the Chatham House Rule that `signed` kept."""
        shown = chatham.nameable_groups((note.topic, note.author) for note in self._secret)
        yield from chatham.shuffled(
            self._row(_anonymous(note, topic_shown=note.topic in shown), Signature(), None, None)
            for note in self._secret
        )

    def _row(self, note: Note, author: Signature, note_id: str | None, written_at: datetime | None) -> Row:
        return (
            note_id,
            written_at,
            *_author_cells(self.plan, author),
            note.topic or None,
            str(note.kind),
            note.title,
            note.did,
            note.learned,
            *map(note.details.get, _DETAILS),
            self.echoes.get(note.id, 0),
            str(note.visibility),
            str(note.attribution),
            ", ".join(names_for_others(self.files.get(note.id, ()), author, self.veil)) or None,
        )


def _anonymous(note: Note, *, topic_shown: bool) -> Note:
    """A note without what leads to its author; its topic only if enough people wrote about it."""
    details = {detail: chatham.without_links(words) for detail, words in note.details.items() if detail != Detail.LINKS}
    return replace(
        note,
        topic=note.topic if topic_shown else "",
        title=chatham.without_links(note.title),
        did=chatham.without_links(note.did),
        learned=chatham.without_links(note.learned),
        attribution=Attribution.ANONYMOUS,
        details=details,
    )


def _author_cells(plan: Plan, author: Signature) -> tuple[Cell, ...]:
    """Name, id, administration, country, kind of organisation and region, each where it may be shown."""
    return (
        author.name or None,
        str(author.person) if author.person is not None else None,
        author.administration or None,
        author.country or None,
        str(author.organisation) if author.organisation else None,
        plan.region[plan.languages[0]] if plan.region and author.region else None,
    )


async def _table(source: Source) -> Table:
    echoes, veil = await source.store.contacts.echoes(), await source.store.facts.veil()
    files = await source.store.note_files.all()
    rows = NoteRows(source.plan, source.audience, source.store.participants.of, echoes, veil, files)
    return Table(COLUMNS, _pages(source, rows))


async def _pages(source: Source, rows: NoteRows) -> AsyncIterator[Iterable[Row]]:
    async for notes in source.store.notes.pages():
        yield rows.signed(notes)
    yield rows.anonymous()


NOTES = ExportSubject(
    name="notes",
    description="Notes that authors let an audience read, as a file",
    role=Role.ORGANISER,
    audiences=tuple(Audience),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
