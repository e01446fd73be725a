"""What the workshop keeps about one person, as files for them: one to read, one for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.domain.people.personal_data import PersonalRecords
from bot.domain.text import all_writable, isolate, writable
from bot.messages.i18n import text


def as_json(dossier: Iterable[PersonalRecords]) -> bytes:
    """One list of objects a part."""
    parts = {str(one.part): [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in dossier}
    return (json.dumps(all_writable(parts), indent=1, ensure_ascii=False) + "\n").encode()


def as_markdown(dossier: Iterable[PersonalRecords], title: str, language: str) -> bytes:
    """The same to be read; parts in which nothing is kept are left out. Columns are named as in the other file."""
    blocks = [f"# {title}", f"*{text(language, 'dossier.intro')}*"]
    for one in dossier:
        if one.rows:
            blocks += [f"## {text(language, f'dossier.{one.part}')}", *_entries(one)]
    return writable("\n\n".join(blocks) + "\n").encode()


def _entries(records: PersonalRecords) -> Iterator[str]:
    for row in records.rows:
        told = (pair for pair in zip(records.columns, row, strict=True) if pair[1] is not None)
        # The lines of a text are indented to stay within its list item: `writable` makes carriage returns lines too.
        yield "\n".join(f"- {name}: {isolate(writable(str(value)))}".replace("\n", "\n  ") for name, value in told)
