"""A small plan as a file, and variants of it."""

from __future__ import annotations

from pathlib import Path

from bot.importing.plan_file import LoadedPlan, load_plan

GOOD = """\
id: small
title: {en: Small, fr: Petit}
description: As small as can be
organiser: Nobody
zone: Europe/Brussels
languages: [en, fr]
topics:
  - id: ledgers
    title: Ledgers
    description: Who writes them
days:
  - date: 2023-02-20
    sessions:
      - id: welcome
        kind: opening
        start: 09:30
        end: 10:00
        title: Welcome
      - id: talk
        kind: panel
        start: 10:00
        end: 11:15
        topic: ledgers
        title: A talk
"""


def loaded(folder: Path, source: str | bytes) -> LoadedPlan:
    """A plan of that text, loaded from a file."""
    path = folder / "plan.yaml"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return load_plan(path)


def changed(*changes: tuple[str, str]) -> str:
    """The good plan with some of its words replaced; each must be there."""
    source = GOOD
    for old, new in changes:
        assert old in source
        source = source.replace(old, new, 1)
    return source
