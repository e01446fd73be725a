"""/me: what the workshop keeps about the person who asks: to be seen, taken along, and erased."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot import answers
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import attendance
from bot.domain.access import Role
from bot.exporting import dossier
from bot.i18n import text
from bot.posts import Button, Post, custom_id
from bot.store.erasures import Erasure
from bot.ui import DONE, Interaction, answer, answer_at_length, pressed


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

    # Also for who is no participant (any more): something may be kept of them all the same.

    @needs(Role.VISITOR)
    @app_commands.command(description="All that the workshop keeps about you, as files")
    async def export(self, interaction: Interaction) -> None:
        """Two files: one to read, one for programs."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = self._parts.access.language(interaction)
        kept = await self._parts.store.dossiers.of(interaction.user.id)
        made = {"me.md": dossier.as_markdown(kept, self._parts.plan.title[language], language)}
        made["me.json"] = dossier.as_json(kept)
        files = [discord.File(io.BytesIO(content), filename=name) for name, content in made.items()]
        told = text(language, "me.exported", n=sum(len(part.rows) for part in kept))
        await interaction.edit_original_response(content=f"{DONE} {told}", attachments=files)

    @needs(Role.VISITOR)
    @app_commands.command(description="Erase what the workshop keeps about you, once you have seen what that means")
    async def delete(self, interaction: Interaction) -> None:
        """Say what is erased and what stays; nothing is erased yet."""
        language = self._parts.access.language(interaction)
        said = (text(language, f"me.delete.{part}") for part in ("erased", "stays", "final"))
        confirm = Button(custom_id("erase", str(interaction.id)), text(language, "button.erase"), primary=True)
        await answer(interaction, Post((f"{DONE} {text(language, 'me.delete.heading')}", *said), (confirm,)))

    @pressed("erase", Role.VISITOR)
    async def erase(self, interaction: Interaction, erasure: str) -> None:
        """Erase it, once for each time that it was asked for; cards follow, and so do role and name."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Their language is erased too.
        language, person, parts = self._parts.access.language(interaction), interaction.user, self._parts
        place = parts.store.people.of(person.id)
        await parts.store.erasures.erase(Erasure(erasure, person.id, parts.clock.now()))
        parts.courier.stir()
        lines = [f"{DONE} {text(language, 'me.deleted')}"]
        if place and isinstance(person, discord.Member) and parts.store.people.of(person.id) is None:
            allowed = await parts.venue.forget(person, place)
            lines += [] if allowed else [text(language, "me.role_stays", role=place.role.name.capitalize())]
        await answer(interaction, "\n".join(lines))


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Me(client))
