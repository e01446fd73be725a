"""Forms (modals), and the fields in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord

from bot.domain import discord_limits
from bot.domain.text import clean, is_blank, measure, shorten
from bot.platform.views import stateless

Field = discord.ui.TextInput[discord.ui.Modal] | discord.ui.Select[discord.ui.Modal]


def form(
    custom_id: str, heading: str, fields: Iterable[tuple[str, str | None, Field]], note: str = ""
) -> discord.ui.Modal:
    """Make a form of fields, each with its label and a hint; `note` is a text under them."""
    modal = discord.ui.Modal(title=shorten(heading, discord_limits.MODAL_TITLE), custom_id=custom_id, timeout=None)
    for label, hint, field in fields:
        modal.add_item(
            discord.ui.Label[discord.ui.Modal](
                text=shorten(label, discord_limits.MODAL_LABEL),
                description=shorten(hint, discord_limits.MODAL_DESCRIPTION) if hint else None,
                component=field,
            )
        )
    if note:
        modal.add_item(discord.ui.TextDisplay[Any](note))
    return stateless(modal)


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


def option_label(name: str) -> str:
    """Return a name that fits a select or an autocomplete; Discord accepts no empty one."""
    return "…" if is_blank(name) else shorten(clean(name), discord_limits.OPTION_LABEL)
