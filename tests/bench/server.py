"""A Discord for benchmarks: it pushes what people press and notes when each answer comes. It checks nothing.

Several bots may be connected at once, each known by its token.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.bench import payloads
from tests.bench.payloads import Payload
from tests.bench.wire import Connection

_CALLBACK = re.compile(r"/api/v10/interactions/(\d+)/[^/]+/callback")
_SENT = re.compile(r"/api/v10/channels/(\d+)/messages")
_EDITED = re.compile(r"/api/v10/channels/(\d+)/messages/(\d+)")
_COMMANDS = re.compile(r"/api/v10/applications/\d+/(guilds/\d+/)?commands")


class UnansweredError(RuntimeError):
    """Something that was pressed got no answer, or not the right one."""


@dataclass(slots=True)
class Answer:
    """How somebody who pressed was answered."""

    seconds: float
    """After the press."""
    body: bytes


@dataclass(slots=True)
class Burst:
    """How a number of presses was answered."""

    answers: list[Answer]
    """In the order in which they came."""
    server: float
    """For what share of the time this server was at work: its share of one core."""
    cpu_each: float = 0.0
    """Seconds of the bot's CPU for each."""

    @property
    def seconds(self) -> list[float]:
        """How long each took."""
        return [answer.seconds for answer in self.answers]


@dataclass(slots=True)
class Message:
    """A message that a bot has sent."""

    at: float
    """When it came, by `time.time()`."""
    channel: int
    body: bytes


@dataclass(slots=True)
class _Bot:
    """What is known of one that is connected."""

    socket: Connection
    sequence: int = 0
    pressed: dict[str, float] = field(default_factory=dict[str, float])
    answers: list[Answer] = field(default_factory=list[Answer])
    all_answered: asyncio.Event = field(default_factory=asyncio.Event)


