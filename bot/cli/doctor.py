"""`plenary doctor`: check everything that the bot needs. It uses no gateway, so the bot may run meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

import aiohttp
import discord
from discord import app_commands
from rich.console import Console
from rich.text import Text

from bot import store
from bot.cli import doctor_machine
from bot.cli.doctor_machine import DoctorFinding, Level, bad, look, ok
from bot.clock import Clock
from bot.domain.people.roles import ROLES
from bot.domain.plan import Plan
from bot.domain.text import clean
from bot.domain.venue import Room, RoomForm, role_key, venue_rooms
from bot.domain.venue_permissions import DISPENSABLE, PERMISSIONS, missing_in_channel, permission_words
from bot.importing import plan_file
from bot.platform.client import DiscordUnreachableError, point_at
from bot.platform.guild import invitation, own_role
from bot.settings import Settings, SettingsError
from bot.store.engine.backup import faults_in
from bot.store.engine.errors import DatabaseUnusableError
from bot.store.venue import GUILD_FACT

_STYLES = {Level.OK: "green", Level.LOOK: "yellow", Level.BAD: "bold red"}
_PATIENCE = aiohttp.ClientTimeout(total=15)
#: Starts that Discord still allows today.
_FEW_STARTS = 50
_UNSETTLED = "/workshop setup"


@dataclass(frozen=True)
class _Known:
    """The workshop's server and the ids of its rooms and roles, from the database."""

    guild_id: int | None = None
    ids: Mapping[str, int] = field(default_factory=dict[str, int])


async def examine(settings: Settings, token: str, clock: Clock) -> int:
    """Print one line for each finding; return how many are bad."""
    console = Console(highlight=False, soft_wrap=True)
    counts: Counter[Level] = Counter()
    async for finding in findings(settings, token, clock):
        counts[finding.level] += 1
        fix = f" → {finding.fix}" if finding.fix else ""
        line = " ".join(clean(f"{finding.what}{fix}").split())
        console.print(Text.assemble((f"{finding.level:<4}", _STYLES[finding.level]), f"  {line}"))
    console.print(", ".join(f"{counts[level]} {level}" for level in reversed(Level)))
    return counts[Level.BAD]


async def findings(settings: Settings, token: str, clock: Clock) -> AsyncIterator[DoctorFinding]:
    """Yield each finding as soon as its check has run."""
    plan, plan_findings = await _plan(settings)
    for finding in plan_findings:
        yield finding
    for finding in doctor_machine.machine(settings, plan, clock.now()):
        yield finding
    try:
        async for finding in _on_discord(settings, token, clock, plan):
            yield finding
    except discord.LoginFailure:
        yield _refused_token()
    except (discord.HTTPException, aiohttp.ClientError, ConnectionError, TimeoutError) as failure:
        reason = str(failure) or repr(failure)
        yield bad(f"Discord can't be asked: {reason}", "Is this machine online? See https://discordstatus.com too.")
    except DiscordUnreachableError as failure:
        yield bad(str(failure), "Is this machine online?")


async def _plan(settings: Settings) -> tuple[Plan | None, list[DoctorFinding]]:
    """Return the plan of the database, or of the settings if the database has none yet; and findings about it."""
    if not settings.database.exists():
        try:
            plan = plan_file.load_plan(settings.plan_file).plan
        except SettingsError as fault:
            return None, [_bad_plan(settings, fault)]
        return plan, [ok(f"The settings are good, and so is the plan {settings.plan}.")]
    try:
        given = plan_file.load_plan(settings.plan).plan if settings.plan else None
        async with store.opened(settings.database, to_read=True) as opened:
            plan = await opened.plans.held(given)
    except SettingsError as fault:
        return None, [_bad_plan(settings, fault)]
    except DatabaseUnusableError as fault:
        return None, [bad(str(fault), "Until that is fixed, the bot doesn't start.")]
    good = f"The settings are good, and so is the plan {settings.plan or 'in the database'}: the workshop is {plan.id}."
    plan_findings = [ok(good)]
    if given and given.as_json() != plan.as_json():
        what = f"The plan {settings.plan} has changed since the bot was last started with it."
        plan_findings.append(
            look(what, "Start the bot again: it then goes by the new one, as do the commands of the shell.")
        )
    return plan, plan_findings


