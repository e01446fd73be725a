"""The simulated Discord's gateway: it connects clients with their sessions, and sends events to them.

Sources: `events/gateway.mdx` and `events/gateway-events.mdx` of Discord's documentation.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from aiohttp import WSCloseCode, WSMsgType, web
from simcord.backend import Backend
from simcord.intents import censor_message

from bot.rehearsal.discord.gateway_commands import GatewayCommands
from bot.rehearsal.discord.gateway_connection import CloseCode, GatewayConnection, Json, Opcode, Refused
from bot.rehearsal.discord.gateway_session import (
    INTENTS,
    PRIVILEGED,
    GatewaySession,
    Payload,
    check_intents,
    check_shard,
)
from bot.rehearsal.discord.openapi import TrafficChecker
from bot.rehearsal.discord.ready import application_flags, guild_for_session, ready_payload
from bot.rehearsal.discord.rules.world import guild_payload
from bot.rehearsal.discord.session_starts import SessionStart, SessionStarts
from bot.rehearsal.discord.wire_objects import WireObjects

_HEARTBEAT_INTERVAL = 41.25  # seconds
_LATE_HEARTBEAT = 1.5  # intervals without a heartbeat, after which Discord gives up
_RESUMABLE_FOR: Final = 180.0  # seconds; "a few minutes" says Discord
_TIME_TO_RECONNECT = 5.0  # seconds; "a few seconds" says Discord
_LARGE_THRESHOLD = 50
_ONLY_RECEIVED = frozenset({
    Opcode.DISPATCH, Opcode.RECONNECT, Opcode.INVALID_SESSION, Opcode.HELLO, Opcode.HEARTBEAT_ACK,
})  # fmt: skip


class SimulatedGateway:
    """The gateway of one bot, that of `token`. `now` is the rehearsal's clock.

    `gone` is called when the bot has no connection any more. All waiting times are real seconds.
    """

    def __init__(
        self,
        backend: Backend,
        token: str,
        *,
        now: Callable[[], datetime],
        gone: Callable[[], None],
        checker: TrafficChecker | None,
    ) -> None:
        self.address = ""
        self.activity = 0
        self.online = asyncio.Event()
        self.starts = SessionStarts(now)
        self.privileged = PRIVILEGED
        """The privileged intents that are switched on in the developer portal."""
        self.heartbeat_interval = _HEARTBEAT_INTERVAL
        self.resumable_for = _RESUMABLE_FOR
        self.late_servers = 0.0
        """How long after READY the servers come."""
        self._backend = backend
        self._token = token
        self._on_gone = gone
        self._checker = checker
        self._objects = WireObjects(backend)
        self._commands = GatewayCommands(backend, self._tell)
        self._sessions: dict[str, GatewaySession] = {}
        self._connections: set[GatewayConnection] = set()
        self._down: set[int] = set()
        """Servers in an outage."""
        self._silent = False
        self._pings: dict[bytes, asyncio.Event] = {}
        """The pings without an answer yet."""

    @property
    def reads_content(self) -> bool:
        """Whether the bot has the intent to read message content."""
        return any(session.has("message_content") for session in self._sessions.values())

    @property
    def flags(self) -> int:
        """The flags of the bot's application."""
        return application_flags(
            intent for intent in ("presences", "members", "message_content") if self.privileged & INTENTS[intent]
        )

    # ---------------------------------------------------------------- what tests and faults do to it

    async def close(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)

    def cut(self) -> None:
        """Drop the bot's connection without a close frame; it may resume."""
        for connection in self._connections:
            connection.cut()

    def forget(self) -> None:
        """Drop the bot's connection and its session; it cannot resume, and must identify again."""
        self._sessions.clear()
        self.cut()

    def fall_silent(self) -> None:
        """Become a zombie: the connection stays open, but carries nothing any more, not even heartbeats."""
        self._silent = True

    def ask_to_reconnect(self) -> None:
        """Ask each client to reconnect and resume (op 7); a connection that stays is closed after some seconds."""
        for connection in self._connections:
            connection.send(Opcode.RECONNECT)
            asyncio.get_running_loop().call_later(_TIME_TO_RECONNECT, connection.cut)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell each client that its session is invalid (op 9), and whether it may resume it."""
        for connection in self._connections:
            connection.send(Opcode.INVALID_SESSION, resumable)
            session, connection.session = connection.session, None
            if session is not None:
                session.leave()
                if not resumable:
                    self._sessions.pop(session.id, None)
        self._check_online()

    def outage(self, guild_id: int) -> None:
        """Make a server unavailable; what happens in it is not told until `recover`."""
        self._down.add(guild_id)
        for session in self._sessions.values():
            self._take_away(session, guild_id)

    def recover(self, guild_id: int) -> None:
        """End the outage of a server: it comes again, as it then is."""
        self._down.discard(guild_id)
        for session in self._sessions.values():
            self._introduce(session, guild_id)

    async def caught_up(self) -> None:
        """Wait until the bot has received all events so far; return at once if it is not connected.

        NOTE: this is a WebSocket ping, which is answered in order. A heartbeat request, as Discord sends it, fails:
        discord.py sends at most 110 frames a minute.
        """
        connections = (session.connection for session in self._sessions.values())
        connection = next((connection for connection in connections if connection is not None), None)
        if connection is None or self._silent:
            return
        ping = secrets.token_bytes(8)
        answered = self._pings[ping] = asyncio.Event()
        connection.send_ping(ping)
        await answered.wait()

    def _answered(self, pings: Iterable[bytes]) -> None:
        for ping in pings:
            self._pings.pop(ping).set()

    # ---------------------------------------------------------------- events

    def emit(self, event: str, payload: Payload) -> None:
        """Send an event to each session with the intent for it."""
        for session in self._sessions.values():
            if session.wants(event, payload):
                self._tell(session, event, self._for_session(session, event, payload))

    def _tell(self, session: GatewaySession, event: str, payload: Payload) -> None:
        """Send an event to one session, as Discord would write it."""
        self.activity += 1
        whole = self._objects.event(event, payload)
        if self._checker is not None:
            self._checker.check_event(event, whole)
        session.send(event, whole, silent=self._silent)

    def _for_session(self, session: GatewaySession, event: str, payload: Payload) -> Payload:
        if event in {"GUILD_CREATE", "GUILD_UPDATE"}:
            return guild_for_session(self._backend, session, payload)
        if event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and not session.has("message_content"):
            copied: dict[str, Any] = json.loads(json.dumps(payload))
            censor_message(copied, self._backend.bot_user.id, backend=self._backend)
            return copied
        return payload

    def _introduce(self, session: GatewaySession, guild_id: int) -> None:
        """Tell a session of a server that it has not heard of yet."""
        if guild_id not in self._backend.guilds or guild_id not in session.absent or guild_id in self._down:
            return
        session.absent.discard(guild_id)
        payload = guild_payload(self._backend, self._backend.guilds[guild_id])
        if session.wants("GUILD_CREATE", payload):
            self._tell(session, "GUILD_CREATE", self._for_session(session, "GUILD_CREATE", payload))

    def _take_away(self, session: GatewaySession, guild_id: int) -> None:
        payload = {"id": str(guild_id), "unavailable": True}
        if session.wants("GUILD_DELETE", payload):
            self._tell(session, "GUILD_DELETE", payload)
        session.absent.add(guild_id)

    # ---------------------------------------------------------------- connections

    async def serve(self, incoming: web.Request) -> web.WebSocketResponse:
        """Serve one connection of the bot, from HELLO to its end."""
        self.activity += 1  # a rehearsal's time must not move on between the handshake and READY
        connection = await GatewayConnection.accepted(incoming)
        self._silent = False
        self._connections.add(connection)
        helpers = [asyncio.create_task(connection.write()), asyncio.create_task(self._watch_heartbeats(connection))]
        try:
            connection.check_address()
            connection.send(Opcode.HELLO, {"heartbeat_interval": round(self.heartbeat_interval * 1000)})
            async for message in connection.socket:
                self.activity += 1
                if message.type is WSMsgType.PONG:
                    self._answered({bytes(message.data)} & self._pings.keys())
                elif message.type in {WSMsgType.TEXT, WSMsgType.BINARY} and not self._silent:
                    self._heard(connection, *connection.read_payload(message.data))
        except Refused as refused:
            await connection.close(refused.code, str(refused))
        finally:
            for helper in helpers:
                helper.cancel()
            self._connections.discard(connection)
            self._gone(connection)
        return connection.socket

    async def _watch_heartbeats(self, connection: GatewayConnection) -> None:
        """Close the connection if no heartbeat comes in time; the session may be resumed."""
        patience = self.heartbeat_interval * _LATE_HEARTBEAT
        while True:
            left = connection.last_heartbeat + patience - time.monotonic()
            if left <= 0 and not self._silent:
                break
            await asyncio.sleep(max(left, self.heartbeat_interval / 2))
        await connection.close(CloseCode.SESSION_TIMED_OUT, "Session timed out.")

    def _heard(self, connection: GatewayConnection, opcode: Opcode, data: Json) -> None:
        if opcode in _ONLY_RECEIVED:
            raise Refused(CloseCode.UNKNOWN_OPCODE)
        if connection.session is not None and opcode in {Opcode.IDENTIFY, Opcode.RESUME}:
            raise Refused(CloseCode.ALREADY_AUTHENTICATED)
        match opcode:
            case Opcode.HEARTBEAT:
                connection.last_heartbeat = time.monotonic()
                connection.send(Opcode.HEARTBEAT_ACK)
            case Opcode.IDENTIFY:
                self._check_token(data)
                self._identify(connection, data)
            case Opcode.RESUME:
                self._check_token(data)
                self._resume(connection, data)
            case _ if connection.session is not None:
                self._commands.run(connection.session, opcode, data)
            case _:
                raise Refused(CloseCode.NOT_AUTHENTICATED)

    def _check_token(self, data: Json) -> None:
        """Raise Refused unless the token is the bot's; clients may put "Bot " before it."""
        token = cast("Mapping[str, Json]", data).get("token") if isinstance(data, dict) else None
        if not isinstance(token, str):
            raise Refused(CloseCode.DECODE_ERROR)
        if token.removeprefix("Bot ") != self._token:
            raise Refused(CloseCode.AUTHENTICATION_FAILED)

    # ---------------------------------------------------------------- sessions

    def _identify(self, connection: GatewayConnection, data: Mapping[str, Json]) -> None:
        if not isinstance(data.get("properties"), dict):
            raise Refused(CloseCode.DECODE_ERROR)
        intents = check_intents(data.get("intents"), self.privileged)
        shard = check_shard(data.get("shard"))
        match self.starts.start(shard[0] if shard else 0):
            case SessionStart.TOO_SOON:
                connection.send(Opcode.INVALID_SESSION, data=False)
                return
            case SessionStart.EXHAUSTED:
                self._sessions.clear()
                for other in self._connections - {connection}:
                    other.cut()
                self._token = secrets.token_urlsafe(16)
                raise Refused(CloseCode.AUTHENTICATION_FAILED)
            case SessionStart.ALLOWED:
                pass
        connection.compresses_payloads = bool(data.get("compress"))
        large = int(data.get("large_threshold") or _LARGE_THRESHOLD)
        session = GatewaySession(intents, shard, large, self._backend.bot_user.id)
        self._forget_old_sessions()
        self._sessions[session.id] = session
        self._join(connection, session)
        self._tell(session, "READY", ready_payload(self._backend, session, self.address, self.flags))
        session.absent = {guild_id for guild_id in self._backend.guilds if session.handles(guild_id)}
        for guild_id in list(session.absent):
            if guild_id in self._down:
                session.absent.discard(guild_id)
                self._take_away(session, guild_id)
            elif self.late_servers:
                asyncio.get_running_loop().call_later(self.late_servers, self._introduce, session, guild_id)
            else:
                self._introduce(session, guild_id)

    def _resume(self, connection: GatewayConnection, data: Mapping[str, Json]) -> None:
        """Replay what a session missed, or say that it is invalid: it is unknown, too old, or too much was missed."""
        self._forget_old_sessions()
        session = self._sessions.get(str(data.get("session_id")))
        if session is None:
            connection.send(Opcode.INVALID_SESSION, data=False)
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int) or not 0 <= sequence <= session.sequence:
            raise Refused(CloseCode.INVALID_SEQUENCE)
        self._join(connection, session)
        if session.replay(sequence):
            self._tell(session, "RESUMED", {})
        else:
            connection.session = None
            del self._sessions[session.id]
            connection.send(Opcode.INVALID_SESSION, data=False)
            self._check_online()

    def _join(self, connection: GatewayConnection, session: GatewaySession) -> None:
        connection.session = session
        session.connection = connection
        self.activity += 1
        self.online.set()

    def _forget_old_sessions(self) -> None:
        """Forget the sessions whose client has been away for too long."""
        oldest = time.monotonic() - self.resumable_for
        self._sessions = {
            key: session
            for key, session in self._sessions.items()
            if session.connection is not None or session.left_at > oldest
        }

    def _gone(self, connection: GatewayConnection) -> None:
        self._answered(list(self._pings))
        session = connection.session
        # A session that was resumed on another connection in the meantime stays.
        if session is None or session.connection is not connection:
            return
        session.leave()
        if connection.left_for_good:
            self._sessions.pop(session.id, None)
        self._check_online()

    def _check_online(self) -> None:
        """Note whether the bot has a connection any more."""
        if any(session.connection is not None for session in self._sessions.values()):
            return
        if self.online.is_set():
            self.online.clear()
            self._on_gone()
