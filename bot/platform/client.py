"""The Discord client: its API server, its intents and limits, and its error handling."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NoReturn

import aiohttp
import discord
import yarl
from discord import app_commands, http
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.clock import Clock
from bot.messages import i18n
from bot.messages.post import Post
from bot.platform.access import Access
from bot.platform.backpressure import BackpressureGateway, Presses, let_go
from bot.platform.errors import is_transient, tell_failure
from bot.platform.interactions import Interaction
from bot.platform.rate_limit import InvalidAnswers, Pacer, RouteRateLimit, heard_by
from bot.platform.router import Router, check_command
from bot.platform.views import allowed_mentions
from bot.runtime import CONNECTIONS
from bot.settings import DISCORD, SettingsError
from bot.store import Store

log = logging.getLogger(__name__)

# The bot sends no sound, so it doesn't need the libraries for it.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

# NOTE: discord.py has no other hook to replace the class of the connection.
discord.client.DiscordWebSocket = BackpressureGateway  # pyright: ignore[reportPrivateImportUsage]

REFUSED_TOKEN = (
    "Discord refused the bot's token. Copy it again from the developer portal (your application, Bot, Reset Token) "  # noqa: S105
    "into the file that DISCORD_TOKEN_FILE names, or into DISCORD_TOKEN."
)
#: The smallest value that discord.py accepts (seconds).
_LONGEST_RATE_LIMIT = 30.0
_COMMANDS_FACT = "commands"
_COMMAND_IDS_FACT = "command_ids"


class DiscordUnreachableError(RuntimeError):
    """Discord, or the network, fails; starting again later may help."""

    exit_code: ClassVar[int] = 1


class TokenRevokedError(SettingsError):
    """Discord accepted the token at first, and no longer does."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "Discord no longer accepts the bot's token: somebody reset it, or it was found in public. Copy the new one "
            "from the developer portal (your application, Bot, Reset Token) into the file that DISCORD_TOKEN_FILE "
            "names, or into DISCORD_TOKEN, and start the bot again. Nothing is lost: what was due meanwhile is caught "
            "up on."
        )


async def point_at(api_base: str) -> None:
    """Make discord.py connect to another server than Discord's. Raises DiscordUnreachableError if none answers."""
    if api_base == DISCORD:
        return
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{api_base}/gateway", timeout=aiohttp.ClientTimeout(total=10)) as reply,
        ):
            gateway = str((await reply.json())["url"])
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as failure:
        raise DiscordUnreachableError(
            f"api_base is {api_base}, but no Discord-compatible server answers there ({failure!r}). "
            "Start it, or correct api_base."
        ) from None
    # NOTE: discord.py has no setting for these two.
    Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def _not_our_fault(record: logging.LogRecord) -> bool:
    """Lower failures of Discord or the network to warnings: nothing in the program needs a fix.

    NOTE: discord.py has no hook for suggestions that don't reach Discord, nor for a connection that is cut while it is
    made; it logs both as errors.
    """
    failure = record.exc_info[1] if record.exc_info else None
    if failure is not None and (
        is_transient(failure) or isinstance(failure, discord.HTTPException | discord.ConnectionClosed)
    ):
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


# NOTE: discord.py has no setting for the class of its limits.
http.Ratelimit = RouteRateLimit

for _name in (app_commands.tree.__name__, discord.client.__name__):
    logging.getLogger(_name).addFilter(_not_our_fault)


class Translator(app_commands.Translator):
    """Translates commands into the languages that Discord has."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - discord.py passes it
    ) -> str | None:
        return i18n.discord_wording(locale.value, string.message)


class Tree(app_commands.CommandTree["Plenary"]):
    """The slash commands, and the entries of menus."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        return await check_command(self.client, interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await tell_failure(interaction, error, self.client.access_of(interaction).language(interaction))


