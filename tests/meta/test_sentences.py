"""Every sentence in every language: each key that the code uses is there, is whole, and fits where it is shown."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.documents.export.kinds import Subject
from bot.documents.export.subjects import rule
from bot.documents.pack.contents import PackReader as Folders
from bot.domain import limits
from bot.domain.agenda.agenda_changes import Aspect
from bot.domain.agenda.reschedule import Objection
from bot.domain.agenda.run_of_show import DayAction
from bot.domain.announcement_kinds import QUIETABLE
from bot.domain.announcements import NotifiedRole
from bot.domain.attendance.attendance import CheckinRefusal
from bot.domain.attendance.corrections import Mark
from bot.domain.attendance.own_attendance import AttendanceReason, Outlook
from bot.domain.contributions.feedback import EVALUATION, PULSE, SCALE
from bot.domain.contributions.note_reviews import ReviewAction, ReviewState
from bot.domain.contributions.notes import DETAIL_FORMS, Attribution, Detail, Maturity, NoteKind, Visibility
from bot.domain.contributions.notes import Audience as Readers
from bot.domain.contributions.pledges import PledgeState
from bot.domain.contributions.questions import QuestionState
from bot.domain.languages import LANGUAGES
from bot.domain.people import access
from bot.domain.people.access import Role
from bot.domain.people.participants import OrganisationKind
from bot.domain.people.personal_data import PersonalDataPart
from bot.domain.text import measure
from bot.domain.venue import PERMISSIONS
from bot.jobs.runner import JobName
from bot.messages.agenda_changes import Section
from bot.messages.i18n import LOCALES, every, text
from tests.meta.faults import assert_none, assert_same

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).relative_to(ROOT).as_posix()

#: Where keys end: the functions that look a sentence up, and the error that carries one, with the position of the key.
#: Functions that hand their own parameter on to one of them take a key too, and so do subclasses; see `readers`.
LOOK_UPS: Mapping[str, int] = {"text": 1, "every": 1, "UserError": 0}

RECOMMENDED = ("title", "learned", "did")
JOINING = ("name", "administration", "country", "kind", "absent")
FIELDS = ("title", "topic", "kind", "did", "learned", *Detail, "visibility", "attribution", "asked", "tags", "into")
ASKED = ("text", "session", "who")
PLEDGED = ("text", "by", "contact")
RATED = {asked.name: asked.choices for asked in (*PULSE, *EVALUATION)}
CHOSEN = tuple(choice for choices in RATED.values() for choice in choices if choice not in SCALE)

#: Details are told part by part.
ASPECTS = tuple(set(Aspect) - {Aspect.DETAILS})

#: What the report counts, and how its tables' columns are called.
FIGURES = (
    "complete", "hours", "members", "notes", "organisations", "overall", "people", "pledges", "questions",
    "recommendations", "response", "sessions",
)  # fmt: skip
COLUMNS = (
    "action", "answer", "answers", "asked", "by", "choice", "counted", "country", "day", "export", "figure",
    "kind", "lesson", "note", "organisation", "organisations", "pace", "people", "question", "questions",
    "response", "session", "share", "state", "time", "title", "useful", "value", "votes", "who",
)  # fmt: skip

#: Keys that are put together, `{}` for each part that varies: what the parts can be.
COMPOSED: Mapping[str, tuple[str, ...]] = {
    "form.{}": FIELDS,
    "form.{}_hint": FIELDS,
    "audience.{}": tuple(NotifiedRole),
    "button.show.{}": tuple(DayAction),
    "card.{}": ("did", "learned", *(detail for detail in Detail if detail is not Detail.MATURITY)),
    "button.review.{}": tuple(ReviewAction),
    "review.state.{}": tuple(ReviewState),
    "button.details.{}": tuple(DETAIL_FORMS),
    "note.attribution.{}": tuple(Attribution),
    "change.{}": tuple(Section),
    "job.{}": tuple(JobName),
    "kind.{}": QUIETABLE,
    "note.kind.{}": tuple(NoteKind),
    "organisation.{}": tuple(OrganisationKind),
    "button.{}": ("introduce", "replace"),
    "dossier.{}": tuple(PersonalDataPart),
    "closing.folder.{}": tuple(Folders),
    "closing.rule.{}": ("report", "press", "donor", "certificate", "plan", "readme"),
    "me.delete.{}": ("erased", "stays", "final"),
    "join.refused.{}": ("role", "nickname"),
    "note.maturity.{}": tuple(Maturity),
    "note.visibility.{}": tuple(Visibility),
    "signature.{}": tuple(OrganisationKind),
    "export.rule.{}": tuple(rule(subject, audience) for subject in Subject for audience in Readers),
    "ask.{}": (*ASKED, "named", "anonymous"),
    "ask.{}_hint": ASKED,
    "export.rule.notes.{}": tuple(Readers),
    "series.rule.{}": tuple(audience for audience in Readers if audience is not Readers.PARTICIPANTS),
    "question.state.{}": tuple(QuestionState),
    "report.column.{}": COLUMNS,
    "report.counted.{}": FIGURES,
    "report.figure.{}": FIGURES,
    "report.state.{}": ("cancelled", "changed", "coming", "planned"),
    "feedback.{}": tuple(RATED),
    "feedback.{}_hint": tuple(RATED),
    "feedback.choice.{}": CHOSEN,
    "pledge.{}": (*PLEDGED, "yes", "no"),
    "pledge.{}_hint": PLEDGED,
    "progress.{}": ("state", "text"),
    "progress.{}_hint": ("state", "text"),
    "progress.state.{}": tuple(PledgeState),
    "refused.pledge.{}": ("unreadable", "past", "far"),
    "help.role.{}": ("moderator", "organiser"),
    # The other three are told with minutes or a time.
    "me.{}": tuple(
        set(AttendanceReason) - {AttendanceReason.CHECKED_IN, AttendanceReason.IN_ROOM, AttendanceReason.UNOBSERVED}
    ),
    "me.outlook.{}": tuple(Outlook),
    "refused.certificate.{}": tuple(set(Outlook) - {Outlook.REACHED}),
    "refused.checkin.{}": tuple(CheckinRefusal),
    "refused.{}": tuple(access.AccessRefusal),
    "refused.show.{}": ("none", "several"),
    # Whatever is asked about counts.
    "roll.door.{}": ("open", *(set(CheckinRefusal) - {CheckinRefusal.NOT_COUNTED})),
    "roll.status.{}": tuple(Mark),
    "refused.session.{}": tuple(Objection),
    # Everybody may do what a visitor may, so nobody is refused for being less.
    "refused.role.{}": tuple(role.name.lower() for role in Role if role is not Role.VISITOR),
    "refused.when.{}": ("unreadable", "past", "far", "skipped", "twice"),
    "import.{}": (*ASPECTS, "kind", "topic", "description", "materials"),
    "import.count.{}": ("new", "cancelled", "moved", "changed", "elsewhere", "renamed"),
    "permission.{}": tuple(PERMISSIONS),
}


#: Key to the values that the Arabic form for zero leaves out: a list of nothing.
EMPTY_AT_ZERO = {"setup.made": {"names"}}


# --- which keys the code uses ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """One key at one place in the code; `given` has the names of the values passed, None if that can't be told."""

    place: str
    key: str
    given: frozenset[str] | None


