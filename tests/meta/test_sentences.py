"""Every sentence in every language: each key that the code uses is there, is whole, and fits where it is shown."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.domain import discord_limits
from bot.domain.attendance.attendance import CheckinRefusal
from bot.domain.languages import LANGUAGES, RECORDS
from bot.domain.text import measure
from bot.messages.i18n import COMMAND_FAMILIES, LOCALES, every, text
from tests.catalogues import places
from tests.catalogues.sentences import placeholders
from tests.catalogues.uses import COMPOSED, HERE, LOOK_UPS, ROOT, Reader, posted_buttons, program, read, readers, used
from tests.meta.faults import assert_none, assert_same

#: Key to the values that the Arabic form for zero leaves out: a list of nothing.
EMPTY_AT_ZERO = {"setup.made": {"names"}}


def dotted(code: str) -> set[str]:
    """Every text in the code that is built like a key."""
    texts = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z]+(\.[a-z_]+)+", text)}


# --- what the catalogues hold ----------------------------------------------------------------------------------


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


@cache
def forms(language: str) -> Mapping[str, tuple[str, ...]]:
    """Key to its sentence, or its plural forms."""
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue(language):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


@cache
def plurals() -> frozenset[str]:
    return frozenset(key for key, sentences in forms("en").items() if len(sentences) > 1)


def is_command(key: str) -> bool:
    return key.partition(".")[0] in COMMAND_FAMILIES


#: Keys of sentences. Those of commands are compared with the commands themselves.
KEYS = sorted(key for key in forms("en") if not is_command(key))


# --- the reading itself ----------------------------------------------------------------------------------------


EXAMPLE = """
class Cog:
    def _tell(self, interaction, key, **values):
        return text("en", key, **values)
    def f(self, ok, refusal):
        def said(key, limit):
            return shorten(text("en", key), limit)
        self._tell(1, "a.told", when=2)
        said("a.said", 3)
        key = "a.yes" if ok else "a.no"
        text("en", key)
        raise UserError(f"refused.checkin.{refusal}", title=1)
def g(failure, mystery):
    text("en", failure.key)
    text("en", mystery())
    text("en", f"unknown.{mystery}")
"""


def test_keys_are_found_wherever_they_stand() -> None:
    reader = read("cogs/example.py", EXAMPLE)
    found = {(use.key, use.given) for use in reader.uses()}
    expected = {("a.told", frozenset({"when"})), *((key, frozenset[str]()) for key in ("a.said", "a.yes", "a.no"))}
    assert found == expected | {(f"refused.checkin.{refusal}", frozenset({"title"})) for refusal in CheckinRefusal}
    assert [riddle.partition(" ")[2] for riddle in reader.riddles] == ["mystery()", "f'unknown.{mystery}'"]


def test_what_hands_its_parameter_on_takes_a_key_in_every_file() -> None:
    lines = """
class Incidents:
    async def tell(self, sentence): self._line(1, sentence)
    def _line(self, now, sentence): return text("en", sentence)
class LateError(UserError): ...
def outer():
    def inner(key): return text("en", key)
"""
    assert Reader("bot/jobs/incidents.py", lines).public_takers() == {**LOOK_UPS, "tell": 0, "LateError": 0}
    assert all({"joined", "label", "tell_team", "TooOftenError"} <= reader.takers.keys() for reader in readers())


def test_each_key_that_the_code_uses_can_be_told() -> None:
    uses, riddles = used()
    assert_none(riddles, f"write the keys out, or say in COMPOSED of {HERE} what they are put together from")
    assert len({use.key for use in uses}) > 50


def test_every_composed_key_is_in_use_and_complete() -> None:
    """The reasons of a wall time's error are bare words in local_time.py; the rest are enumerations."""
    code = (ROOT / "bot/domain/local_time.py").read_text("utf-8")
    reasons = set(re.findall(r'LocalTimeError\("(\w+)"', code))
    assert_same(reasons, set(COMPOSED["refused.when.{}"]), f'edit COMPOSED["refused.when.{{}}"] in {HERE}')
    keys = {use.key for use in used()[0]}
    composed = {shape.format(part) for shape, parts in COMPOSED.items() for part in parts}
    assert_none(sorted(composed - keys), f"no code puts these together: take them out of COMPOSED in {HERE}")


# --- keys ------------------------------------------------------------------------------------------------------


def test_the_catalogues_are_those_of_the_languages() -> None:
    assert_same({path.stem for path in LOCALES.glob("*.po")}, LANGUAGES, "add or remove config/locales/LANGUAGE.po")


