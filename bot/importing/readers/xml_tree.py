"""Parses XML to a tree with line numbers. It refuses a document type, which entities and external files need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

_DEEPEST = 40
#: Elements of a file: 1,000 sessions have some 40 each; two million, which fit into the largest file, take 1 GB.
_MOST = 200_000
#: Cells of one row of a workbook; Excel's own limit.
_MOST_IN_A_ROW = 16_384


class MarkupError(ValueError):
    """A text that isn't XML, or is XML that no schedule needs; the message says why."""

    def __init__(self, line: int, what: str, *, forbidden: bool = False) -> None:
        super().__init__(what)
        self.line = line
        #: Whether it is XML that must not reach another parser.
        self.forbidden = forbidden


@dataclass(slots=True)
class Element:
    """One element; `line` is counted from 1."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list["Element"])
    pieces: list[str] = field(default_factory=list[str])

    def all(self, name: str) -> Iterator[Element]:
        """Return the children of that name."""
        return (child for child in self.children if child.name == name)

    @property
    def words(self) -> str:
        """The text of the element, without that of its children."""
        return "".join(self.pieces).strip()

    def text(self, name: str) -> str:
        """Return the text of the first child of that name; empty if there is none."""
        return next((child.words for child in self.all(name)), "")


def parse_xml(source: bytes) -> Element:
    """Return the outermost element. Raises MarkupError."""
    tree = _Tree()
    _feed(source, tree)
    return tree.top


def inspect_xml(source: bytes) -> None:
    """Raise MarkupError if a document has a document type or deep nesting, before another parser reads it."""
    _feed(source, _WorkbookPart())


class _Depth:
    """Tracks the nesting of elements."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.depth = 0

    def _doctype(self, *_: object) -> None:
        what = "it declares a document type (DTD), which no schedule needs; remove that line"
        raise MarkupError(self.line, what, forbidden=True)

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - expat hands over both
        self.depth += 1
        if self.depth > _DEEPEST:
            raise MarkupError(self.line, "its elements are nested deeper than in any schedule", forbidden=True)

    def end(self, name: str) -> None:  # noqa: ARG002 - as above
        self.depth -= 1


class _WorkbookPart(_Depth):
    """Also counts the cells of each row: openpyxl makes objects of a whole row at once."""

    def __init__(self) -> None:
        super().__init__()
        self._cells = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        local = name.rpartition(":")[2]
        self._cells = 0 if local == "row" else self._cells + (local == "c")
        if self._cells > _MOST_IN_A_ROW:
            what = f"a row has more than {_MOST_IN_A_ROW:,} cells, which Excel can't have either"
            raise MarkupError(self.line, what, forbidden=True)


class _Tree(_Depth):
    """Builds the tree of elements."""

    def __init__(self) -> None:
        super().__init__()
        self.parser.CharacterDataHandler = self._words
        self.parser.buffer_text = True
        self.open = [Element("", {}, 0)]
        self._count = 0

    @property
    def top(self) -> Element:
        return self.open[0].children[0]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        self._count += 1
        if self._count > _MOST:
            raise MarkupError(self.line, f"it has more than {_MOST:,} elements; a schedule has fewer")
        element = Element(name, attributes, self.line)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, name: str) -> None:
        super().end(name)
        self.open.pop()

    def _words(self, words: str) -> None:
        self.open[-1].pieces.append(words)


def _feed(source: bytes, reader: _Depth) -> None:
    try:
        reader.parser.Parse(source, True)  # noqa: FBT003 - "this is all"; expat takes no keywords
    except expat.ExpatError as broken:
        raise MarkupError(broken.lineno, f"this is not XML: {expat.ErrorString(broken.code)}") from None
    except (ValueError, LookupError) as strange:
        if isinstance(strange, MarkupError):
            raise
        raise MarkupError(1, f"this is not XML that can be read: {strange}") from None
