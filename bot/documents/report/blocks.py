"""The content of a document: blocks that the PDF and the Word file are rendered from. Texts are plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Look(StrEnum):
    """How a paragraph looks."""

    BODY = "body"
    LEAD = "lead"
    """The opening paragraph of a page."""
    META = "meta"
    """Time and place, under a heading."""
    SOURCE = "source"
    """The source of figures."""


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """The start of a chapter (level 1) or of a part of it (2, 3)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class ParagraphBlock:
    """A paragraph in one look."""

    text: str
    look: Look = Look.BODY


@dataclass(frozen=True, slots=True)
class CardsBlock:
    """Key figures as cards: pairs of value and label."""

    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows under a header; `widths` are shares of the page, `numeric` the columns of numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numeric: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """An SVG picture and its caption."""

    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class NoteBlock:
    """One experience: its kind (which gives it its colour), title, labelled parts and signature."""

    kind: str
    badge: str
    title: str
    parts: Sequence[tuple[str, str]]
    signature: str


Block = HeadingBlock | ParagraphBlock | CardsBlock | TableBlock | ChartBlock | NoteBlock


@dataclass(frozen=True, slots=True)
class Document:
    """One document in one language."""

    name: str
    language: str
    title: str
    kicker: str
    """The kind of document, shown above the title."""
    lines: Sequence[str]
    """Under the title: dates, organiser."""
    footer: str
    blocks: Sequence[Block]
    contents: str = ""
    """The heading of the list of chapters; without one the document is a page, and has no cover."""

    def as_data(self) -> dict[str, Any]:
        """The document as template data: each block with its type as `is`."""
        blocks = [{"is": type(block).__name__.removesuffix("Block").lower(), **asdict(block)} for block in self.blocks]
        return {**asdict(self), "blocks": blocks}