def test_every_key_in_use_has_a_sentence() -> None:
    assert_none(
        [
            f"{language}.po lacks {use.key}, used in {use.place}"
            for language in LANGUAGES
            for use in used()[0]
            if use.key not in forms(language)
        ],
        "add these to config/locales",
    )


def test_no_text_in_the_code_looks_like_a_key_and_is_none() -> None:
    """`refused.gome` is found even where the code keeps it in a table."""
    families = {key.partition(".")[0] for key in KEYS}
    files = {"agenda.ics", "note.txt", "participants.csv", "me.md", "me.json"}  # names of files
    assert_none(
        [
            f"{path}: {key}"
            for path, code in program()
            for key in sorted(dotted(code) - files - set(KEYS))
            if key.partition(".")[0] in families
        ],
        f"correct the key, or add the sentence to config/locales; a name of a file goes into this test, in {HERE}",
    )


def test_no_sentence_is_left_over() -> None:
    keys = {use.key for use in used()[0]}
    assert_none(
        [
            f"{language}.po: {key}"
            for language in LANGUAGES
            for key in sorted(forms(language).keys() - keys)
            if not is_command(key)
        ],
        "no code uses these: run make i18n",
    )


def test_a_key_stands_once_in_a_catalogue() -> None:
    faults: list[str] = []
    for language in LANGUAGES:
        source = (LOCALES / f"{language}.po").read_text("utf-8")
        times = Counter(re.findall(r'^msgid "(.+)"$', source, re.MULTILINE))
        faults += [f"{language}.po: {key} stands {n} times" for key, n in times.items() if n != 1]
        sentences = {key for key in times if not is_command(key)}
        faults += [f"{language}.po and en.po: {key} is in one of them only" for key in sentences ^ set(KEYS)]
    assert_none(faults, "each key stands once in each catalogue of config/locales")


# --- values ----------------------------------------------------------------------------------------------------


def test_each_use_gives_the_values_that_the_sentence_shows() -> None:
    assert_none(
        [
            f"{use.place} {use.key}: {sorted(missing)}"
            for use in used()[0]
            if use.given is not None
            and (missing := {name for form in forms("en").get(use.key, ()) for name in placeholders(form)} - use.given)
        ],
        "give these values at that place, or take them out of the sentence in config/locales",
    )


def test_a_count_is_given_where_there_are_plural_forms_and_nowhere_else() -> None:
    """`n` chooses among plural forms: of a key without them gettext gives back the bare key."""
    assert_none(
        [
            f"{use.place} {use.key}: {'no ' if use.key in plurals() else ''}n is given"
            for use in used()[0]
            if use.given is not None and ("n" in use.given) != (use.key in plurals())
        ],
        "correct the call, or give the sentence plural forms in config/locales",
    )


def test_a_sentence_shows_the_same_values_in_every_language_and_form() -> None:
    """A plural form may say the number in words ("one row")."""
    faults: list[str] = []
    for key in KEYS:
        shown: defaultdict[frozenset[str], list[str]] = defaultdict(list)
        for language in LANGUAGES:
            for number, form in enumerate(forms(language)[key]):
                left_out = {"n"} if key in plurals() else set[str]()
                if (language, number) == ("ar", 0):
                    left_out |= EMPTY_AT_ZERO.get(key, set())
                shown[frozenset(placeholders(form) | left_out)].append(f"{language}: {form}")
        if len(shown) != 1:
            faults += [f"{key}: {sorted(names)} in {forms_with_them}" for names, forms_with_them in shown.items()]
    assert_none(faults, "show the same values in each language, in config/locales")


def test_the_general_plural_form_says_the_number() -> None:
    assert plurals()
    assert_none(
        [
            f"{lang}.po: {key}"
            for lang in LANGUAGES
            for key in plurals()
            if "n" not in placeholders(forms(lang)[key][-1])
        ],
        "the last plural form shows {n}, in config/locales",
    )


def test_placeholders_are_plain_names() -> None:
    assert_none(
        [
            f"{language}.po: {key} has {{{name}}}"
            for language in LANGUAGES
            for key, sentences in forms(language).items()
            for sentence in sentences
            for name in placeholders(sentence)
            if not name.isidentifier()
        ],
        "placeholders are plain names in config/locales",
    )


def test_every_sentence_can_be_filled_in() -> None:
    assert_none(
        [fault for key in KEYS for language in LANGUAGES for fault in filling_faults(language, key)],
        "correct these in config/locales",
    )


