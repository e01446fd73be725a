"""Routes of Discord that simcord lacks, or answers in another way: one file a subject."""

from bot.rehearsal.discord.routes import application, channels, commands, guilds
from bot.rehearsal.discord.routes.table import HANDLERS, Created

__all__ = ("HANDLERS", "Created", "application", "channels", "commands", "guilds")
