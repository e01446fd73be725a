"""The values of an interaction: typed text, chosen options, and its name for the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import discord

from bot.domain import local_time
from bot.domain.plan import Plan
from bot.domain.text import clean, shorten
from bot.messages.errors import UserError

Interaction = discord.Interaction[Any]

#: Characters of an unreadable time that its refusal quotes.
_QUOTED = 100


#: The value of a ticked checkbox; that of another is empty.
TICKED = "yes"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that somebody uploaded in a form: Discord keeps it under its address for some hours."""

    name: str
    size: int
    """Bytes, as Discord says."""
    address: str


def _fields(interaction: Interaction) -> list[Mapping[str, Any]]:
    """Return the fields of a submitted form, without the texts between them."""
    data = cast("Mapping[str, Any]", interaction.data)
    return [part["component"] for part in data["components"] if "component" in part]


def submitted(interaction: Interaction) -> dict[str, str]:
    """Return what was typed and chosen in a form, cleaned, by the custom id of each field."""
    return {field["custom_id"]: clean(_value(field)) for field in _fields(interaction)}


def _value(field: Mapping[str, Any]) -> str:
    if "values" in field:
        return next(iter(field["values"]), "")
    value = field.get("value") or ""  # None: a radio group in which nothing is chosen
    return TICKED if value is True else value


def all_chosen(interaction: Interaction, name: str) -> list[str]:
    """Return every value that was chosen in one field of a form."""
    return [value for field in _fields(interaction) if field["custom_id"] == name for value in field["values"]]


def uploaded(interaction: Interaction, name: str) -> list[SentFile]:
    """Return the files that were uploaded in one field of a form."""
    data = cast("Mapping[str, Any]", interaction.data)
    held = data.get("resolved", {}).get("attachments", {})
    files = (held[key] for key in all_chosen(interaction, name))
    return [SentFile(file["filename"], file["size"], file["url"]) for file in files]


def clean_options(options: Iterable[dict[str, Any]]) -> None:
    """Clean the text options of a command, before discord.py hands them to it.

    Raises UserError for an option that is empty once cleaned: Discord checks the length before that.
    """
    for option in options:
        clean_options(option.get("options", ()))
        if isinstance(option.get("value"), str):
            option["value"] = clean(option["value"])
            if not option["value"] and not option.get("focused"):
                raise UserError("refused.option", option=option["name"])


def typed_text(interaction: Interaction) -> str:
    """Return what the person wrote in a form, or as prose behind a command, which they may want back."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    if interaction.type is discord.InteractionType.modal_submit:
        # A radio group and a checkbox have a value too.
        inputs = [field for field in _fields(interaction) if field["type"] == discord.ComponentType.text_input.value]
        typed: list[Any] = [field["value"] for field in inputs if field["value"]]
    else:
        typed = [value for value in _option_values(data) if isinstance(value, str) and " " in value.strip()]
    return "\n\n".join(typed)


def _option_values(data: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the options of a command and of its subcommand."""
    for option in data.get("options", ()):
        yield option.get("value")
        yield from _option_values(option)


def name_for_log(interaction: Interaction) -> str:
    """Return the command, or the custom id of the button or form."""
    if interaction.command:
        return f"/{interaction.command.qualified_name}"
    return str(cast("Mapping[str, Any]", interaction.data or {}).get("custom_id", "an interaction"))


def parse_local_time(typed: str, now: datetime, plan: Plan) -> datetime:
    """Parse a wall time of the workshop's zone into an instant (UTC). Raises UserError."""
    try:
        return local_time.parse_wall_time(typed, now, plan.tz)
    except local_time.LocalTimeError as unclear:
        choices = " / ".join(f"{choice.astimezone(plan.tz):%H:%M (UTC%z)}" for choice in unclear.choices)
        raise UserError(
            f"refused.when.{unclear.args[0]}",
            typed=f"“{clean(shorten(typed, _QUOTED))}”",
            zone=plan.zone,
            now=f"{now.astimezone(plan.tz):%Y-%m-%d %H:%M}",
            choices=choices,
        ) from None