def filling_faults(language: str, key: str) -> Iterator[str]:
    """What is wrong with a sentence once its values are filled in, at numbers of each plural form."""
    names = {name for form in forms("en")[key] for name in placeholders(form)} - {"n"}
    for n in (0, 1, 2, 3, 11, 100) if key in plurals() else (None,):
        values = {name: f"<{name}>" for name in names} | ({"n": n} if n is not None else {})
        try:
            filled = text(language, key, **values)
        except KeyError as unknown:
            yield f"{language}.po: {key} shows {unknown}, which English does not"
            continue
        expected = names if n != 0 or language != "ar" else names - EMPTY_AT_ZERO.get(key, set())
        if filled == key:
            yield f"{language}.po: {key} has no sentence for n = {n}"
        if set("{}") & set(filled) or any(f"<{name}>" not in filled for name in expected):
            yield f"{language}.po: {key} with {values} is {filled!r}"


# --- translations ----------------------------------------------------------------------------------------------


def test_no_translation_is_empty_or_unsure() -> None:
    faults: list[str] = []
    for language in LANGUAGES:
        faults += [f"{language}.po: {m.id} is marked fuzzy" for m in catalogue(language) if m.id and m.fuzzy]
        faults += [
            f"{language}.po: {key} is {sentence!r}"
            for key, sentences in forms(language).items()
            for sentence in sentences
            if not sentence or sentence.strip() != sentence
        ]
    assert_none(faults, "translate these in config/locales, without spaces at either end")


def test_a_translation_differs_from_english() -> None:
    assert_none(
        [
            f"{language}.po: {key}"
            for language in LANGUAGES
            if language != "en"
            for key in KEYS
            if set(forms(language)[key]) & set(forms("en")[key])
        ],
        "translate these in config/locales",
    )


def test_a_language_is_written_in_its_own_script() -> None:
    scripts = {code: record.script for code, record in RECORDS.items() if record.script}
    assert scripts
    assert_none(
        [
            f"{language}.po: {key}"
            for language, letters in scripts.items()
            for key, sentences in forms(language).items()
            if not all(re.search(f"[{letters}]", sentence) for sentence in sentences)
        ],
        "translate these in config/locales",
    )


# --- limits ----------------------------------------------------------------------------------------------------


def test_labels_fit_where_discord_shows_them() -> None:
    limited = [key for key in forms("en") if places.limit(key) and key not in plurals()]
    assert len(limited) > 150
    assert_none(
        [
            f"{language}.po: {key} has {length} characters, and at most {limit} fit"
            for language in LANGUAGES
            for key in limited
            if (length := measure(forms(language).get(key, ("",))[0])) > (limit := places.limit(key) or 0)
        ],
        "shorten these in config/locales",
    )


def test_a_button_in_all_languages_fits_uncut() -> None:
    """What is posted carries all languages; what one person is answered carries theirs."""
    posted = posted_buttons()
    assert posted
    labels = {key: " · ".join(dict.fromkeys(every(LANGUAGES, key))) for key in posted}
    assert_none(
        [f"{key}: {label}" for key, label in labels.items() if measure(label) > discord_limits.BUTTON_LABEL],
        "shorten these in config/locales: all languages together have at most "
        f"{discord_limits.BUTTON_LABEL} characters",
    )


def test_a_sentence_fits_a_message_with_its_values() -> None:
    assert_none(
        [
            f"{language}.po: {key}"
            for language in LANGUAGES
            for key, sentences in forms(language).items()
            for sentence in sentences
            if measure(sentence) >= 1000
        ],
        "shorten these to fewer than 1,000 characters in config/locales",
    )


def test_a_command_in_a_right_to_left_sentence_is_isolated() -> None:
    """Without it, Arabic shows `/ask` as `ask/`."""
    isolated, command = re.compile("\u2068[^\u2069]*\u2069"), re.compile(r"(?<![\w}])/[a-z]")
    mirrored = [code for code, record in RECORDS.items() if record.right_to_left]
    assert any(command.search(sentence) for code in mirrored for said in forms(code).values() for sentence in said)
    assert_none(
        [
            f"{code}.po: {key}"
            for code in mirrored
            for key, sentences in forms(code).items()
            if any(command.search(isolated.sub("", sentence)) for sentence in sentences)
        ],
        "put U+2068 before the command and U+2069 behind it, in config/locales",
    )
