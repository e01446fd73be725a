"""/language, and the languages' buttons in the welcome room: in which language somebody is answered."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.people.access import Role
from bot.messages.errors import UserError
from bot.messages.i18n import enumeration, language_name, language_named, text
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed


class LanguageCog(commands.Cog, description="Coming in"):
    """The languages of the workshop; Arabic among them, which Discord doesn't speak."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.VISITOR)
    @app_commands.command(description="Choose the language in which you are answered")
    @app_commands.describe(name="Which one: begin to type its name")
    async def language(self, interaction: Interaction, name: str) -> None:
        """Choose by name or by code."""
        await self.choose(interaction, language_named(name) or "")

    @language.autocomplete("name")
    async def suggest_languages(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's languages, each in its own writing."""
        return suggestions(typed, ((code, language_name(code)) for code in self._parts.plan.languages))

    @pressed("language", Role.VISITOR)
    async def choose(self, interaction: Interaction, code: str, _mark: str = "") -> None:
        """Keep the choice, then say so in that language."""
        spoken = self._parts.plan.languages
        if code not in spoken:
            language = self._parts.access.language(interaction)
            raise UserError("refused.language", languages=enumeration(language, map(language_name, spoken)))
        await self._parts.store.participants.choose_language(interaction.user.id, code)
        await answer(interaction, f"{DONE} {text(code, 'language.chosen')}")


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(LanguageCog(client))
