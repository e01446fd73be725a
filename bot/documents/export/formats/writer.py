"""The base class of table writers: begin, add rows as they come, close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from bot.documents.export.table import Cell, Row
from bot.domain.languages import is_right_to_left
from bot.domain.text import writable

Opened = BinaryIO


@dataclass(frozen=True, slots=True)
class ColumnHeading:
    """The description that a file carries."""

    subject: str
    title: str
    """The workshop's title."""
    rule: str
    """The rule that the table obeys, in words."""
    zone: str
    """The zone of all instants in the file; an IANA name."""
    language: str
    columns: Sequence[str]

    @property
    def right_to_left(self) -> bool:
        """Whether the file's language is written from right to left."""
        return is_right_to_left(self.language)


class Writer(ABC):
    """Writes one table into an opened file, in constant memory however many rows come; blocks, so use it in a thread.

    The constructor writes the beginning; `close` writes the end and leaves the file open.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        self._out = out
        self._heading = replace(
            heading, title=writable(heading.title), rule=writable(heading.rule), zone=writable(heading.zone)
        )

    @abstractmethod
    def add(self, rows: Iterable[Row]) -> int:
        """Write more rows, which may be computed lazily; return their number."""

    @abstractmethod
    def close(self) -> None:
        """Write what is left."""


def plain(cell: Cell) -> str | float | bool | None:
    """A cell for formats without dates: dates become ISO-8601 text, instants with the offset of their zone."""
    return cell.isoformat() if isinstance(cell, date) else cell  # an instant is a date too