class Plenary(commands.Bot, ABC):
    """The bot, with the limits that Discord sets for a whole token. `cogs` are module names; each gets this client."""

    def __init__(self, cogs: Sequence[str], store: Store, clock: Clock) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            # No privileged intent: interactions and voice events carry their member.
            intents=discord.Intents(guilds=True, voice_states=True),
            allowed_mentions=allowed_mentions(Post(())),
            # Discord lists the people already in voice rooms only once, with the server.
            member_cache_flags=discord.MemberCacheFlags(voice=True, joined=False),
            chunk_guilds_at_startup=False,
            max_messages=None,
            # The default waits 2 s for more servers before it says "ready"; one that comes later has its own event.
            guild_ready_timeout=0.2,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            # A request that must wait longer than this fails at once, and is retried after the wait.
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT,
        )
        self.pacer = Pacer()
        self.invalid = InvalidAnswers(clock)
        """How often Discord has refused a request lately."""
        self.presses = Presses()
        self.router = Router(self)
        self._cogs = cogs
        self._store = store
        self._reconciling = asyncio.Lock()
        self._command_ids: dict[str, int] = {}
        # NOTE: discord.py's is_ready() stays true when the connection is lost.
        self.connected = False
        self._refused = asyncio.Event()

    def _hear_answer(self, answer: aiohttp.ClientResponse) -> None:
        """Count invalid answers, and note when Discord refuses the token.

        NOTE: an answer to an interaction has no Authorization header, and is refused with 401 once it is too old.
        """
        self.invalid.hear(answer)
        if answer.status == HTTPStatus.UNAUTHORIZED and "Authorization" in answer.request_info.headers:
            self._refused.set()

    async def until_refused(self) -> NoReturn:
        """Wait until Discord refuses the token that it accepted at the start. Raises TokenRevokedError then."""
        await self._refused.wait()
        raise TokenRevokedError

    @abstractmethod
    def access_of(self, interaction: Interaction) -> Access:
        """Return the access check of the workshop that an interaction belongs to."""

    @abstractmethod
    def context_of(self, interaction: Interaction) -> object:
        """Return the context of an interaction that passed the check."""

    async def setup_hook(self) -> None:
        # NOTE: discord.py makes the session of all requests by itself, when it logs in.
        self.http._HTTPClient__session._response_class = heard_by(self._hear_answer)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownMemberType]
        await self.tree.set_translator(Translator())
        for module in self._cogs:
            await self.load_extension(module)
        await self._sync()

    async def take_up(self, cog: commands.Cog) -> None:
        """Add a cog with its commands and its handlers of presses."""
        await self.add_cog(cog)
        self.router.add(cog)

    async def _sync(self) -> None:
        """Register the commands with Discord, but only if they changed: it allows 200 creations a day.

        A failure stops nothing else; the next READY tries again. Commands don't change while the bot runs.
        """
        if self._command_ids:
            return
        # NOTE: discord.py would ask for each text in 34 languages, which is most of the time that a start takes here.
        payload = json.dumps([command.to_dict(self.tree) for command in self.tree.get_commands()], sort_keys=True)
        worded = i18n.command_wordings()
        digest = hashlib.sha256(f"{self.application_id}{payload}{worded}".encode()).hexdigest()
        ids = await self._store.facts.get(_COMMAND_IDS_FACT)
        if ids is None or await self._store.facts.get(_COMMANDS_FACT) != digest:
            try:
                synced = await self.tree.sync()
            except Exception as failure:  # noqa: BLE001 - see above
                if not self.is_closed():
                    log.warning("The commands could not be registered with Discord: %r", failure)
                return
            ids = json.dumps({command.name: command.id for command in synced})
            await self._store.facts.put(_COMMAND_IDS_FACT, ids)
            await self._store.facts.put(_COMMANDS_FACT, digest)
        self._command_ids = json.loads(ids)

    def mention(self, command: app_commands.Command[Any, ..., Any]) -> str:
        """Return a command as text to click; as text to type, while its Discord id is unknown."""
        command_id = self._command_ids.get((command.root_parent or command).name)
        name = command.qualified_name
        return f"</{name}:{command_id}>" if command_id else f"`/{name}`"

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - discord.py's own
        """Dispatch an event, unless the bot is closing: a delayed READY would find no event loop any more."""
        if event == "interaction":
            self.presses.add(args[0].response)
        # NOTE: discord.py also dispatches the bare name of each event; nothing here listens to that.
        if event != "socket_event_type" and not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_connect(self) -> None:
        """Note that a new session, which may not be ready yet, is connected."""
        self.connected = True

    async def on_resumed(self) -> None:
        """Note that the lost session is connected again."""
        self.connected = True

    async def on_disconnect(self) -> None:
        """Note that the connection is lost; discord.py connects again by itself."""
        self.connected = False

    @abstractmethod
    async def reconcile(self) -> None:
        """Compare the servers with the plans and make up the difference, after each READY; idempotent."""

    @abstractmethod
    async def repair(self, discord_id: int) -> None:
        """Check a role or a channel that somebody changed or deleted by hand."""

    async def on_ready(self) -> None:
        """Reconcile and register commands, at the start and after each lost session: both must be idempotent."""
        async with self._reconciling:
            await self.reconcile()
            if not self.is_closed():
                await self._sync()

    async def close(self) -> None:
        """Disconnect, and wait for a reconciliation under way: after that, nothing here uses the store."""
        await super().close()
        async with self._reconciling:
            pass

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Make a deleted channel again, if it was one of ours and somebody deleted it by hand."""
        await self.repair(channel.id)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Check a renamed channel: the category's name says whether the rooms are in the archive."""
        if before.name != after.name:
            await self.repair(after.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Make a deleted role again, if it was one of ours and somebody deleted it by hand."""
        await self.repair(role.id)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Route presses and forms; the tree routes commands."""
        if interaction.type in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            await self.router.route(interaction)
            let_go(interaction)

    async def on_app_command_completion(self, interaction: Interaction, _command: object) -> None:
        """Release the interaction of an answered command."""
        let_go(interaction)
