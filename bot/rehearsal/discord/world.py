"""A server described in a file: its roles, channels and people, for a simulated Discord that is served alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from simcord.enums import ChannelType

from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.people import Person

#: All permissions except Administrator, as developers/topics/permissions.mdx numbers them.
_ALL_BUT_ADMINISTRATOR = ((1 << 47) - 1 | 0b1111 << 49) & ~(1 << 3)
_TYPES = {
    "text": ChannelType.TEXT,
    "voice": ChannelType.VOICE,
    "category": ChannelType.CATEGORY,
    "announcement": ChannelType.NEWS,
    "stage": ChannelType.STAGE_VOICE,
    "forum": ChannelType.FORUM,
}


class WorldFileError(ValueError):
    """The description of a server cannot be read; the sentence says where it is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DescribedRole(_Part):
    """A role; `permissions` is Discord's number of them."""

    name: str
    permissions: int = 0


class DescribedChannel(_Part):
    """A channel; `category` is the name of one that stands before it in the list."""

    name: str
    type: Literal["text", "voice", "category", "announcement", "stage", "forum"] = "text"
    category: str | None = None


class DescribedPerson(_Part):
    """A person with the names of their roles."""

    name: str
    nick: str | None = None
    locale: str = "en-US"
    roles: tuple[str, ...] = ()


class World(_Part):
    """A server. `bot_permissions` is the number of what the bot's own role may do."""

    name: str = "Rehearsal"
    bot_permissions: int = _ALL_BUT_ADMINISTRATOR
    roles: tuple[DescribedRole, ...] = (DescribedRole(name="Team", permissions=1 << 5), DescribedRole(name="Guests"))
    channels: tuple[DescribedChannel, ...] = (
        DescribedChannel(name="Rooms", type="category"),
        DescribedChannel(name="general", category="Rooms"),
        DescribedChannel(name="news", type="announcement", category="Rooms"),
        DescribedChannel(name="lounge", type="voice", category="Rooms"),
        DescribedChannel(name="stage", type="stage", category="Rooms"),
        DescribedChannel(name="questions", type="forum", category="Rooms"),
    )
    people: tuple[DescribedPerson, ...] = Field(default=())


def read_world(path: Path) -> World:
    """Read a description in YAML or JSON. Raises WorldFileError for a wrong one, OSError for a missing one."""
    try:
        return World.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (ValidationError, yaml.YAMLError) as error:
        raise WorldFileError(f"{path} describes no server: {error}") from error


def build(discord: LoopbackDiscord, world: World, people: int) -> list[Person]:
    """Make the described server with its people, and `people` more, named person-1, person-2 and so on.

    Raises WorldFileError if a role or a category is named that the description does not have.
    """
    guild_id = discord.add_guild(world.name, bot_permissions=world.bot_permissions)
    backend = discord.backend
    roles = {
        role.name: backend.create_role(guild_id, role.name, permissions=role.permissions).id for role in world.roles
    }
    made: dict[str, int] = {}
    for channel in world.channels:
        parent = _named(made, channel.category, "category") if channel.category else None
        made[channel.name] = backend.create_channel(
            guild_id, channel.name, type=_TYPES[channel.type], parent_id=parent
        ).id
    extra = [DescribedPerson(name=f"person-{number}") for number in range(1, people + 1)]
    return [
        discord.add_person(
            person.name,
            nick=person.nick,
            locale=person.locale,
            role_ids=[_named(roles, name, "role") for name in person.roles],
        )
        for person in (*world.people, *extra)
    ]


def _named(ids: dict[str, int], name: str, kind: str) -> int:
    if name not in ids:
        raise WorldFileError(f"The description names a {kind} {name!r} that it does not have before it.")
    return ids[name]
