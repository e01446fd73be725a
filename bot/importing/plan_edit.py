"""Changes the days and rooms in the text of a plan; every other key stays as it was written, to the letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from bot.importing.plan_file import PlanError

_MANAGED = ("rooms", "days")


class _Quoted(str):
    """A text that is written in quotes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes lists under their key and further in, as plans have them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's
        return True


def _in_quotes(_: yaml.SafeDumper, text: _Quoted) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(_Quoted, _in_quotes)


def to_yaml(keys: Mapping[str, Any]) -> str:
    """Return keys of a plan as YAML."""
    shown = {key: [_day(day) for day in value] if key == "days" else value for key, value in keys.items()}
    return yaml.dump(shown, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _day(day: Mapping[str, Any]) -> dict[str, Any]:
    sessions = [
        {key: _Quoted(value) if key in {"start", "end"} else value for key, value in session.items()}
        for session in day["sessions"]
    ]
    return {**day, "date": date.fromisoformat(day["date"]), "sessions": sessions}


def decode_plan(source: bytes) -> str:
    """Decode a plan's text, in UTF-8 or UTF-16, the encodings of YAML."""
    return source.decode("utf-16") if source.startswith((b"\xff\xfe", b"\xfe\xff")) else source.decode("utf-8-sig")


def edit_plan_text(source: bytes, keys: Mapping[str, Any], before: Mapping[str, Any]) -> bytes:
    """Return a plan's text with the days and rooms of `keys` in the place of those of `before`, its present keys.

    Comments among the days are lost. Raises PlanError if the days can't be distinguished from the rest of the text.
    """
    mark = b"\xef\xbb\xbf" if source.startswith(b"\xef\xbb\xbf") else b""
    text = decode_plan(source)
    ends = "\r\n" if "\r\n" in text else "\n"
    for key in reversed(_MANAGED):
        if keys.get(key) != before.get(key):
            block = to_yaml({key: keys[key]}).replace("\n", ends)
            text = _replaced(text, key, block)
    return mark + text.encode()


def _replaced(text: str, key: str, block: str) -> str:
    top = yaml.compose(text, Loader=yaml.BaseLoader)
    if not isinstance(top, yaml.MappingNode) or top.flow_style:
        raise PlanError("The plan is written in braces; write each of its keys on a line of its own, without braces.")
    starts = [(str(name.value), name.start_mark.index) for name, _ in top.value]
    begins = next((at for name, at in starts if name == key), None)
    if begins is None:  # a plan always has days, so what is missing are rooms: they stand above
        begins = ends = dict(starts)["days"]
    else:
        ends = min((at for _, at in starts if at > begins), default=len(text))
        ends = begins + len(_without_what_follows(text[begins:ends]))
    return text[:begins] + block + text[ends:]


def _without_what_follows(block: str) -> str:
    """Return a key's text without the empty lines and comments at its end, which belong to the next key."""
    lines = block.splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].startswith(("#", "...", "---"))):
        lines.pop()
    return "".join(lines)
