"""The steps from the server as it is to the venue that the workshop wants: the same for a preview and for the setup.

Nothing is ever deleted, and permissions that others granted stay. After all steps were taken, there are none left.
Sources: https://discord.com/developers/docs/topics/permissions (overwrites; a bot may only grant what it holds) and
resources/guild (500 channels in a server, 50 in a category).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain import discord_limits
from bot.domain.people.roles import ROLES, Role
from bot.domain.text import shorten
from bot.domain.venue import CATEGORY, Door, Room, RoomForm, category_room, role_key
from bot.domain.venue_permissions import (
    MEETING_RIGHTS,
    PERMISSIONS,
    STAGE_MODERATOR,
    WRITING_RIGHTS,
    Rights,
    grantable,
)

#: The bot itself, and everybody in the server.
ME, EVERYONE = "me", "everyone"
#: The target of a permission: ME, EVERYONE, the key of a role, or the Discord id of a member.
Who = str | int

#: As many categories as a server's 500 channels can fill.
_CATEGORIES = 10


# --- the server and the wanted venue ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServerChannel:
    """A channel or a category of the server."""

    id: int
    form: RoomForm | None
    """None for a form that no room of ours has, such as a forum."""
    name: str
    category: int | None = None
    rights: Mapping[int, Rights] = field(default_factory=dict[int, Rights])
    """By the Discord id of a role or a member."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as it is."""

    me: int
    everyone: int
    roles: Mapping[int, str]
    channels: Mapping[int, ServerChannel]
    foreign: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    """Roles with the name of one of ours that need a confirmation, because people hold them or they have permissions:
    Discord id to the number of holders; None: unknown."""
    held: int = sum(bit for bit, _ in PERMISSIONS.values())
    """The permissions (bits) that the bot holds in the server: it can allow and deny no others."""
    stages: bool = False
    """Whether the server can have stages; elsewhere, a stage becomes a voice room."""


@dataclass(frozen=True, slots=True)
class WantedVenue:
    """The venue that the workshop wants at `now`."""

    rooms: tuple[Room, ...]
    """The category first."""
    archive: str
    """The name of the category while the rooms are archived. The name is what marks them as archived."""
    now: datetime
    ends_at: datetime
    archived: bool | None = None
    """Whether the rooms shall be archived; None: unchanged."""

    def category(self, number: int) -> Room:
        """Return the category of that number, counted from 1: each holds a limited number of channels."""
        first = self.rooms[0]
        return first if number == 1 else replace(first, key=category_room(number), name=_numbered(first.name, number))

    def archive_name(self, number: int) -> str:
        """Return the name of a category in the archive."""
        return shorten(_numbered(self.archive, number), discord_limits.NAME)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{shorten(name, discord_limits.NAME - 5)} · {number}"


