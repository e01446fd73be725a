"""The chapters that feed a study: what was shared, by topic; lessons and recommendations; what will be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.cards import named
from bot.domain.notes import Audience, Detail, NoteKind
from bot.domain.text import RIGHT_TO_LEFT, spoken
from bot.exporting.kinds import Subject
from bot.i18n import text
from bot.reporting.blocks import Block, Chart, Heading, Look, Paragraph, Shared, Table
from bot.reporting.chapters import source
from bot.reporting.charts import AMBER, NAVY, RED, TEAL, Series, bars
from bot.reporting.material import Material, Told
from bot.reporting.wording import DASH, day, typed, written

_COLOURS = {NoteKind.WORKED: TEAL, NoteKind.FAILED: RED, NoteKind.MIXED: AMBER, NoteKind.RECOMMENDATION: NAVY}


def experiences(material: Material, language: str) -> Iterator[Block]:
    """The notes, topic by topic and kind by kind, to the letter; each has the number that lessons refer to."""
    plan = material.plan
    yield Heading(text(language, "report.experiences"))
    if not material.notes:
        yield Paragraph(text(language, "report.experiences_none"))
        return
    yield Paragraph(text(language, "report.experiences_line"))
    topics = [topic.id for topic in plan.topics]
    shares = [
        Series(
            text(language, f"note.kind.{kind}"),
            colour,
            [sum(n.kind is kind and n.topic == topic for n in material.notes) for topic in topics],
        )
        for kind, colour in _COLOURS.items()
    ]
    titles = [spoken(topic.title, language) for topic in plan.topics]
    caption = text(language, "report.notes_by_kind")
    yield Chart(bars(titles, shares, stacked=True, mirrored=language in RIGHT_TO_LEFT), caption)
    yield source(language, Subject.NOTES)
    numbers = list(enumerate(material.notes, 1))
    for topic in plan.topics:
        mine = [(number, note) for number, note in numbers if note.topic == topic.id]
        if mine:
            yield Heading(spoken(topic.title, language), 2)
            yield Paragraph(spoken(topic.description, language), Look.META)
            yield from (_shared(material, note, number, language) for number, note in mine)
    untold = [(number, note) for number, note in numbers if note.topic is None]
    if untold:
        yield Heading(text(language, "report.no_topic"), 2)
        yield from (_shared(material, note, number, language) for number, note in untold)


def _shared(material: Material, note: Told, number: int, language: str) -> Shared:
    details = [(detail, said) for detail, said in note.details.items() if detail is not Detail.MATURITY]
    parts = [
        (text(language, "card.did"), written(note.did)),
        (text(language, "card.learned"), written(note.learned)),
        *((text(language, f"card.{detail}"), written(said)) for detail, said in details),
    ]
    badges = [text(language, f"note.kind.{note.kind}")]
    if maturity := note.details.get(Detail.MATURITY):
        badges.append(text(language, f"note.maturity.{maturity}"))
    signed = [typed(named(material.plan, note.signed, language))]
    if note.echoes:
        signed.append(text(language, "card.echoes", n=note.echoes))
    return Shared(str(note.kind), " · ".join(badges), f"{number}. {typed(note.title)}", parts, " · ".join(signed))


def lessons(material: Material, language: str) -> Iterator[Block]:
    """What others should learn, in two tables: what is recommended, and what experience taught."""
    yield Heading(text(language, "report.lessons"))
    every = list(enumerate(material.notes, 1))
    recommended = [one for one in every if one[1].kind is NoteKind.RECOMMENDATION]
    learned = [one for one in every if one[1].kind is not NoteKind.RECOMMENDATION]
    if not every:
        yield Paragraph(text(language, "report.experiences_none"))
        return
    if recommended:
        yield Heading(text(language, "report.recommendations"), 2)
        yield _lesson_table(recommended, language)
    if learned:
        yield Heading(text(language, "report.learned"), 2)
        yield _lesson_table(learned, language)
    yield source(language, Subject.NOTES)


def _lesson_table(notes: Iterable[tuple[int, Told]], language: str) -> Table:
    header = [text(language, f"report.column.{name}") for name in ("note", "title", "lesson")]
    return Table(
        header, [(str(number), typed(note.title), typed(note.learned)) for number, note in notes], (1, 3, 6), (0,)
    )


def actions(material: Material, language: str) -> Iterator[Block]:
    """The pledges, the one due first in front; only the organisers read by whom, of who agreed to be asked."""
    yield Heading(text(language, "report.actions"))
    if not material.pledges:
        yield Paragraph(text(language, "report.actions_none"))
        return
    yield Paragraph(text(language, "report.actions_line"))
    named_too = material.audience is Audience.ORGANISERS
    columns = ("by", "action", *(("who",) if named_too else ()))
    rows = [
        (day(language, one.by), typed(one.text), *((typed(one.who) if one.who else DASH,) if named_too else ()))
        for one in material.pledges
    ]
    header = [text(language, f"report.column.{name}") for name in columns]
    yield Table(header, rows, (2, 6, 2) if named_too else (2, 7))
    yield source(language, Subject.PLEDGES)
