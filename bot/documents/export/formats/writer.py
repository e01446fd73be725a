"""What every writer of tables does: begin, add rows as they come, and end."""

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
    """What a file says of itself."""

    subject: str
    title: str
    """The workshop's."""
    rule: str
    """The rule that the table obeys, in words."""
    zone: str
    """Of all instants in it; an IANA name."""
    language: str
    columns: Sequence[str]

    @property
    def right_to_left(self) -> bool:
        """Whether it is read so."""
        return is_right_to_left(self.language)


class Writer(ABC):
    """Writes one table into an opened file, in constant memory however many rows come; blocks, so use it in a thread.

    Made, it has begun; `close` ends the file's content and leaves the file itself open.
    """

    def __init__(self, out: Opened, heading: ColumnHeading) -> None:
        self._out = out
        self._heading = replace(
            heading, title=writable(heading.title), rule=writable(heading.rule), zone=writable(heading.zone)
        )

    @abstractmethod
    def add(self, rows: Iterable[Row]) -> int:
        """Write some more rows, which may be worked out meanwhile; how many there were."""

    @abstractmethod
    def close(self) -> None:
        """Write what is left."""


def plain(cell: Cell) -> str | float | bool | None:
    """A cell of a format that has no dates: they become ISO-8601 text, instants with the offset of their zone."""
    return cell.isoformat() if isinstance(cell, date) else cell  # an instant is a date too
