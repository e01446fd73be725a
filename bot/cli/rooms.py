"""`plenary rooms` and `plenary invite`: from the shell over REST alone. The bot may run meanwhile.

Only `move` writes to the database. A running bot notices the changes by itself: it finds rooms and roles by their
names, and Discord reports a renamed category, whose name says whether the rooms are in the archive.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
import discord
import typer

from bot import store as stores
from bot.cli.database import opened
from bot.domain.plan import Plan
from bot.domain.text import clean, one_line
from bot.domain.venue import CATEGORY, Room
from bot.domain.venue_permissions import DISPENSABLE, PERMISSIONS, permission_words
from bot.domain.venue_steps import (
    MakeRole,
    MakeRoom,
    Namesake,
    Step,
    WantedVenue,
    match_existing,
    namesakes,
    setup_steps,
)
from bot.importing import plan_file
from bot.messages.venue import namesakes_told, plan_blocks, status_blocks, told
from bot.platform.client import REFUSED_TOKEN, DiscordUnreachableError, point_at
from bot.platform.guild import Guild, invitation
from bot.platform.rate_limit import Pacer
from bot.platform.wanted_venue import group_rooms, wanted
from bot.settings import Settings, SettingsError
from bot.store.audit import AuditEntry
from bot.store.privacy.erasures import NOBODY
from bot.store.venue import GUILD_FACT

#: The shell speaks English.
_LANGUAGE = "en"


@dataclass(frozen=True)
class _Known:
    """The workshop, with its server, rooms and roles as the database has them, if there is a database."""

    plan: Plan
    guild_id: int | None = None
    ids: Mapping[str, int] = field(default_factory=dict[str, int])
    groups: tuple[Room, ...] = ()


@dataclass(frozen=True)
class _Rooms:
    """The rooms of one server."""

    site: Guild
    known: _Known
    now: datetime

    def wanted(self, *, archived: bool | None = None) -> WantedVenue:
        return wanted(self.known.plan, self.known.groups, self.now, archived=archived)

    def namesakes(self) -> tuple[Namesake, ...]:
        return namesakes(self.wanted(), self.site.server(), self.known.ids)

    def steps(self, *, archived: bool) -> tuple[Step, ...]:
        return setup_steps(self.wanted(archived=archived), self.site.server(), self.known.ids)


async def plan(chosen: Settings, token: str, server: int | None, now: datetime) -> bool:
    """Show what `apply` would do; return True. Raises SettingsError with what to fix, as all of these do."""
    async with _rooms(chosen, token, server, now) as rooms:
        _say(plan_blocks(rooms.steps(archived=False), rooms.namesakes(), _LANGUAGE, clean))
        return True


async def status(chosen: Settings, token: str, server: int | None, now: datetime) -> bool:
    """Show the state of the rooms; return whether all is as it must be."""
    async with _rooms(chosen, token, server, now) as rooms:
        standing = rooms.site.status(rooms.wanted(), rooms.known.ids, rooms.known.plan)
        _say(status_blocks(standing, _LANGUAGE, clean))
        return not standing.steps and not standing.lacks


async def apply(chosen: Settings, token: str, server: int | None, now: datetime) -> bool:
    """Make, adopt or repair what is missing, and take the rooms out of the archive; return whether all worked."""
    async with _rooms(chosen, token, server, now) as rooms:
        if same_names := rooms.namesakes():
            raise SettingsError(
                "The server already has roles that are called like the workshop's: "
                f"{one_line(namesakes_told(same_names, _LANGUAGE, clean))}. "
                "Everyone who has such a role would belong to the workshop. "
                "Type /workshop setup in the server, which asks what is to become of them; or rename them there first."
            )
        return await _carry_out(rooms, archived=False)


async def archive(chosen: Settings, token: str, server: int | None, now: datetime) -> bool:
    """Make the rooms of a workshop that is over read-only; return whether every step worked."""
    async with _rooms(chosen, token, server, now) as rooms:
        plan = rooms.known.plan
        ends_at = plan.agenda.ends_at
        if now < ends_at:
            raise SettingsError(
                f"The workshop goes on until {ends_at.astimezone(plan.tz):%Y-%m-%d %H:%M} ({plan.zone}). "
                "Archive the rooms after that."
            )
        if CATEGORY not in match_existing(rooms.wanted(), rooms.site.server(), rooms.known.ids):
            raise SettingsError("There are no rooms of this workshop to archive. plenary rooms apply makes them.")
        return await _carry_out(rooms, archived=True)


async def move(chosen: Settings, token: str, server: int | None, now: datetime) -> bool:
    """Make another server the workshop's; return True. The bot must be stopped; it makes the rooms at its start."""
    if not chosen.database.exists():
        raise SettingsError(f"There is no database {chosen.database}, so no workshop to move.")
    async with stores.opened(chosen.database) as store, _logged_in(chosen, token) as client:
        former = await store.facts.get(GUILD_FACT)
        guild_names = {guild.id: guild.name async for guild in client.fetch_guilds(with_counts=False)}
        if former is None:
            raise SettingsError("The workshop has no server yet. Type /workshop setup in the right one.")
        if server is None:
            raise SettingsError(f"Name the server with --server. The bot is in: {', '.join(_named(guild_names))}.")
        if server not in guild_names:
            raise SettingsError(f"The bot is not in the server {server}. Invite it: {invitation(client)}")
        if server == int(former):
            raise SettingsError(f"The workshop is in the server {server} already.")
        deed = AuditEntry(f"move/{secrets.token_hex(8)}", now, NOBODY, "workshop moved", "", former, str(server))
        await store.venue.move(server, deed)
        typer.echo(
            f"The workshop is now in {clean(guild_names[server])} ({server}). Start the bot: it makes the rooms there."
        )
        return True


