"""Reads a plan from its YAML file; each fault with its line, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, cast

import yaml
from pydantic import ValidationError

from bot.domain import limits
from bot.domain.agenda.conflicts import Conflict, Overlap, conflicts
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.domain.text import clean
from bot.domain.venue import venue_rooms
from bot.importing import plan_lint
from bot.importing.plan_lint import Place
from bot.importing.schedule import first_faults
from bot.settings import SettingsError

MAX_BYTES = 1024 * 1024
# It keeps every scalar as it was written: YAML 1.1 would read 09:30 as 570 and `no` as false. libyaml's is ten times
# as fast; not every build of PyYAML has it.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 20


class _Mark(Protocol):
    """A place in a YAML text; PyYAML has two classes of them."""

    line: int


class PlanError(SettingsError):
    """A plan that can't be used; the message has one line a fault."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a plan, at a line of its file."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.what}" if self.where else f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class LoadedPlan:
    """A plan as it was read."""

    plan: Plan
    roster: tuple[Participant, ...] | None
    """The places in the file that the plan names."""
    _document: _Document

    @property
    def keys(self) -> dict[str, Any]:
        """The plan's keys, with every value as it is written."""
        return self._document.value

    @cached_property
    def warnings(self) -> tuple[Remark, ...]:
        """What its organisers should look at again. It takes writing every message: a start need not wait for that."""
        return tuple(sorted(_warnings(self.plan, self._document), key=lambda remark: remark.line))


def load_plan(path: Path) -> LoadedPlan:
    """Read and check a plan. Raises PlanError with every fault at once."""
    try:
        source = path.read_bytes()
    except OSError as failure:
        raise PlanError(f"{path}: can't be read ({failure.strerror}). Check the path of the plan.") from None
    return read_plan(source, str(path))


def read_plan(source: bytes, name: str) -> LoadedPlan:
    """The plan in a YAML text, and the roster that it names, as seen from the folder of the file of that name.

    Raises PlanError with every fault at once, each with the name of the file.
    """
    try:
        return _read(source, Path(name).parent)
    except _FaultsError as faults:
        told = first_faults([str(remark) for remark in faults.remarks])
        raise PlanError("\n".join(f"{name}: {fault}" for fault in told)) from None


def _read(source: bytes, folder: Path) -> LoadedPlan:
    """The plan in a YAML text, and the roster that it names, relative to a folder."""
    document = _compose(source)
    faults: list[Remark] = []
    plan = roster = None
    try:
        plan = Plan.parse(document.value)
    except ValidationError as failure:
        faults += _faults(failure, document)
    try:
        roster = _roster(document, folder)
    except _FaultsError as failure:
        faults += failure.remarks
    if plan is None or faults:
        raise _FaultsError(faults)
    return LoadedPlan(plan, roster, document)


def _roster(document: _Document, folder: Path) -> tuple[Participant, ...] | None:
    named, languages = document.value.get("roster"), document.value.get("languages")
    if not isinstance(named, str) or not named:
        return None  # there is none, or that is a fault of the plan's
    # Imported here: most bots start without a roster, and then without what reads tables.
    from bot.importing import roster as rosters  # noqa: PLC0415

    spoken = cast("list[Any]", languages) if isinstance(languages, list) else []
    try:
        return rosters.read_roster((folder / named).read_bytes(), named, map(str, spoken))
    except rosters.RosterError as failure:
        faults = failure.faults
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else failure
        faults = (f"can't be read ({reason}); write its path as seen from the plan's folder",)
    raise _FaultsError([document.remark(("roster",), f"{named}: {fault}.") for fault in faults])


class _FaultsError(ValueError):
    def __init__(self, remarks: list[Remark]) -> None:
        super().__init__("\n".join(str(remark) for remark in remarks))
        self.remarks = sorted(remarks, key=lambda remark: remark.line)


# --- YAML, with lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    value: dict[str, Any]
    lines: dict[Place, int]

    def remark(self, place: Place, what: str) -> Remark:
        known = place
        while known not in self.lines:
            known = known[:-1]
        return Remark(self.lines[known], _spell(place), what)


def _spell(place: Place) -> str:
    """`days[1].sessions[3].topic`: counted from 1, as people count."""
    spelled = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return spelled.removeprefix(".")


