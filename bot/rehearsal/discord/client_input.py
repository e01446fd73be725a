"""The checks that a Discord client makes before it sends: options of commands, and values of forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from simcord.backend.errors import SetupError
from simcord.components import walk_components
from simcord.enums import ComponentType, OptionType
from simcord.interactions import (
    nest_options,
    validate_option_value,
)

from bot.domain import discord_limits
from bot.rehearsal.discord.calls import Attachment, CannotDo, Json
from bot.rehearsal.discord.requests import Wire

if TYPE_CHECKING:
    from simcord.backend.models import Message


SUBCOMMANDS = (OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP)
_LONGEST_TEXT = 4000

#: The groups of `file_types` and their extensions. Source: developers/reference, "File Type Filtering".
_FILE_GROUPS = {
    "image": (".png", ".gif", ".jpg", ".jpeg", ".jfif", ".webp", ".avif"),
    "video": (".mp4", ".mov", ".qt", ".webm"),
    "audio": (".mp3", ".m4a", ".wav", ".ogg", ".opus", ".flac"),
}

UploadFile = Callable[[Attachment], str]
"""Uploads a file, and returns the id under which the interaction's resolved data has it."""


def find_component(message: Message, kind: ComponentType, custom_id: str) -> Json:
    """The component of a message with a custom id. Raises CannotDo if there is none, or if it is disabled."""
    parts = (part for part in walk_components(message.components) if part["type"] == kind)
    part = next((part for part in parts if part.get("custom_id") == custom_id), None)
    if part is None:
        raise CannotDo(f"the message has no {kind.name.lower()} {custom_id!r}")
    if part.get("disabled"):
        raise CannotDo(f"{custom_id!r} is disabled")
    return part


def options_of(leaf: Json) -> list[Json]:
    """The options of a command, as the bot registered them."""
    return leaf.get("options") or []


def checked_value(command: str, spec: Json, value: object) -> Wire:
    """The value of an option as it is sent. Raises CannotDo if the option does not allow it."""
    try:
        return validate_option_value(command, spec, value)
    except SetupError as error:
        raise CannotDo(str(error)) from error


def command_data(root: Json, nesting: list[str], options: list[Json], resolved: Json) -> Json:
    """The data of an interaction that runs a command."""
    data: Json = {"id": root["id"], "name": root["name"], "type": root["type"]}
    data["options"] = nest_options(root, nesting, options)
    return {**data, "resolved": resolved} if resolved else data


def filled_component(part: Json, values: Mapping[str, Any], upload: UploadFile) -> Json:
    """One component of a form as a client submits it, with its value from `values` (by custom id).

    Raises CannotDo if a value breaks the form's rules. Source: components/reference, "Interaction Response Structure"
    of each component.
    """
    sent: Json = {"type": part["type"], "id": part["id"]}
    match part["type"]:
        case ComponentType.TEXT_DISPLAY:
            return sent
        case ComponentType.LABEL:
            return {**sent, "component": filled_component(part["component"], values, upload)}
        case ComponentType.ACTION_ROW:
            return {**sent, "components": [filled_component(child, values, upload) for child in part["components"]]}
        case _:
            given = values.get(part["custom_id"])
            return {**sent, "custom_id": part["custom_id"], **_field_value(part, given, upload)}


def _field_value(part: Json, given: Wire, upload: UploadFile) -> Json:
    match part["type"]:
        case ComponentType.TEXT_INPUT:
            return {"value": _typed_text(part, given)}
        case ComponentType.STRING_SELECT | ComponentType.CHECKBOX_GROUP:
            return {"values": chosen_values(part, given)}
        case ComponentType.RADIO_GROUP:
            return {"value": next(iter(chosen_values(part, given)), None)}
        case ComponentType.CHECKBOX:
            return {"value": _ticked(part, given)}
        case ComponentType.FILE_UPLOAD:
            return {"values": [upload(file) for file in _chosen_files(part, given)]}
        case kind:
            raise CannotDo(f"a rehearsal cannot fill in a component of type {kind}")


def _ticked(part: Json, given: Wire) -> bool:
    ticked = part.get("default", False) if given is None else given
    if not isinstance(ticked, bool):
        raise CannotDo(f"{part['custom_id']!r} is ticked or not, and takes no {given!r}")
    return ticked


def _chosen_files(part: Json, given: Wire) -> Sequence[Attachment]:
    """The files to upload. `file_types` is matched with the ends of their names, which is all that a client does."""
    name, files = part["custom_id"], cast("Sequence[Attachment]", given or ())
    if not files and part.get("required", True):
        raise CannotDo(f"{name!r} is required")
    # A field takes one file, unless it says otherwise.
    fewest, most = (1 if part.get(key) is None else part[key] for key in ("min_values", "max_values"))
    if files and not fewest <= len(files) <= most:
        raise CannotDo(f"{name!r} takes {fewest} to {most} files, not {len(files)}")
    for file in files:
        if len(file.content) > discord_limits.UPLOAD_BYTES:
            raise CannotDo(f"{file.filename!r} is too large to upload")
        if not _fits(file.filename.lower(), part.get("file_types")):
            raise CannotDo(f"{name!r} doesn't take {file.filename!r}")
    return files


def _fits(filename: str, types: Sequence[str] | None) -> bool:
    ends = [end for kind in types or () for end in _FILE_GROUPS.get(kind, (kind,))]
    return not ends or filename.endswith(tuple(ends))


def _typed_text(part: Json, given: Wire) -> str:
    text = part.get("value") or "" if given is None else given
    name = part["custom_id"]
    if not isinstance(text, str):
        raise CannotDo(f"{name!r} takes text, not {given!r}")
    if not text and part.get("required", True):
        raise CannotDo(f"{name!r} is required")
    shortest, longest = part.get("min_length") or 0, part.get("max_length") or _LONGEST_TEXT
    if text and not shortest <= len(text) <= longest:
        raise CannotDo(f"{name!r} takes {shortest} to {longest} characters, not {len(text)}")
    return text


def chosen_values(part: Json, given: Wire) -> list[str]:
    """The chosen values of a select, by default those it shows as chosen. Raises CannotDo if they are not allowed."""
    options: list[Json] = part["options"]
    name = part["custom_id"]
    if given is None:
        chosen = [option["value"] for option in options if option.get("default")]
    else:
        chosen = [given] if isinstance(given, str) else list(cast("Sequence[str]", given))
    if not chosen and part.get("required", True):
        raise CannotDo(f"{name!r} is required")
    unknown = set(chosen) - {option["value"] for option in options}
    if unknown:
        raise CannotDo(f"{name!r} doesn't offer {', '.join(sorted(unknown))}")
    most = len(options) if part["type"] == ComponentType.CHECKBOX_GROUP else 1
    fewest, most = part.get("min_values") or 1, part.get("max_values") or most
    if chosen and not fewest <= len(chosen) <= most:
        raise CannotDo(f"{name!r} takes {fewest} to {most} choices, not {len(chosen)}")
    return chosen
