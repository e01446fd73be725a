"""Forms (modals), and the fields in them.

Source: https://docs.discord.com/developers/components/reference, of each component under its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

import discord

from bot.domain import discord_limits
from bot.domain.text import clean, is_blank, measure, shorten
from bot.platform.views import stateless

_Modal: TypeAlias = discord.ui.Modal
Field = (
    discord.ui.TextInput[_Modal]
    | discord.ui.Select[_Modal]
    | discord.ui.RadioGroup[Any]
    | discord.ui.Checkbox[Any]
    | discord.ui.CheckboxGroup[Any]
    | discord.ui.FileUpload[Any]
)
FormPart: TypeAlias = tuple[str, str | None, Field] | str
"""A field with its label and a hint, or a text that explains something between fields."""


def form(custom_id: str, heading: str, parts: Iterable[FormPart]) -> discord.ui.Modal:
    """Make a form of at most five parts, in their order."""
    modal = discord.ui.Modal(title=shorten(heading, discord_limits.MODAL_TITLE), custom_id=custom_id, timeout=None)
    for part in parts:
        modal.add_item(discord.ui.TextDisplay[Any](part) if isinstance(part, str) else _labelled(*part))
    return stateless(modal)


def _labelled(label: str, hint: str | None, field: Field) -> discord.ui.Label[_Modal]:
    return discord.ui.Label(
        text=shorten(label, discord_limits.MODAL_LABEL),
        description=shorten(hint, discord_limits.MODAL_DESCRIPTION) if hint else None,
        component=field,
    )


def paragraph(name: str, typed: str = "", *, limit: int = discord_limits.TEXT_INPUT, required: bool = True) -> Field:
    """Make a field for a text of several lines."""
    return _input(name, discord.TextStyle.paragraph, typed, limit, required=required)


def line(name: str, limit: int, typed: str = "", *, required: bool = True, placeholder: str | None = None) -> Field:
    """Make a field for a text of one line."""
    return _input(name, discord.TextStyle.short, typed, limit, required=required, placeholder=placeholder)


def _input(  # noqa: PLR0913 - one parameter a part of it
    name: str, style: discord.TextStyle, typed: str, limit: int, *, required: bool, placeholder: str | None = None
) -> Field:
    filled_in = shorten(typed, discord_limits.TEXT_INPUT)
    return discord.ui.TextInput(
        custom_id=name,
        style=style,
        default=filled_in or None,
        required=required,
        placeholder=placeholder,
        # A text that was accepted once fits again, even if Discord counts its characters differently.
        max_length=max(limit, measure(filled_in)),
    )


def choices(name: str, offered: Iterable[tuple[str, str]], chosen: str = "", *, required: bool = True) -> Field:
    """Make a field to choose one (value, label): at most 25 (Discord's limit), the chosen one among them."""
    labels = dict(offered)
    shown = list(labels)[: discord_limits.OPTIONS]
    if chosen in labels and chosen not in shown:
        shown[-1] = chosen
    return discord.ui.Select(
        custom_id=name,
        required=required,
        min_values=int(required),
        options=[
            discord.SelectOption(label=option_label(labels[value]), value=value, default=value == chosen)
            for value in shown
        ],
    )


def radio(name: str, offered: Iterable[tuple[str, str]], chosen: str = "") -> Field:
    """Make a field to choose one (value, label) of a few, all in view: at most 10 (Discord's limit).

    For a choice that may be left out, use `choices`: Discord does not say how a radio button is cleared again.
    """
    return discord.ui.RadioGroup(
        custom_id=name,
        options=[
            discord.RadioGroupOption(label=option_label(label), value=value, default=value == chosen)
            for value, label in offered
        ],
    )


def checkbox(name: str, *, ticked: bool = False) -> Field:
    """Make a field to agree to something, or not."""
    return discord.ui.Checkbox(custom_id=name, default=ticked)


def checkboxes(name: str, offered: Iterable[tuple[str, str]], ticked: Collection[str] = ()) -> Field:
    """Make a field to choose any number of (value, label), also none: at most 10 (Discord's limit)."""
    return discord.ui.CheckboxGroup(
        custom_id=name,
        required=False,
        min_values=0,
        options=[
            discord.CheckboxGroupOption(label=option_label(label), value=value, default=value in ticked)
            for value, label in offered
        ],
    )


def file_upload(name: str, most: int, types: Collection[str]) -> Field:
    """Make a field to upload files, also none: at most `most`, of these types (`image`, `.pdf`).

    A client filters by the names only; what the files hold must be checked.
    """
    return _FileUpload(name, most, types)


class _FileUpload(discord.ui.FileUpload[Any]):
    """discord.py 2.7 has no `file_types`."""

    def __init__(self, name: str, most: int, types: Collection[str]) -> None:
        super().__init__(custom_id=name, required=False, min_values=0, max_values=most)
        self._types = list(types)

    def to_component_dict(self) -> Any:  # noqa: ANN401 - discord.py's own type lacks the key
        return {**super().to_component_dict(), "file_types": self._types}


def option_label(name: str) -> str:
    """Return a name that fits a select or an autocomplete; Discord accepts no empty one."""
    return "…" if is_blank(name) else shorten(clean(name), discord_limits.OPTION_LABEL)
