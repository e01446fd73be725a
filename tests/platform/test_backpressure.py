"""Presses are taken up as fast as they are answered, and forgotten once they are."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from typing import Any, cast

import discord
import pytest
from discord.gateway import DiscordWebSocket

from bot.platform import backpressure
from bot.platform.backpressure import AT_ONCE, BackpressureGateway, Presses, let_go
from tests.bench import payloads


@dataclass
class Response:
    done: bool = False

    def is_done(self) -> bool:
        return self.done


def pressed(count: int) -> tuple[Presses, list[Response]]:
    presses, responses = Presses(), [Response() for _ in range(count)]
    for one in responses:
        presses.add(one)
    return presses, responses


async def test_there_is_room_for_so_many_that_are_not_answered_yet() -> None:
    presses, responses = pressed(AT_ONCE - 1)
    assert not presses.full()
    presses.add(Response())
    assert presses.full()
    responses[100].done = True
    assert not presses.full()


async def test_what_discord_no_longer_waits_for_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    presses, _ = pressed(AT_ONCE)
    assert presses.full()
    monkeypatch.setattr(backpressure, "_DEADLINE", 0.0)
    assert not presses.full()


async def test_nothing_more_is_read_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[DiscordWebSocket] = []

    async def reads(connection: DiscordWebSocket) -> None:
        read.append(connection)

    monkeypatch.setattr(DiscordWebSocket, "poll_event", reads)
    presses, responses = pressed(AT_ONCE)
    connection = BackpressureGateway(cast("Any", None), loop=asyncio.get_running_loop())
    connection._presses = presses  # noqa: SLF001 - as when it connects
    reading = asyncio.create_task(connection.poll_event())
    await asyncio.sleep(0.1)
    assert (read, reading.done()) == ([], False)
    responses[0].done = True
    await reading
    assert read == [connection]


def told_privately() -> dict[str, Any]:
    told: Any = payloads.interaction(10**18, 1, payloads.button("checkin:opening:0"))
    told["user"] = told.pop("member")["user"]
    del told["guild"], told["guild_id"]
    return told


async def test_the_message_in_which_something_was_pressed_is_not_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The press is, with all else that came with it."""
    client: Any = discord.Client(intents=discord.Intents.none())
    client.presses = Presses()
    seen: list[discord.Interaction[Any]] = []
    client._connection.dispatch = lambda _event, interaction: seen.append(interaction)  # noqa: SLF001 - where it listens

    async def connects(cls: type[BackpressureGateway], client: discord.Client) -> BackpressureGateway:
        made = cls(cast("Any", None), loop=asyncio.get_running_loop())
        made._discord_parsers = client._connection.parsers  # noqa: SLF001 - as discord.py does
        return made

    monkeypatch.setattr(DiscordWebSocket, "from_client", classmethod(connects))
    connection = await BackpressureGateway.from_client(client)
    told = told_privately()
    assert told["message"]
    connection._discord_parsers["INTERACTION_CREATE"](told)  # noqa: SLF001 - as discord.py calls it
    (one,) = seen
    assert (one.message, cast("Any", one.data)["custom_id"], one.user.id) == (
        None, "checkin:opening:0", int(told["user"]["id"]),
    )  # fmt: skip


async def test_a_press_that_is_over_is_gone_without_the_garbage_collector() -> None:
    client = discord.Client(intents=discord.Intents.none())
    told: Any = told_privately()
    del told["message"]
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            interaction: discord.Interaction[Any] = discord.Interaction(data=told, state=client._connection)  # noqa: SLF001 - as discord.py makes them
            assert not interaction.response.is_done()
            let_go(interaction)
            del interaction
        assert not [one for one in gc.get_objects() if isinstance(one, discord.Interaction)]
    finally:
        gc.enable()
