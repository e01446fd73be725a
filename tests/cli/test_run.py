"""What a bot imports to run: what it needs for its first answer, and nothing else."""

from __future__ import annotations

import subprocess
import sys

#: Needed by other commands, or when somebody asks for a file: together they would take longer than all the rest.
HEAVY = (
    "typer", "icalendar", "openpyxl", "docx", "lxml", "typst", "bot.cli.main",
    "bot.documents.export.files", "bot.importing.readers.detect", "bot.importing.roster",
    "bot.documents.typesetting", "bot.rehearsal", "bot.documents.series",
)  # fmt: skip


def test_a_bot_starts_without_what_it_does_not_need_yet() -> None:
    """The cogs included; asked in a process of its own, for here all may be imported."""
    asked = (
        "import importlib, sys\n"
        "from bot import app\nfrom bot.cli import run as running\n"
        "for module in app.COGS: importlib.import_module(module)\n"
        "assert running\n"
        f"print(*sorted(set({HEAVY!r}) & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert told.stdout.split() == []


def test_no_live_token_is_logged_not_even_in_a_traceback() -> None:
    asked = (
        "import logging\n"
        "from bot.cli import run as running\n"
        "running._log('DEBUG')\n"
        "try: raise OSError('https://discord.com/api/v10/webhooks/12/aW50.zebrafish-_x/messages/@original')\n"
        "except OSError: logging.getLogger('bot').exception('POST %s', '/interactions/12/zebrafish/callback')\n"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert "POST /interactions/12/…/callback" in told.stderr
    assert "/webhooks/12/…/messages/@original" in told.stderr
    assert "zebrafish" not in told.stderr
