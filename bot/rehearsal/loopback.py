"""The simulated Discord: simcord's backend behind real HTTP and WebSocket on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING, Any, cast

import simcord.http.routes  # pyright: ignore[reportUnusedImport] # noqa: F401 - registers every route
from aiohttp import WSCloseCode, WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch
from simcord.intents import censor_message, required_intent

from bot.rehearsal.limits import Limits, Request, Upload, Wire
from bot.rehearsal.people import Calls, Person, SeenMessage, custom_ids, shown_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from simcord.backend.models import Message

    from bot.rehearsal.openapi import OpenApiChecker

_log = logging.getLogger(__name__)

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5

_PREFIX = "/api/v10"
_LARGEST_REQUEST = 32 * 1024 * 1024
_INVALID = frozenset({401, 403, 429})
_LOADING = 1 << 7
_HEARTBEAT_INTERVAL = 41_250  # milliseconds
_REPLAYED_AT_MOST = 10_000  # events kept for a RESUME
_AUTHENTICATION_FAILED = 4004
_INTENTS = {
    name: 1 << bit
    for name, bit in {
        "guilds": 0, "members": 1, "moderation": 2, "emojis_and_stickers": 3, "integrations": 4, "webhooks": 5,
        "invites": 6, "voice_states": 7, "presences": 8, "guild_messages": 9, "guild_reactions": 10,
        "guild_typing": 11, "dm_messages": 12, "dm_reactions": 13, "dm_typing": 14, "message_content": 15,
        "guild_scheduled_events": 16, "auto_moderation_configuration": 20, "auto_moderation_execution": 21,
        "guild_polls": 24, "dm_polls": 25,
    }.items()
}  # fmt: skip


class _Clock:
    """The rehearsal's clock in the shape simcord asks for."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now


