"""The chapters that feed a study: what was shared, by topic; lessons and recommendations; what will be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.documents.export.subjects import NOTES, PLEDGES
from bot.documents.report.blocks import Block, ChartBlock, HeadingBlock, Look, NoteBlock, ParagraphBlock, TableBlock
from bot.documents.report.chapters import source
from bot.documents.report.charts import AMBER, NAVY, RED, TEAL, ChartSeries, bars
from bot.documents.report.material import ReportMaterial, ReportNote, ReportPledge
from bot.documents.report.wording import DASH, day, typed, written
from bot.domain.contributions.notes import Audience, Detail, NoteKind
from bot.domain.languages import is_right_to_left
from bot.domain.text import spoken
from bot.messages.i18n import text
from bot.messages.notes import named

_COLOURS = {NoteKind.WORKED: TEAL, NoteKind.FAILED: RED, NoteKind.MIXED: AMBER, NoteKind.RECOMMENDATION: NAVY}


def experiences(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The experiences chapter: the notes verbatim, by topic and kind, with the numbers that lessons refer to."""
    plan = material.plan
    yield HeadingBlock(text(language, "report.experiences"))
    if not material.notes:
        yield ParagraphBlock(text(language, "report.experiences_none"))
        return
    yield ParagraphBlock(text(language, "report.experiences_line"))
    topics = [topic.id for topic in plan.topics]
    shares = [
        ChartSeries(
            text(language, f"note.kind.{kind}"),
            colour,
            [sum(n.kind is kind and n.topic == topic for n in material.notes) for topic in topics],
        )
        for kind, colour in _COLOURS.items()
    ]
    titles = [spoken(topic.title, language) for topic in plan.topics]
    caption = text(language, "report.notes_by_kind")
    yield ChartBlock(bars(titles, shares, stacked=True, mirrored=is_right_to_left(language)), caption)
    yield source(language, NOTES)
    numbers = list(enumerate(material.notes, 1))
    for topic in plan.topics:
        topic_notes = [(number, note) for number, note in numbers if note.topic == topic.id]
        if topic_notes:
            yield HeadingBlock(spoken(topic.title, language), 2)
            yield ParagraphBlock(spoken(topic.description, language), Look.META)
            yield from (_shared(material, note, number, language) for number, note in topic_notes)
    without_topic = [(number, note) for number, note in numbers if note.topic is None]
    if without_topic:
        yield HeadingBlock(text(language, "report.no_topic"), 2)
        yield from (_shared(material, note, number, language) for number, note in without_topic)


def _shared(material: ReportMaterial, note: ReportNote, number: int, language: str) -> NoteBlock:
    details = [(detail, words) for detail, words in note.details.items() if detail is not Detail.MATURITY]
    parts = [
        (text(language, "card.did"), written(note.did)),
        (text(language, "card.learned"), written(note.learned)),
        *((text(language, f"card.{detail}"), written(words)) for detail, words in details),
    ]
    badges = [text(language, f"note.kind.{note.kind}")]
    if maturity := note.details.get(Detail.MATURITY):
        badges.append(text(language, f"note.maturity.{maturity}"))
    signed = [typed(named(material.plan, note.signed, language))]
    if note.echoes:
        signed.append(text(language, "card.echoes", n=note.echoes))
    return NoteBlock(str(note.kind), " · ".join(badges), f"{number}. {typed(note.title)}", parts, " · ".join(signed))


def lessons(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The lessons chapter: one table of recommendations, one of lessons learned."""
    yield HeadingBlock(text(language, "report.lessons"))
    numbered = list(enumerate(material.notes, 1))
    recommended = [entry for entry in numbered if entry[1].kind is NoteKind.RECOMMENDATION]
    learned = [entry for entry in numbered if entry[1].kind is not NoteKind.RECOMMENDATION]
    if not numbered:
        yield ParagraphBlock(text(language, "report.experiences_none"))
        return
    if recommended:
        yield HeadingBlock(text(language, "report.recommendations"), 2)
        yield _lesson_table(recommended, language)
    if learned:
        yield HeadingBlock(text(language, "report.learned"), 2)
        yield _lesson_table(learned, language)
    yield source(language, NOTES)


def _lesson_table(notes: Iterable[tuple[int, ReportNote]], language: str) -> TableBlock:
    header = [text(language, f"report.column.{name}") for name in ("note", "title", "lesson")]
    return TableBlock(
        header, [(str(number), typed(note.title), typed(note.learned)) for number, note in notes], (1, 3, 6), (0,)
    )


def actions(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The pledges, earliest due date first; only organisers see names, of people who agreed to follow-up."""
    yield HeadingBlock(text(language, "report.actions"))
    if not material.pledges:
        yield ParagraphBlock(text(language, "report.actions_none"))
        return
    yield ParagraphBlock(text(language, "report.actions_line"))
    named_too = material.audience is Audience.ORGANISERS
    followed_up = any(pledge.state for pledge in material.pledges)
    columns: Mapping[str, tuple[int, Callable[[ReportPledge], str]]] = {
        "by": (2, lambda pledge: day(language, pledge.by)),
        "action": (6, lambda pledge: typed(pledge.text)),
        "state": (3, lambda pledge: _state(pledge, language)),
        "who": (2, lambda pledge: typed(pledge.who) if pledge.who else DASH),
    }
    left_out = {*(() if followed_up else ("state",)), *(() if named_too else ("who",))}
    shown_columns = {name: column for name, column in columns.items() if name not in left_out}
    header = [text(language, f"report.column.{name}") for name in shown_columns]
    rows = [tuple(cell(pledge) for _, cell in shown_columns.values()) for pledge in material.pledges]
    yield TableBlock(header, rows, tuple(width for width, _ in shown_columns.values()))
    yield source(language, PLEDGES)


def _state(pledge: ReportPledge, language: str) -> str:
    """A pledge's state in one word, followed by its author's own words."""
    word = text(language, f"progress.state.{pledge.state}") if pledge.state else DASH
    return f"{word}: {typed(pledge.said)}" if pledge.said else word