def _bad_plan(settings: Settings, fault: SettingsError) -> DoctorFinding:
    first, *others = str(fault).splitlines()
    more = f" (and {len(others)} more)" if others else ""
    return bad(f"The plan can't be used: {first}{more}", f"plenary check {settings.plan or 'FILE'}")


def _refused_token() -> DoctorFinding:
    return bad(
        "Discord refuses the bot's token.",
        "Developer portal: your application, Bot, Reset Token; put the new one where DISCORD_TOKEN_FILE says, "
        "or into DISCORD_TOKEN.",
    )


async def _on_discord(settings: Settings, token: str, clock: Clock, plan: Plan | None) -> AsyncIterator[DoctorFinding]:
    asked = clock.now()
    async with (
        aiohttp.ClientSession(timeout=_PATIENCE, headers={"Authorization": f"Bot {token}"}) as session,
        session.get(f"{settings.api_base}/gateway/bot") as reply,
    ):
        yield doctor_machine.clock(reply.headers.get("Date"), asked, clock.now())
        if reply.status == 401:  # noqa: PLR2004 - HTTP's code for "unauthorized"
            yield _refused_token()
            return
        reply.raise_for_status()
        yield _starts((await reply.json())["session_start_limit"]["remaining"])
    await point_at(settings.api_base)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)
        for finding in _application(client):
            yield finding
        yield await _commands(client)
        async for finding in _servers(client, await _recall(settings), plan):
            yield finding


def _starts(remaining: int) -> DoctorFinding:
    sentence = f"Discord allows {remaining} more starts of the bot today."
    if remaining > _FEW_STARTS:
        return ok(sentence)
    fix = "Something starts the bot again and again: see its log."
    return look(sentence, fix) if remaining else bad(sentence, fix)


async def _recall(settings: Settings) -> _Known:
    if not settings.database.exists() or faults_in(settings.database):
        return _Known()
    async with store.opened(settings.database, to_read=True) as opened:
        guild_id = await opened.facts.get(GUILD_FACT)
        return _Known(int(guild_id) if guild_id else None, await opened.venue.ids())


def _application(client: discord.Client) -> Iterator[DoctorFinding]:
    yield ok(f"The token is accepted: it is that of {client.user}.")
    flags = client.application.flags if client.application else None
    intents = ("gateway_presence", "gateway_guild_members", "gateway_message_content")
    on = [name for name in intents if getattr(flags, name, False) or getattr(flags, f"{name}_limited", False)]
    more = f"; the application has {', '.join(on)} all the same" if on else ""
    yield ok(f"No privileged intent is needed{more}.")
    if client.application:
        yield from _invitable(client.application)


def _invitable(application: discord.AppInfo) -> Iterator[DoctorFinding]:
    """Check who can invite the bot. A workshop has one server; in others, people could only see the bot's commands."""
    if application.user_integration_config:
        fix = "Developer portal: your application, Installation, Installation Contexts: switch User Install off."
        yield look("Anybody can install the bot for their own account.", fix)
    if application.bot_public:
        fix = (
            "Unless the installation is meant to be public: developer portal, your application, Installation, "
            "Install Link: None; then Bot, Public Bot: off."
        )
        yield look("Anybody can invite the bot to their own server.", fix)
    else:
        yield ok("Only the application's owner can invite the bot.")


async def _commands(client: discord.Client) -> DoctorFinding:
    names = sorted(command.name for command in await app_commands.CommandTree(client).fetch_commands())
    if not names:
        return look("Discord knows no command of the bot's yet.", "The bot tells it when it is started.")
    return ok(f"Discord knows its commands: {', '.join(f'/{name}' for name in names)}.")


# --- servers ---------------------------------------------------------------------------------------------------