class DiscordServer:
    """Gateway and API on one port of this machine. `delay`: how many seconds each answer of the API takes."""

    def __init__(self, guilds: Sequence[Payload]) -> None:
        self.guilds = guilds
        self.delay = 0.0
        self.per_second = 0
        """How many requests a second are let through; 0: all. Answers to interactions don't count."""
        self.refused = 0
        """How many were answered with 429."""
        self.requests = 0
        """How many came, answers to interactions included."""
        self.messages: list[Message] = []
        self._bots: dict[str, _Bot] = {}
        self._ready = asyncio.Condition()
        self._open: set[Connection] = set()
        self._numbers = iter(range(500_000_000_000_000_000, 1 << 62))
        self._last_request = 0.0
        self._let_through: list[float] = []
        self._address = ""
        self._loop = asyncio.get_running_loop()
        self._welcome: Payload | None = None
        self._told = [payloads.event("GUILD_CREATE", guild, place) for place, guild in enumerate(guilds, 2)]

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str, None]:
        """Serve; the address of the API."""
        server = await self._loop.create_server(
            lambda: Connection(self, self._open.add), "127.0.0.1", 0, ssl=tls, backlog=8192
        )
        scheme = "https" if tls else "http"
        self._address = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield f"{self._address}/api/v10"
        finally:
            server.close()
            for connection in list(self._open):
                connection.transport.abort()

    # --- what a scenario does ----------------------------------------------------------------------------------

    async def ready(self, bot: str) -> None:
        """Wait until a bot is connected and has been told of its servers."""
        async with self._ready:
            await self._ready.wait_for(lambda: bot in self._bots)

    async def quiet(self, seconds: float = 1) -> None:
        """Wait until nothing has been asked for a while."""
        while (rest := self._last_request + seconds - time.monotonic()) > 0:  # noqa: ASYNC110 - for nothing to come
            await asyncio.sleep(rest)

    def hang_up(self) -> None:
        """End the connections to the API, as Discord does with those that are idle: what follows opens its own."""
        for connection in list(self._open):
            if not connection.is_socket:
                connection.transport.close()

    def welcome(self, what: Payload | None) -> None:
        """Have this pressed in the moment in which a bot has been told of its servers."""
        self._welcome = what

    async def burst(self, bot: str, what: Sequence[Payload], first_person: int, seconds: float = 90) -> Burst:
        """Everybody presses at once."""
        known = self._bots[bot]
        frames = self._frames(known, what, first_person)
        known.answers.clear()
        known.all_answered.clear()
        begun, cpu = time.perf_counter(), time.process_time()
        known.pressed.update(dict.fromkeys((number for number, _ in frames), begun))
        known.socket.send(frame for _, frame in frames)
        return await self._answers(known, len(frames), seconds, (begun, cpu))

    async def steady(self, bot: str, what: Sequence[Payload], first_person: int, per_second: float) -> Burst:
        """They press one after the other, evenly."""
        known = self._bots[bot]
        frames = self._frames(known, what, first_person)
        known.answers.clear()
        known.all_answered.clear()
        begun, cpu, place = time.perf_counter(), time.process_time(), 0
        while place < len(frames):
            due = int((time.perf_counter() - begun) * per_second) + 1
            for number, frame in frames[place:due]:
                known.pressed[number] = time.perf_counter()
                known.socket.send([frame])
            place = min(max(due, place), len(frames))
            await asyncio.sleep(max(0.0, begun + place / per_second - time.perf_counter()))
        return await self._answers(known, len(frames), 30, (begun, cpu))

    def _frames(self, known: _Bot, what: Sequence[Payload], first_person: int) -> list[tuple[str, bytes]]:
        made: list[tuple[str, bytes]] = []
        for person, one in enumerate(what, first_person):
            number = next(self._numbers)
            known.sequence += 1
            told = payloads.event("INTERACTION_CREATE", payloads.interaction(number, person, one), known.sequence)
            made.append((str(number), known.socket.framed(told)))
        return made

    async def _answers(self, known: _Bot, expected: int, seconds: float, begun: tuple[float, float]) -> Burst:
        try:
            async with asyncio.timeout(seconds):
                while len(known.answers) < expected:
                    known.all_answered.clear()
                    await known.all_answered.wait()
        except TimeoutError:
            raise UnansweredError(f"{expected - len(known.answers)} of {expected} presses got no answer") from None
        took, cpu = time.perf_counter() - begun[0], time.process_time() - begun[1]
        return Burst(list(known.answers), cpu / took)

    # --- the gateway -------------------------------------------------------------------------------------------

    def heard(self, connection: Connection, text: bytes) -> None:
        """A text of a bot's; empty when its socket has just been opened."""
        if not text:
            # So rarely that no answer to a heartbeat comes between frames that are made and frames that are sent.
            connection.send([connection.framed(b'{"op":10,"d":{"heartbeat_interval":3600000}}')])
            return
        frame = json.loads(text)
        if frame["op"] == 1:
            connection.send([connection.framed(b'{"op":11}')])
        elif frame["op"] == 2:
            self._identified(connection, frame["d"]["token"])

    def _identified(self, connection: Connection, token: str) -> None:
        connection.owner = token
        known = _Bot(connection)
        guilds = [{"id": guild["id"], "unavailable": True} for guild in self.guilds]
        ready: Payload = {
            "v": 10, "user": payloads.user(payloads.BOT, "Plenary", bot=True), "guilds": guilds, "session_id": "1",
            "resume_gateway_url": self._address.replace("http", "ws", 1),
            "application": {"id": str(payloads.APPLICATION), "flags": 0},
        }  # fmt: skip
        connection.send([connection.framed(payloads.event("READY", ready, 1))])
        connection.send([connection.framed(told) for told in self._told])
        known.sequence = 1 + len(self._told)
        self._bots[token] = known
        if self._welcome:
            for number, made in self._frames(known, [self._welcome], 0):
                known.pressed[number] = time.perf_counter()
                connection.send([made])
        self._loop.create_task(self._tell_ready())

    async def _tell_ready(self) -> None:
        async with self._ready:
            self._ready.notify_all()

    async def first_answer(self, bot: str) -> Burst:
        """Wait for the answer to what was pressed when the bot came. Raises UnansweredError."""
        return await self._answers(self._bots[bot], 1, 20, (0.0, 0.0))

    def lost(self, connection: Connection) -> None:
        """A connection has ended."""
        self._open.discard(connection)
        known = self._bots.get(connection.owner)
        if known and known.socket is connection:
            del self._bots[connection.owner]

    # --- the API -----------------------------------------------------------------------------------------------

    def request(self, connection: Connection, method: str, target: str, body: bytes) -> None:
        """Answer one, after the delay."""
        path = target.partition("?")[0]
        self.requests += 1
        callback = _CALLBACK.fullmatch(path)
        if callback:
            self._answered(callback[1], body)
            answer = _answered(callback[1])
        else:
            self._last_request = time.monotonic()
            if not self._may_pass():
                self.refused += 1
                limited = b'{"message": "You are being rate limited.", "retry_after": 1.0, "global": true}'
                connection.reply(limited, "429 Too Many Requests", b"Via: 1.1 bench\r\nRetry-After: 1\r\n")
                return
            answer = json.dumps(self._api(method, path, body)).encode()
        if self.delay:
            self._loop.call_later(self.delay, connection.reply, answer)
        else:
            connection.reply(answer)

    def _may_pass(self) -> bool:
        now = time.monotonic()
        if not self.per_second:
            return True
        self._let_through = [at for at in self._let_through if at > now - 1]
        if len(self._let_through) >= self.per_second:
            return False
        self._let_through.append(now)
        return True

    def _answered(self, number: str, body: bytes) -> None:
        now = time.perf_counter()
        for known in self._bots.values():
            pressed = known.pressed.pop(number, None)
            if pressed is not None:
                known.answers.append(Answer(now - pressed, body))
                known.all_answered.set()

    def _api(self, method: str, path: str, body: bytes) -> object:
        if sent := _SENT.fullmatch(path):
            return [] if method == "GET" else self._sent(int(sent[1]), body)
        if method == "PATCH" and (edited := _EDITED.fullmatch(path)):
            return payloads.message(int(edited[2]), int(edited[1]))
        if method == "PUT" and _COMMANDS.fullmatch(path):
            return [self._command(one) for one in json.loads(body)]
        return self._about.get(path.removeprefix("/api/v10"), {})

    def _sent(self, channel: int, body: bytes) -> Payload:
        self.messages.append(Message(time.time(), channel, body))
        return payloads.message(next(self._numbers), channel)

    @property
    def _about(self) -> dict[str, Payload]:
        """What can be asked about the bot and its way to the gateway, by path."""
        url = self._address.replace("http", "ws", 1)
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {
            "/users/@me": payloads.user(payloads.BOT, "Plenary", bot=True),
            "/gateway": {"url": url},
            "/gateway/bot": {"url": url, "shards": 1, "session_start_limit": limit},
            "/oauth2/applications/@me": payloads.application(),
        }

    def _command(self, told: Payload) -> Payload:
        ours = {"id": str(next(self._numbers)), "application_id": str(payloads.APPLICATION), "version": "1"}
        return {"description": "", "default_member_permissions": None, **told, **ours}


def _answered(number: str) -> bytes:
    shown = payloads.message(int(number) + 1, payloads.FIRST_CHANNEL + 4, "Done.")
    told = {
        "interaction": {"id": number, "type": 3, "response_message_id": shown["id"],
                        "response_message_loading": False, "response_message_ephemeral": True},
        "resource": {"type": 4, "message": shown},
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode()
