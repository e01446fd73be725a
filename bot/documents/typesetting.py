"""Typst: documents and certificates as PDF, charts as PNG. Templates are in config/templates, letters in a package."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import fontpkg_ibm_plex_sans_arabic
import typst

from bot.documents.report.charts import FONT
from bot.domain.languages import is_right_to_left
from bot.domain.text import all_writable
from bot.settings import ROOT, SettingsError

TEMPLATES = ROOT / "config" / "templates"
FONTS = Path(fontpkg_ibm_plex_sans_arabic.ROOT)
_PIXELS_PER_INCH = 200.0
# None of our fonts has these; they would be printed as empty boxes.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u20e3\ufe0f\u200d\U000e0020-\U000e007f]+")
_OUR_ALPHABETS = ("LATIN", "ARABIC", "GREEK", "CYRILLIC")


def pdf(template: str, data: Mapping[str, Any], now: datetime) -> bytes:
    """Render a template to PDF: the same data at the same instant gives the same bytes.

    `data` has at least the `language`. Takes 0.1 s or more: call it in a thread.
    """
    return _compiled(template, data, format="pdf", timestamp=int(now.timestamp()))


def png(svg: str, language: str) -> bytes:
    """Render a chart to PNG, for documents that cannot hold SVG."""
    return _compiled("picture", {"svg": svg, "language": language}, format="png", ppi=_PIXELS_PER_INCH)


def require_letters(fonts: Path = FONTS) -> None:
    """Raise SettingsError if the font with both alphabets is missing: no file is better than one with empty boxes."""
    if FONT not in _families(fonts):
        raise SettingsError(
            f"The font {FONT}, which has the Latin and Arabic letters of reports and certificates, was not found in "
            f"{fonts}. Install it: pip install fontpkg-ibm-plex-sans-arabic"
        )


def strange_letters(data: Mapping[str, Any]) -> str:
    """The letters, each once and sorted, of alphabets that only a system font may have."""
    letters = {
        character
        for character in json.dumps(data, ensure_ascii=False)
        if unicodedata.category(character).startswith("L")
    }
    return "".join(sorted(letter for letter in letters if not unicodedata.name(letter, "").startswith(_OUR_ALPHABETS)))


@cache
def _families(fonts: Path) -> tuple[str, ...]:
    return tuple(typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)]).families())


def _compiled(template: str, data: Mapping[str, Any], **options: Any) -> bytes:  # noqa: ANN401 - typst's own
    template_data = {**data, "right-to-left": is_right_to_left(data["language"])}
    compiled = typst.compile(  # pyright: ignore[reportUnknownVariableType] - the next cast gives its type
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        # System fonts are used only for letters that ours lack, such as Chinese ones.
        ignore_system_fonts=False,
        sys_inputs={"data": _EMOJI.sub("", json.dumps(all_writable(template_data), ensure_ascii=False))},
        **options,
    )
    return cast("bytes", compiled)
