"""What is told of several workshops: figures side by side, recommendations, and notes that hold certain words.

What may be told of a note is settled where notes are exported; here are only the rows that come out there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from bot.documents.export.subjects.notes import COLUMNS as NOTE_COLUMNS
from bot.documents.export.subjects.notes import NOTES
from bot.documents.export.table import Cell, Row, Table, whole
from bot.documents.report.material import ReportMaterial, gather
from bot.documents.series.workshops import SeriesWorkshop
from bot.domain.attendance import attendance
from bot.domain.contributions.feedback import WORKSHOP
from bot.domain.contributions.notes import Detail, NoteKind
from bot.domain.contributions.questions import QuestionState
from bot.domain.text import fold

_WHERE = ("workshop", "edition")
SERIES_NOTES = (*_WHERE, *NOTE_COLUMNS)
RECOMMENDATIONS = (*SERIES_NOTES, "again_in")

#: In which of a note's columns words are looked for: all that somebody typed, and who they are where that is told.
_SEARCHED = tuple(
    NOTE_COLUMNS.index(name) for name in ("title", "did", "learned", *map(str, Detail), "author", "administration")
)
_TITLE, _TOPIC, _KIND = (NOTE_COLUMNS.index(name) for name in ("title", "topic", "kind"))


async def figures(workshops: Sequence[SeriesWorkshop]) -> Table:
    """One row a figure, with a column for each workshop; nothing where a workshop has none such."""
    counted = [dict(await _figures(one)) for one in workshops]
    # Those of a kind stand together, also if only a later workshop has one of them.
    kinds = list(dict.fromkeys(figure for known in counted for figure, _ in known))
    every = sorted(dict.fromkeys(key for known in counted for key in known), key=lambda key: kinds.index(key[0]))
    rows = [(*key, *(known.get(key) for known in counted)) for key in every]
    return whole(("figure", "of", *(one.id for one in workshops)), rows)


async def _figures(one: SeriesWorkshop) -> list[tuple[tuple[str, str | None], Cell]]:
    source = one.source
    material = await gather(source.programme, source.store, source.now, source.audience)
    return await asyncio.to_thread(lambda: [((name, of), value) for name, of, value in _counted(material)])


def _counted(material: ReportMaterial) -> Iterator[tuple[str, str | None, Cell]]:
    """Each figure as the workshop's report has it."""
    plan, evaluation = material.plan, material.rated(WORKSHOP)
    observed = sum(record.observed for record in material.attended)
    yield "edition", None, plan.series.number if plan.series else None
    yield "first_day", None, plan.agenda.days[0]
    yield "days", None, len(plan.agenda.days)
    yield "sessions", None, len(material.sessions)
    yield "places", None, len(material.places)
    yield "people", None, len(material.attended)
    yield "organisations", None, len(material.organisations)
    yield "members", None, len(material.members)
    yield "hours", None, round(material.person_minutes / 60)
    yield "attendance_percent", None, attendance.percent_present(material.person_minutes, observed)
    yield "rule_percent", None, plan.attendance.percent
    yield "rule_met", None, material.complete
    yield "notes", None, len(material.notes)
    yield from _by("notes_by_kind", Counter(str(note.kind) for note in material.notes))
    yield from _by("notes_by_topic", Counter(note.topic or "" for note in material.notes))
    yield "questions", None, len(material.questions)
    yield "questions_answered", None, sum(one.state is QuestionState.ANSWERED for one in material.questions)
    yield "pledges", None, len(material.pledges)
    yield "response_percent", None, evaluation.response_rate
    yield "overall_of_five", None, evaluation.mean("overall")


def _by(name: str, counts: Counter[str]) -> Iterator[tuple[str, str | None, Cell]]:
    yield from ((name, of or "not told", number) for of, number in counts.items())


async def recommendations(workshops: Sequence[SeriesWorkshop]) -> Table:
    """One row a recommendation, by topic and workshop; and in which later workshops one came back by the same title."""
    found = [
        (one, row)
        for one in workshops
        async for page in _pages(one)
        for row in page
        if row[_KIND] == str(NoteKind.RECOMMENDATION)
    ]
    topics = list(dict.fromkeys(row[_TOPIC] for _, row in found if row[_TOPIC]))
    order = {topic: place for place, topic in enumerate(topics)}
    found.sort(key=lambda pair: order.get(pair[1][_TOPIC], len(order)))
    return whole(RECOMMENDATIONS, ((*_placed(one, row), _again(one, row, found, workshops)) for one, row in found))


def _again(
    one: SeriesWorkshop,
    row: Sequence[Any],
    found: Sequence[tuple[SeriesWorkshop, Sequence[Any]]],
    workshops: Sequence[SeriesWorkshop],
) -> str | None:
    title, earlier = fold(row[_TITLE]), workshops.index(one)
    later = {other.id for other, its in found if workshops.index(other) > earlier and fold(its[_TITLE]) == title}
    return ", ".join(other.id for other in workshops if other.id in later) or None


def holding(workshops: Sequence[SeriesWorkshop], words: str) -> Table:
    """One row a note that holds all the words in what may be told of it (accents and case don't count)."""
    return Table(SERIES_NOTES, _holding(workshops, fold(words).split()))


async def _holding(workshops: Sequence[SeriesWorkshop], wanted: Sequence[str]) -> AsyncIterator[Iterable[Row]]:
    for one in workshops:
        async for page in _pages(one):
            yield _found(one, page, wanted)


def _found(one: SeriesWorkshop, page: Iterable[Sequence[Any]], wanted: Sequence[str]) -> Iterator[Row]:
    yield from (_placed(one, row) for row in page if _has(row, wanted))


def _has(row: Sequence[Any], wanted: Sequence[str]) -> bool:
    held = fold("\n".join(row[column] or "" for column in _SEARCHED))
    return all(word in held for word in wanted)


def _placed(one: SeriesWorkshop, row: Row) -> Row:
    return (one.id, one.edition, *row)


async def _pages(one: SeriesWorkshop) -> AsyncIterator[Iterable[Sequence[Any]]]:
    table = await NOTES.table(one.source)
    async for page in table.pages:
        yield page
