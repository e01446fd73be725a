"""Discord asks the bot to reconnect, ends its session, or takes its server away: nothing is lost, or said twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from bot.domain import planned_announcements
from bot.rehearsal.discord.gateway import SimulatedGateway
from tests.e2e.world import World


async def assert_all_was_said_once(workshop: World) -> None:
    """Let the morning pass, and compare it with the plan."""
    await workshop.until("2023-03-25 10:50")
    said = Counter(str(message.nonce) for message in workshop.discord.all_messages() if message.is_bot)
    last = workshop.at("2023-03-25 10:45")
    due = {each.id for each in planned_announcements.planned(workshop.plan) if each.due <= last and each.kind != "open"}
    assert due <= said.keys()
    assert [nonce for nonce, times in said.items() if times > 1] == []


@pytest.mark.parametrize(
    "upset",
    [
        SimulatedGateway.ask_to_reconnect,
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.invalidate(resumable=False),
    ],
    ids=["op 7", "op 9, resumable", "op 9"],
)
async def test_a_session_that_discord_ends_costs_no_announcement(
    workshop: World, upset: Callable[[SimulatedGateway], None]
) -> None:
    await workshop.until("2023-03-25 08:55")
    upset(workshop.discord.gateway)
    async with asyncio.timeout(20):
        while workshop.discord.online:  # noqa: ASYNC110 - it may reconnect within milliseconds
            await asyncio.sleep(0)
        await workshop.discord.wait_online()
    assert "Welcome" in (await workshop.amina.slash(workshop.general, "now")).text
    await assert_all_was_said_once(workshop)


async def test_an_outage_of_the_server_costs_no_announcement(workshop: World) -> None:
    await workshop.until("2023-03-25 08:40")
    workshop.discord.gateway.outage(workshop.guild_id)
    await workshop.until("2023-03-25 08:45")
    workshop.discord.gateway.recover(workshop.guild_id)
    await workshop.discord.gateway.caught_up()
    await workshop.settle()  # otherwise the time leaps to the next announcement before the bot has its server again
    await assert_all_was_said_once(workshop)