class Reader:
    """Reads the uses of keys in one file."""

    def __init__(self, path: str, code: str) -> None:
        self.path = path
        self.tree = ast.parse(code)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.call_nodes = [node for node in self.parents if isinstance(node, ast.Call)]
        self.takers = dict(LOOK_UPS)
        self.riddles: list[str] = []

    def calls(self) -> Iterator[tuple[ast.Call, ast.expr]]:
        """Calls that take a key, each with the expression of the key."""
        for node in self.call_nodes:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            position = self.takers.get(name)
            if position is not None and len(node.args) > position:
                yield node, node.args[position]
            yield from ((node, word.value) for word in node.keywords if word.arg == "key" and position is not None)

    def functions_around(self, node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def find_takers(self) -> None:
        """Until nothing is found any more: who hands its parameter on takes a key."""
        known = 0
        while known != len(self.takers):
            known = len(self.takers)
            for call, key in list(self.calls()):
                if isinstance(key, ast.Name):
                    self._hands_on(call, key.id)

    def public_takers(self) -> dict[str, int]:
        """Those that other files can call: neither private nor inside a function."""
        self.find_takers()
        bases = {
            node.name: position
            for node in self.tree.body
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name) and (position := self.takers.get(base.id)) is not None
        }
        nested = {
            node.name
            for node in self.parents
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(self.functions_around(node))
        }
        return bases | {name: n for name, n in self.takers.items() if not name.startswith("_") and name not in nested}

    def _hands_on(self, call: ast.Call, name: str) -> bool:
        for function in self.functions_around(call):
            parameters = [parameter.arg for parameter in function.args.args]
            if name in parameters:
                bound = parameters[0] in {"self", "cls"}
                # A class takes what its __init__ takes.
                self.takers.setdefault(function.name, parameters.index(name) - bound)
                return True
        return False

    def uses(self) -> Iterator[Use]:
        for call, expression in self.calls():
            given = None
            if all(word.arg for word in call.keywords):
                given = frozenset(word.arg for word in call.keywords if word.arg and word.arg != "key")
            place = f"{self.path}:{call.lineno}"
            if isinstance(expression, ast.Name) and self._hands_on(call, expression.id):
                continue
            keys = list(self._keys(expression, call))
            if not keys and not (isinstance(expression, ast.Attribute) and expression.attr == "key"):
                self.riddles.append(f"{place} {ast.unparse(expression)}")
            yield from (Use(place, key, given) for key in keys)

    def _keys(self, expression: ast.expr, call: ast.Call) -> Iterator[str]:
        """What the expression can be: a text, one of two, one put together, or a name for one of these."""
        match expression:
            case ast.Constant(value=str() as key):
                yield key
            case ast.IfExp(body=one, orelse=other):
                yield from (*self._keys(one, call), *self._keys(other, call))
            case ast.JoinedStr(values=parts):
                shape = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
                yield from (shape.format(part) for part in COMPOSED.get(shape, ()))
            case ast.Name(id=name):
                function = next(self.functions_around(call), self.tree)
                for node in ast.walk(function):
                    if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == name for t in node.targets):
                        yield from self._keys(node.value, call)
            case _:
                return


