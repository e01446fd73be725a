"""Which keys of the catalogues the code uses, and where: read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.documents.export.subject import ChathamRule
from bot.documents.export.subjects import SUBJECTS
from bot.documents.pack.contents import PackReader as Folders
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
from bot.domain.people import roles
from bot.domain.people.participants import OrganisationKind
from bot.domain.people.personal_data import PersonalDataPart
from bot.domain.people.roles import Role
from bot.domain.venue_permissions import PERMISSIONS
from bot.jobs.runner import JobName
from bot.messages.agenda_changes import Section

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).relative_to(ROOT).as_posix()

#: Where keys end: the functions that look a sentence up, and the error that carries one, with the position of the key.
#: Functions that hand their own parameter on to one of them take a key too, and so do subclasses; see `readers`.
LOOK_UPS: Mapping[str, int] = {"text": 1, "every": 1, "UserError": 0}

RECOMMENDED = ("title", "learned", "did")
JOINING = ("name", "language", "administration", "country", "kind", "absent")
FIELDS = (
    "title",
    "topic",
    "kind",
    "did",
    "learned",
    *Detail,
    "visibility",
    "attribution",
    "asked",
    "tags",
    "into",
    "files",
    "unwanted",
)
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
    "closing.rule.{}": ("report", "press", "donor", "certificate", "file", "plan", "readme"),
    "me.delete.{}": ("erased", "stays", "final"),
    "join.refused.{}": ("role", "nickname"),
    "note.maturity.{}": tuple(Maturity),
    "note.visibility.{}": tuple(Visibility),
    "signature.{}": tuple(OrganisationKind),
    "export.rule.{}": (
        *(subject.rule_key(audience) for subject in SUBJECTS.values() for audience in subject.audiences),
        *(set(ChathamRule) - {ChathamRule.NOTHING}),
    ),
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
    "pledge.{}": PLEDGED,
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
    "refused.{}": tuple(roles.AccessRefusal),
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


#: What the messages of these files post carries all languages of the workshop.
_POSTING = (
    "bot/messages/announcements.py",
    "bot/messages/questions.py",
    "bot/messages/notes.py",
    "bot/messages/breakouts.py",
)


@cache
def posted_buttons() -> frozenset[str]:
    """The keys of buttons that carry all languages of the workshop; on others a person finds theirs."""
    return frozenset(use.key for use in used()[0] if use.place.startswith(_POSTING) and use.key.startswith("button."))