class _Session:
    """One gateway session: it outlives its socket, so that a RESUME finds what it missed."""

    def __init__(self, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.outbox: asyncio.Queue[str] | None = None
        self._sequence = 0
        self._sent: deque[tuple[int, str]] = deque(maxlen=_REPLAYED_AT_MOST)

    def wants(self, event: str, payload: Mapping[str, Any]) -> bool:
        needed = required_intent(event, payload)
        return needed is None or bool(self.intents & _INTENTS[needed])

    def send(self, event: str, payload: Mapping[str, Any]) -> None:
        """Number an event, keep it for a RESUME, and send it if a socket is open.

        It is turned to text here and now: the payload is simcord's own state, and changes.
        """
        self._sequence += 1
        text = json.dumps({"op": 0, "s": self._sequence, "t": event, "d": payload})
        self._sent.append((self._sequence, text))
        if self.outbox is not None:
            self.outbox.put_nowait(text)

    def replay(self, after: int) -> bool:
        """Send again what came after a sequence number, or return False if that is no longer known."""
        if self.outbox is None or not self._sequence - len(self._sent) <= after <= self._sequence:
            return False
        for sequence, text in self._sent:
            if sequence > after:
                self.outbox.put_nowait(text)
        return True


class LoopbackDiscord:
    """A Discord with one bot, that of `token`. `now` is the rehearsal's clock (aware, UTC).

    `faults_of_ours` names what the bot asked for and the simulation can't do: it must stay empty.
    """

    def __init__(self, now: Callable[[], datetime], *, token: str, checker: OpenApiChecker | None) -> None:
        self.backend = Backend(clock=cast("Any", _Clock(now)))
        self.limits = Limits(self.backend, now)
        self.calls = Calls(self.backend)
        self.faults_of_ours: list[str] = []
        self.requests_total = 0
        self.requests_invalid = 0
        self.in_flight = 0
        self.activity = 0
        self._token = token
        self.checker = checker
        self._sessions: dict[str, _Session] = {}
        self._online = asyncio.Event()
        self._received: dict[int, float] = {}
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._runner: web.AppRunner | None = None
        self._address = ""
        self.backend.edit_bot_profile("Plenary")
        self.backend.subscribers.append(self._emitted)

    # ---------------------------------------------------------------- the server

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1, on a free port unless one is given. Raises OSError if it is taken."""
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", _PREFIX + "/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._address = "127.0.0.1:{1}".format(*self._runner.addresses[0])

    async def close(self) -> None:
        """Drop the bot's connection and stop listening."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        if self._runner is not None:
            await self._runner.cleanup()

    def cut(self) -> None:
        """Break the bot's connection without a word, as a failing network does. The bot may resume."""
        for transport in self._sockets.values():
            if transport is not None:
                transport.abort()

    @property
    def api_base(self) -> str:
        return f"http://{self._address}{_PREFIX}"

    @property
    def _gateway_url(self) -> str:
        return f"ws://{self._address}/gateway"

    @property
    def online(self) -> bool:
        """Whether a bot is connected and was told that it is ready."""
        return self._online.is_set()

    async def wait_online(self) -> None:
        await self._online.wait()

    # -------------------------------------------------------------- the world

    def add_guild(self, name: str, *, bot_permissions: int) -> int:
        """Make a server owned by somebody else, with the bot in it, and return its id."""
        if bot_permissions & ADMINISTRATOR:
            raise ValueError("a rehearsal shows nothing about permissions if the bot is an administrator")
        guild = self.backend.create_guild(name)
        role_id = guild.members[self.backend.bot_user.id].role_ids[0]
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
        """Let somebody join a server, the newest one unless `guild_id` says which."""
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
        shown = (each for _, each in stored if not each.is_ephemeral and not each.flags & _LOADING)
        return [self._seen(each) for each in shown if each.system_metadata is None]

    def all_messages(self) -> list[SeenMessage]:
        """The messages of every channel, oldest first."""
        found = [message for channel_id in self.backend.messages for message in self.messages(channel_id)]
        return sorted(found, key=lambda message: message.id)

    def _seen(self, message: Message) -> SeenMessage:
        channel = self.backend.channels[message.channel_id]
        author = self.backend.users[message.author_id]
        guild = self.backend.guilds.get(channel.guild_id or 0)
        member = guild.members.get(author.id) if guild else None
        return SeenMessage(
            id=message.id,
            channel_id=message.channel_id,
            channel=channel.name or "",
            author=(member and member.nick) or author.name,
            is_bot=author.bot,
            timestamp=message.timestamp,
            edited_timestamp=message.edited_timestamp,
            text=shown_text(message),
            custom_ids=custom_ids(message),
            received=self._received[message.id],
            nonce=self.limits.nonces.get(message.id),
        )

    # ------------------------------------------------------------------- REST

    async def _rest(self, incoming: web.Request) -> web.Response:
        self.requests_total += 1
        self.activity += 1
        self.in_flight += 1
        try:
            request = await _read(incoming)
            status, answer = self._answer(request, incoming.headers.get("Authorization"))
        finally:
            self.in_flight -= 1
        self.requests_invalid += status in _INVALID
        # NOTE: discord.py parses a body only if its type has no charset, and takes a 429 without Via for a ban.
        headers = {"Via": "1.1 rehearsal"}
        if status == 204:  # noqa: PLR2004 - HTTP's own word for "no content"
            return web.Response(status=status, headers=headers)
        body = json.dumps(answer).encode()
        return web.Response(status=status, headers={**headers, "Content-Type": "application/json"}, body=body)

    def _answer(self, request: Request, authorization: str | None) -> tuple[int, Wire]:
        if not _needs_no_bot_token(request) and authorization != f"Bot {self._token}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        if self.checker is not None:
            self.checker.check(request.method, request.path, request.query, request.body)
        arrived = time.monotonic()
        try:
            answer = self._accept(request)
        except (RouteNotImplemented, UnsupportedField) as error:
            return self._our_fault(501, request, error)
        except BackendError as error:
            return error.status, error.to_json()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a gap of ours, and named as one
            _log.exception("the simulated Discord failed at %s %s", request.method, request.path)
            return self._our_fault(500, request, error)
        finally:
            # simcord keeps a copy of everything for its own tests; a storm would fill the memory.
            self.backend.http_requests.clear()
            self.backend.transcript.clear()
        self.calls.progress(request, arrived)
        return (204, None) if answer is None else (200, answer)

    def _accept(self, request: Request) -> Wire:
        if request.path in {"/gateway", "/gateway/bot"}:
            return _gateway_answer(self._gateway_url, bot=request.path.endswith("/bot"))
        earlier = self.limits.before(request)
        if earlier is not None:
            return earlier
        answer = dispatch(
            self.backend,
            request.method,
            request.path,
            json=request.body,
            params=dict(request.query),
            files=list(request.files),
            reason=request.reason,
            message_content_access=any(_reads_content(session) for session in self._sessions.values()),
        )
        return self.limits.after(request, answer)

    def _our_fault(self, status: int, request: Request, error: Exception) -> tuple[int, Wire]:
        sentence = f"{request.method} {request.path}: {type(error).__name__}: {error}"
        self.faults_of_ours.append(sentence)
        return status, {"message": sentence, "code": 0}

    # ---------------------------------------------------------------- gateway

    def _emitted(self, event: str, payload: Mapping[str, Any]) -> None:
        """Hear of everything that happens in simcord's world, and tell each session what it asked to hear."""
        if event == "MESSAGE_CREATE":
            self._received[int(payload["id"])] = time.monotonic()
        for session in self._sessions.values():
            if session.wants(event, payload):
                self.activity += 1
                session.send(event, self._for_session(session, event, payload))

    def _for_session(self, session: _Session, event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        if event in {"GUILD_CREATE", "GUILD_UPDATE"} and not session.intents & _INTENTS["members"]:
            own = str(self.backend.bot_user.id)
            return {**payload, "members": [each for each in payload["members"] if each["user"]["id"] == own]}
        if event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and not _reads_content(session):
            copied: dict[str, Any] = json.loads(json.dumps(payload))
            censor_message(copied, self.backend.bot_user.id, backend=self.backend)
            return copied
        return payload

    async def _gateway(self, incoming: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=1, max_msg_size=_LARGEST_REQUEST)
        await socket.prepare(incoming)
        self._sockets[socket] = incoming.transport
        outbox: asyncio.Queue[str] = asyncio.Queue()
        writer = asyncio.create_task(_write(socket, outbox))
        session: _Session | None = None
        try:
            outbox.put_nowait(json.dumps({"op": 10, "d": {"heartbeat_interval": _HEARTBEAT_INTERVAL}}))
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    session = await self._heard(socket, outbox, session, json.loads(message.data))
        finally:
            writer.cancel()
            del self._sockets[socket]
            self._gone(session, outbox, for_good=socket.close_code in {1000, 1001})
        return socket

    async def _heard(
        self,
        socket: web.WebSocketResponse,
        outbox: asyncio.Queue[str],
        session: _Session | None,
        frame: dict[str, Any],
    ) -> _Session | None:
        match frame["op"]:
            case 1:  # heartbeat, which discord.py sends even before it identifies
                outbox.put_nowait(json.dumps({"op": 11}))
            case 2 | 6 if frame["d"]["token"] != self._token:
                await socket.close(code=_AUTHENTICATION_FAILED, message=b"Authentication failed.")
            case 2:
                return self._identified(outbox, int(frame["d"]["intents"]))
            case 6:
                return self._resumed(outbox, frame["d"])
            case 3:  # presence: nobody in a rehearsal looks at it
                pass
            case operation:
                self.faults_of_ours.append(f"gateway operation {operation}: not simulated")
        return session

    def _identified(self, outbox: asyncio.Queue[str], intents: int) -> _Session:
        self._sessions = {key: each for key, each in self._sessions.items() if each.outbox is not None}
        session = _Session(intents)
        session.outbox = outbox
        guilds = list(self.backend.guilds.values())
        session.send("READY", {
            "v": 10,
            "user": serializers.user_payload(self.backend.bot_user),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._gateway_url,
            "application": {"id": str(self.backend.application_id), "flags": 0},
        })  # fmt: skip
        for guild in guilds:
            payload = serializers.guild_create_payload(self.backend, guild)
            session.send("GUILD_CREATE", self._for_session(session, "GUILD_CREATE", payload))
        self._sessions[session.id] = session
        self.activity += 1
        self._online.set()
        return session

    def _resumed(self, outbox: asyncio.Queue[str], asked: Mapping[str, Any]) -> _Session | None:
        session = self._sessions.get(asked["session_id"])
        if session is not None:
            session.outbox = outbox
            if session.replay(int(asked["seq"])):
                session.send("RESUMED", {})
                self.activity += 1
                self._online.set()
                return session
            del self._sessions[session.id]
        outbox.put_nowait(json.dumps({"op": 9, "d": False}))
        return None

    def _gone(self, session: _Session | None, outbox: asyncio.Queue[str], *, for_good: bool) -> None:
        # A session that was resumed on another socket in the meantime isn't this socket's to end.
        if session is None or session.outbox is not outbox:
            return
        session.outbox = None
        if for_good:
            del self._sessions[session.id]
        if all(each.outbox is None for each in self._sessions.values()):
            self._online.clear()
            self.calls.lose_all()


def _reads_content(session: _Session) -> bool:
    return bool(session.intents & _INTENTS["message_content"])


def _needs_no_bot_token(request: Request) -> bool:
    """Interactions carry their own token in the path, and anyone may ask for the gateway's address."""
    return request.interaction_token is not None or request.path == "/gateway"


def _gateway_answer(url: str, *, bot: bool) -> dict[str, Any]:
    starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": url, "shards": 1, "session_start_limit": starts} if bot else {"url": url}


async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
    """Send what is put in the outbox, in order, until the connection ends; its reader tells everyone."""
    try:
        while True:
            await socket.send_str(await outbox.get())
    except ConnectionError:
        _log.info("the bot's connection ended while it was sent something")


async def _read(incoming: web.Request) -> Request:
    """Read a request; of a multipart one, payload_json (or its plain fields) is the body."""
    body: Wire = None
    files: tuple[Upload, ...] = ()
    if incoming.content_type == "multipart/form-data":
        body, files = _form(await incoming.post())
    elif incoming.body_exists:
        text = await incoming.text()
        body = json.loads(text) if text else None
    return Request(
        method=incoming.method,
        path=incoming.rel_url.raw_path.removeprefix(_PREFIX),
        query=dict(incoming.query),
        body=body,
        files=files,
        reason=incoming.headers.get("X-Audit-Log-Reason"),
    )


def _form(form: Mapping[str, Any]) -> tuple[Wire, tuple[Upload, ...]]:
    plain = {name: value for name, value in form.items() if isinstance(value, str)}
    body: dict[str, Any] = json.loads(plain["payload_json"]) if "payload_json" in plain else dict(plain)
    described: dict[str, str | None] = {
        str(each.get("id")): each.get("description") for each in body.get("attachments") or ()
    }
    files: list[Upload] = []
    for name, value in form.items():
        if isinstance(value, web.FileField):
            index = re.sub(r"\D", "", name)
            files.append(Upload(value.filename, value.file.read(), described.get(index)))
    return body, tuple(files)
