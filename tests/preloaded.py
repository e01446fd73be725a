"""What the process from which bots are forked has imported and read before: all that is the same in each of them."""

from __future__ import annotations

import importlib
from zoneinfo import available_timezones

import bot.app
import bot.cli
from bot import i18n
from bot.settings import ROOT

importlib.import_module("uvloop")
for path in sorted((ROOT / "cogs").rglob("*.py")):
    if path.stem != "__init__":
        importlib.import_module(".".join(path.with_suffix("").relative_to(ROOT).parts))
i18n.preload()
for language in i18n.LANGUAGES:
    i18n.language_name(language)
available_timezones()