def _compose(source: bytes) -> _Document:
    if len(source) > MAX_BYTES:
        raise _FaultsError([Remark(1, "", f"the file has {len(source):,} bytes; a plan may have {MAX_BYTES:,}.")])
    try:
        _refuse_what_is_never_in_a_plan(source)
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as failure:
        line = _line(failure.problem_mark or failure.context_mark)
        raise _FaultsError([Remark(line, "", f"this is not YAML: {failure.problem or failure.context}.")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise _FaultsError([Remark(1, "", f"this is not YAML: {str(failure).splitlines()[0]}.")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise _FaultsError([Remark(1, "", "the file holds no keys; start from the example plan.")])
    reader = _Reader()
    value = reader.value(node, ())
    if reader.faults:
        raise _FaultsError(reader.faults)
    return _Document(value, reader.lines)


def _line(mark: _Mark | None) -> int:
    """Counted from 1, as editors count."""
    return mark.line + 1 if mark else 1


def _refuse_what_is_never_in_a_plan(source: bytes) -> None:
    """Aliases (a short file could become a huge one) and deep nesting (PyYAML takes minutes for some kilobytes)."""
    aliases: list[Remark] = []
    depth = 0
    for event in yaml.parse(source, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _FaultsError([Remark(_line(event.start_mark), "", "this is nested deeper than any plan is.")])
        if isinstance(event, yaml.AliasEvent):
            what = f"'*{event.anchor}': YAML aliases are not read; repeat the text."
            aliases.append(Remark(_line(event.start_mark), "", what))
    if aliases:
        raise _FaultsError(aliases)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Remark] = []

    def value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - whatever YAML holds
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*place, key)) for key, child in self._pairs(node, place)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*place, index)) for index, child in enumerate(node.value)]
        return clean(node.value)

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[str] = set()
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Remark(line, _spell(place), "a key here is a list or a table; write a word."))
                continue
            key = clean(key_node.value)
            if key in seen:
                self.faults.append(Remark(line, _spell((*place, key)), "this key is here twice; keep one."))
            seen.add(key)
            self.lines[(*place, key)] = line
            yield key, child


# --- faults ----------------------------------------------------------------------------------------------------


def _faults(failure: ValidationError, document: _Document) -> Iterator[Remark]:
    errors = failure.errors()
    places = [error["loc"] for error in errors]
    for error in errors:
        place = error["loc"]
        # NOTE: pydantic counts only the good members of a list, so a list of bad ones is "too short" besides.
        if error["type"] == "too_short" and any(other[: len(place)] == place and other != place for other in places):
            continue
        yield document.remark(place, _what(error["type"], error["msg"], error["input"], place))


def _what(kind: str, message: str, found: object, place: Place) -> str:
    if kind == "extra_forbidden":
        return f"there is no key '{place[-1]}' here; remove it or mend its name."
    if kind == "missing":
        return f"'{place[-1]}' is missing; add it."
    said = message.removeprefix("Value error, ")
    if kind == "value_error":
        return f"{said}."
    shown = repr(found) if isinstance(found, str) else "something else"
    return f"found {shown}; {said[0].lower()}{said[1:]}."


# --- warnings --------------------------------------------------------------------------------------------------


def _warnings(plan: Plan, document: _Document) -> Iterator[Remark]:
    places = {
        entry.id: ("days", number, "sessions", index)
        for number, day in enumerate(plan.days)
        for index, entry in enumerate(day.sessions)
    }
    for conflict in conflicts(plan.agenda):
        what = f"'{conflict.other.id}' overlaps '{conflict.one.id}' {_collision(conflict)}."
        yield document.remark(places[conflict.other.id], what)
    for place, surplus in plan_lint.too_long(plan).items():
        yield document.remark(
            place,
            f"its message is {surplus} characters too long for Discord; it is shortened, and a button shows all of it.",
        )
    wanted = len(venue_rooms(plan)) - 1
    if len(plan.topics) > limits.OPTIONS:
        what = f"a form's list shows {limits.OPTIONS} topics; a note on another starts in that topic's channel."
        yield document.remark(("topics", limits.OPTIONS), what)
    categories = -(-wanted // limits.CATEGORY_CHANNELS)
    if categories > 1:
        what = f"{wanted} channels; Discord fits {limits.CATEGORY_CHANNELS} in a category: there will be {categories}."
        yield document.remark(("topics",), what)


def _collision(conflict: Conflict) -> str:
    if isinstance(conflict, Overlap):
        return f"in the room '{conflict.one.room}'"
    return f"and '{next(iter(conflict.speaker.office.values()))}' speaks in both"
