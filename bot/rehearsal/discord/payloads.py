"""What Discord refuses for its length or number, in the JSON that a bot sends, counted in UTF-16 units.

simcord counts characters, so that an emoji is one; where Discord's documentation doesn't say how it counts, the
stricter way is taken. Source: Discord's API documentation (components, interactions, resources).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.domain import discord_limits
from bot.domain.text import is_blank, measure

Json = Mapping[str, Any]

_ROW, _BUTTON, _SELECT, _INPUT, _TEXT, _LABEL = 1, 2, 3, 4, 10, 18
_FILE_UPLOAD, _RADIO, _CHECKBOXES, _CHECKBOX = 19, 21, 22, 23
#: Parts of a form that Discord takes only inside a label.
_LABELLED = frozenset({_FILE_UPLOAD, _RADIO, _CHECKBOXES, _CHECKBOX})
#: The least and the most options of each kind of choice.
_OPTION_COUNTS: Mapping[int, tuple[int, int]] = {
    _SELECT: (1, discord_limits.OPTIONS),
    _RADIO: (2, discord_limits.RADIO_OPTIONS),
    _CHECKBOXES: (1, discord_limits.RADIO_OPTIONS),
}
#: Files, and types of them, that a field for files may ask for.
_MOST_FILES = 10

#: By type of a component: the least and the most of each of its texts.
_COMPONENT_TEXTS: Mapping[int, Mapping[str, tuple[int, int]]] = {
    _BUTTON: {"label": (1, discord_limits.BUTTON_LABEL), "custom_id": (1, discord_limits.CUSTOM_ID)},
    _SELECT: {"placeholder": (0, 150), "custom_id": (1, discord_limits.CUSTOM_ID)},
    _INPUT: {
        "placeholder": (0, 100),
        "value": (0, discord_limits.TEXT_INPUT),
        "custom_id": (1, discord_limits.CUSTOM_ID),
    },
    _TEXT: {"content": (1, discord_limits.MESSAGE_TEXT)},
    **{kind: {"custom_id": (1, discord_limits.CUSTOM_ID)} for kind in _LABELLED},
    _LABEL: {"label": (1, discord_limits.MODAL_LABEL), "description": (0, discord_limits.MODAL_DESCRIPTION)},
}
_OPTION_TEXTS = {
    "label": (1, discord_limits.OPTION_LABEL),
    "value": (1, discord_limits.OPTION_LABEL),
    "description": (0, discord_limits.OPTION_LABEL),
}
#: What else has a name: channels, roles, events, members. Keys that mean the same everywhere.
_RESOURCE_TEXTS = {
    "name": (1, discord_limits.NAME),
    "topic": (0, discord_limits.CHANNEL_TOPIC),
    "nick": (0, discord_limits.NICKNAME),
    "description": (0, discord_limits.EVENT_DESCRIPTION),
    "location": (1, discord_limits.EVENT_LOCATION),
}


def message_faults(message: Json) -> Iterator[str]:
    """What Discord would refuse in a message; the same for an answer to an interaction."""
    yield from _text_faults(message, {"content": (0, discord_limits.PLAIN_TEXT)}, "message")
    components = list(_walk(message.get("components") or ()))
    if len(components) > discord_limits.MESSAGE_COMPONENTS:
        yield f"{len(components)} components; at most {discord_limits.MESSAGE_COMPONENTS}"
    if (rows := sum(component["type"] == _ROW for component in components)) > discord_limits.ROWS:
        yield f"{rows} rows of buttons; at most {discord_limits.ROWS}"
    shown = sum(measure(component["content"]) for component in components if component["type"] == _TEXT)
    if shown > discord_limits.MESSAGE_TEXT:
        yield f"{shown} characters in all; at most {discord_limits.MESSAGE_TEXT}"
    yield from _component_faults(components)


def modal_faults(modal: Json) -> Iterator[str]:
    """What Discord would refuse in a form."""
    yield from _text_faults(
        modal, {"title": (1, discord_limits.MODAL_TITLE), "custom_id": (1, discord_limits.CUSTOM_ID)}, "modal"
    )
    if not 1 <= len(modal["components"]) <= discord_limits.MODAL_COMPONENTS:
        yield f"{len(modal['components'])} parts of a form; 1 to {discord_limits.MODAL_COMPONENTS}"
    yield from _component_faults(list(_walk(modal["components"])))
    unlabelled = (part for part in modal["components"] if part["type"] in _LABELLED)
    yield from (f"component {part['type']} stands outside a label" for part in unlabelled)


def suggestion_faults(choices: Sequence[Json]) -> Iterator[str]:
    """What Discord would refuse in the answers to an autocomplete."""
    if len(choices) > discord_limits.OPTIONS:
        yield f"{len(choices)} choices; at most {discord_limits.OPTIONS}"
    texts = {"name": (1, discord_limits.OPTION_LABEL), "value": (1, discord_limits.OPTION_LABEL)}
    for choice in choices:
        yield from _text_faults(choice, texts, "choice")


def resource_faults(resource: Json, reason: str | None) -> Iterator[str]:
    """What Discord would refuse in a channel, a role, an event or a member, and in the reason for the audit log."""
    yield from _text_faults(resource, _RESOURCE_TEXTS, "resource")
    yield from _text_faults(resource.get("entity_metadata") or {}, _RESOURCE_TEXTS, "event")
    yield from _text_faults({"reason": reason}, {"reason": (0, discord_limits.AUDIT_REASON)}, "request")


def _walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, with all that are in it."""
    for component in components:
        yield component
        nested = [component.get("component"), component.get("accessory")]
        yield from _walk([*(component.get("components") or ()), *filter(None, nested)])