async def invite(chosen: Settings, token: str) -> None:
    """Show the link that invites the bot, and why it asks for each permission."""
    async with _logged_in(chosen, token) as client:
        typer.echo(invitation(client))
    for name, (_, why) in PERMISSIONS.items():
        without = "; without it, all the rest works" if name in DISPENSABLE else ""
        typer.echo(f"- {permission_words(name)}: {why}{without}")


async def _carry_out(rooms: _Rooms, *, archived: bool) -> bool:
    planned = rooms.steps(archived=archived)
    ids = match_existing(rooms.wanted(), rooms.site.server(), rooms.known.ids)
    if not planned:
        typer.echo("Everything is there already; nothing was changed.")
    failed = 0
    for number, step in enumerate(planned, 1):
        line = f"{number}/{len(planned)} {one_line(told(step, _LANGUAGE, clean))}"
        try:
            made = await rooms.site.carry_out(step, ids, rooms.known.plan)
        except (discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError, LookupError) as failure:
            failed += 1
            typer.echo(f"{line}: this could not be done ({one_line(str(failure) or repr(failure))}).", err=True)
        else:
            typer.echo(line)
            if made is not None and isinstance(step, MakeRole | MakeRoom):
                ids[step.key] = made
    if failed:
        typer.echo("plenary rooms status says what is missing, and what to click. Then run this again.", err=True)
    return not failed


def _say(blocks: Sequence[str]) -> None:
    for block in blocks:
        typer.echo(clean(block))


# --- which server ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def _rooms(chosen: Settings, token: str, server: int | None, now: datetime) -> AsyncGenerator[_Rooms]:
    known = await _recall(chosen, now)
    async with _logged_in(chosen, token) as client:
        guild = await client.fetch_guild(await _home(client, known, server), with_counts=False)
        me = await guild.fetch_member(client.user.id if client.user else 0)
        site = Guild(guild, me, await guild.fetch_channels(), Pacer())
        await site.look_at_roles(known.ids)
        yield _Rooms(site, known, now)


async def _recall(chosen: Settings, now: datetime) -> _Known:
    if not chosen.database.exists():
        return _Known(plan_file.load_plan(chosen.plan_file).plan)
    async with opened(chosen) as (programme, store):
        guild_id = await store.facts.get(GUILD_FACT)
        groups = tuple(group_rooms(programme, await store.breakouts.standing(), now))
        return _Known(programme.plan, int(guild_id) if guild_id else None, await store.venue.ids(), groups)


@asynccontextmanager
async def _logged_in(chosen: Settings, token: str) -> AsyncGenerator[discord.Client]:
    try:
        await point_at(chosen.api_base)
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(token)
            yield client
    except discord.LoginFailure:
        raise SettingsError(REFUSED_TOKEN) from None
    except DiscordUnreachableError as failure:
        raise SettingsError(str(failure)) from None
    except discord.Forbidden as failure:
        raise SettingsError(f"Discord refuses this ({failure.text}). Invite the bot again: plenary invite") from None
    except (discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError) as failure:
        raise SettingsError(
            f"Discord can't be asked: {str(failure) or repr(failure)}. Is this machine online? "
            "See https://discordstatus.com too."
        ) from None


async def _home(client: discord.Client, known: _Known, requested: int | None) -> int:
    """Return the id of the workshop's server: of the one in the database, else the requested, else the only one."""
    guild_names = {guild.id: guild.name async for guild in client.fetch_guilds(with_counts=False)}
    listed = ", ".join(_named(guild_names))
    if not guild_names:
        raise SettingsError(f"The bot is in no server. Invite it: {invitation(client)}")
    if known.guild_id in guild_names and requested not in {None, known.guild_id}:
        raise SettingsError(
            f"The workshop lives in {clean(guild_names[known.guild_id])} ({known.guild_id}), and in no other server. "
            "Leave --server out."
        )
    if known.guild_id in guild_names:
        return known.guild_id
    if known.guild_id is not None:
        raise SettingsError(
            f"The workshop belongs to the server {known.guild_id}, in which the bot is no more. Invite it again: "
            f"{invitation(client)} Or stop the bot and move the workshop: plenary rooms move --server ID. "
            f"The bot is in: {listed}."
        )
    if requested is not None and requested not in guild_names:
        raise SettingsError(
            f"The bot is not in the server {requested}, but in: {listed}. Name one of them with --server."
        )
    if requested is None and len(guild_names) > 1:
        raise SettingsError(f"The bot is in several servers: {listed}. Name the workshop's with --server.")
    return requested if requested is not None else next(iter(guild_names))


def _named(guild_names: Mapping[int, str]) -> Iterator[str]:
    return (f"{clean(name)} ({number})" for number, name in guild_names.items())
