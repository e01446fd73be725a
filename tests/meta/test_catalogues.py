"""The catalogues have what the code uses, under the comments that translators need. `make i18n` writes them."""

from __future__ import annotations

import os
import re
from collections import defaultdict

import pytest

from bot.app import WorkshopClient
from bot.domain import discord_limits
from bot.domain.languages import DEFAULT, LANGUAGES, RECORDS, Language
from bot.messages.i18n import COMMAND_FAMILIES, LOCALES
from tests.catalogues import places, po
from tests.catalogues.commands import Worded, shown_by_help, worded
from tests.catalogues.sentences import placeholders
from tests.catalogues.uses import posted_buttons, used

#: Set by `make i18n`.
UPDATE = bool(os.environ.get("UPDATE_CATALOGUES"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogue_is_as_make_i18n_writes_it(client: WorkshopClient, code: str) -> None:
    language = RECORDS[code]
    path, wanted = LOCALES / f"{code}.po", _wanted(language, client)
    if UPDATE:
        path.write_text(wanted, "utf-8")
    assert path.exists(), f"config/locales/{code}.po is missing: run make i18n"
    assert path.read_text("utf-8") == wanted, f"config/locales/{code}.po is stale: run make i18n"


def test_what_make_i18n_writes_it_leaves_alone_afterwards(client: WorkshopClient) -> None:
    """Remarks of translators stay, and so do their sentences."""
    entry = po.Entry("now.over", ('"It\'s\\over"\nnow',), ("Asked for by the secretariat.",), ("A.",), ("bot/a.py",))
    text = po.written(RECORDS[DEFAULT], [entry])
    assert text.endswith(
        '\n# Asked for by the secretariat.\n#. A.\n#: bot/a.py\nmsgid "now.over"\nmsgstr "\\"It\'s\\\\over\\"\\nnow"\n'
    )
    own = po.read(RECORDS[DEFAULT])
    assert po.written(RECORDS[DEFAULT], own.values()) == _wanted(RECORDS[DEFAULT], client)


def test_every_key_has_a_place_and_every_placeholder_a_meaning(client: WorkshopClient) -> None:
    english = po.read(RECORDS[DEFAULT])
    keys = {use.key for use in used()[0]} | worded(client).keys()
    assert sorted(key for key in keys if not places.place(key)) == [], "add to PLACES in tests/catalogues/places.py"
    unexplained = {
        f"{key} {{{name}}}"
        for key in keys & english.keys()
        for form in english[key].forms
        for name in placeholders(form)
        if not places.meaning(key, name)
    }
    assert sorted(unexplained) == [], "add to MEANINGS in tests/catalogues/places.py"


def test_no_place_meaning_or_limit_is_left_over() -> None:
    english = po.read(RECORDS[DEFAULT])
    assert {family for key in english for family in places.families(key)} >= places.PLACES.keys()
    named = [(key, name) for key, entry in english.items() for form in entry.forms for name in placeholders(form)]
    assert places.MEANINGS.keys() <= {name for _, name in named} | {f"{key} {{{name}}}" for key, name in named}
    assert places.LIMITS.keys() <= english.keys()


def test_comments_say_where_how_long_and_what_fills_a_sentence() -> None:
    entry = po.read(RECORDS["fr"])["button.checkin"]
    assert entry.comments[1].startswith("Label of a button")
    assert str(discord_limits.BUTTON_LABEL) in entry.comments[2]
    assert "bot/messages/announcements.py" in entry.references
    comments = po.read(RECORDS["ar"])["checkin.done"].comments
    assert comments[0].startswith("English: You are checked in to {title}")
    assert "{title}: a title, as it was written" in comments


def _wanted(language: Language, client: WorkshopClient) -> str:
    english, own = po.read(RECORDS[DEFAULT]), po.read(language)
    commands = _commands(language, client)
    files: defaultdict[str, set[str]] = defaultdict(set)
    for use in used()[0]:
        files[use.key].add(use.place.partition(":")[0])
    entries = [_entry(language, key, english, own, sorted(found)) for key, found in files.items()]
    entries += [_command(language, command, own) for command in commands.values()]
    return po.written(language, entries)


def _commands(language: Language, client: WorkshopClient) -> dict[str, Worded]:
    """Those that the language has a wording for: Discord shows no other names and options than its own languages'."""
    everything = worded(client)
    if language.discord_locales or language.code == DEFAULT:
        return everything
    shown = shown_by_help(client)
    return {key: command for key, command in everything.items() if command.english in shown}


def _entry(
    language: Language, key: str, english: dict[str, po.Entry], own: dict[str, po.Entry], files: list[str]
) -> po.Entry:
    forms = list(english[key].forms) if key in english else [""]
    plurals = int(re.findall(r"nplurals=(\d)", language.plural_forms)[0])
    empty = ("",) * (plurals if len(forms) > 1 else 1)
    known = own.get(key, po.Entry(key, empty))
    names = dict.fromkeys(name for form in forms for name in placeholders(form))
    filled = (f"{{{name}}}: {places.meaning(key, name)}" for name in sorted(names))
    source = () if language.code == DEFAULT else (f"English: {forms[-1]}".replace("\n", "\\n"),)
    return po.Entry(key, known.forms, known.remarks, (*source, *_about(key), *filled), tuple(files))


def _command(language: Language, command: Worded, own: dict[str, po.Entry]) -> po.Entry:
    known = own.get(command.key, po.Entry(command.key, ("",)))
    forms, comments = known.forms, (f"English: {command.english}", *_about(command.key))
    if language.code == DEFAULT:
        forms, comments = (command.english,), (*_about(command.key), "Copied from the cog: change it there.")
    return po.Entry(command.key, forms, known.remarks, comments, command.files)


def _about(key: str) -> list[str]:
    comments = [places.place(key) or ""]
    if limit := places.limit(key):
        together = " in all languages of the workshop together" if key in posted_buttons() else ""
        comments.append(f"At most {limit} characters{together}.")
    return comments


def test_families_of_commands_are_no_families_of_sentences() -> None:
    assert {use.key.partition(".")[0] for use in used()[0]} & COMMAND_FAMILIES == set()
