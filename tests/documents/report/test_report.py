"""What a report says: the numbers of the exports' rows, and of nobody more than they allowed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot import store as stores
from bot.documents.export.subject import ExportSubject
from bot.documents.export.subjects import AGENDA, FEEDBACK, NOTES, PEOPLE, PLEDGES, QUESTIONS
from bot.documents.report import documents
from bot.documents.report.blocks import CardsBlock, ChartBlock, Document, HeadingBlock, NoteBlock, TableBlock
from bot.documents.report.chapters import participation
from bot.documents.report.figures import figures
from bot.documents.report.material import ReportMaterial, gather
from bot.documents.report.wording import number, percent
from bot.domain.contributions.feedback import SMALLEST_GROUP
from bot.domain.contributions.notes import Attribution, Audience, visible_to
from bot.domain.languages import LANGUAGES
from bot.domain.plan import Plan
from bot.store.plan_in_force import PlanInForce

if TYPE_CHECKING:
    from tests.documents.workshop import Kept


async def rows(kept: Kept, subject: ExportSubject, audience: Audience = Audience.ORGANISERS) -> list[dict[str, Any]]:
    """The rows that an export has."""
    table = await subject.table(kept.source(audience))
    return [dict(zip(table.columns, row, strict=True)) async for page in table.pages for row in page]


def everything(material: ReportMaterial, language: str = "en") -> list[Document]:
    made = [documents.report(material, language), documents.press(material, language)]
    given = documents.donor(material, language)
    return [*made, *([given] if given else [])]


def text_of(*made: Document) -> str:
    return json.dumps([document.as_data() for document in made], ensure_ascii=False)


async def test_every_figure_is_that_of_the_rows_of_its_export(kept: Kept) -> None:
    known = figures(await kept.material(), "en")
    people = [row for row in await rows(kept, PEOPLE) if row["minutes"] > 0]
    notes = await rows(kept, NOTES, Audience.PARTICIPANTS)
    asked = [one for one in await rows(kept, QUESTIONS) if one["state"] not in {"merged", "hidden"}]
    about = [one for one in await rows(kept, FEEDBACK) if one["about"] == "workshop"]
    expected = {
        "people": len(people),
        "organisations": len({row["administration"] for row in people}),
        "members": len({row["country"] for row in people if row["kind of organisation"] == "customs"}),
        "hours": round(sum(row["minutes"] for row in people) / 60),
        "complete": sum(row["rule_met"] for row in people),
        "sessions": sum(s["state"] == "planned" and s["kind"] != "break" for s in await rows(kept, AGENDA)),
        "notes": len(notes),
        "recommendations": sum(row["kind"] == "recommendation" for row in notes),
        "questions": len(asked),
        "pledges": len(await rows(kept, PLEDGES)),
    }
    told = {name: figure.value for name, figure in known.items()}
    rate = percent("en", round(100 * len(about) / len(people), 1))
    assert told == {name: number("en", value) for name, value in expected.items()} | {
        "response": rate,
        "overall": "4 of 5",
    }
    assert 0 < expected["complete"] < expected["people"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_document_is_whole_in_every_language(kept: Kept, language: str) -> None:
    material = await kept.material()
    for document in everything(material, language):
        assert document.blocks
        assert all(block.text for block in document.blocks if isinstance(block, HeadingBlock))
        for block in document.blocks:
            if isinstance(block, TableBlock):
                assert {len(row) for row in block.rows} <= {len(block.widths)}
                assert len(block.header) in {0, len(block.widths)}
            if isinstance(block, CardsBlock | TableBlock | ChartBlock | NoteBlock):
                assert not re.search(r"\breport\.[a-z]", str(block))
    charts = [block for block in documents.report(material, language).blocks if isinstance(block, ChartBlock)]
    assert len(charts) == len(material.plan.agenda.days) + 2


@pytest.mark.parametrize("audience", Audience)
async def test_only_notes_that_their_authors_let_the_readers_read_are_in_it_each_signed_as_they_chose(
    kept: Kept, audience: Audience
) -> None:
    material = await kept.material(audience)
    shared = [block for block in documents.report(material, "en").blocks if isinstance(block, NoteBlock)]
    allowed = [note for note in material.every_note if visible_to(note, audience)]
    assert len(shared) == len(allowed) > 0
    by_lesson = {block.parts[1][1]: block for block in shared}
    for note in allowed:
        place = material.place_of(note.author)
        assert place
        said = str(by_lesson[note.learned])
        tells = list(Attribution).index(note.attribution)
        assert (place.name in said) is (tells == 0)
        assert (place.administration in said) is (tells <= 1)
    # Nor anywhere else; the press reads what everybody may read.
    report = text_of(documents.report(material, "en"))
    assert all((note.title in report) is visible_to(note, audience) for note in material.every_note)
    press = text_of(documents.press(material, "en"))
    assert all(visible_to(note, Audience.PUBLIC) or note.title not in press for note in material.every_note)


@pytest.mark.parametrize("audience", Audience)
async def test_nobody_is_named_for_a_question_a_pledge_or_feedback_but_who_agreed_and_to_organisers(
    kept: Kept, audience: Audience
) -> None:
    material = await kept.material(audience)
    blocks = documents.report(material, "en").blocks
    tables = json.dumps([block.rows for block in blocks if isinstance(block, TableBlock)], ensure_ascii=False)
    assert {n for n in range(1, 12) if f'Surname{n}\u2069"' in tables} == (
        {1} if audience is Audience.ORGANISERS else set()
    )
    assert all(f"Promise {n}" in tables for n in (1, 2, 3))
    assert "Help" not in text_of(*everything(material))
    # Questions were put to those who were there; nobody else reads them.
    assert ("Question 0?" in tables) is (audience in {Audience.ORGANISERS, Audience.PARTICIPANTS})


async def test_a_session_that_two_people_rated_is_not_told(kept: Kept) -> None:
    blocks = documents.report(await kept.material(), "en").blocks
    (rated,) = [
        row
        for b in blocks
        if isinstance(b, TableBlock)
        for row in b.rows
        if row[0].startswith("Keynote") and len(row) == 5
    ]
    assert rated[-2:] == ("\N{EN DASH}", "\N{EN DASH}")


async def test_kinds_of_organisation_with_few_people_are_told_as_one(kept: Kept) -> None:
    material = await kept.material()
    table = next(block for block in participation(material, "en") if isinstance(block, TableBlock))
    people = [int(row[2]) for row in table.rows]
    assert sum(people) == len(material.attended)
    assert min(people) >= SMALLEST_GROUP
    assert len(people) == 2


async def test_under_the_chatham_house_rule_nobody_is_told(kept: Kept) -> None:
    plan = kept.programme.plan.model_copy(update={"chatham_house": True})
    programme = PlanInForce(plan, kept.store)
    await programme.load()
    material = await gather(programme, kept.store, kept.source(Audience.ORGANISERS).now, Audience.ORGANISERS)
    assert material.notes
    told = text_of(*everything(material))
    assert "Surname" not in told
    assert "Administration TN" not in told
    assert "https://a.example" not in told
    assert not any(isinstance(b, ChartBlock) and "Monday" in b.caption for b in documents.report(material, "en").blocks)


async def test_before_anybody_came_there_is_a_report_too(tmp_path: Path, example: Plan) -> None:
    async with stores.opened(tmp_path / "plenary.db") as store:
        programme = PlanInForce(example, store)
        await programme.load()
        material = await gather(programme, store, example.agenda.sessions[0].starts_at, Audience.PUBLIC)
        assert all(document.blocks for language in LANGUAGES for document in everything(material, language))
