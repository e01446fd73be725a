"""The values of an interaction: typed text, chosen options, and its name for the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def submitted(interaction: Interaction) -> dict[str, str]:
    """Return what was typed and chosen in a form, cleaned, by the custom id of each field."""
    data = cast("Mapping[str, Any]", interaction.data)
    fields = [row.get("component") for row in data["components"]]
    return {field["custom_id"]: clean(_value(field)) for field in fields if field}


def _value(field: Mapping[str, Any]) -> str:
    if "values" in field:
        return next(iter(field["values"]), "")
    return field.get("value") or ""


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
        fields: list[Mapping[str, Any]] = [row["component"] for row in data["components"] if "component" in row]
        typed: list[Any] = [field["value"] for field in fields if field.get("value")]
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