async def _servers(client: discord.Client, known: _Known, plan: Plan | None) -> AsyncIterator[DoctorFinding]:
    guild_names = {guild.id: guild.name async for guild in client.fetch_guilds(with_counts=False)}
    if not guild_names:
        yield bad("The bot is in no server.", f"Invite it: {invitation(client)}")
        return
    yield ok(f"The bot is in: {', '.join(guild_names.values())}.")
    if known.guild_id is None:
        yield look("No server is the workshop's yet.", f"Type {_UNSETTLED} in the right one.")
    elif known.guild_id not in guild_names:
        fix = f"Invite it again: {invitation(client)} Or move the workshop: plenary rooms move --server ID"
        yield bad("The bot is no longer in the workshop's server.", fix)
    for guild_id in guild_names if known.guild_id is None else guild_names.keys() & {known.guild_id}:
        async for finding in _server(client, guild_id, known, plan):
            yield finding


async def _server(
    client: discord.Client, guild_id: int, known: _Known, plan: Plan | None
) -> AsyncIterator[DoctorFinding]:
    guild = await client.fetch_guild(guild_id, with_counts=False)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    for finding in _rights(guild, me):
        yield finding
    if known.guild_id is None:
        return
    for finding in _roles(guild, me, known):
        yield finding
    if plan:
        channels = {channel.id: channel for channel in await guild.fetch_channels()}
        for room in venue_rooms(plan):
            for finding in _room(channels.get(known.ids.get(room.key, 0)), room, me):
                yield finding


def _rights(guild: discord.Guild, me: discord.Member) -> Iterator[DoctorFinding]:
    permissions = me.guild_permissions
    if permissions.administrator:
        fix = f"Server Settings, Roles, {own_role(me)}, Permissions: take Administrator away, for safety."
        yield look(f"{guild.name}: the bot is an administrator, and needs to be none.", fix)
    for name, (bit, why) in PERMISSIONS.items():
        words = permission_words(name)
        if permissions.value & bit:
            yield ok(f"{guild.name}: the bot has {words} ({why}).")
        else:
            fix = f"Server Settings, Roles, {own_role(me)}, Permissions: switch on {words}."
            report = look if name in DISPENSABLE else bad
            yield report(f"{guild.name}: the bot lacks {words}, which it needs to {why}.", fix)


def _roles(guild: discord.Guild, me: discord.Member, known: _Known) -> Iterator[DoctorFinding]:
    for role in ROLES:
        name = role.name.capitalize()
        present = guild.get_role(known.ids.get(role_key(role), 0))
        if present is None:
            yield bad(f"{guild.name}: the role {name} isn't there.", f"Type {_UNSETTLED}: it makes the role again.")
        elif present >= me.top_role:
            fix = f"Server Settings, Roles: drag {own_role(me)} above {present.name}."
            yield look(f"{guild.name}: the role {present.name} is above the bot's, which can't change it.", fix)
        else:
            yield ok(f"{guild.name}: the role {present.name} is below the bot's.")


def _room(channel: discord.abc.GuildChannel | None, room: Room, me: discord.Member) -> Iterator[DoctorFinding]:
    if channel is None:
        yield bad(f"The room {room.name} isn't there.", f"Type {_UNSETTLED}: it makes what is missing.")
        return
    name = channel.name if room.form is RoomForm.CATEGORY else f"#{channel.name}"
    has = channel.permissions_for(me).value
    if not missing_in_channel(room.form, has):
        yield ok(f"{name}: the bot may do all that it needs there.")
    # A permission that the bot lacks in the whole server is reported there, and is to be fixed there.
    for need in missing_in_channel(room.form, has, me.guild_permissions.value):
        words = permission_words(need, in_channel=True)
        kind = "Category" if room.form is RoomForm.CATEGORY else "Channel"
        fix = f"Right-click {name}, Edit {kind}, Permissions, Advanced, {own_role(me)}: allow {words}."
        yield bad(f"{name}: the bot lacks {words} there.", fix)
