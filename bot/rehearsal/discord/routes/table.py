"""The table of our own routes, by the name of their operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simcord.http.router import RequestContext

Json = dict[str, Any]
Handler = Callable[[RequestContext], Any]

#: By operation, such as "GET /guilds/{guild_id}/regions"; what is not here, simcord answers.
HANDLERS: dict[str, Handler] = {}


class Created(dict[str, Any]):
    """An answer with the status 201, of an operation that may also answer 200."""


def handles(*operations: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(operations, handler))
        return handler

    return register
