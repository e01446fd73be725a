"""Notes: shared in a form, added to, reviewed, shown as their authors want, found again, and taken up by others."""

from __future__ import annotations

from bot.app import Workshop
from cogs.notes.commands import NoteCommands
from cogs.notes.desk import Desk
from cogs.notes.meeting import Meeting
from cogs.notes.reviewing import Reviewing
from cogs.notes.saving import Saving
from cogs.notes.sharing import Sharing


async def setup(client: Workshop) -> None:
    """Called by discord.py when the package is loaded."""
    desk = Desk(client.parts)
    for cog in (NoteCommands(desk), Sharing(desk), Meeting(desk), Reviewing(desk), Saving(desk, client.tree)):
        await client.take_up(cog)
