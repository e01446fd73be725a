"""Every sentence that a person reads, in their language: gettext catalogues in config/locales."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.text import LANGUAGES, RIGHT_TO_LEFT, Text, isolate
from bot.settings import ROOT

LOCALES = ROOT / "config" / "locales"


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    return compiled(LOCALES / f"{language}.po", language)


def compiled(path: Path, language: str) -> gettext.GNUTranslations:
    """A `.po` file as gettext uses it, so that plurals follow the file's own rule (Arabic has six forms)."""
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled_form = io.BytesIO()
    write_mo(compiled_form, catalogue)
    compiled_form.seek(0)
    return gettext.GNUTranslations(compiled_form)


def text(language: str, key: str, **values: object) -> str:
    """The sentence of that key, its `{names}` filled in. `n`, where given, chooses the plural form.

    In a right-to-left language each value is isolated, so that a Latin name or a time doesn't turn the sentence.
    """
    catalogue = _catalogue(language)
    count = values.get("n")
    sentence = catalogue.ngettext(key, key, count) if isinstance(count, int) else catalogue.gettext(key)
    if not values:
        return sentence
    shown = {name: isolate(str(value)) if language in RIGHT_TO_LEFT else value for name, value in values.items()}
    return sentence.format(**shown)


def command_wording(language: str, english: str) -> str | None:
    """A command's name or description, written in English in its cog, in a language; None if there is none.

    Discord has no Arabic: `commands.ar.po` has what /help shows, and no names.
    """
    path = LOCALES / f"commands.{language}.po"
    translated = _command_catalogue(language).gettext(english) if path.exists() else english
    return translated if translated != english else None


@cache
def _command_catalogue(language: str) -> gettext.GNUTranslations:
    return compiled(LOCALES / f"commands.{language}.po", language)


def preload() -> None:
    """Read every catalogue now, so that nobody's first answer waits for a file."""
    for language in LANGUAGES:
        _catalogue(language)


def every(languages: Iterable[str], key: str, **values: Text | str | int) -> list[str]:
    """The sentence once in each language; a value that is itself a text is taken in that language."""
    return [text(language, key, **_in(language, values)) for language in languages]


def _in(language: str, values: Mapping[str, Text | str | int]) -> dict[str, object]:
    return {name: value if isinstance(value, str | int) else value[language] for name, value in values.items()}


def enumeration(language: str, names: Iterable[str]) -> str:
    """`A, B and C`, as the language writes it."""
    return format_list(list(names), locale=_dates(language))


def country_name(language: str, code: str) -> str:
    """What a country (ISO 3166-1 alpha-2) is called in the language; the code of one that isn't known."""
    names = cast("Mapping[str, str]", Locale.parse(_dates(language)).territories)
    return names.get(code, code)


def day_name(language: str, day: date) -> str:
    """`Monday, 20 February 2023`, as the language writes it."""
    return format_date(day, "full", locale=_dates(language))


def short_day(language: str, day: date) -> str:
    """`Mon 20 Feb`, as the language writes it."""
    return format_skeleton("MMMEd", day, locale=_dates(language))


def _dates(language: str) -> str:
    # English as international organisations write it: day before month.
    return {"en": "en_GB", "ar": "ar"}.get(language, language)
