"""Notes: shared in a form, added to, reviewed, shown as their authors want, found again, and taken up by others."""

from __future__ import annotations

from bot.hosting.client import WorkshopClient
from cogs.note.commands import NoteCog
from cogs.note.contacts import ContactsCog
from cogs.note.from_message import FromMessageCog
from cogs.note.review import ReviewCog
from cogs.note.sharing import SharingCog


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the package is loaded."""
    for cog in (NoteCog(), SharingCog(), ContactsCog(), ReviewCog(), FromMessageCog(client.tree)):
        await client.take_up(cog)
