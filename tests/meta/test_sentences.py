"""Every sentence in every language: each key that the code uses is there, is whole, and fits where it is shown."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale
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
from bot.messages.i18n import LOCALES, compiled, every, text

ROOT = Path(__file__).resolve().parents[2]

#: The functions that take a key of the catalogues, with its position. Whatever hands its own parameter on to one
#: of them takes a key too; in each file those are found by themselves.
TAKES_A_KEY = {"text": 1, "every": 1, "joined": 1, "label": 1, "open_to": 2, "UserError": 0, "TooOftenError": 0} | {
    "trouble_began": 1,
    "trouble_ended": 1,
    "tell_team": 0,
    "team_line": 0,
    "wording": 0,
}

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
        self.takers = dict(TAKES_A_KEY)
        self.riddles: list[str] = []

    def calls(self) -> Iterator[tuple[ast.Call, ast.expr]]:
        """Calls that take a key, each with the expression of the key."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
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


def program() -> list[Path]:
    return sorted(path for top in ("bot", "cogs") for path in (ROOT / top).rglob("*.py"))


@cache
def used() -> tuple[tuple[Use, ...], tuple[str, ...]]:
    """Every use of a key in the program, and the places whose key can't be told."""
    uses: list[Use] = []
    riddles: list[str] = []
    for path in program():
        reader = read(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
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


def test_whatever_takes_a_key_from_other_files_is_known() -> None:
    """What is private, or inside a function, is called in its own file only."""
    for path in program():
        reader = read(path.name, path.read_text("utf-8"))
        for name in set(reader.takers) - set(TAKES_A_KEY):
            made = [node for node in reader.tree.body if getattr(node, "name", "") == name]
            assert name.startswith("_") or not made, f"{path.name}: {name} takes a key; add it to TAKES_A_KEY"


def test_each_key_that_the_code_uses_can_be_told() -> None:
    uses, riddles = used()
    assert riddles == ()
    assert len({use.key for use in uses}) > 50


def test_every_composed_key_is_in_use_and_complete() -> None:
    """The reasons of a wall time's error are bare words in walltime.py; the rest are enumerations."""
    code = (ROOT / "bot/domain/local_time.py").read_text("utf-8")
    assert set(re.findall(r'LocalTimeError\("(\w+)"', code)) == set(COMPOSED["refused.when.{}"])
    keys = {use.key for use in used()[0]}
    assert {shape.format(part) for shape, parts in COMPOSED.items() for part in parts} <= keys


# --- keys ------------------------------------------------------------------------------------------------------


def test_the_catalogues_are_those_of_the_languages() -> None:
    """`commands.….po` are another kind: how commands are named and described."""
    assert {path.stem for path in LOCALES.glob("*.po")} == {*LANGUAGES, "commands.fr", "commands.ar"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_in_use_has_a_sentence(language: str) -> None:
    assert [f"{use.place} {use.key}" for use in used()[0] if use.key not in forms(language)] == []


def test_no_text_in_the_code_looks_like_a_key_and_is_none() -> None:
    """`refused.gome` is found even where the code keeps it in a table."""
    families = {key.partition(".")[0] for key in KEYS}
    files = {"agenda.ics", "note.txt", "participants.csv", "me.md", "me.json"}  # names of files
    for path in program():
        strange = {key for key in dotted(path.read_text("utf-8")) if key.partition(".")[0] in families}
        assert strange - files <= set(KEYS), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_over(language: str) -> None:
    assert sorted(set(forms(language)) - {use.key for use in used()[0]}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_once_in_a_catalogue(language: str) -> None:
    source = (LOCALES / f"{language}.po").read_text("utf-8")
    written = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
    assert sorted(written) == KEYS


# --- values ----------------------------------------------------------------------------------------------------


def test_each_use_gives_the_values_that_the_sentence_shows() -> None:
    lacking = [
        f"{use.place} {use.key}: {sorted(missing)}"
        for use in used()[0]
        if use.given is not None
        and (missing := {name for form in forms("en").get(use.key, ()) for name in placeholders(form)} - use.given)
    ]
    assert lacking == []


def test_a_count_is_given_where_there_are_plural_forms_and_nowhere_else() -> None:
    """`n` chooses among plural forms: of a key without them gettext gives back the bare key."""
    wrong = [
        f"{use.place} {use.key}: {'no ' if use.key in plurals() else ''}n is given"
        for use in used()[0]
        if use.given is not None and ("n" in use.given) != (use.key in plurals())
    ]
    assert wrong == []


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_shows_the_same_values_in_every_language_and_form(key: str) -> None:
    """A plural form may say the number in words ("one row")."""
    shown: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for language in LANGUAGES:
        for form in forms(language)[key]:
            left_out = {"n"} if key in plurals() else set[str]()
            if (language, form) == ("ar", forms("ar")[key][0]):
                left_out |= EMPTY_AT_ZERO.get(key, set())
            shown[frozenset(placeholders(form) | left_out)].append(f"{language}: {form}")
    assert len(shown) == 1, shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_general_plural_form_says_the_number(language: str) -> None:
    for key in plurals():
        assert "n" in placeholders(forms(language)[key][-1]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_plain_names(language: str) -> None:
    for key, sentences in forms(language).items():
        for sentence in sentences:
            assert all(name.isidentifier() for name in placeholders(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_can_be_filled_in(key: str, language: str) -> None:
    names = {name for form in forms("en")[key] for name in placeholders(form)} - {"n"}
    for n in (0, 1, 2, 3, 11, 100) if key in plurals() else (None,):
        values = {name: f"<{name}>" for name in names} | ({"n": n} if n is not None else {})
        told = text(language, key, **values)
        assert told != key
        shown = names if n != 0 or language != "ar" else names - EMPTY_AT_ZERO.get(key, set())
        assert all(f"<{name}>" in told for name in shown)
        assert not set("{}") & set(told)


# --- translations ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_or_unsure(language: str) -> None:
    for message in catalogue(language):
        assert not message.id or not message.fuzzy
    for key, sentences in forms(language).items():
        assert all(sentence.strip() == sentence != "" for sentence in sentences), key


@pytest.mark.parametrize(("language", "count"), [("en", 2), ("fr", 2), ("ar", 6)])
def test_plurals_have_every_form(language: str, count: int) -> None:
    assert catalogue(language).num_plurals == count
    keys = {key for key, sentences in forms(language).items() if len(sentences) > 1}
    assert keys == plurals()
    assert {len(forms(language)[key]) for key in keys} == {count}


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_choose_their_forms_as_the_language_does(language: str) -> None:
    """Unicode's categories (CLDR) and the file's own rule cut the numbers alike."""
    rule, file = Locale(language).plural_form, compiled(LOCALES / f"{language}.po", language)
    pairs = {(rule(n), file.ngettext("announce.list", "announce.list", n)) for n in range(1000)}
    assert len(pairs) == len({category for category, _ in pairs}) == catalogue(language).num_plurals


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_differs_from_english(language: str) -> None:
    assert [key for key in KEYS if set(forms(language)[key]) & set(forms("en")[key])] == []


def test_arabic_is_written_in_arabic() -> None:
    assert [key for key in KEYS for form in forms("ar")[key] if not re.search("[\u0621-\u064a]", form)] == []


# --- limits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_where_discord_shows_them(language: str) -> None:
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
    assert [key for key, limit in room.items() if measure(text(language, key)) > limit] == []


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
    assert {key: label for key, label in labels.items() if measure(label) > limits.BUTTON_LABEL} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_fits_a_message_with_its_values(language: str) -> None:
    assert max(measure(form) for sentences in forms(language).values() for form in sentences) < 1000
