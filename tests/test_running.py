"""What a bot imports to run: what it needs for its first answer, and nothing else."""

from __future__ import annotations

import subprocess
import sys

#: Needed by other commands, or when somebody asks for a file: together they would take longer than all the rest.
HEAVY = (
    "typer", "icalendar", "openpyxl", "docx", "lxml", "typst", "bot.cli", "bot.exporting.subjects",
    "bot.exporting.files", "bot.importing.reading", "bot.importing.roster", "bot.rehearsal", "bot.series",
    "bot.reporting.typesetting",
)  # fmt: skip


def test_a_bot_starts_without_what_it_does_not_need_yet() -> None:
    """The cogs included; asked in a process of its own, for here all may be imported."""
    asked = (
        "import importlib, sys\n"
        "from bot import app, running\n"
        "for module in app.COGS: importlib.import_module(module)\n"
        "assert running\n"
        f"print(*sorted(set({HEAVY!r}) & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert told.stdout.split() == []
