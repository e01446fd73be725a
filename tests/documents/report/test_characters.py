"""Documents and certificates hold every character that Unicode has, as an old database may have it."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import docx
import pytest

from bot.documents import typesetting
from bot.documents.certificates import certificate_data
from bot.documents.report import documents
from bot.documents.report import docx as docx_report
from bot.domain.attendance.certificates import Award, Certificate
from tests.characters import TEXT, with_text_everywhere
from tests.documents.workshop import NOW, PEOPLE

if TYPE_CHECKING:
    from bot.domain.plan import Plan
    from tests.documents.workshop import Kept


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_documents_hold_every_character(kept: Kept, example: Plan, language: str) -> None:
    """As PDF and for Word: plan, notes, questions, pledges and places."""
    material = await kept.material()
    spoilt = replace(
        material,
        plan=with_text_everywhere(example, TEXT),
        places=[replace(place, name=TEXT, administration=TEXT) for place in material.places],
        every_note=[
            replace(note, title=TEXT, did=TEXT, learned=TEXT, author_name=TEXT) for note in material.every_note
        ],
        every_question=[replace(question, text=TEXT, author_name=TEXT) for question in material.every_question],
        every_pledge=[replace(pledge, text=TEXT, name=TEXT) for pledge in material.every_pledge],
    )
    for document in documents.all_of(spoilt, language):
        assert typesetting.pdf("report", document.as_data(), NOW).startswith(b"%PDF")
        made = docx_report.docx_of(document, NOW, partial(typesetting.png, language=language))
        assert docx.Document(io.BytesIO(made)).paragraphs


def test_a_certificate_holds_every_character(example: Plan) -> None:
    """And its file has a name that every system takes."""
    place = replace(PEOPLE[0], name=TEXT, administration=TEXT)
    certificate = Certificate(place, Award.COMPLETION, 60, "7K2M-9QXC-04TB")
    data = certificate_data.data(with_text_everywhere(example, TEXT), certificate, "fr", NOW)
    assert typesetting.pdf("certificate", data, NOW).startswith(b"%PDF")
    (named,) = certificate_data.named([certificate])
    assert len(named.file.encode()) < 255
