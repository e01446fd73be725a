"""/me: what the workshop keeps about the person who asks."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot import answers
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import attendance
from bot.domain.access import Role
from bot.ui import Interaction, answer_at_length


class Me(commands.GroupCog, group_name="me", group_description="What the workshop keeps about you"):
    """What the workshop keeps about one person: only they can ask, and only they see it."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(name="attendance", description="Your attendance so far, session by session")
    async def own_attendance(self, interaction: Interaction) -> None:
        """Show it with its reasons, and where it stands against the plan's rule."""
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        person = interaction.user
        checked = await store.attendance.of(person.id)
        stays = await store.stays.of(person.id)
        blind = attendance.blind(plan, await store.stays.watches(), now)
        corrected = await store.corrections.of(person.id)
        own = attendance.record(plan, person.id, person.display_name, checked, stays, blind, corrected)
        language, doors = self._parts.access.language(interaction), store.doors.by_hand
        await answer_at_length(interaction, answers.own_attendance(plan, own, checked, now, language, doors))


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Me(client))
