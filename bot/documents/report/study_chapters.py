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
    """The notes, topic by topic and kind by kind, to the letter; each has the number that lessons refer to."""
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
        mine = [(number, note) for number, note in numbers if note.topic == topic.id]
        if mine:
            yield HeadingBlock(spoken(topic.title, language), 2)
            yield ParagraphBlock(spoken(topic.description, language), Look.META)
            yield from (_shared(material, note, number, language) for number, note in mine)
    untold = [(number, note) for number, note in numbers if note.topic is None]
    if untold:
        yield HeadingBlock(text(language, "report.no_topic"), 2)
        yield from (_shared(material, note, number, language) for number, note in untold)


def _shared(material: ReportMaterial, note: ReportNote, number: int, language: str) -> NoteBlock:
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
    return NoteBlock(str(note.kind), " · ".join(badges), f"{number}. {typed(note.title)}", parts, " · ".join(signed))


def lessons(material: ReportMaterial, language: str) -> Iterator[Block]:
    """What others should learn, in two tables: what is recommended, and what experience taught."""
    yield HeadingBlock(text(language, "report.lessons"))
    every = list(enumerate(material.notes, 1))
    recommended = [one for one in every if one[1].kind is NoteKind.RECOMMENDATION]
    learned = [one for one in every if one[1].kind is not NoteKind.RECOMMENDATION]
    if not every:
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
    """The pledges, the one due first in front; only the organisers read by whom, of who agreed to be asked."""
    yield HeadingBlock(text(language, "report.actions"))
    if not material.pledges:
        yield ParagraphBlock(text(language, "report.actions_none"))
        return
    yield ParagraphBlock(text(language, "report.actions_line"))
    named_too = material.audience is Audience.ORGANISERS
    followed_up = any(one.state for one in material.pledges)
    told: Mapping[str, tuple[int, Callable[[ReportPledge], str]]] = {
        "by": (2, lambda one: day(language, one.by)),
        "action": (6, lambda one: typed(one.text)),
        "state": (3, lambda one: _state(one, language)),
        "who": (2, lambda one: typed(one.who) if one.who else DASH),
    }
    left_out = {*(() if followed_up else ("state",)), *(() if named_too else ("who",))}
    kept = {name: column for name, column in told.items() if name not in left_out}
    header = [text(language, f"report.column.{name}") for name in kept]
    rows = [tuple(shown(one) for _, shown in kept.values()) for one in material.pledges]
    yield TableBlock(header, rows, tuple(width for width, _ in kept.values()))
    yield source(language, PLEDGES)


def _state(one: ReportPledge, language: str) -> str:
    """What has become of a pledge, in a word and in its author's own."""
    word = text(language, f"progress.state.{one.state}") if one.state else DASH
    return f"{word}: {typed(one.said)}" if one.said else word
