"""Routes commands, presses and forms to their handlers: one access check, then one context for the handler.

A press needs no memory of its message: a custom id is `kind:arguments`, so old messages work after any restart.
(discord.py's own views and modals live in memory and are lost at a restart.)

A handler is a cog's method that takes a context, which a `Host` makes from an interaction. Its type is open here,
because the context holds parts of layers above this one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Protocol, TypeVar, cast

import discord
from discord import app_commands

from bot.domain.people.roles import EntryRules, Role
from bot.messages.errors import UserError
from bot.platform.access import Access
from bot.platform.answers import suggestions
from bot.platform.errors import tell_failure
from bot.platform.interactions import Interaction, clean_options

Command = app_commands.Command[Any, ..., Any]
Handler = Callable[..., Awaitable[None]]
H = TypeVar("H", bound=Handler)
Suggester = Callable[[Any, Any], Awaitable[Iterable[tuple[str, str]] | Iterable[tuple[int, str]]]]
S = TypeVar("S", bound=Suggester)


class Host(Protocol):
    """Knows which workshop an interaction belongs to: the client."""

    def access_of(self, interaction: Interaction, /) -> Access:
        """Return the access check of the workshop."""
        ...

    def context_of(self, interaction: Interaction, /) -> Any:  # noqa: ANN401 - see above
        """Return the context of an interaction that passed the check."""
        ...


# --- commands, suggestions and menus ---------------------------------------------------------------------------


def command(
    role: Role, description: str, *, name: str = "", before_setup: bool = False
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Command]:
    """Make a cog's method a slash command, named after it or `name`; its parameters are the options.

    See EntryRules for `before_setup`. The description is in English; the catalogues of commands translate it.
    """

    def make(handler: Callable[..., Coroutine[Any, Any, None]]) -> Command:
        @wraps(handler)
        async def invoke(cog: object, interaction: Interaction, /, **options: Any) -> None:  # noqa: ANN401 - any type of option
            await handler(cog, interaction.client.context_of(interaction), **options)

        # discord.py reads the options from the signature, and would resolve its annotations in this file.
        vars(invoke)["__signature__"] = signature(handler, eval_str=True)
        extras = {"role": role, "rules": EntryRules(before_setup=before_setup)}
        return app_commands.command(name=name or handler.__name__, description=description, extras=extras)(invoke)

    return make


def suggests(option: str, *of: Command) -> Callable[[S], S]:
    """Make a cog's method suggest the values of an option: it returns (value, name) pairs, filtered by the typed text.

    The role that the command needs is checked for its suggestions too.
    """

    def register(suggester: S) -> S:
        async def suggest(cog: object, interaction: Interaction, typed: str) -> list[app_commands.Choice[Any]]:
            pairs = await suggester(cog, interaction.client.context_of(interaction))
            return suggestions(typed, cast("Iterable[tuple[str, str]]", pairs))

        suggest.__qualname__ = suggester.__qualname__  # discord.py recognises a method by it
        for cog_command in of:
            cog_command.autocomplete(option)(suggest)
        return suggester

    return register


def message_menu(role: Role, name: str, handler: Handler) -> app_commands.ContextMenu:
    """Make an entry in the menu of messages; `handler` is a bound method that takes the context and the message."""

    async def invoke(interaction: Interaction, message: discord.Message) -> None:
        await handler(interaction.client.context_of(interaction), message)

    return app_commands.ContextMenu(name=name, callback=invoke, extras={"role": role, "rules": EntryRules()})


async def check_command(host: Host, interaction: Interaction) -> bool:
    """Return whether the person may use a command, its suggestions or a menu entry; if not, answer with the reason.

    NOTE: discord.py reports no exception of `interaction_check`, which calls this, so this function raises none.
    """
    access = host.access_of(interaction)
    try:
        access.limit(interaction)
        clean_options(cast("dict[str, Any]", interaction.data).get("options", ()))
        used = interaction.command  # None: a command that Discord still shows and the bot no longer has
        role, rules = (used.extras["role"], used.extras["rules"]) if used else (Role.ORGANISER, EntryRules())
        await access.require(interaction, role, rules)
    except Exception as failure:  # noqa: BLE001 - reported to the person and to the log
        await tell_failure(interaction, failure, access.language(interaction))
        return False
    return True


# --- buttons, selects and forms --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """The handler of a kind of custom id, and who may use it."""

    handler: Handler
    role: Role
    takes: range
    """How many arguments it takes."""
    rules: EntryRules


def pressed(kind: str, role: Role, *, private: bool = False, before_setup: bool = False) -> Callable[[H], H]:
    """Make a cog's method the handler of custom ids of that kind. It takes the context and the id's arguments.

    See EntryRules for `private` and `before_setup`. In a direct message, its recipient may press it.
    """

    def mark(handler: H) -> H:
        vars(handler)["__plenary_press__"] = kind, role, EntryRules(private, before_setup)
        return handler

    return mark


class Router:
    """Maps custom ids to handlers, for buttons, selects and forms."""

    def __init__(self, host: Host) -> None:
        self.entries: dict[str, Route] = {}
        self._host = host

    def add(self, cog: object) -> None:
        """Register the handlers of a cog."""
        for name in dir(type(cog)):
            marked = getattr(getattr(type(cog), name), "__plenary_press__", None)
            if marked:
                kind, role, rules = marked
                handler = getattr(cog, name)
                self.entries[kind] = Route(handler, role, _argument_counts(handler), rules)

    def _entry(self, kind: str) -> Route:
        if kind not in self.entries:
            raise UserError("refused.gone")
        return self.entries[kind]

    async def route(self, interaction: Interaction) -> None:
        """Answer one press or form. On any failure, the person gets a truthful answer."""
        kind, *arguments = str(cast("Mapping[str, Any]", interaction.data)["custom_id"]).split(":")
        access = self._host.access_of(interaction)
        try:
            access.limit(interaction)
            entry = self._entry(kind)
            await access.require(interaction, entry.role, entry.rules)
            if len(arguments) not in entry.takes:
                raise UserError("refused.gone")  # noqa: TRY301 - a custom id of an older version has other arguments
            await entry.handler(self._host.context_of(interaction), *arguments)
        except Exception as failure:  # noqa: BLE001 - the one place where every failure ends
            await tell_failure(interaction, failure, access.language(interaction))


def _argument_counts(handler: Handler) -> range:
    """Return how many arguments a handler takes after the context. Computed once: it costs as much as an answer."""
    _, *arguments = signature(handler).parameters.values()
    if any(argument.kind is Parameter.VAR_POSITIONAL for argument in arguments):
        raise TypeError(f"{handler.__qualname__} must say how many arguments it takes.")
    return range(sum(argument.default is Parameter.empty for argument in arguments), len(arguments) + 1)
