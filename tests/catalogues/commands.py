"""How commands are worded in English, as the cogs have it, each wording under a key of the catalogues."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from discord import app_commands

from bot.app import WorkshopClient
from cogs.help import entries

#: What discord.py puts in the place of a description that is left out.
UNDESCRIBED = "…"

AppCommand = app_commands.Command[Any, ..., Any]


@dataclass(frozen=True, slots=True)
class Worded:
    """One English wording; `files` are the cogs that have it."""

    key: str
    english: str
    files: tuple[str, ...]


def worded(client: WorkshopClient) -> dict[str, Worded]:
    """Each wording by its key. A text that stands in several places has one key, that of the first of them."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    keys: dict[str, str] = {}
    for key, english, module in _wordings(client):
        keys.setdefault(english, key)
        files[english].add(f"{module.replace('.', '/')}.py")
    return {key: Worded(key, english, tuple(sorted(files[english]))) for english, key in keys.items()}


def shown_by_help(client: WorkshopClient) -> set[str]:
    """The English wordings that /help shows: all that a language needs which Discord lacks."""
    shown = list(entries(client))
    return {entry.purpose for entry in shown} | {entry.description for entry in shown}


def named(client: WorkshopClient) -> Iterator[tuple[str, str, str]]:
    """Where, name and description of each group, command and option."""
    for command in client.tree.walk_commands():
        yield command.qualified_name, command.name, command.description
        if isinstance(command, app_commands.Command):
            yield from ((command.qualified_name, o.display_name, str(o.description)) for o in command.parameters)


def _wordings(client: WorkshopClient) -> Iterator[tuple[str, str, str]]:
    """Key, English and module."""
    walked = sorted(client.tree.walk_commands(), key=lambda command: command.qualified_name)
    commands = [command for command in walked if isinstance(command, app_commands.Command)]
    for command in walked:
        yield f"command.{_path(command)}", command.description, _module(command)
    for menu in client.tree.get_commands():
        if isinstance(menu, app_commands.ContextMenu):
            yield f"menu.{_slug(menu.name)}", menu.name, menu.module or ""
    yield from _options(commands)
    for command in walked:
        yield f"name.{command.name}", command.name, _module(command)
        if isinstance(command, app_commands.Command):
            yield from ((f"name.{o.display_name}", o.display_name, _module(command)) for o in command.parameters)
    for command in commands:
        purpose = getattr(command.binding, "description", "") if command.root_parent is None else ""
        if purpose:
            yield f"purpose.{_slug(purpose)}", purpose, _module(command)


def _options(commands: list[AppCommand]) -> Iterator[tuple[str, str, str]]:
    """An option that is described alike wherever it stands is named once, without its command."""
    described: Mapping[str, set[str]] = defaultdict(set)
    for command in commands:
        for option in command.parameters:
            described[option.display_name].add(str(option.description))
    for command in commands:
        for option in command.parameters:
            name, english = option.display_name, str(option.description)
            if english != UNDESCRIBED:
                command_path = f"{_path(command)}." if len(described[name] - {UNDESCRIBED}) > 1 else ""
                yield f"option.{command_path}{name}", english, _module(command)


def _path(command: AppCommand | app_commands.Group) -> str:
    return command.qualified_name.replace(" ", ".")


def _module(command: AppCommand | app_commands.Group) -> str:
    return command.callback.__module__ if isinstance(command, app_commands.Command) else command.module or ""


def _slug(words: str) -> str:
    return "_".join(re.findall(r"\w+", words.lower()))
