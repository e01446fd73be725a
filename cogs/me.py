"""/me: what the workshop keeps about the person who asks: to be seen, taken along, and erased."""

from __future__ import annotations

import io
from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.documents.export import personal_data
from bot.domain.attendance import own_attendance as own_attendance_rules
from bot.domain.people.access import Role
from bot.domain.venue import WELCOME
from bot.messages import own_attendance as own_attendance_messages
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.privacy.erasures import Erasure


class MeCog(commands.GroupCog, group_name="me", group_description="What the workshop keeps about you"):
    """What the workshop keeps about one person: only they can ask, and only they see it."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(name="attendance", description="Your attendance so far, session by session")
    async def own_attendance(self, interaction: Interaction) -> None:
        """Show it with its reasons, and where it stands against the plan's rule."""
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        person = interaction.user
        checked = await store.attendance.of(person.id)
        own = await self._parts.awards.record(person.id, person.display_name, now)
        language, doors = self._parts.access.language(interaction), store.checkin_doors.by_hand
        await answer(interaction, own_attendance_messages.own_attendance(plan, own, checked, now, language, doors))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Your certificate as a PDF, or what is still missing for it")
    async def certificate(self, interaction: Interaction) -> None:
        """The command; the same as the button."""
        await self.take_certificate(interaction)

    @pressed("certificate", Role.PARTICIPANT)
    async def take_certificate(self, interaction: Interaction, _mark: str = "") -> None:
        """Hand it over, if it is earned by the plan's rule; else say what is missing, and what the person can do."""
        person, store, now = interaction.user, self._parts.store, self._parts.clock.now()
        place = store.participants.of(person.id)
        if place is None:
            raise UserError("refused.certificate.no_place", channel=self._parts.venue.link(WELCOME))
        if place.role is not Role.PARTICIPANT:
            raise UserError("refused.certificate.team")
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            name, content = await self._parts.awards.file(person.id, now)
        except LookupError:
            raise await self._not_earned(person.id, place.name, now) from None
        told = text(self._parts.access.language(interaction), "certificate.yours")
        file = discord.File(io.BytesIO(content), filename=name)
        await answer(interaction, f"{DONE} {told}", file)

    async def _not_earned(self, person: int, name: str, now: datetime) -> UserError:
        plan = self._parts.plan
        own = await self._parts.awards.record(person, name, now)
        outlook = own_attendance_rules.outlook(plan, own, await self._parts.store.attendance.of(person), now)
        return UserError(
            f"refused.certificate.{outlook}",
            n=own_attendance_rules.minutes_missing(plan, own),
            percent=own.whole_percent,
            scheduled=round(own.observed),
            rule=plan.attendance.percent,
        )

    # Also for who is no participant (any more): something may be kept of them all the same.

    @needs(Role.VISITOR)
    @app_commands.command(description="All that the workshop keeps about you, as files")
    async def export(self, interaction: Interaction) -> None:
        """Two files: one to read, one for programs."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = self._parts.access.language(interaction)
        kept = await self._parts.store.personal_data.of(interaction.user.id)
        made = {"me.md": personal_data.as_markdown(kept, self._parts.plan.title[language], language)}
        made["me.json"] = personal_data.as_json(kept)
        files = [discord.File(io.BytesIO(content), filename=name) for name, content in made.items()]
        told = text(language, "me.exported", n=sum(len(part.rows) for part in kept))
        await answer(interaction, f"{DONE} {told}", *files)

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
        place = parts.store.participants.of(person.id)
        await parts.store.erasures.erase(Erasure(erasure, person.id, parts.clock.now()))
        parts.dispatcher.stir()
        lines = [f"{DONE} {text(language, 'me.deleted')}"]
        if place and isinstance(person, discord.Member) and parts.store.participants.of(person.id) is None:
            allowed = await parts.venue.forget(person, place)
            lines += [] if allowed else [text(language, "me.role_stays", role=place.role.name.capitalize())]
        await answer(interaction, "\n".join(lines))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(MeCog(client))
