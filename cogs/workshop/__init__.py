"""/workshop: opening the rooms, looking after them, closing them; the closing pack; and importing a schedule."""

from __future__ import annotations

from bot.hosting.client import WorkshopClient
from cogs.workshop.commands import WorkshopCog


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the package is loaded."""
    await client.take_up(WorkshopCog())
