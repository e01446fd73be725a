"""Parses YAML to plain values, with the line of each; its size and the depth of its nesting are limited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from bot.domain.text import clean

MAX_BYTES = 1024 * 1024
# The base loader keeps every scalar as it was written: YAML 1.1 would read 09:30 as 570 and `no` as false. libyaml's is
# ten times as fast; not every build of PyYAML has it.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_DEPTH = 20

Place = tuple[str | int, ...]
"""A place in a document: keys, and indexes from 0."""


class _Mark(Protocol):
    """A position in a YAML text; PyYAML has two classes of them."""

    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault or a warning, at a line of the file."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.what}" if self.where else f"line {self.line}: {self.what}"


class FaultsError(ValueError):
    """A document that can't be used; `remarks` holds every fault in order of lines."""

    def __init__(self, remarks: list[Remark]) -> None:
        super().__init__("\n".join(str(remark) for remark in remarks))
        self.remarks = sorted(remarks, key=lambda remark: remark.line)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML text that was read."""

    value: dict[str, Any]
    """Every scalar is a string, as it was written."""
    lines: dict[Place, int]

    def remark(self, place: Place, what: str) -> Remark:
        """Return a remark at the line of a place; at that of its parent, if the document lacks it."""
        known = place
        while known not in self.lines:
            known = known[:-1]
        return Remark(self.lines[known], _path(place), what)


def read_yaml(source: bytes) -> Document:
    """Parse a YAML text whose top is a mapping. Raises FaultsError with every fault."""
    if len(source) > MAX_BYTES:
        raise FaultsError([Remark(1, "", f"the file has {len(source):,} bytes; a plan may have {MAX_BYTES:,}.")])
    try:
        _refuse_aliases_and_depth(source)
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as failure:
        line = _line(failure.problem_mark or failure.context_mark)
        raise FaultsError([Remark(line, "", f"this is not YAML: {failure.problem or failure.context}.")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise FaultsError([Remark(1, "", f"this is not YAML: {str(failure).splitlines()[0]}.")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise FaultsError([Remark(1, "", "the file holds no keys; start from the example plan.")])
    reader = _NodeReader()
    value = reader.value(node, ())
    if reader.faults:
        raise FaultsError(reader.faults)
    return Document(value, reader.lines)


def _path(place: Place) -> str:
    """`days[1].sessions[3].topic`: counted from 1, as people count."""
    path = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return path.removeprefix(".")


def _line(mark: _Mark | None) -> int:
    """The line number, counted from 1 as editors do."""
    return mark.line + 1 if mark else 1


def _refuse_aliases_and_depth(source: bytes) -> None:
    """Raise FaultsError for aliases and deep nesting: a short file could expand to a huge one, or parse for minutes."""
    aliases: list[Remark] = []
    depth = 0
    for event in yaml.parse(source, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise FaultsError([Remark(_line(event.start_mark), "", "this is nested deeper than any plan is.")])
        if isinstance(event, yaml.AliasEvent):
            what = f"'*{event.anchor}': YAML aliases are not read; repeat the text."
            aliases.append(Remark(_line(event.start_mark), "", what))
    if aliases:
        raise FaultsError(aliases)


class _NodeReader:
    """Turns nodes into plain values, and collects their lines and faults."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Remark] = []

    def value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - any YAML value
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
                self.faults.append(Remark(line, _path(place), "a key here is a list or a table; write a word."))
                continue
            key = clean(key_node.value)
            if key in seen:
                self.faults.append(Remark(line, _path((*place, key)), "this key is here twice; keep one."))
            seen.add(key)
            self.lines[(*place, key)] = line
            yield key, child
