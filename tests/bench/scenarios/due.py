"""Announcements: 1,000 due at one instant with 100,000 waiting, after an outage, and under Discord's limit."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.store.engine.instants import iso_utc
from tests.bench import bots
from tests.bench.bench import Bench, settled_workshop
from tests.bench.bots import BARE, PLENARY
from tests.bench.measure import Collected, Figure, percentile
from tests.bench.server import DiscordServer, UnansweredError
from tests.bench.workshop import Workshop

_DUE, _WAITING, _CHANNELS, _PACED, _PER_SECOND = 1_000, 100_000, 200, 300, 50
_UNPACED = ("-m", "tests.bench.unpaced")
#: So long before its announcements are due a bot is started, seconds; longer where it isn't at rest by then.
_AHEAD = (3, 6, 12, 24, 48)


async def measure(bench: Bench) -> AsyncIterator[Figure]:
    """Late by how much, at Discord's end."""
    count, waiting = bench.sized(_DUE), bench.sized(_WAITING)
    held = await settled_workshop(bench, 100, _PACED)
    plan_custom(held.folder, waiting, datetime.now(UTC) + timedelta(days=1), _CHANNELS)
    found = Collected()
    for number, order in bench.turns(PLENARY, BARE):
        for name in order:
            late = [1000 * one for one in (await _in_time(bench, held, name, count))[0]]
            found.add(name, "p50", percentile(late, 50))
            found.add(name, "p99", percentile(late, 99))
        bench.say(f"due, pair {number + 1}: " + ", ".join(f"{n} p99 {found.of(n, 'p99')[-1]:.0f} ms" for n in order))
    what = f"{count:,} due at one instant, {waiting:,} waiting, late"
    for key, aim in (("p50", None), ("p99", 2.0)):
        ours, theirs = found.of(PLENARY, key), found.of(BARE, key)
        yield Figure("due", f"{what} by {key}", "ms", ours, "call_later", theirs, aim)
    missed = await _missed(bench, held, count)
    yield Figure("due", f"{count:,} due while it was away, missed", "", [missed], at_most=0)
    async for figure in _under_the_limit(bench, held):
        yield figure


def plan_custom(folder: Path, count: int, due: datetime, channels: int) -> None:
    """So many custom announcements, all due at one instant."""
    first = f"{round(due.timestamp() * 1000):x}"
    told = [(f"{first}{number:0{24 - len(first)}x}", f"extra:{number % channels}") for number in range(count)]
    at, until = iso_utc(due), iso_utc(due + timedelta(days=1))
    with closing(sqlite3.connect(folder / "plenary.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO custom_announcement (id, text, room, due, zone, author, written_at)"
            " VALUES (?, 'The session begins.', ?, ?, 'Etc/UTC', 1, ?)",
            [(key, room, at, at) for key, room in told],
        )
        connection.executemany(
            "INSERT INTO delivery (id, kind, subject, room, due, expires, state)"
            " VALUES (?, 'custom', ?, ?, ?, ?, 'planned')",
            [(key, key, room, at, until) for key, room in told],
        )


def _channel_of(held: Workshop, number: int) -> int:
    name = f"extra-{number}"
    return next(int(one["id"]) for one in held.server["channels"] if one["name"] == name)


@asynccontextmanager
async def _sending(  # noqa: PLR0913 - who, what, when and how
    bench: Bench,
    held: Workshop,
    name: str,
    count: int,
    due: datetime,
    *,
    channels: int = _CHANNELS,
    paced: bool = False,
) -> AsyncGenerator[DiscordServer, None]:
    """A bot that has so many announcements to send at an instant."""
    server = DiscordServer([held.server])
    server.per_second = _PER_SECOND if paced else 0
    folder = held.copy(bench.place())
    async with server.serving() as api:
        told = bots.environment(name, api, folder, None)
        command: tuple[str, ...] | None = None
        if name == PLENARY:
            plan_custom(folder, count, due, channels)
            command = None if paced else _UNPACED
        else:
            ids = [_channel_of(held, number) for number in range(channels)]
            told["BARE_DUE"] = json.dumps([[due.timestamp(), ids[number % channels]] for number in range(count)])
        async with bots.running(name, told, folder, command):
            await server.ready(name)
            yield server


async def _all_sent(server: DiscordServer, held: Workshop, count: int, seconds: float) -> list[float]:
    """When they came, `time.time()`, in order. Raises UnansweredError if they don't."""
    ours = {int(one["id"]) for one in held.server["channels"] if one["name"].startswith("extra-")}
    deadline = time.monotonic() + seconds
    while len(came := [message.at for message in server.messages if message.channel in ours]) < count:
        if time.monotonic() > deadline:
            raise UnansweredError(f"{count - len(came)} of {count} announcements never came")
        await asyncio.sleep(0.1)
    return came


async def _in_time(  # noqa: PLR0913 - as above
    bench: Bench, held: Workshop, name: str, count: int, *, channels: int = _CHANNELS, paced: bool = False
) -> tuple[list[float], int]:
    """By how many seconds each was late, in order, of a bot that was at rest before; and how many were refused."""
    for ahead in _AHEAD:
        due = datetime.now(UTC) + timedelta(seconds=ahead)
        async with _sending(bench, held, name, count, due, channels=channels, paced=paced) as server:
            await server.quiet(1)
            if datetime.now(UTC) < due:
                came = await _all_sent(server, held, count, 60 + ahead)
                return [at - due.timestamp() for at in came], server.refused
    raise UnansweredError(f"{name} was never at rest, {_AHEAD[-1]} s after its start")


async def _missed(bench: Bench, held: Workshop, count: int) -> float:
    """How many of those that were due while the bot was away don't come, or come twice."""
    async with _sending(bench, held, PLENARY, count, datetime.now(UTC) - timedelta(minutes=10)) as server:
        await _all_sent(server, held, count, 60)
        await server.quiet()
        nonces: list[Any] = [json.loads(message.body).get("nonce") for message in server.messages]
    return abs(len(nonces) - len(set(nonces)))


async def _under_the_limit(bench: Bench, held: Workshop) -> AsyncIterator[Figure]:
    """As many channels at once as take Discord some seconds."""
    count = bench.sized(_PACED)
    best = count / _PER_SECOND
    took: list[float] = []
    refused = 0
    for number in range(bench.pairs):
        late, limited = await _in_time(bench, held, PLENARY, count, channels=_PACED, paced=True)
        took.append(max(late))
        refused += limited
        bench.say(f"due, {count} channels under {_PER_SECOND}/s, {number + 1}: {took[-1]:.2f} s, {refused} refused")
    what = f"{count} channels at once under {_PER_SECOND}/s"
    yield Figure("due", f"{what}, all sent", "s", took, "best order", [best] * len(took), 1.05)
    yield Figure("due", f"{what}, answered with 429", "", [refused], at_most=0)
