"""The columns that a table may have, and their names in each language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.languages import RECORDS


class Column(StrEnum):
    """What a column holds; the value is its name in the template."""

    ID = "id"
    DATE = "date"
    START = "start"
    END = "end"
    LENGTH = "minutes"
    KIND = "kind"
    TITLE = "title"
    ROOM = "room"
    TOPIC = "topic"
    SPEAKERS = "speakers"
    DESCRIPTION = "description"
    LINK = "link"


#: The other names of columns, in each language.
NAMES: Mapping[Column, Mapping[str, tuple[str, ...]]] = {
    column: {code: record.schedule_columns[column] for code, record in RECORDS.items()} for column in Column
}