def read(path: str, code: str) -> Reader:
    reader = Reader(path, code)
    reader.find_takers()
    return reader


@cache
def program() -> tuple[tuple[str, str], ...]:
    """Every file of the program: its path, its code."""
    files = sorted(path for top in ("bot", "cogs") for path in (ROOT / top).rglob("*.py"))
    return tuple((path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files)


@cache
def readers() -> tuple[Reader, ...]:
    """A reader of each file, which knows every function that takes a key, in whatever file it is."""
    everyone = tuple(Reader(path, code) for path, code in program())
    known, before = dict(LOOK_UPS), 0
    while len(known) != before:
        before = len(known)
        for reader in everyone:
            reader.takers |= known
            known |= reader.public_takers()
    return everyone


@cache
def used() -> tuple[tuple[Use, ...], tuple[str, ...]]:
    """Every use of a key in the program, and the places whose key can't be told."""
    uses: list[Use] = []
    riddles: list[str] = []
    for reader in readers():
        uses += reader.uses()
        riddles += reader.riddles
    return tuple(uses), tuple(riddles)


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


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


KEYS = sorted(forms("en"))


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
    """`commands.….po` are another kind: how commands are named and described."""
    expected = {*LANGUAGES, "commands.fr", "commands.ar"}
    assert_same({path.stem for path in LOCALES.glob("*.po")}, expected, "add or remove config/locales/LANGUAGE.po")


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
        [f"{language}.po: {key}" for language in LANGUAGES for key in sorted(forms(language).keys() - keys)],
        "no code uses these: take them out of config/locales",
    )


def test_a_key_stands_once_in_a_catalogue() -> None:
    faults: list[str] = []
    for language in LANGUAGES:
        source = (LOCALES / f"{language}.po").read_text("utf-8")
        times = Counter(re.findall(r'^msgid "(.+)"$', source, re.MULTILINE))
        faults += [f"{language}.po: {key} stands {n} times" for key, n in times.items() if n != 1]
        faults += [f"{language}.po and en.po: {key} is in one of them only" for key in times.keys() ^ set(KEYS)]
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


