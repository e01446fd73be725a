"""Answers as they go to Discord: sentences as plain text, the rest laid out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.domain import discord_limits
from bot.messages.post import Post
from bot.platform.answers import DONE, answer
from bot.platform.interactions import Interaction
from tests.bench import payloads

_LAYOUT = discord.MessageFlags(components_v2=True).value
_PLAIN = discord.MessageFlags(ephemeral=True, suppress_embeds=True).value


class _EditedError(Exception):
    """Sent: what Discord would answer doesn't matter here."""


class Wire(AsyncWebhookAdapter):
    """Keeps what discord.py would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    async def request(self, route: Route, session: Any, **told: Any) -> Any:  # noqa: ANN401, ARG002 - discord.py's own
        self.sent.append(told["payload"].get("data", told["payload"]))
        if route.method == "PATCH":
            raise _EditedError
        return {"interaction": {"id": "1", "type": 3}}


@pytest.fixture
def wire() -> Iterator[Wire]:
    """What goes out in a test."""
    made = Wire()
    token = async_context.set(made)
    yield made
    async_context.reset(token)


async def pressed() -> Interaction:
    client = discord.Client(intents=discord.Intents.none())
    told: Any = payloads.interaction(10**18, 1, payloads.button("checkin:opening:0"))
    told["user"] = told.pop("member")["user"]
    del told["guild"], told["guild_id"], told["message"]
    return discord.Interaction(data=told, state=client._connection)  # noqa: SLF001 - as discord.py makes them


async def test_a_sentence_is_plain_text_for_one_person_and_its_links_are_not_unfolded(wire: Wire) -> None:
    await answer(await pressed(), f"{DONE} See https://example.org")
    (sent,) = wire.sent
    assert (sent["content"], sent["flags"]) == (f"{DONE} See https://example.org", _PLAIN)
    assert not sent.get("components")


@pytest.mark.parametrize(
    "told", ["x" * (discord_limits.PLAIN_TEXT + 1), "🎉" * (discord_limits.PLAIN_TEXT // 2 + 1), Post(("One",))]
)
async def test_what_plain_text_cannot_hold_is_laid_out(wire: Wire, told: Post | str) -> None:
    await answer(await pressed(), told)
    (sent,) = wire.sent
    assert sent["flags"] & _LAYOUT
    assert sent["components"]
    assert not sent.get("content")


async def test_what_takes_the_place_of_plain_text_takes_that_away(wire: Wire) -> None:
    """Discord refuses a layout beside a text."""
    interaction = await pressed()
    await answer(interaction, "Wait")
    with contextlib.suppress(_EditedError):
        await answer(interaction, "Done")
    first, then = wire.sent
    assert first["content"] == "Wait"
    assert (then["content"], then["flags"] & _LAYOUT) == (None, _LAYOUT)
