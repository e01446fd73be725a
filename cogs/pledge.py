"""Pledges: what somebody will apply at home, and by when; made from the last day on, and changeable."""

from __future__ import annotations

from collections.abc import Mapping

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import local_time
from bot.domain.contributions import pledges
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.pledges import Pledge, PledgeProgress, PledgeState
from bot.domain.local_time import LocalTimeError
from bot.domain.people.access import Role
from bot.domain.text import clean, escape, shorten
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.i18n import day_name, text
from bot.messages.post import custom_id
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.errors import given_back
from bot.platform.forms import choices, form, line, paragraph
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed

_YES, _NO = "yes", "no"
#: Characters of a date as somebody may type it.
_DATE = 20


class PledgeCog(commands.Cog, description="Applying what you learnt"):
    """What will be applied."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Say what you will apply at home, and by when; or change what you said")
    async def pledge(self, interaction: Interaction) -> None:
        """Open the form."""
        await self.open_form(interaction)

    @pressed("pledge", Role.PARTICIPANT)
    async def open_form(self, interaction: Interaction, _mark: str = "") -> None:
        """The button of the last day; an earlier pledge is filled in."""
        plan, language = self._parts.plan, self._parts.access.language(interaction)
        opens = pledges.pledges_open_at(plan)
        if self._parts.clock.now() < opens:
            raise UserError("refused.pledge.not_yet", when=post.moment(opens, "f"))
        before = await self._parts.store.pledges.of(interaction.user.id)
        by = line("by", _DATE, before.by.isoformat() if before else "", placeholder="2023-06-30")
        agreed = [(value, text(language, f"pledge.{value}")) for value in (_YES, _NO)]
        chosen = (_YES if before.follow_up else _NO) if before else ""
        fields = {
            "text": paragraph("text", before.text if before else ""),
            "by": by,
            "contact": choices("contact", agreed, chosen),
        }
        named = ((text(language, f"pledge.{n}"), text(language, f"pledge.{n}_hint"), f) for n, f in fields.items())
        await interaction.response.send_modal(form(custom_id("pledged"), text(language, "pledge.heading"), named))

    @pressed("pledged", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction) -> None:
        """Keep a pledge, then say so. If it can't be kept, its author gets the text back."""
        language = self._parts.access.language(interaction)
        typed = submitted(interaction)
        async with given_back(interaction, language, typed["text"]):
            pledge = self._read(interaction, typed)
            await self._parts.store.pledges.put(pledge)
            await answer(interaction, f"{DONE} {text(language, 'pledge.kept', by=day_name(language, pledge.by))}")

    # Months later, also privately, and by people who have left the server: that they made a pledge is what counts.

    @pressed("progress", Role.VISITOR, private=True)
    async def open_progress(self, interaction: Interaction, months: str, _mark: str = "") -> None:
        """The button under the reminder; what they said of this time is filled in."""
        language, store, person = self._parts.access.language(interaction), self._parts.store, interaction.user.id
        await self._pledge_of(person, months)
        before = await store.pledges.reported(person, int(months))
        offered = [(str(state), text(language, f"progress.state.{state}")) for state in PledgeState]
        fields = {
            "state": choices("state", offered, before.state if before else ""),
            "text": paragraph("text", before.text if before else "", required=False),
        }
        named = ((text(language, f"progress.{n}"), text(language, f"progress.{n}_hint"), f) for n, f in fields.items())
        heading = text(language, "progress.heading")
        await interaction.response.send_modal(form(custom_id("progressed", months), heading, named))

    @pressed("progressed", Role.VISITOR, private=True)
    async def keep_progress(self, interaction: Interaction, months: str) -> None:
        """Keep how it goes, then say so, and who sees it. If it can't be kept, its author gets the text back."""
        language, person, now = self._parts.access.language(interaction), interaction.user.id, self._parts.clock.now()
        typed = submitted(interaction)
        async with given_back(interaction, language, typed["text"]):
            pledge = await self._pledge_of(person, months)
            words = tidy(typed["text"], pledges.TEXT_LENGTH) or ""
            await self._parts.store.pledges.report(
                PledgeProgress(person, int(months), PledgeState(typed["state"]), words, now)
            )
            seen = text(language, "follow_up.named" if pledge.follow_up else "follow_up.unnamed")
            await answer(interaction, f"{DONE} {text(language, 'progress.kept')}\n-# {seen}")

    async def _pledge_of(self, person: int, months: str) -> Pledge:
        if not months.isdecimal():
            raise UserError("refused.gone")
        pledge = await self._parts.store.pledges.of(person)
        if pledge is None:
            raise UserError("refused.pledge.none")
        return pledge

    def _read(self, interaction: Interaction, typed: Mapping[str, str]) -> Pledge:
        plan, now = self._parts.plan, self._parts.clock.now()
        today = local_time.day_of(now, plan.tz)
        words = tidy(typed["text"], pledges.TEXT_LENGTH)
        if words is None:
            raise UserError("refused.pledge.empty")
        try:
            by = local_time.parse_date(typed["by"], today)
        except LocalTimeError as unclear:
            raise UserError(
                f"refused.pledge.{unclear.args[0]}",
                typed=f"“{escape(shorten(clean(typed['by']), _DATE))}”",
                today=today.isoformat(),
            ) from None
        person = interaction.user
        place = self._parts.store.participants.of(person.id)
        name = place.name if place else person.display_name
        return Pledge(person.id, name, words, by, typed["contact"] == _YES, now)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(PledgeCog(client))