def test_arabic_is_written_in_arabic() -> None:
    assert_none(
        [key for key in KEYS for form in forms("ar")[key] if not re.search("[\u0621-\u064a]", form)],
        "translate these in config/locales/ar.po",
    )


# --- limits ----------------------------------------------------------------------------------------------------


def test_labels_fit_where_discord_shows_them() -> None:
    room = {
        "form.heading": limits.MODAL_TITLE,
        "word.heading": limits.MODAL_TITLE,
        "word.label": limits.MODAL_LABEL,
        "word.hint": limits.MODAL_DESCRIPTION,
        **{key: limits.BUTTON_LABEL for key in KEYS if key.startswith("button.")},
        **{f"form.{field}": limits.MODAL_LABEL for field in FIELDS},
        **{f"form.{field}_hint": limits.MODAL_DESCRIPTION for field in FIELDS},
        **{f"button.details.{which}": limits.MODAL_TITLE for which in DETAIL_FORMS},
        "button.access": limits.MODAL_TITLE,
        **{key: limits.OPTION_LABEL for key in KEYS if key.startswith("note.") and key.count(".") == 2},
        **dict.fromkeys(
            ("ask.heading", "pledge.heading", "progress.heading", "feedback.session", "feedback.workshop"),
            limits.MODAL_TITLE,
        ),
        "recommend.heading": limits.MODAL_TITLE,
        **{f"recommend.{field}": limits.MODAL_LABEL for field in RECOMMENDED},
        **{f"recommend.{field}_hint": limits.MODAL_DESCRIPTION for field in RECOMMENDED},
        **{f"ask.{field}": limits.MODAL_LABEL for field in ASKED},
        **{f"pledge.{field}": limits.MODAL_LABEL for field in PLEDGED},
        **dict.fromkeys(("progress.state", "progress.text"), limits.MODAL_LABEL),
        **dict.fromkeys(("progress.state_hint", "progress.text_hint"), limits.MODAL_DESCRIPTION),
        **{f"feedback.{field}": limits.MODAL_LABEL for field in RATED},
        **{f"ask.{field}_hint": limits.MODAL_DESCRIPTION for field in ASKED},
        **{f"pledge.{field}_hint": limits.MODAL_DESCRIPTION for field in PLEDGED},
        **{f"feedback.{field}_hint": limits.MODAL_DESCRIPTION for field in RATED},
        **{f"feedback.choice.{choice}": limits.OPTION_LABEL for choice in CHOSEN},
        **{f"organisation.{kind}": limits.OPTION_LABEL for kind in OrganisationKind},
        **dict.fromkeys(("join.heading", "button.introduce", "button.replace"), limits.MODAL_TITLE),
        **{f"join.{field}": limits.MODAL_LABEL for field in JOINING},
        **{key: limits.MODAL_DESCRIPTION for key in KEYS if key.startswith("join.") and key.endswith("_hint")},
    }
    assert_none(
        [
            f"{language}.po: {key} has {length} characters, and at most {limit} fit"
            for language in LANGUAGES
            for key, limit in room.items()
            if (length := measure(text(language, key))) > limit
        ],
        "shorten these in config/locales",
    )


def test_a_button_in_all_languages_fits_uncut() -> None:
    """What is posted carries all languages; what one person is answered carries theirs."""
    posting = (
        "bot/messages/announcements.py",
        "bot/messages/questions.py",
        "bot/messages/notes.py",
        "bot/messages/breakouts.py",
    )
    posted = {use.key for use in used()[0] if use.place.startswith(posting) and use.key.startswith("button.")}
    assert posted
    labels = {key: " · ".join(dict.fromkeys(every(LANGUAGES, key))) for key in posted}
    assert_none(
        [f"{key}: {label}" for key, label in labels.items() if measure(label) > limits.BUTTON_LABEL],
        f"shorten these in config/locales: all languages together have at most {limits.BUTTON_LABEL} characters",
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
