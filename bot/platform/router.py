"""Routes everything pressed: custom ids to handlers, after one access check.

A press needs no memory of its message: a custom id is `kind:arguments`, so old messages work after any restart.
(discord.py's own views and modals live in memory and are lost at a restart.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, TypeVar, cast

from bot.domain.people.access import EntryRules, Role
from bot.messages.errors import UserError
from bot.platform.access import Access
from bot.platform.errors import tell_failure
from bot.platform.interactions import Interaction

Handler = Callable[..., Awaitable[None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Route:
    """What answers a kind of custom id, and who may use it."""

    handler: Handler
    role: Role
    takes: range
    """How many arguments it takes."""
    doors: EntryRules


def pressed(kind: str, role: Role, *, private: bool = False, before_setup: bool = False) -> Callable[[H], H]:
    """Mark a cog's method as what answers custom ids of that kind. It gets the interaction and the arguments.

    See Doors for `private` and `before_setup`. In a direct message, whoever has it may press it.
    """

    def mark(handler: H) -> H:
        handler.__plenary_press__ = (kind, role, EntryRules(private, before_setup))  # pyright: ignore[reportFunctionMemberAccess]
        return handler

    return mark


class Router:
    """Custom ids to handlers, for buttons, selects and forms alike."""

    def __init__(self, access: Access) -> None:
        self.entries: dict[str, Route] = {}
        self._access = access

    def add(self, cog: object) -> None:
        """Take up the marked methods of a cog."""
        for name in dir(type(cog)):
            marked = getattr(getattr(type(cog), name), "__plenary_press__", None)
            if marked:
                kind, role, doors = marked
                handler = getattr(cog, name)
                self.entries[kind] = Route(handler, role, _taken(handler), doors)

    def _entry(self, kind: str) -> Route:
        if kind not in self.entries:
            raise UserError("refused.gone")
        return self.entries[kind]

    async def route(self, interaction: Interaction) -> None:
        """Answer one press. Whatever goes wrong, the person hears something true."""
        kind, *arguments = str(cast("Mapping[str, Any]", interaction.data)["custom_id"]).split(":")
        try:
            self._access.limit(interaction)
            entry = self._entry(kind)
            await self._access.require(interaction, entry.role, entry.doors)
            if len(arguments) not in entry.takes:
                raise UserError("refused.gone")  # noqa: TRY301 - a custom id of another time has other arguments
            await entry.handler(interaction, *arguments)
        except Exception as failure:  # noqa: BLE001 - the one place where every failure ends
            await tell_failure(interaction, failure, self._access.language(interaction))


def _taken(handler: Handler) -> range:
    """How many arguments a handler takes beside the interaction. Asked once: to look costs as much as an answer."""
    _, *taken = signature(handler).parameters.values()
    if any(each.kind is Parameter.VAR_POSITIONAL for each in taken):
        raise TypeError(f"{handler.__qualname__} must say how many arguments it takes.")
    return range(sum(each.default is Parameter.empty for each in taken), len(taken) + 1)