# --- steps -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MakeRole:
    """Make a role."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class MakeRoom:
    """Make a channel or a category."""

    room: Room
    category: str | None
    """The key of its category; None for a category."""
    rights: Mapping[Who, Rights]

    @property
    def key(self) -> str:
        """The key of the room."""
        return self.room.key

    @property
    def name(self) -> str:
        """Its name on Discord."""
        return shorten(self.room.name, discord_limits.NAME)


@dataclass(frozen=True, slots=True)
class GrantPermissions:
    """Set the rights of one target in an existing channel."""

    channel: ServerChannel
    who: Who
    rights: Rights


@dataclass(frozen=True, slots=True)
class EditChannel:
    """Change an existing channel: its name and its whole list of rights; None: unchanged."""

    channel: ServerChannel
    name: str | None
    rights: Mapping[Who, Rights] | None = None


Step = MakeRole | MakeRoom | GrantPermissions | EditChannel


def match_existing(wanted: WantedVenue, server: Server, known: Mapping[str, int]) -> dict[str, int]:
    """Return the Discord id of each wanted role and room that exists: by its known id, else by its name.

    A role is adopted by name only if nobody holds it and it has no permissions, see `Server.foreign`. A room is adopted
    by name only within our categories, and only once: groups of two sessions may have rooms of the same name.
    """
    existing = {key: number for key, number in known.items() if number in server.roles or number in server.channels}
    taken = set(existing.values())

    def adopt(key: str, number: int | None) -> None:
        if number is not None:
            existing[key] = number
            taken.add(number)

    for role in ROLES:
        if role_key(role) not in existing:
            called = (number for number, name in server.roles.items() if name == role_name(role))
            free = (number for number in called if number not in taken and number not in server.foreign)
            adopt(role_key(role), next(free, None))
    free = [channel for channel in server.channels.values() if channel.id not in taken]
    for number in range(1, _CATEGORIES + 1):
        category = wanted.category(number)
        if category.key not in existing:
            names = {shorten(category.name, discord_limits.NAME), wanted.archive_name(number)}
            called = (channel.id for channel in free if channel.form is RoomForm.CATEGORY and channel.name in names)
            adopt(category.key, next(called, None))
    ours = {existing.get(wanted.category(number).key) for number in range(1, _CATEGORIES + 1)} - {None}
    for room in wanted.rooms[1:]:
        if room.key not in existing:
            name = shorten(room.name, discord_limits.NAME)
            called = (
                channel for channel in free if channel.category in ours and channel.name == name and _is(channel, room)
            )
            adopt(room.key, next((channel.id for channel in called if channel.id not in taken), None))
    return existing


def _is(channel: ServerChannel, room: Room) -> bool:
    # On a server without stages, a stage became a voice room.
    meeting = {RoomForm.VOICE, RoomForm.STAGE}
    return channel.form is room.form or {channel.form, room.form} <= meeting


@dataclass(frozen=True, slots=True)
class Namesake:
    """A role of the server with the name of a missing one of ours."""

    key: str
    id: int
    name: str
    holders: int | None
    """How many people hold it; None: unknown."""


def namesakes(wanted: WantedVenue, server: Server, known: Mapping[str, int]) -> tuple[Namesake, ...]:
    """Return the roles that become ours only if an organiser confirms it, the most powerful first."""
    existing = match_existing(wanted, server, known)
    foreign = {server.roles[number]: number for number in sorted(server.foreign, reverse=True)}
    missing = ((role_key(role), role_name(role)) for role in ROLES if role_key(role) not in existing)
    return tuple(
        Namesake(key, foreign[name], name, server.foreign[foreign[name]]) for key, name in missing if name in foreign
    )


def is_archived(wanted: WantedVenue, server: Server, known: Mapping[str, int]) -> bool:
    """Return whether the rooms are archived."""
    category = server.channels.get(match_existing(wanted, server, known).get(CATEGORY, 0))
    return category is not None and category.name == wanted.archive_name(1)


def setup_steps(wanted: WantedVenue, server: Server, known: Mapping[str, int]) -> tuple[Step, ...]:
    """Return the steps, in order, that give the server the wanted venue. `known`: ids of what was ours, by key.

    The category is renamed before any door changes: after an interruption, its name then shows whether the rooms shall
    be archived.
    """
    archived = is_archived(wanted, server, known) if wanted.archived is None else wanted.archived
    return tuple(_Steps(wanted, server, match_existing(wanted, server, known), archived=archived).all())


@dataclass
class _Steps:
    wanted: WantedVenue
    server: Server
    existing: Mapping[str, int]
    archived: bool
    inside: Counter[str] = field(default_factory=Counter[str])
    """How many channels each of our categories has, by its key, including those to be created."""

    def all(self) -> Iterator[Step]:
        yield from (MakeRole(role_key(role), role_name(role)) for role in ROLES if role_key(role) not in self.existing)
        yield from self._categories()
        for room in self.wanted.rooms[1:]:
            channel = self._channel(room)
            if channel is not None:
                yield from self._update(channel, room)
            elif room.wanted:
                yield from self._make(room)

    def _channel(self, room: Room) -> ServerChannel | None:
        return self.server.channels.get(self.existing.get(room.key, 0))

    def _categories(self) -> Iterator[Step]:
        for number in range(1, _CATEGORIES + 1):
            category = self.wanted.category(number)
            channel = self._channel(category)
            if channel is not None:
                self.inside[category.key] = sum(other.category == channel.id for other in self.server.channels.values())
                yield from self._rename(channel, category, number)
                yield from self._update(channel, category)
            elif number == 1:
                yield from self._make_category(number)

    def _rename(self, channel: ServerChannel, category: Room, number: int) -> Iterator[Step]:
        """Rename a category into the archive or out of it; any other name was given by somebody, and stays."""
        archive, name = self.wanted.archive_name(number), shorten(category.name, discord_limits.NAME)
        if self.archived and channel.name != archive:
            yield EditChannel(channel, archive)
        elif not self.archived and channel.name == archive:
            yield EditChannel(channel, name)

    def _make_category(self, number: int) -> Iterator[Step]:
        category = self.wanted.category(number)
        self.inside[category.key] = 0
        named = replace(category, name=self.wanted.archive_name(number)) if self.archived else category
        yield MakeRoom(named, None, self._rights(category))

    def _make(self, room: Room) -> Iterator[Step]:
        for number in range(1, _CATEGORIES + 1):
            key = self.wanted.category(number).key
            if key not in self.inside:
                yield from self._make_category(number)
            if self.inside[key] < discord_limits.CATEGORY_CHANNELS:
                self.inside[key] += 1
                yield MakeRoom(room, key, self._rights(room))
                return

    def _update(self, channel: ServerChannel, room: Room) -> Iterator[Step]:
        rights = self._rights(room)
        if room.members is not None:
            yield from self._update_group(channel, room, rights)
            return
        for who, wanted in rights.items():
            present = channel.rights.get(self._id(who), Rights())
            if wanted.upon(present) != present:
                yield GrantPermissions(channel, who, wanted.upon(present))

    def _update_group(self, channel: ServerChannel, room: Room, rights: Mapping[Who, Rights]) -> Iterator[Step]:
        """Set the members of a group's room, and its name once it is over, in one request."""
        known = {self._id(who) for who in rights} | room.strangers
        whole = {**rights, **{target: granted for target, granted in channel.rights.items() if target not in known}}
        name = shorten(room.name, discord_limits.NAME)
        renamed = name if not room.wanted and channel.name != name else None
        if renamed or {self._id(who): granted for who, granted in whole.items()} != channel.rights:
            yield EditChannel(channel, renamed, whole)

    def _id(self, who: Who) -> int:
        """Return the Discord id; 0 for a role that doesn't exist yet."""
        if isinstance(who, int):
            return who
        return {ME: self.server.me, EVERYONE: self.server.everyone}.get(who) or self.existing.get(who, 0)

    def _rights(self, room: Room) -> dict[Who, Rights]:
        """Return the rights in a room. The bot comes first: once everyone is denied, only its own right lets it in."""
        rights = MEETING_RIGHTS if room.form in {RoomForm.VOICE, RoomForm.STAGE} else WRITING_RIGHTS
        door = room.door(self.wanted.now, self.wanted.ends_at)
        read_only = self.archived and door is Door.OPEN and not room.always_open
        for_participants = rights[Door.READ if read_only else door]
        for_team = rights[Door.OPEN] | STAGE_MODERATOR if self._is_stage(room) else rights[Door.OPEN]
        for_everyone = Door.OPEN if room.always_open else Door.READ if room.public else Door.CLOSED
        wanted: dict[Who, Rights] = {
            ME: for_team,
            EVERYONE: rights[for_everyone],
            role_key(Role.ORGANISER): for_team,
            role_key(Role.MODERATOR): for_team,
            **(
                {role_key(Role.PARTICIPANT): for_participants}
                if room.members is None
                else dict.fromkeys(sorted(room.members), for_participants)
            ),
        }
        possible = grantable(self.server.held)
        return {who: granted.within(possible) for who, granted in wanted.items()}

    def _is_stage(self, room: Room) -> bool:
        """Return whether a room is a stage on Discord, or becomes one."""
        channel = self._channel(room)
        return channel.form is RoomForm.STAGE if channel else room.form is RoomForm.STAGE and self.server.stages


def role_name(role: Role) -> str:
    """Return the name of a role on Discord."""
    return role.name.capitalize()