def _component_faults(components: Sequence[Json]) -> Iterator[str]:
    for component in components:
        kind = component["type"]
        yield from _text_faults(component, _COMPONENT_TEXTS.get(kind, {}), f"component {kind}")
        if kind == _ROW and not 1 <= len(component["components"]) <= discord_limits.ROW_BUTTONS:
            yield f"{len(component['components'])} buttons in a row; 1 to {discord_limits.ROW_BUTTONS}"
        if kind in _OPTION_COUNTS:
            yield from _option_faults(component["options"], *_OPTION_COUNTS[kind])
        if kind == _RADIO and sum(option.get("default") or False for option in component["options"]) > 1:
            yield "two radio buttons are chosen"
        if kind in {_FILE_UPLOAD, _CHECKBOXES}:
            yield from _count_faults(component)
        if kind == _INPUT and measure(component.get("value") or "") > component.get(
            "max_length", discord_limits.TEXT_INPUT
        ):
            yield f"component {kind}: what is filled in is longer than the field takes"
    yield from _repeated(
        "custom id", [component["custom_id"] for component in components if component.get("custom_id")]
    )


def _option_faults(options: Sequence[Json], fewest: int, most: int) -> Iterator[str]:
    if not fewest <= len(options) <= most:
        yield f"{len(options)} options; {fewest} to {most}"
    for option in options:
        yield from _text_faults(option, _OPTION_TEXTS, "option")
    yield from _repeated("value of an option", [option["value"] for option in options])


def _count_faults(component: Json) -> Iterator[str]:
    """What is wrong with the number of files or ticks that a field asks for. Source: components/reference."""
    least, most = component.get("min_values"), component.get("max_values")
    if component.get("required", True) and least == 0:
        yield f"component {component['type']} is required, and takes none"
    if most is not None and not max(least or 0, 1) <= most <= _MOST_FILES:
        yield f"component {component['type']} takes {least} to {most}"
    if len(component.get("file_types") or ()) > _MOST_FILES:
        yield f"component {component['type']} names more than {_MOST_FILES} types of files"


def _text_faults(thing: Json, texts: Mapping[str, tuple[int, int]], what: str) -> Iterator[str]:
    for key, (least, most) in texts.items():
        words = thing.get(key)
        if not isinstance(words, str):
            continue
        if measure(words) > most:
            yield f"{what}: {key} has {measure(words)} characters; at most {most}"
        if least and is_blank(words):
            yield f"{what}: {key} is empty"


def _repeated(what: str, values: Sequence[str]) -> Iterator[str]:
    if len(set(values)) < len(values):
        yield f"a {what} is there twice"
