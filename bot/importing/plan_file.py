"""Reads a plan from its YAML file; each fault says its line, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.importing import plan_lint
from bot.importing.schedule import first_faults
from bot.importing.yaml_lines import Document, FaultsError, Place, Remark, read_yaml
from bot.settings import SettingsError


class PlanError(SettingsError):
    """A plan that can't be used; the message has one line for each fault."""


@dataclass(frozen=True)
class LoadedPlan:
    """A plan as it was read."""

    plan: Plan
    roster: tuple[Participant, ...] | None
    """The places in the roster that the plan names; None if it names none."""
    _document: Document

    @property
    def keys(self) -> dict[str, Any]:
        """The plan's keys, with every value as it is written."""
        return self._document.value

    @cached_property
    def warnings(self) -> tuple[Remark, ...]:
        """What its organisers should check again. Computed on demand, so that the bot's start doesn't wait."""
        return tuple(sorted(plan_lint.warnings(self.plan, self._document), key=lambda remark: remark.line))


def load_plan(path: Path) -> LoadedPlan:
    """Read and check a plan. Raises PlanError with every fault at once."""
    try:
        source = path.read_bytes()
    except OSError as failure:
        raise PlanError(f"{path}: can't be read ({failure.strerror}). Check the path of the plan.") from None
    return read_plan(source, str(path))


def read_plan(source: bytes, name: str) -> LoadedPlan:
    """Return the plan in a YAML text, and the roster that it names, relative to the folder of the file `name`.

    Raises PlanError with every fault at once, each with the name of the file.
    """
    try:
        return _parse(source, Path(name).parent)
    except FaultsError as failure:
        faults = first_faults([str(remark) for remark in failure.remarks])
        raise PlanError("\n".join(f"{name}: {fault}" for fault in faults)) from None


def _parse(source: bytes, folder: Path) -> LoadedPlan:
    document = read_yaml(source)
    faults: list[Remark] = []
    plan = roster = None
    try:
        plan = Plan.parse(document.value)
    except ValidationError as failure:
        faults += _faults(failure, document)
    try:
        roster = _roster(document, folder)
    except FaultsError as failure:
        faults += failure.remarks
    if plan is None or faults:
        raise FaultsError(faults)
    return LoadedPlan(plan, roster, document)


def _roster(document: Document, folder: Path) -> tuple[Participant, ...] | None:
    name, languages = document.value.get("roster"), document.value.get("languages")
    if not isinstance(name, str) or not name:
        return None  # there is none, or the fault is the plan's
    # Imported here: most bots start without a roster, and so needn't import the readers of tables.
    from bot.importing import roster as rosters  # noqa: PLC0415

    spoken = cast("list[Any]", languages) if isinstance(languages, list) else []
    try:
        return rosters.read_roster((folder / name).read_bytes(), name, map(str, spoken))
    except rosters.RosterError as failure:
        faults = failure.faults
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else failure
        faults = (f"can't be read ({reason}); write its path as seen from the plan's folder",)
    raise FaultsError([document.remark(("roster",), f"{name}: {fault}.") for fault in faults])


def _faults(failure: ValidationError, document: Document) -> Iterator[Remark]:
    errors = failure.errors()
    places = [error["loc"] for error in errors]
    for error in errors:
        place = error["loc"]
        # NOTE: pydantic counts only the valid members of a list, so a list of invalid ones is "too short" as well.
        if error["type"] == "too_short" and any(other[: len(place)] == place and other != place for other in places):
            continue
        yield document.remark(place, _sentence(error["type"], error["msg"], error["input"], place))


def _sentence(kind: str, message: str, value: object, place: Place) -> str:
    if kind == "extra_forbidden":
        return f"there is no key '{place[-1]}' here; remove it or correct its name."
    if kind == "missing":
        return f"'{place[-1]}' is missing; add it."
    sentence = message.removeprefix("Value error, ")
    if kind == "value_error":
        return f"{sentence}."
    shown = repr(value) if isinstance(value, str) else "something else"
    return f"found {shown}; {sentence[0].lower()}{sentence[1:]}."
