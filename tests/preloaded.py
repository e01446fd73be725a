"""Everything that all forked bots share: the fork server imports and reads it once."""

from __future__ import annotations

import importlib

from bot.domain.languages import LANGUAGES
from bot.domain.local_time import zones
from bot.messages import i18n
from bot.settings import ROOT

COGS = [
    ".".join(path.with_suffix("").relative_to(ROOT).parts)
    for path in sorted((ROOT / "cogs").rglob("*.py"))
    if path.stem != "__init__"
]

_LATER = ("bot.cli.export", "bot.importing.midway_revision")

for module in ("bot.cli.run", "bot.cli.main", *_LATER, "uvloop", *COGS):
    importlib.import_module(module)
i18n.preload()
for language in LANGUAGES:
    i18n.language_name(language)
zones()
