"""Every sentence that a person reads, in their language: gettext catalogues in config/locales."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.languages import DEFAULT, LANGUAGES, RECORDS, is_right_to_left
from bot.domain.text import Text, fold, isolate
from bot.settings import ROOT

LOCALES = ROOT / "config" / "locales"
#: The families of keys that name and describe commands; `make i18n` copies their English from the cogs.
COMMAND_FAMILIES = frozenset({"command", "menu", "name", "option", "purpose"})
_BY_DISCORD_LOCALE = {locale: record.code for record in RECORDS.values() for locale in record.discord_locales}


@dataclass(frozen=True, slots=True)
class _Catalogue:
    sentences: gettext.GNUTranslations
    commands: Mapping[str, str]
    """The sentences of the families of commands, by key."""


@cache
def _catalogue(language: str) -> _Catalogue:
    parsed = _parsed(LOCALES / f"{language}.po", language)
    commands = {
        message.id: str(message.string)
        for message in parsed
        if isinstance(message.id, str) and message.id.partition(".")[0] in COMMAND_FAMILIES
    }
    return _Catalogue(_compiled(parsed), commands)


def compiled(path: Path, language: str) -> gettext.GNUTranslations:
    """Return a `.po` file as gettext uses it, so that plurals follow the file's own rule (Arabic has six forms)."""
    return _compiled(_parsed(path, language))


def _parsed(path: Path, language: str) -> Catalog:
    with path.open("rb") as source:
        # Comments are two thirds of the file, and nobody reads them here.
        bare = b"".join(line for line in source if not line.startswith(b"#"))
    return read_po(io.BytesIO(bare), locale=language)


def _compiled(parsed: Catalog) -> gettext.GNUTranslations:
    compiled_form = io.BytesIO()
    write_mo(compiled_form, parsed)
    compiled_form.seek(0)
    return gettext.GNUTranslations(compiled_form)


def text(language: str, key: str, **values: object) -> str:
    """Return the sentence of that key with its `{names}` filled in. `n`, where given, chooses the plural form.

    In a right-to-left language each value is isolated, so that a Latin name or a time doesn't turn the sentence.
    """
    sentences = _catalogue(language).sentences
    count = values.get("n")
    sentence = sentences.ngettext(key, key, count) if isinstance(count, int) else sentences.gettext(key)
    if not values:
        return sentence
    shown = {name: isolate(str(value)) if is_right_to_left(language) else value for name, value in values.items()}
    return sentence.format(**shown)


def command_wording(language: str, english: str) -> str | None:
    """Return the translation of a command's name or description, which its cog has in English; None if there is none.

    For a language that Discord lacks there are only the descriptions that /help shows.
    """
    translated = _catalogue(language).commands.get(_command_keys().get(english, ""))
    return translated if translated != english else None


def discord_wording(locale: str, english: str) -> str | None:
    """Return `command_wording` for one of Discord's locales, such as `fr` or `es-419`."""
    language = _BY_DISCORD_LOCALE.get(locale)
    return command_wording(language, english) if language else None


def command_wordings() -> str:
    """Return all translations of commands that Discord gets, as one text to compare with an earlier one."""
    return repr([(code, sorted(_catalogue(code).commands.items())) for code in sorted(_BY_DISCORD_LOCALE.values())])


@cache
def _command_keys() -> Mapping[str, str]:
    return {english: key for key, english in _catalogue(DEFAULT).commands.items()}


def preload() -> None:
    """Read every catalogue now, so that no first answer waits for a file."""
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
    """Each language's name in each language (folded), and its code, to its code."""
    named = {fold(str(Locale(language).languages[code])): code for language in LANGUAGES for code in LANGUAGES}
    return {**named, **{code: code for code in LANGUAGES}}


def language_named(typed: str) -> str | None:
    """The code of one of our languages from its name in any of them, or from its code; None if it matches none."""
    return _languages().get(fold(typed))


@cache
def _countries() -> Mapping[str, str]:
    """Each country's name in each language (folded), and its code, to its code."""
    codes: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in _territories(language).items():
            if code.isalpha() and code not in _NO_COUNTRIES:
                codes |= {fold(name): code, fold(code): code}
    return codes


def _territories(language: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", Locale(language).territories)


# Codes that stand for groups of countries, or for none (CLDR).
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def country(typed: str) -> str | None:
    """The code (ISO 3166-1 alpha-2) of a country from its name in any of our languages, or from its code."""
    return _countries().get(fold(typed))


def country_name(language: str, code: str) -> str:
    """A country's name (by its ISO 3166-1 alpha-2 code) in the language; the code itself if it isn't known."""
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
