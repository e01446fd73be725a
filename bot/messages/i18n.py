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

from bot.domain.languages import LANGUAGES, RECORDS, is_right_to_left
from bot.domain.text import Text, fold, isolate
from bot.settings import ROOT

LOCALES = ROOT / "config" / "locales"
_COMMANDS = "commands."


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
    shown = {name: isolate(str(value)) if is_right_to_left(language) else value for name, value in values.items()}
    return sentence.format(**shown)


def command_wording(language: str, english: str) -> str | None:
    """A command's name or description, written in English in its cog, in a language; None if there is none.

    Discord has no Arabic: `commands.ar.po` has what /help shows, and no names.
    """
    translated = _command_catalogue(language).gettext(english)
    return translated if translated != english else None


@cache
def _command_catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / f"{_COMMANDS}{language}.po"
    return compiled(path, language) if path.exists() else gettext.NullTranslations()


def command_wordings() -> str:
    """Every wording of commands in every language, as it stands in the files: it differs if one of them does."""
    return "".join(path.read_text("utf-8") for path in sorted(LOCALES.glob(f"{_COMMANDS}*.po")))


def preload() -> None:
    """Read every catalogue now, so that nobody's first answer waits for a file."""
    for language in LANGUAGES:
        _catalogue(language)


def every(languages: Iterable[str], key: str, **values: Text | str | int) -> list[str]:
    """The sentence once in each language; a value that is itself a text is taken in that language."""
    return [text(language, key, **_in(language, values)) for language in languages]


def _in(language: str, values: Mapping[str, Text | str | int]) -> dict[str, object]:
    return {name: value if isinstance(value, str | int) else value[language] for name, value in values.items()}


def language_name(language: str) -> str:
    """A language as those who speak it write it at the head of a line: `Français`."""
    name = Locale(language).get_display_name(language) or language
    return name[0].upper() + name[1:]


@cache
def _languages() -> Mapping[str, str]:
    """What each language is called in each (folded), to its code."""
    named = {fold(str(Locale(each).languages[code])): code for each in LANGUAGES for code in LANGUAGES}
    return {**named, **{code: code for code in LANGUAGES}}


def language_named(typed: str) -> str | None:
    """The code of one of our languages from its name in any of them, or from its code; None if it is none."""
    return _languages().get(fold(typed))


@cache
def _countries() -> Mapping[str, str]:
    """Each country's name in each language (folded), and its code, to its code."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in _territories(language).items():
            if code.isalpha() and code not in _NO_COUNTRIES:
                found |= {fold(name): code, fold(code): code}
    return found


def _territories(language: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", Locale(language).territories)


# Codes that stand for groups of countries, or for none (CLDR).
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def country(typed: str) -> str | None:
    """The code (ISO 3166-1 alpha-2) of a country from its name in any of our languages, or from its code."""
    return _countries().get(fold(typed))


def country_name(language: str, code: str) -> str:
    """What a country (ISO 3166-1 alpha-2) is called in the language; the code of one that isn't known."""
    return _territories(language).get(code, code)


def enumeration(language: str, names: Iterable[str]) -> str:
    """`A, B and C`, as the language writes it."""
    return format_list(list(names), locale=RECORDS[language].locale)


def day_name(language: str, day: date) -> str:
    """`Monday, 20 February 2023`, as the language writes it."""
    return format_date(day, "full", locale=RECORDS[language].locale)


def short_day(language: str, day: date) -> str:
    """`Mon 20 Feb`, as the language writes it."""
    return format_skeleton("MMMEd", day, locale=RECORDS[language].locale)
