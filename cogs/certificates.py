"""/certificates: who has earned one, and the announcement with the button by which each person takes theirs."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.attendance.certificates import Award
from bot.domain.people.access import Role
from bot.domain.venue import ANNOUNCEMENTS
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.audit import AuditEntry


class CertificatesCog(commands.Cog, description="Certificates"):
    """One announcement for everybody in place of a direct message for each: Discord throttles those."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.ORGANISER)
    @app_commands.command(name="certificates", description="Who has earned a certificate; let everybody take theirs")
    async def show(self, interaction: Interaction) -> None:
        """How many there are, and whether they were announced."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._answer(interaction)

    @pressed("award", Role.ORGANISER)
    async def announce(self, interaction: Interaction) -> None:
        """Announce them once, however often it is pressed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        plan, now = self._parts.plan, self._parts.clock.now()
        deed = AuditEntry(
            f"certificates/{interaction.id}", now, interaction.user.id, "certificates announced", "workshop"
        )
        await self._parts.store.deliveries.release(announcements.certificates(plan, now), deed)
        self._parts.dispatcher.stir()
        await self._answer(interaction)

    async def _answer(self, interaction: Interaction) -> None:
        plan, now, language = self._parts.plan, self._parts.clock.now(), self._parts.access.language(interaction)
        certificates = await self._parts.awards.earned(now)
        earned = sum(certificate.award is Award.COMPLETION for certificate in certificates)
        announced = await self._parts.store.deliveries.announced(Kind.CERTIFICATES)
        heading = text(language, "awards.heading", n=earned, rule=plan.attendance.percent)
        key = "awards.announced" if announced else "awards.not_announced"
        lines = [text(language, key, channel=self._parts.venue.link(ANNOUNCEMENTS))]
        if now < plan.agenda.ends_at:
            lines.append(text(language, "awards.early"))
        announce = Button(custom_id("award"), text(language, "button.award"), primary=True)
        await answer(interaction, Post((f"{DONE} {heading}", "\n".join(lines)), () if announced else (announce,)))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CertificatesCog(client))
