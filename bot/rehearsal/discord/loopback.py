"""The simulated Discord: simcord's backend behind real HTTP and WebSocket on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
from typing import TYPE_CHECKING, Any

import simcord.http.routes  # pyright: ignore[reportUnusedImport] # noqa: F401 - registers every route
from aiohttp import web
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError
from simcord.http.router import RequestContext, RouteNotImplemented, UnsupportedField, dispatch

from bot.rehearsal.discord import attachments
from bot.rehearsal.discord.calls import Calls, SeenMessage, custom_ids, shown_text
from bot.rehearsal.discord.extras import Extras
from bot.rehearsal.discord.faults import ANSWERS, Draw, Fault, nothing_goes_wrong
from bot.rehearsal.discord.gateway import SimulatedGateway
from bot.rehearsal.discord.latency import Latency, PassingTime, RealTime
from bot.rehearsal.discord.limits import Limits
from bot.rehearsal.discord.operations import CheckedRequest, checked
from bot.rehearsal.discord.people import Person
from bot.rehearsal.discord.rate_limits import BAN_SECONDS, RateLimits, is_banned
from bot.rehearsal.discord.requests import PREFIX, DiscordRequest, Wire, read_request
from bot.rehearsal.discord.routes import HANDLERS, Created
from bot.rehearsal.discord.routes.pages import WHOLE, page
from bot.rehearsal.discord.rules.world import EVERYONE, World
from bot.rehearsal.discord.wire_objects import WireObjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from simcord.backend.models import Message

    from bot.rehearsal.discord.openapi import TrafficChecker

_log = logging.getLogger(__name__)

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5

_LARGEST_REQUEST = 32 * 1024 * 1024
_INVALID = frozenset({401, 403, 429})
_OF_THE_GATEWAY = frozenset(fault for fault in Fault if fault.name.startswith("GATEWAY_"))
_STALL_SECONDS = 16  # longer than the bot waits for an answer to a message
_LOADING = 1 << 7
_FAILED = 400
_VIA = {"Via": "1.1 rehearsal"}
_GLANCE_SECONDS = 0.25  # between two looks at what Discord does by itself


class LoopbackDiscord:
    """A Discord with one bot, that of `token`. `now` is the rehearsal's clock (aware, UTC).

    `faults_of_ours` lists requests of the bot that the simulation does not support: it must stay empty. `draw` decides
    the fault of each request. It waits in the time of `passing`, real time by default; `latency` delays each request
    and each answer.
    """

    def __init__(  # noqa: PLR0913 - each is something that differs between rehearsals, tests and the server alone
        self,
        now: Callable[[], datetime],
        *,
        token: str,
        checker: TrafficChecker | None,
        draw: Draw = nothing_goes_wrong,
        passing: PassingTime | None = None,
        latency: Latency | None = None,
    ) -> None:
        self.backend = World(now)
        self._files = attachments.FetchableFiles()
        self.backend.cdn = self._files
        self._extras = Extras(self.backend)
        self.limits = Limits(self.backend, now)
        self._waits = passing or RealTime()
        self._latency = latency
        self.rate_limits = RateLimits(self.backend, now)
        self.calls = Calls(self.backend, now, self._waits)
        self._objects = WireObjects(self.backend)
        self.faults_of_ours: list[str] = []
        self.checker = checker
        self.gateway = SimulatedGateway(self.backend, token, now=now, gone=self.calls.lose_all, checker=checker)
        self.application: dict[str, Any] = {"bot_public": False}
        """Settings of the bot in the developer portal that differ from simcord's."""
        self.requests_total = 0
        self._downloads = 0
        self.in_flight = 0
        self.invalid_at: list[datetime] = []
        """Instants of answers 401, 403 and 429, but for those with the scope `shared`: too many ban the address."""
        self._now = now
        self._token = token
        self._draw = draw
        self._received: dict[int, datetime] = {}
        self._runner: web.AppRunner | None = None
        self._address = ""
        self._passing: asyncio.Task[None] | None = None
        self.backend.edit_bot_profile("Plenary")
        self.backend.subscribers.append(self._emitted)

    # ---------------------------------------------------------------- the server

    async def start(self, port: int = 0, extend: Callable[[web.Application], None] | None = None) -> None:
        """Listen on 127.0.0.1, on a free port unless one is given. Raises OSError if it is taken.

        `extend` adds addresses of its own to the server.
        """
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        if extend is not None:
            extend(app)
        for path in ("/gateway", "/gateway/"):
            app.router.add_get(path, self.gateway.serve)
        app.router.add_get(attachments.PATH + "/{path:.*}", self._file)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._address = "127.0.0.1:{1}".format(*self._runner.addresses[0])
        self.gateway.address = f"ws://{self._address}/gateway"
        self._files.root = f"http://{self._address}{attachments.PATH}"
        self._passing = asyncio.create_task(self._pass_time(), name="time in the simulated Discord")

    async def close(self) -> None:
        """Drop the bot's connection and stop listening."""
        if self._passing is not None:
            self._passing.cancel()
            await asyncio.gather(self._passing, return_exceptions=True)
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _pass_time(self) -> None:
        while True:
            await asyncio.sleep(_GLANCE_SECONDS)
            self.limits.advance()

    @property
    def api_base(self) -> str:
        return f"http://{self._address}{PREFIX}"

    def cdn_address(self, url: str) -> str:
        """Where a file of Discord's CDN can be had here."""
        return self._files.address(url)

    @property
    def online(self) -> bool:
        """Whether a bot is connected and has received READY."""
        return self.gateway.online.is_set()

    async def wait_online(self) -> None:
        await self.gateway.online.wait()

    @property
    def activity(self) -> int:
        """Grows with everything that passes between the bot and Discord."""
        return self.requests_total + self._downloads + self.gateway.activity

    @property
    def requests_invalid(self) -> int:
        return len(self.invalid_at)

    # -------------------------------------------------------------- the world

    def add_guild(self, name: str, *, bot_permissions: int) -> int:
        """Make a server with the bot in it, owned by another person, and return its id."""
        if bot_permissions & ADMINISTRATOR:
            raise ValueError("a rehearsal shows nothing about permissions if the bot is an administrator")
        guild = self.backend.create_guild(name)
        role_id = guild.members[self.backend.bot_user.id].role_ids[0]
        self.backend.edit_role(guild.id, guild.id, {"permissions": EVERYONE})
        self.backend.edit_role(guild.id, role_id, {"permissions": bot_permissions})
        return guild.id

    def add_person(  # noqa: PLR0913 - each is something that differs between people
        self,
        name: str,
        *,
        nick: str | None = None,
        locale: str = "en-US",
        role_ids: Iterable[int] = (),
        manage_guild: bool = False,
        guild_id: int | None = None,
    ) -> Person:
        """Let a new person join a server, by default the newest."""
        home = guild_id if guild_id is not None else list(self.backend.guilds)[-1]
        user = self.backend.make_user(name)
        self.backend.add_member(home, user.id, roles=role_ids, nick=nick, announce=True)
        person = Person(self, home, user.id, name, locale)
        if manage_guild:
            role = self.backend.create_role(home, "Server administration", permissions=MANAGE_GUILD)
            self.give_role(person, role.id)
        return person

    def give_role(self, person: Person, role_id: int) -> None:
        """Give a role, as a human administrator would."""
        self.backend.get_role(person.guild_id, role_id)
        self.backend.add_member_role(person.guild_id, person.id, role_id)

    def messages(self, channel_id: int) -> list[SeenMessage]:
        """What was written in a channel for everyone in it to see, oldest first; no notices of Discord's own."""
        stored = sorted(self.backend.messages[channel_id].items())
        shown = (message for _, message in stored if not message.is_ephemeral and not message.flags & _LOADING)
        return [self._seen(message) for message in shown if message.system_metadata is None]

    def all_messages(self) -> list[SeenMessage]:
        """The messages of every channel, oldest first."""
        messages = [message for channel_id in self.backend.messages for message in self.messages(channel_id)]
        return sorted(messages, key=lambda message: message.id)

    def _seen(self, message: Message) -> SeenMessage:
        channel = self.backend.channels[message.channel_id]
        author = self.backend.users[message.author_id]
        guild = self.backend.guilds.get(channel.guild_id or 0)
        member = guild.members.get(author.id) if guild else None
        return SeenMessage(
            id=message.id,
            channel_id=message.channel_id,
            channel=channel.name or f"@{self.backend.users[channel.recipient_ids[0]].name}",
            author=(member and member.nick) or author.name,
            is_bot=author.bot,
            timestamp=message.timestamp,
            edited_timestamp=message.edited_timestamp,
            text=shown_text(message),
            custom_ids=custom_ids(message),
            received=self._received[message.id],
            nonce=self.limits.nonces.get(message.id),
        )

    # ------------------------------------------------------------------- files

    async def _file(self, incoming: web.Request) -> web.Response:
        self._downloads += 1
        path = incoming.match_info["path"]
        content = self._files.get(f"{CDN_BASE}/{path}")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return web.Response(status=404) if content is None else web.Response(body=content, content_type=kind)

    # ------------------------------------------------------------------- REST

    async def _rest(self, incoming: web.Request) -> web.Response:
        self.requests_total += 1
        self.in_flight += 1
        try:
            return await self._served(incoming)
        finally:
            self.in_flight -= 1
            self._waits.glance()

    async def _wait(self, seconds: float) -> None:
        """Let some seconds pass, in which nothing is done for a request."""
        self.in_flight -= 1
        try:
            await self._waits.pass_time(seconds)
        finally:
            self.in_flight += 1

    async def _travel(self) -> None:
        """Let a request, or its answer, be on its way."""
        if self._latency is not None:
            await self._wait(self._latency.drawn())

    async def _served(self, incoming: web.Request) -> web.Response:
        try:
            request = await read_request(incoming)
        except BackendError as error:
            return self._reply(error.status, error.to_json(), _VIA)
        await self._travel()
        arrived = self._now()
        if is_banned(self.invalid_at, arrived):
            return web.Response(status=429, text="error code: 1015", headers={"Retry-After": str(BAN_SECONDS)})
        match self._draw(request):
            case Fault.CUT_BEFORE:
                return _cut(incoming)
            case Fault.CUT_AFTER:
                status, _, _ = self._answer(request, incoming.headers.get("Authorization"))
                response = _cut(incoming)
                self._seen_by_people(request, arrived, status)
                return response
            case Fault.STALL:
                await self._wait(_STALL_SECONDS)
            case None:
                pass
            case fault if fault in _OF_THE_GATEWAY:
                self._upset_gateway(fault)
            case refusal:
                return self._reply(*ANSWERS[refusal])
        status, answer, limits = self._answer(request, incoming.headers.get("Authorization"))
        response = self._reply(status, answer, {**_VIA, **limits})
        await self._travel()
        # A person acts on an answer only once the bot has been told that it was accepted.
        try:
            await response.prepare(incoming)
            await response.write_eof()
        except ConnectionError:
            _log.info("the bot left before it had its answer to %s %s", request.method, request.path)
        self._seen_by_people(request, arrived, status)
        return response

    def _upset_gateway(self, fault: Fault) -> None:
        match fault:
            case Fault.GATEWAY_CUT:
                self.gateway.cut()
            case Fault.GATEWAY_FORGOT:
                self.gateway.forget()
            case Fault.GATEWAY_ZOMBIE:
                self.gateway.fall_silent()
            case Fault.GATEWAY_RECONNECT:
                self.gateway.ask_to_reconnect()
            case _:
                self.gateway.invalidate(resumable=fault is Fault.GATEWAY_INVALID)

    def _seen_by_people(self, request: DiscordRequest, arrived: datetime, status: int) -> None:
        if status < _FAILED:
            self.calls.progress(request, arrived)

    def _reply(self, status: int, answer: Wire, headers: Mapping[str, str]) -> web.Response:
        if status in _INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self.invalid_at.append(self._now())
        if status == 204:  # noqa: PLR2004 - HTTP's own word for "no content"
            return web.Response(status=status, headers=headers)
        # NOTE: discord.py parses a body only if its type has no charset.
        body = json.dumps(answer).encode()
        return web.Response(status=status, headers={**headers, "Content-Type": "application/json"}, body=body)

    def _answer(self, request: DiscordRequest, authorization: str | None) -> tuple[int, Wire, Mapping[str, str]]:
        """Return the status, the body, and the headers of its rate limit."""
        status, answer, headers = self._outcome(request, authorization)
        if self.checker is not None:
            self.checker.check_answer(request.method, request.path, status, answer)
        return status, answer, headers

    def _outcome(self, request: DiscordRequest, authorization: str | None) -> tuple[int, Wire, Mapping[str, str]]:
        if not _needs_no_bot_token(request) and authorization != f"Bot {self._token}":
            return 401, {"message": "401: Unauthorized", "code": 0}, {}
        if authorization is None and request.interaction_token is None:
            return *self._handled(request), {}  # it counts for the address, not for the token
        refusal, headers = self.rate_limits.take(request)
        if refusal is not None:
            return 429, refusal.body(), {**headers, **refusal.headers()}
        return *self._handled(request), headers

    def _handled(self, request: DiscordRequest) -> tuple[int, Wire]:
        if self.checker is not None:
            self.checker.check(request.method, request.path, request.query, request.body)
        try:
            asked = checked(request)
            answer = self._carry_out(asked)
        except (RouteNotImplemented, UnsupportedField) as error:
            return self._our_fault(501, request, error)
        except BackendError as error:
            return error.status, error.to_json()
        except Exception as error:  # noqa: BLE001 - any error is a gap of the simulation, and is reported as one
            _log.exception("the simulated Discord failed at %s %s", request.method, request.path)
            return self._our_fault(500, request, error)
        finally:
            self._extras.cancel()
            # simcord keeps a copy of everything for its own tests; a storm would fill the memory.
            self.backend.http_requests.clear()
            self.backend.transcript.clear()
        if answer is None or self._is_unwanted(request):
            return 204, None
        status = 201 if isinstance(answer, Created) else asked.operation.status
        return status, self._objects.answer(request, answer)

    def _carry_out(self, asked: CheckedRequest) -> Wire:
        if asked.request.path in {"/gateway", "/gateway/bot"}:
            return self._gateway_answer(bot=asked.request.path.endswith("/bot"))
        earlier = self.limits.before(asked.request)
        if earlier is not None:
            return earlier
        answer = self._dispatched(asked, self._extras.split(asked))
        answer = self._extras.settle(asked.request.path, answer)
        if asked.request.path.endswith("applications/@me"):
            answer |= {"flags": self.gateway.flags, **self.application}
        return self.limits.after(asked.request, page(asked.operation.name, asked.request.query, answer))

    def _dispatched(self, asked: CheckedRequest, request: DiscordRequest) -> Wire:
        params = {} if asked.operation.name in WHOLE else dict(request.query)
        handler = HANDLERS.get(asked.operation.name)
        if handler is None:
            return dispatch(
                self.backend,
                request.method,
                request.path,
                json=request.body,
                params=params,
                files=list(request.files),
                reason=request.reason,
                message_content_access=self.gateway.reads_content,
            )
        context = RequestContext(
            self.backend,
            dict(asked.args),
            json=request.body,
            params=params,
            files=list(request.files),
            reason=request.reason,
            method=request.method,
            path=request.path,
            message_content_access=self.gateway.reads_content,
        )
        return handler(context)

    def _is_unwanted(self, request: DiscordRequest) -> bool:
        """Whether the bot did not ask to be answered, by `with_response` for an interaction, by `wait` for a webhook.

        Source: developers/interactions/receiving-and-responding.mdx, "Create Interaction Response"; follow-ups always
        wait; developers/resources/webhook.mdx, "Execute Webhook".
        """
        match request.method, request.segments:
            case "POST", ["interactions", *_]:
                asked = request.query.get("with_response")
            case "POST", ["webhooks", _, token] if token not in self.backend.interaction_tokens:
                asked = request.query.get("wait")
            case _:
                return False
        return (asked or "").lower() not in {"1", "true"}

    def _gateway_answer(self, *, bot: bool) -> dict[str, Any]:
        answer: dict[str, Any] = {"url": self.gateway.address}
        return {**answer, "shards": 1, "session_start_limit": self.gateway.starts.limit()} if bot else answer

    def _our_fault(self, status: int, request: DiscordRequest, error: Exception) -> tuple[int, Wire]:
        sentence = f"{request.method} {request.path}: {type(error).__name__}: {error}"
        self.faults_of_ours.append(sentence)
        return status, {"message": sentence, "code": 0}

    def _emitted(self, event: str, payload: Mapping[str, Any]) -> None:
        """Hear of everything that happens in simcord's world."""
        if event == "MESSAGE_CREATE":
            self._received[int(payload["id"])] = self._now()
        self.gateway.emit(event, self._extras.emitted(event, payload))


def _cut(incoming: web.Request) -> web.Response:
    """Break the connection; what is returned reaches nobody."""
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()


def _needs_no_bot_token(request: DiscordRequest) -> bool:
    """Interactions carry their own token in the path, and anyone may ask for the gateway's address."""
    return request.interaction_token is not None or request.path == "/gateway"
