"""`plenary run`: the bot, in this process, until it is stopped."""

from __future__ import annotations

import logging
import sys

from bot import app, runtime, settings
from bot.client import DiscordUnreachableError
from bot.settings import SettingsError
from bot.store.lock import DatabaseUnusableError


def run() -> int:
    """Run the bot; the exit code. Whatever a person must fix is a sentence on standard error, not a traceback."""
    try:
        chosen = settings.load()
        token = settings.token()
        _log(chosen.log_level)
        runtime.run(app.run(chosen, token))
    except (DiscordUnreachableError, SettingsError, DatabaseUnusableError) as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - it is for whoever started it
        return fault.exit_code
    return 0


def _log(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-8s %(name)s: %(message)s", stream=sys.stderr)
    # At DEBUG discord.py logs addresses that hold live interaction tokens; APScheduler logs every alarm.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
