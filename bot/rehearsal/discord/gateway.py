"""The simulated Discord's gateway: sessions that outlive their sockets, and events by their intents."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import WSCloseCode, WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.intents import censor_message, required_intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_log = logging.getLogger(__name__)

_LARGEST_FRAME = 32 * 1024 * 1024
_HEARTBEAT_INTERVAL = 41_250  # milliseconds
_REPLAYED_AT_MOST = 10_000  # events kept for a RESUME
_AUTHENTICATION_FAILED = 4004

Outbox: TypeAlias = "asyncio.Queue[str | bytes]"
"""Texts, and pings as bytes."""

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


class _Session:
    """One gateway session; it outlives its socket, so that a RESUME replays the events it missed."""

    def __init__(self, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.outbox: Outbox | None = None
        self._sequence = 0
        self._sent: deque[tuple[int, str]] = deque(maxlen=_REPLAYED_AT_MOST)

    def wants(self, event: str, payload: Mapping[str, Any]) -> bool:
        needed = required_intent(event, payload)
        return needed is None or bool(self.intents & _INTENTS[needed])

    def send(self, event: str, payload: Mapping[str, Any], *, silent: bool = False) -> None:
        """Number an event, keep it for a RESUME, and send it if a socket is open, unless `silent`.

        The payload is serialised at once, because it is simcord's own state, which changes.
        """
        self._sequence += 1
        text = json.dumps({"op": 0, "s": self._sequence, "t": event, "d": payload})
        self._sent.append((self._sequence, text))
        if self.outbox is not None and not silent:
            self.outbox.put_nowait(text)

    def replay(self, after: int) -> bool:
        """Replay the events after a sequence number; False if they are no longer kept."""
        if self.outbox is None or not self._sequence - len(self._sent) <= after <= self._sequence:
            return False
        for sequence, text in self._sent:
            if sequence > after:
                self.outbox.put_nowait(text)
        return True


class SimulatedGateway:
    """The bot's connection to its events. `gone` is called when the bot disconnects.

    `faults` collects requests of the bot that the simulation does not support.
    """

    def __init__(self, backend: Backend, token: str, *, gone: Callable[[], None], faults: list[str]) -> None:
        self.address = ""
        self.activity = 0
        self.online = asyncio.Event()
        self._backend = backend
        self._token = token
        self._on_gone = gone
        self._faults = faults
        self._sessions: dict[str, _Session] = {}
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._silent = False
        self._pings: dict[bytes, asyncio.Event] = {}
        """The pings without an answer yet."""

    @property
    def reads_content(self) -> bool:
        """Whether the bot has the intent to read message content."""
        return any(_reads_content(session) for session in self._sessions.values())

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def cut(self) -> None:
        """Drop the bot's connection without a close frame; it may resume."""
        for transport in self._sockets.values():
            if transport is not None:
                transport.abort()

    def forget(self) -> None:
        """Drop the bot's connection and its session; it cannot resume, and must identify again."""
        self._sessions.clear()
        self.cut()

    def fall_silent(self) -> None:
        """Become a zombie: the connection stays open, but carries nothing any more, not even heartbeats."""
        self._silent = True

    async def caught_up(self) -> None:
        """Wait until the bot has received all events so far; return at once if it is not connected.

        NOTE: this is a WebSocket ping, which is answered in order. A heartbeat request, as Discord sends it, fails:
        discord.py sends at most 110 frames a minute.
        """
        outbox = next((session.outbox for session in self._sessions.values() if session.outbox is not None), None)
        if outbox is None or self._silent:
            return
        ping = secrets.token_bytes(8)
        answered = self._pings[ping] = asyncio.Event()
        outbox.put_nowait(ping)
        await answered.wait()

    def _answered(self, pings: Iterable[bytes]) -> None:
        for ping in pings:
            self._pings.pop(ping).set()

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send an event to each session with the intent for it."""
        for session in self._sessions.values():
            if session.wants(event, payload):
                self.activity += 1
                session.send(event, self._for_session(session, event, payload), silent=self._silent)

    def _for_session(self, session: _Session, event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        if event in {"GUILD_CREATE", "GUILD_UPDATE"} and not session.intents & _INTENTS["members"]:
            known = {str(self._backend.bot_user.id), *(state["user_id"] for state in payload.get("voice_states", ()))}
            return {**payload, "members": [member for member in payload["members"] if member["user"]["id"] in known]}
        if event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and not _reads_content(session):
            copied: dict[str, Any] = json.loads(json.dumps(payload))
            censor_message(copied, self._backend.bot_user.id, backend=self._backend)
            return copied
        return payload

    async def serve(self, incoming: web.Request) -> web.WebSocketResponse:
        """Serve one connection of the bot, from HELLO to its end."""
        socket = web.WebSocketResponse(timeout=1, max_msg_size=_LARGEST_FRAME, autoping=False)
        await socket.prepare(incoming)
        self._silent = False
        self._sockets[socket] = incoming.transport
        outbox: Outbox = asyncio.Queue()
        writer = asyncio.create_task(_write(socket, outbox))
        session: _Session | None = None
        try:
            outbox.put_nowait(json.dumps({"op": 10, "d": {"heartbeat_interval": _HEARTBEAT_INTERVAL}}))
            async for message in socket:
                if message.type is WSMsgType.PONG:
                    self._answered({bytes(message.data)} & self._pings.keys())
                elif message.type is WSMsgType.TEXT and not self._silent:
                    session = await self._heard(socket, outbox, session, json.loads(message.data))
        finally:
            writer.cancel()
            del self._sockets[socket]
            self._gone(session, outbox, for_good=socket.close_code in {1000, 1001})
        return socket

    async def _heard(
        self,
        socket: web.WebSocketResponse,
        outbox: Outbox,
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
            case 3:  # presence, which no rehearsal uses
                pass
            case operation:
                self._faults.append(f"gateway operation {operation}: not simulated")
        return session

    def _identified(self, outbox: Outbox, intents: int) -> _Session:
        self._sessions = {key: session for key, session in self._sessions.items() if session.outbox is not None}
        session = _Session(intents)
        session.outbox = outbox
        guilds = list(self._backend.guilds.values())
        session.send("READY", {
            "v": 10,
            "user": serializers.user_payload(self._backend.bot_user),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.address,
            "application": {"id": str(self._backend.application_id), "flags": 0},
        })  # fmt: skip
        for guild in guilds:
            payload = serializers.guild_create_payload(self._backend, guild)
            session.send("GUILD_CREATE", self._for_session(session, "GUILD_CREATE", payload))
        self._sessions[session.id] = session
        self.activity += 1
        self.online.set()
        return session

    def _resumed(self, outbox: Outbox, asked: Mapping[str, Any]) -> _Session | None:
        session = self._sessions.get(asked["session_id"])
        if session is not None:
            session.outbox = outbox
            if session.replay(int(asked["seq"])):
                session.send("RESUMED", {})
                self.activity += 1
                self.online.set()
                return session
            del self._sessions[session.id]
        outbox.put_nowait(json.dumps({"op": 9, "d": False}))
        return None

    def _gone(self, session: _Session | None, outbox: Outbox, *, for_good: bool) -> None:
        # A session that was resumed on another socket in the meantime stays.
        if session is None or session.outbox is not outbox:
            return
        session.outbox = None
        self._answered(list(self._pings))
        if for_good:
            del self._sessions[session.id]
        if all(session.outbox is None for session in self._sessions.values()):
            self.online.clear()
            self._on_gone()


def _reads_content(session: _Session) -> bool:
    return bool(session.intents & _INTENTS["message_content"])


async def _write(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    """Send the outbox in order, until the connection ends; the reader handles its end."""
    try:
        while True:
            match await outbox.get():
                case str(text):
                    await socket.send_str(text)
                case ping:
                    await socket.ping(ping)
    except ConnectionError:
        _log.info("the connection ended while an event was sent to the bot")
