"""/certificates: the count of earned ones, and the announcement with the button to get them."""

from __future__ import annotations

from discord.ext import commands

from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.attendance.certificates import Award
from bot.domain.people.roles import Role
from bot.domain.venue import ANNOUNCEMENTS
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE
from bot.platform.router import command, pressed


class CertificatesCog(commands.Cog, description="Certificates"):
    """Announces certificates to everybody at once, because Discord throttles direct messages."""

    @command(Role.ORGANISER, "Who has earned a certificate; let everybody take theirs", name="certificates")
    async def show(self, context: Context) -> None:
        """Show how many were earned, and whether they were announced."""
        await context.defer()
        await _answer(context)

    @pressed("award", Role.ORGANISER)
    async def announce(self, context: Context) -> None:
        """Announce the certificates; pressing again changes nothing."""
        await context.defer()
        entry = context.audit_entry("certificates", "certificates announced", "workshop")
        await context.store.deliveries.release(announcements.certificates(context.plan, context.now), entry)
        context.workshop.dispatcher.stir()
        await _answer(context)


async def _answer(context: Context) -> None:
    plan = context.plan
    certificates = await context.workshop.awards.earned(context.now)
    earned = sum(certificate.award is Award.COMPLETION for certificate in certificates)
    announced = await context.store.deliveries.announced(Kind.CERTIFICATES)
    heading = context.say("awards.heading", n=earned, rule=plan.attendance.percent)
    key = "awards.announced" if announced else "awards.not_announced"
    lines = [context.say(key, channel=context.workshop.venue.link(ANNOUNCEMENTS))]
    if context.now < plan.agenda.ends_at:
        lines.append(context.say("awards.early"))
    announce = Button(custom_id("award"), context.say("button.award"), primary=True)
    await context.reply(Post((f"{DONE} {heading}", "\n".join(lines)), () if announced else (announce,)))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CertificatesCog())
