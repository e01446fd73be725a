"""Who may do what, and where. One rule for every command, button, form and suggestion."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


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


# --- where -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """The server that the workshop belongs to."""

    server: int | None
    """Its Discord id; None before the first setup."""
    visible: bool
    """Whether Discord shows the server to the bot at this moment."""


@dataclass(frozen=True, slots=True)
class EntryRules:
    """Where else an entry point may be used than in the workshop's server."""

    private: bool = False
    """In a direct message of the bot."""
    before_setup: bool = False
    """In any server, as long as the workshop belongs to none."""


class AccessRefusal(StrEnum):
    """Why an entry point may not be used where somebody tried it."""

    NOT_IN_SERVER = "not_in_server"
    NOT_SET_UP = "not_set_up"
    OTHER_SERVER = "other_server"
    OUT_OF_REACH = "out_of_reach"


def access_refusal(server: int | None, home: Home, doors: EntryRules) -> AccessRefusal | None:
    """Why an entry point may not be used in a server (None: in a direct message); None if it may.

    A workshop whose server is gone belongs to that server still: nobody anywhere else takes its place.
    """
    if server is None:
        return None if doors.private and home.server is not None else AccessRefusal.NOT_IN_SERVER
    if home.server is None:
        return None if doors.before_setup else AccessRefusal.NOT_SET_UP
    if server != home.server:
        return AccessRefusal.OTHER_SERVER
    return None if home.visible else AccessRefusal.OUT_OF_REACH


# --- places of the list ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role that the bot gave the holder of a place."""

    role_id: int
    """The Discord id of the role."""
    since: datetime
    """When (UTC) they had last joined the server by then."""


def needs_approval(place: Role, own: Role, *, released: bool) -> bool:
    """Whether an organiser must approve that somebody takes a place.

    One of the team needs more than a typed name, and so does one that an organiser took from them (`released`). Who
    has the role on Discord already, or a higher one, got it from somebody who may give it.
    """
    return (place > Role.PARTICIPANT or released) and own < place


def may_restore(place: Role, grant: RoleGrant | None, role_id: int | None, joined_at: datetime | None) -> bool:
    """Whether the holder of a place who lacks its role gets it again without an organiser.

    Discord takes the roles of those who leave. What was taken from somebody who stayed, an administrator took. Nobody
    can tell the two apart for certain, so that a role of the team never comes back by itself.
    """
    if place > Role.PARTICIPANT:
        return False
    return grant is None or grant.role_id != role_id or (joined_at is not None and joined_at > grant.since)
