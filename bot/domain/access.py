"""Who may do what. One rule for every command, button, form and suggestion."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum


class Role(IntEnum):
    """What a person is in the workshop; a higher role may do all that a lower one may."""

    VISITOR = 0
    """In the server, and not in the workshop."""
    PARTICIPANT = 1
    MODERATOR = 2
    ORGANISER = 3


#: The roles that exist on Discord, the mightiest first.
ROLES = (Role.ORGANISER, Role.MODERATOR, Role.PARTICIPANT)


def role_of(held: Collection[Role], *, manages_server: bool) -> Role:
    """A person's role: the mightiest of those that they hold on Discord.

    Who may manage the server is an organiser: somebody must be, before the first setup has made the roles.
    """
    return Role.ORGANISER if manages_server else max(held, default=Role.VISITOR)
