"""Documents for Word: the same blocks as in the PDF, with editable styles and headings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import docx
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement  # pyright: ignore[reportUnknownVariableType] - its own type is unknown to it
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import _Cell  # pyright: ignore[reportPrivateUsage] - the only name that it has
from docx.text.paragraph import Paragraph as Line

from bot.documents.report.blocks import (
    Block,
    CardsBlock,
    ChartBlock,
    Document,
    HeadingBlock,
    Look,
    NoteBlock,
    ParagraphBlock,
    TableBlock,
)
from bot.documents.report.wording import DASH, mirrored, unisolated
from bot.domain.languages import is_right_to_left
from bot.domain.text import shorten, writable

_NAVY, _SOFT, _AMBER = RGBColor(0x0B, 0x3C, 0x6F), RGBColor(0x5C, 0x6B, 0x7A), RGBColor(0xD9, 0x98, 0x2B)
_KINDS = {"worked": "1F8A70", "mixed": "D9982B", "failed": "B8463C", "recommendation": "0B3C6F"}
_FONT = "Arial"  # has both alphabets wherever Word runs
_WIDTH = Cm(16.6)
_LOOKS: dict[Look, tuple[int, RGBColor | None]] = {
    Look.BODY: (10, None),
    Look.LEAD: (12, _NAVY),
    Look.META: (9, _SOFT),
    Look.SOURCE: (8, _SOFT),
}

Drawn = Callable[[str], bytes]
"""An SVG as PNG."""


def docx_of(document: Document, now: datetime, drawn: Drawn) -> bytes:
    """Render a document as a Word file: the same document at the same instant gives the same bytes.

    Takes 0.1 s or more: call it in a thread.
    """
    writer = _Writer(is_right_to_left(document.language), drawn)
    writer.begin(document, now)
    for block in document.blocks:
        writer.put(block)
    buffer = io.BytesIO()
    writer.word.save(buffer)
    return _undated(buffer)


def _undated(saved: io.BytesIO) -> bytes:
    """The file without the timestamps of its parts, so that the same document gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(packed, "w") as others:
        for part in parts.infolist():
            others.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class _Writer:
    def __init__(self, mirrored: bool, drawn: Drawn) -> None:  # noqa: FBT001 - the only call makes its meaning clear
        self.word: Word = docx.Document()
        self._mirrored = mirrored
        self._drawn = drawn

    def begin(self, document: Document, now: datetime) -> None:
        """Set up the page, styles and file properties, and write the title."""
        section = self.word.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.2)
        self._styles()
        properties = self.word.core_properties
        properties.title, properties.author, properties.language = (
            _property(f"{document.title} {DASH} {document.kicker}"),
            _property(document.lines[-1]),
            document.language,
        )
        properties.comments = ""
        properties.created = properties.modified = now.replace(tzinfo=None)
        self._line(document.kicker, 11, _AMBER, bold=True)
        self._line(document.title, 22 if document.contents else 17, _NAVY, bold=True)
        for line in document.lines:
            self._line(line, 10, _SOFT)
        self._run(self._directed(section.footer.paragraphs[0]), document.footer, 8, _SOFT)

    def _styles(self) -> None:
        for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
            style: Any = self.word.styles[name]
            style.font.name = _FONT
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[theme]
            for letters in ("w:cs", "w:hAnsi", "w:ascii"):
                fonts.set(qn(letters), _FONT)
            if name != "Normal":
                style.font.color.rgb = _NAVY

    def put(self, block: Block) -> None:
        match block:
            case HeadingBlock(text=text, level=level):
                line = self._directed(self.word.add_heading(level=level))
                line.paragraph_format.page_break_before = False
                self._run(line, text, {1: 18, 2: 13, 3: 11}[level], _NAVY, bold=True)
            case ParagraphBlock(text=text, look=look):
                self._line(text, *_LOOKS[look])
            case CardsBlock():
                self._cards(block)
            case TableBlock():
                self._table(block)
            case ChartBlock(svg=svg, caption=caption):
                self._line(caption, 9, None, bold=True)
                picture = self.word.add_picture(io.BytesIO(self._drawn(svg)), width=_WIDTH)
                picture._inline.docPr.set("descr", writable(caption))  # noqa: SLF001 # pyright: ignore - python-docx has no other way
            case NoteBlock():
                self._shared(block)

    def _cards(self, block: CardsBlock) -> None:
        columns = min(4, len(block.entries))
        grid = self._grid(-(-len(block.entries) // columns), [1] * columns)
        for number, (value, label) in enumerate(block.entries):
            cell = grid.cell(number // columns, number % columns)
            _fill(cell, "EEF2F7")
            self._run(self._directed(cell.paragraphs[0]), value, 18, _NAVY, bold=True)
            self._run(self._directed(cell.add_paragraph()), label, 8, _SOFT)
        self.word.add_paragraph()

    def _table(self, block: TableBlock) -> None:
        grid = self._grid(len(block.rows) + bool(block.header), block.widths)
        grid.style = "Table Grid"
        cells = list(grid._cells)  # noqa: SLF001 # pyright: ignore - `grid.cell` for each would take quadratic time
        rows = [block.header, *block.rows] if block.header else list(block.rows)
        for at, row in enumerate(rows):
            for column, typed in enumerate(row):
                cell = cells[at * len(block.widths) + column]
                heads = bool(block.header) and at == 0
                if heads:
                    _fill(cell, "0B3C6F")
                line = self._directed(cell.paragraphs[0])
                if column in block.numeric:
                    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                self._run(line, typed, 9, RGBColor(255, 255, 255) if heads else None, bold=heads)
        if block.header:
            _xml(grid.rows[0]).get_or_add_trPr().append(_element("w:tblHeader"))
        self.word.add_paragraph()

    def _grid(self, rows: int, widths: Sequence[int]) -> Any:  # noqa: ANN401 - a table of python-docx
        grid = self.word.add_table(rows, len(widths))
        grid.autofit = False
        if self._mirrored:
            _xml(grid).tblPr.insert(0, _element("w:bidiVisual"))
        whole = sum(widths)
        for column, share in zip(grid.columns, widths, strict=True):
            column.width = Emu(_WIDTH * share // whole)
        return grid

    def _shared(self, block: NoteBlock) -> None:
        self._line(block.badge, 8, RGBColor.from_string(_KINDS[block.kind]), bold=True, keep=True)
        self._line(block.title, 11, None, bold=True, keep=True)
        for label, typed in block.parts:
            self._line(label, 8, _SOFT, bold=True, keep=True)
            self._line(typed, 10, None, mirrored=mirrored(typed))
        self._line(f"— {block.signature}", 9, _SOFT)

    def _line(  # noqa: PLR0913 - the text and its looks
        self,
        text: str,
        size: int,
        colour: RGBColor | None,
        *,
        bold: bool = False,
        keep: bool = False,
        mirrored: bool | None = None,
    ) -> None:
        line = self._directed(self.word.add_paragraph(), mirrored=mirrored)
        line.paragraph_format.space_after = Pt(2 if keep else 6)
        line.paragraph_format.keep_with_next = keep
        self._run(line, text, size, colour, bold=bold)

    def _directed(self, line: Line, *, mirrored: bool | None = None) -> Line:
        """Set a paragraph's direction: the document's, unless `mirrored` is given."""
        if self._mirrored if mirrored is None else mirrored:
            _xml(line).get_or_add_pPr().append(_element("w:bidi"))
        return line

    def _run(self, line: Line, text: str, size: int, colour: RGBColor | None, *, bold: bool = False) -> None:
        run = line.add_run(unisolated(writable(text), mirrored=_is_mirrored(line)))
        run.font.size, run.font.bold = Pt(size), bold
        # Word has separate size and weight settings for Arabic letters.
        run.font.cs_bold = bold
        run.font.complex_script = run.font.rtl = mirrored(text)
        if colour is not None:
            run.font.color.rgb = colour
        _xml(run).get_or_add_rPr().find(qn("w:sz")).addnext(_element("w:szCs", val=str(size * 2)))


def _property(text: str) -> str:
    """A text cut to 255 characters, the limit of a file property."""
    return shorten(writable(text), 255)


def _is_mirrored(line: Line) -> bool:
    return _xml(line).get_or_add_pPr().find(qn("w:bidi")) is not None


def _xml(part: Any) -> Any:  # noqa: ANN401 - python-docx doesn't say more
    """The XML element of a part, for settings that python-docx has no API for."""
    return part._element  # noqa: SLF001 - python-docx has no other way


def _element(name: str, **attributes: str) -> Any:  # noqa: ANN401 - python-docx doesn't say more
    made = cast("Any", OxmlElement(name))
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _fill(cell: _Cell, colour: str) -> None:
    _xml(cell).get_or_add_tcPr().append(_element("w:shd", val="clear", fill=colour))
