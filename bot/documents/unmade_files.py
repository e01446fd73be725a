"""Documents as files that are not yet rendered: each with its name and a function that renders its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.documents import typesetting
from bot.documents.report import documents, docx
from bot.documents.report.blocks import Document
from bot.documents.report.material import ReportMaterial


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document file, not yet rendered."""

    kind: str
    """report, press or donor."""
    name: str
    make: Callable[[], bytes]
    """Takes 0.1 s or more: call it in a thread."""
    strange: str = ""
    """The letters that none of our fonts has."""

    @property
    def remark(self) -> str:
        """A warning for the person who makes the file; empty if there is none."""
        return f"{self.name} shows {self.strange} only if this machine has a font for it." if self.strange else ""


def of_reports(material: ReportMaterial, languages: Iterable[str]) -> Iterator[Sheet]:
    """The report, press summary and donor page, as PDF and Word files, in each language."""
    for language in languages:
        for document in documents.all_of(material, language):
            name, drawn = f"{document.name}-{language}", partial(typesetting.png, language=language)
            yield Sheet(document.name, f"{name}.pdf", partial(_pdf, document, material), _strange(document))
            yield Sheet(document.name, f"{name}.docx", partial(docx.docx_of, document, material.now, drawn))


def _pdf(document: Document, material: ReportMaterial) -> bytes:
    return typesetting.pdf("report", document.as_data(), material.now)


def _strange(document: Document) -> str:
    return typesetting.strange_letters(document.as_data())
