"""Makes the plan of the next workshop from a former one; comments and all other text stay as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.domain import series
from bot.domain.plan import Plan
from bot.importing import plan_edit, plan_file
from bot.importing.plan_file import LoadedPlan, PlanError
from bot.importing.yaml_lines import Place
from bot.settings import SettingsError


@dataclass(frozen=True, slots=True)
class CloneRequest:
    """The wishes for the next workshop; an empty one follows from the former workshop."""

    start: date
    title: str = ""
    """In every language."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Clone:
    """The next workshop's plan."""

    text: bytes
    plan: Plan
    remarks: tuple[str, ...]
    """Hints for its organisers, a line each."""


def write_clone(path: Path, out: Path, wishes: CloneRequest) -> Iterator[str]:
    """Write the next workshop's plan; yield what was done, line by line. Raises SettingsError if it can't."""
    loaded = plan_file.load_plan(path)
    made = clone_plan(path.read_bytes(), loaded, out, wishes)
    try:
        with out.open("xb") as file:
            file.write(made.text)
    except FileExistsError:
        raise SettingsError(f"{out} is there already; name a file that isn't with --out.") from None
    except OSError as failure:
        raise SettingsError(f"{out} can't be written ({failure.strerror}). Choose another place.") from None
    days = made.plan.agenda.days
    yield f"{out} was written: {made.plan.id}, {days[0]} to {days[-1]}. See to it with: plenary check {out}"
    yield from (f"Look at this: {remark}" for remark in made.remarks)


def clone_plan(source: bytes, loaded: LoadedPlan, out: Path, wishes: CloneRequest) -> Clone:
    """Return the next workshop's plan, for `out`. Raises PlanError with every fault that it would have."""
    text, values = plan_edit.decode_plan(source), _values(loaded, wishes)
    edits = [(node, value) for place, node in _scalars(text) if (value := values.get(place)) is not None]
    for node, value in sorted(edits, key=lambda edit: edit[0].start_mark.index, reverse=True):
        begin, end = node.start_mark.index, node.end_mark.index
        ending = "\n" if text[begin:end].endswith("\n") else ""  # a block scalar ends with its line
        text = text[:begin] + value + ending + text[end:]
    # The participants of one workshop aren't those of the next.
    text = re.sub(r"^(?=roster:)", "# ", text, count=1, flags=re.MULTILINE)
    made = text.encode()
    try:
        after = plan_file.read_plan(made, f"{out} as it would be")
    except PlanError as faults:
        raise PlanError(f"{faults}\nChange this in the former plan first, or choose another --start or --id.") from None
    if after.keys != _expected(loaded.keys, values):
        raise PlanError("The plan's values can't be told from the rest of its text; write each on a line of its own.")
    return Clone(made, after.plan, tuple(_remarks(loaded.plan, after.plan, text)))


def _values(loaded: LoadedPlan, wishes: CloneRequest) -> dict[Place, str]:
    """Return the values that change, as YAML, by their places."""
    plan = loaded.plan
    number, of = series.next_in_series(plan.series.number, plan.series.of) if plan.series else (2, 2)
    was = [day.date for day in plan.days]
    try:
        days = series.moved_days(was, wishes.start)
    except OverflowError:
        raise PlanError(f"{wishes.start} is too late: calendars end before the workshop does.") from None
    values: dict[Place, str] = {("days", at, "date"): day.isoformat() for at, day in enumerate(days)}
    values["id",] = (
        json.dumps(wishes.id) if wishes.id else series.next_workshop_id(plan.id, was[0], wishes.start, number)
    )
    if plan.series:
        values |= {("series", "number"): str(number), ("series", "of"): str(of)}
    if wishes.title:
        title = json.dumps(wishes.title, ensure_ascii=False)  # JSON is YAML, too
        translated = isinstance(loaded.keys["title"], dict)
        values |= {("title", language): title for language in plan.languages} if translated else {("title",): title}
    return values


def _scalars(text: str) -> Iterator[tuple[Place, yaml.ScalarNode]]:
    """Yield every value of a plan's text, with its place."""

    def walk(node: yaml.Node, place: Place) -> Iterator[tuple[Place, yaml.ScalarNode]]:
        if isinstance(node, yaml.MappingNode):
            for key, child in node.value:
                yield from walk(child, (*place, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for at, child in enumerate(node.value):
                yield from walk(child, (*place, at))
        elif isinstance(node, yaml.ScalarNode):
            yield place, node

    top = yaml.compose(text, Loader=yaml.BaseLoader)
    return walk(top, ()) if top else iter(())


def _expected(keys: dict[str, Any], values: dict[Place, str]) -> dict[str, Any]:
    wanted = json.loads(json.dumps({key: value for key, value in keys.items() if key != "roster"}))
    for place, value in values.items():
        *within, last = place
        part = wanted
        for step in within:
            part = part[step]
        part[last] = json.loads(value) if value.startswith('"') else value
    return wanted


def _remarks(before: Plan, after: Plan, text: str) -> Iterator[str]:
    if before.roster:
        yield "roster is left out, because each workshop has its own participants; name the new list in its place."
    if before.series is None:
        yield "the plan names no series; write which one it belongs to, and as which number (series)."
    elif after.series and after.series.of != before.series.of:
        yield f"the series had {before.series.of} workshops, and this is one more: {after.series.of}."
    years = {str(day.date.year) for day in before.days} - {str(day.date.year) for day in after.days}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#") and years & set(re.findall(r"(?<!\d)\d{4}(?!\d)", line)):
            yield f"line {number} speaks of {' and '.join(sorted(years))}: {line.strip()[:80]}"
