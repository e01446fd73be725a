"""What the process from which bots are forked has imported and read before: all that is the same in each of them."""

from __future__ import annotations

import importlib

from bot import i18n
from bot.domain.text import LANGUAGES
from bot.domain.walltime import zones
from bot.settings import ROOT

COGS = [
    ".".join(path.with_suffix("").relative_to(ROOT).parts)
    for path in sorted((ROOT / "cogs").rglob("*.py"))
    if path.stem != "__init__"
]

_LATER = ("bot.exporting.command", "bot.importing.revision")

for module in ("bot.running", "bot.cli", *_LATER, "uvloop", *COGS):
    importlib.import_module(module)
i18n.preload()
for language in LANGUAGES:
    i18n.language_name(language)
zones()
