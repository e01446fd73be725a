"""All data that the workshop keeps about one person, as files for them: Markdown to read and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.domain.people.personal_data import PersonalRecords
from bot.domain.text import all_writable, isolate, writable
from bot.messages.i18n import text


def as_json(dossier: Iterable[PersonalRecords]) -> bytes:
    """The data as JSON: one list of objects per part."""
    parts = {
        str(records.part): [dict(zip(records.columns, row, strict=True)) for row in records.rows] for records in dossier
    }
    return (json.dumps(all_writable(parts), indent=1, ensure_ascii=False) + "\n").encode()


def as_markdown(dossier: Iterable[PersonalRecords], title: str, language: str) -> bytes:
    """The data as Markdown, without empty parts. Columns are named as in the JSON file."""
    blocks = [f"# {title}", f"*{text(language, 'dossier.intro')}*"]
    for records in dossier:
        if records.rows:
            blocks += [f"## {text(language, f'dossier.{records.part}')}", *_entries(records)]
    return writable("\n\n".join(blocks) + "\n").encode()


def _entries(records: PersonalRecords) -> Iterator[str]:
    for row in records.rows:
        pairs = (pair for pair in zip(records.columns, row, strict=True) if pair[1] is not None)
        # The lines of a text are indented to stay within its list item: `writable` makes carriage returns lines too.
        yield "\n".join(f"- {name}: {isolate(writable(str(value)))}".replace("\n", "\n  ") for name, value in pairs)
