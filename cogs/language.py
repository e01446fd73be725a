"""/language, and the languages' buttons in the welcome room: the language of a person's answers."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands
from discord.ext import commands

from bot.domain.people.roles import Role
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.i18n import enumeration, language_name, language_named
from bot.platform.answers import DONE
from bot.platform.router import command, pressed, suggests


class LanguageCog(commands.Cog, description="Coming in"):
    """Handles the choice of language, also of Arabic, which Discord's own setting lacks."""

    @command(Role.VISITOR, "Choose your language")
    @app_commands.describe(name="Which one: begin to type its name")
    async def language(self, context: Context, name: str) -> None:
        """Choose by name or by code."""
        await self.choose(context, language_named(name) or "")

    @suggests("name", language)
    async def suggest_languages(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's languages, each by its own name."""
        return ((code, language_name(code)) for code in context.plan.languages)

    @pressed("language", Role.VISITOR)
    async def choose(self, context: Context, code: str, _mark: str = "") -> None:
        """Store the choice, then confirm in that language."""
        spoken = context.plan.languages
        if code not in spoken:
            context.refuse("refused.language", languages=enumeration(context.language, map(language_name, spoken)))
        await context.choose_language(code)
        await context.reply(f"{DONE} {context.say('language.chosen')}")


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(LanguageCog())
