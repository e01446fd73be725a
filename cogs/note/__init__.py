"""Notes: shared in a form, added to, reviewed, shown as their authors want, found again, and taken up by others."""

from __future__ import annotations

from bot.app import Workshop
from cogs.note.commands import NoteCommands
from cogs.note.contacts import Meeting
from cogs.note.from_message import Saving
from cogs.note.review import Reviewing
from cogs.note.shared import Desk
from cogs.note.sharing import Sharing


async def setup(client: Workshop) -> None:
    """Called by discord.py when the package is loaded."""
    desk = Desk(client.parts)
    for cog in (NoteCommands(desk), Sharing(desk), Meeting(desk), Reviewing(desk), Saving(desk, client.tree)):
        await client.take_up(cog)
