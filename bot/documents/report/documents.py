"""The documents of a workshop: the report, the press summary, the donor's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.documents.export.subjects import AGENDA, ATTENDANCE
from bot.documents.report import chapters, study_chapters
from bot.documents.report.blocks import Block, Document, HeadingBlock, Look, ParagraphBlock
from bot.documents.report.material import ReportMaterial
from bot.documents.report.wording import day, days, typed, written
from bot.domain.contributions.notes import Audience, NoteKind
from bot.domain.text import shorten, spoken
from bot.messages.i18n import enumeration, text


def all_of(material: ReportMaterial, language: str) -> list[Document]:
    """All documents in a language; the donor's page only if the workshop has a donor."""
    made = (make(material, language) for make in (report, press, donor))
    return [document for document in made if document]


def report(material: ReportMaterial, language: str) -> Document:
    """The full report."""
    parts = (
        chapters.context,
        chapters.participation,
        chapters.proceedings,
        study_chapters.experiences,
        study_chapters.lessons,
        chapters.questions,
        chapters.evaluation,
        study_chapters.actions,
        chapters.annexes,
    )
    blocks = [block for part in parts for block in part(material, language)]
    made = _document(material, language, "report", text(language, "report.kicker"), blocks)
    return replace(made, contents=text(language, "report.contents"))


def press(material: ReportMaterial, language: str) -> Document:
    """One page for the press: it quotes only notes that their authors made public."""
    public = replace(material, audience=Audience.PUBLIC)
    return _document(public, language, "press", text(language, "report.press"), [*_press(public, language)])


def _press(material: ReportMaterial, language: str) -> Iterator[Block]:
    plan = material.plan
    known = chapters.figures(material, language)
    yield ParagraphBlock(
        text(
            language,
            "report.press_line",
            people=known["people"].value,
            organisations=known["organisations"].value,
            members=known["members"].value,
            dates=days(language, plan.agenda.days[0], plan.agenda.days[-1]),
            title=spoken(plan.title, language),
        ),
        Look.LEAD,
    )
    yield chapters.cards(material, language, ("people", "organisations", "members", "sessions"))
    yield ParagraphBlock(spoken(plan.description, language))
    topics = enumeration(language, (spoken(topic.title, language) for topic in plan.topics))
    if topics:
        yield ParagraphBlock(text(language, "report.press_topics", topics=topics))
    if place := chapters.series(material, language):
        yield ParagraphBlock(text(language, "report.press_series", place=place))
    if plan.donor:
        yield ParagraphBlock(text(language, "report.press_donor", donor=spoken(plan.donor, language)))
    recommended = [note for note in material.notes if note.kind is NoteKind.RECOMMENDATION][:2]
    if recommended:
        yield HeadingBlock(text(language, "report.recommendations"), 2)
        yield from (
            ParagraphBlock(typed(shorten(f"{note.title}: {written(note.learned)}", 400))) for note in recommended
        )
    yield ParagraphBlock(text(language, "report.press_contact", organiser=spoken(plan.organiser, language)), Look.META)
    yield chapters.source(language, ATTENDANCE, AGENDA)


def donor(material: ReportMaterial, language: str) -> Document | None:
    """One page for the donor; None if the workshop has none."""
    given = material.plan.donor
    if given is None:
        return None
    kicker = text(language, "report.donor")
    return _document(material, language, "donor", kicker, [*_donor(material, spoken(given, language), language)])


def _donor(material: ReportMaterial, given: str, language: str) -> Iterator[Block]:
    known = chapters.figures(material, language)
    yield ParagraphBlock(text(language, "report.donor_line", donor=given), Look.LEAD)
    yield HeadingBlock(text(language, "report.donor_reached"), 2)
    yield chapters.cards(material, language, ("people", "members", "hours", "complete"))
    yield HeadingBlock(text(language, "report.donor_yielded"), 2)
    yield chapters.cards(material, language, ("notes", "recommendations", "questions", "pledges"))
    yield HeadingBlock(text(language, "report.donor_thought"), 2)
    yield chapters.cards(material, language, ("overall", "response"))
    if place := chapters.series(material, language):
        yield ParagraphBlock(text(language, "report.press_series", place=place))
    yield ParagraphBlock(text(language, "report.donor_rows"))
    exports = dict.fromkeys(figure.export for figure in known.values())
    yield chapters.source(language, *exports)


def _document(material: ReportMaterial, language: str, name: str, kicker: str, blocks: list[Block]) -> Document:
    plan = material.plan
    made_on = text(language, "report.as_of", day=day(language, material.now.astimezone(plan.tz).date()))
    lines = [days(language, plan.agenda.days[0], plan.agenda.days[-1]), spoken(plan.organiser, language)]
    return Document(name, language, spoken(plan.title, language), kicker, lines, made_on, blocks)
