"""Tables of several workshops: figures side by side, recommendations, and notes that contain certain words.

The notes export decides what may be shown of a note; this module only uses the rows that it returns.
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

#: The note columns that a search covers: all typed text, and the author where the author is shown.
_SEARCHED = tuple(
    NOTE_COLUMNS.index(name) for name in ("title", "did", "learned", *map(str, Detail), "author", "administration")
)
_TITLE, _TOPIC, _KIND = (NOTE_COLUMNS.index(name) for name in ("title", "topic", "kind"))


async def figures(workshops: Sequence[SeriesWorkshop]) -> Table:
    """One row per figure, with a column for each workshop; a cell is empty if the workshop lacks that figure."""
    figures_by_workshop = [dict(await _figures(workshop)) for workshop in workshops]
    # Figures of one kind stay together, even if only a later workshop has one of them.
    kinds = list(dict.fromkeys(figure for workshop_figures in figures_by_workshop for figure, _ in workshop_figures))
    keys = sorted(
        dict.fromkeys(key for workshop_figures in figures_by_workshop for key in workshop_figures),
        key=lambda key: kinds.index(key[0]),
    )
    rows = [(*key, *(workshop_figures.get(key) for workshop_figures in figures_by_workshop)) for key in keys]
    return whole(("figure", "of", *(workshop.id for workshop in workshops)), rows)


async def _figures(workshop: SeriesWorkshop) -> list[tuple[tuple[str, str | None], Cell]]:
    source = workshop.source
    material = await gather(source.programme, source.store, source.now, source.audience)
    return await asyncio.to_thread(lambda: [((name, of), value) for name, of, value in _counted(material)])


def _counted(material: ReportMaterial) -> Iterator[tuple[str, str | None, Cell]]:
    """Each figure as in the workshop's report: its name, its group if any, its value."""
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
    yield "questions_answered", None, sum(question.state is QuestionState.ANSWERED for question in material.questions)
    yield "pledges", None, len(material.pledges)
    yield "response_percent", None, evaluation.response_rate
    yield "overall_of_five", None, evaluation.mean("overall")


def _by(name: str, counts: Counter[str]) -> Iterator[tuple[str, str | None, Cell]]:
    yield from ((name, of or "not told", number) for of, number in counts.items())


async def recommendations(workshops: Sequence[SeriesWorkshop]) -> Table:
    """One row per recommendation, by topic and workshop, with the later workshops that repeat its title."""
    recommended = [
        (workshop, row)
        for workshop in workshops
        async for page in _pages(workshop)
        for row in page
        if row[_KIND] == str(NoteKind.RECOMMENDATION)
    ]
    topics = list(dict.fromkeys(row[_TOPIC] for _, row in recommended if row[_TOPIC]))
    order = {topic: place for place, topic in enumerate(topics)}
    recommended.sort(key=lambda pair: order.get(pair[1][_TOPIC], len(order)))
    return whole(
        RECOMMENDATIONS,
        ((*_placed(workshop, row), _again(workshop, row, recommended, workshops)) for workshop, row in recommended),
    )


def _again(
    workshop: SeriesWorkshop,
    row: Sequence[Any],
    recommended: Sequence[tuple[SeriesWorkshop, Sequence[Any]]],
    workshops: Sequence[SeriesWorkshop],
) -> str | None:
    title, earlier = fold(row[_TITLE]), workshops.index(workshop)
    later = {
        other.id
        for other, other_row in recommended
        if workshops.index(other) > earlier and fold(other_row[_TITLE]) == title
    }
    return ", ".join(other.id for other in workshops if other.id in later) or None


def holding(workshops: Sequence[SeriesWorkshop], words: str) -> Table:
    """One row per note whose visible text contains all the words (accents and case don't count)."""
    return Table(SERIES_NOTES, _holding(workshops, fold(words).split()))


async def _holding(workshops: Sequence[SeriesWorkshop], wanted: Sequence[str]) -> AsyncIterator[Iterable[Row]]:
    for workshop in workshops:
        async for page in _pages(workshop):
            yield _found(workshop, page, wanted)


def _found(workshop: SeriesWorkshop, page: Iterable[Sequence[Any]], wanted: Sequence[str]) -> Iterator[Row]:
    yield from (_placed(workshop, row) for row in page if _has(row, wanted))


def _has(row: Sequence[Any], wanted: Sequence[str]) -> bool:
    searched = fold("\n".join(row[column] or "" for column in _SEARCHED))
    return all(word in searched for word in wanted)


def _placed(workshop: SeriesWorkshop, row: Row) -> Row:
    return (workshop.id, workshop.edition, *row)


async def _pages(workshop: SeriesWorkshop) -> AsyncIterator[Iterable[Sequence[Any]]]:
    table = await NOTES.table(workshop.source)
    async for page in table.pages:
        yield page
