"""Catalogues as files: read with what translators wrote in them, and always written alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from babel.messages.pofile import read_po

from bot.domain.languages import Language
from bot.messages.i18n import LOCALES


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence with what stands above it."""

    key: str
    forms: tuple[str, ...]
    """One, or the plural forms."""
    remarks: tuple[str, ...] = ()
    """What a translator wrote; it stays."""
    comments: tuple[str, ...] = ()
    """What is generated."""
    references: tuple[str, ...] = ()
    """The files that show the sentence."""


def read(language: Language) -> dict[str, Entry]:
    """The entries of a catalogue by their keys; none where the file doesn't exist."""
    path = LOCALES / f"{language.code}.po"
    if not path.exists():
        return {}
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language.code, abort_invalid=True)
    entries: dict[str, Entry] = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            entries[key] = Entry(
                key, forms, tuple(message.user_comments), tuple(message.auto_comments),
                tuple(file for file, _ in message.locations),
            )  # fmt: skip
    return entries


def written(language: Language, entries: Iterable[Entry]) -> str:
    """The whole file, sorted by key."""
    blocks = (_lines(entry) for entry in sorted(entries, key=lambda entry: entry.key))
    return "\n".join("".join(f"{line}\n" for line in block) for block in (_head(language), *blocks))


def _head(language: Language) -> Sequence[str]:
    header = {
        "Language": language.code,
        "Plural-Forms": language.plural_forms,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return (
        f"# Plenary's sentences in {language.name}. {{names}} are filled in by the program.",
        "# `make i18n` writes keys, comments and references, and the English of commands; the rest is written by hand.",
        'msgid ""',
        'msgstr ""',
        *(f'"{name}: {value}\\n"' for name, value in header.items()),
    )


def _lines(entry: Entry) -> Iterator[str]:
    yield from (f"# {remark}".rstrip() for remark in entry.remarks)
    yield from (f"#. {comment}" for comment in entry.comments)
    yield from (f"#: {reference}" for reference in entry.references)
    yield f"msgid {_quoted(entry.key)}"
    if len(entry.forms) == 1:
        yield f"msgstr {_quoted(entry.forms[0])}"
        return
    yield f"msgid_plural {_quoted(entry.key)}"
    yield from (f"msgstr[{number}] {_quoted(form)}" for number, form in enumerate(entry.forms))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
