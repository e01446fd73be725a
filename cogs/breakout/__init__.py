"""/breakout: groups in rooms of their own, and what they recommend."""

from __future__ import annotations

from bot.hosting.client import WorkshopClient
from cogs.breakout.commands import BreakoutCog
from cogs.breakout.recommendations import RecommendationCog


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the package is loaded."""
    await client.take_up(BreakoutCog())
    await client.take_up(RecommendationCog())
