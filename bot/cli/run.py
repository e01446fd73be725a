"""`plenary run`: the bot, in this process, until it is stopped."""

from __future__ import annotations

import logging
import re
import sys

from bot import app, runtime, settings
from bot.clock import MOVES_THE_LOOP
from bot.platform.client import DiscordUnreachableError
from bot.settings import SettingsError
from bot.store.engine.errors import DatabaseUnusableError

#: The address of an interaction or a webhook: the part before its token, and the token.
_TOKEN = re.compile(r"((?:interactions|webhooks)/\d+/)[\w.-]+")


def run() -> int:
    """Run the bot; return the exit code. Report what a person must fix as a sentence on standard error."""
    try:
        chosen = settings.load()
        token = settings.token()
        _log(chosen.log_level)
        runtime.run(app.run(chosen, token), rehearsing=chosen.clock.endswith(MOVES_THE_LOOP))
    except (DiscordUnreachableError, SettingsError, DatabaseUnusableError) as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - for the person who started it
        return fault.exit_code
    return 0


class _Formatter(logging.Formatter):
    """Writes lines without the tokens by which others could answer an interaction or send by a webhook."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(r"\1…", super().format(record))


def _log(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)-8s %(name)s: %(message)s"))
    # Libraries log at DEBUG what people typed: aiosqlite each statement with its values, discord.py each payload.
    logging.basicConfig(level=max(logging.INFO, logging.getLevelNamesMapping()[level]), handlers=[handler])
    for name in ("bot", "cogs"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # at INFO it logs each alarm
