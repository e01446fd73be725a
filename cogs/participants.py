"""/participants: who is on the roster, who has come, and the roster itself."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers import faults_post
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import limits, participants
from bot.domain.access import Role
from bot.domain.participants import Participant, RosterChange
from bot.domain.text import escape
from bot.exporting.kinds import Format
from bot.i18n import country_name, text
from bot.posts import Button, Post, custom_id
from bot.ui import DONE, REFUSED, Interaction, RefusalError, answer, pressed

#: The roster that was last shown to be confirmed: its digest, and until it is taken over, its rows.
_PROPOSED = "proposed roster"


class Participants(commands.GroupCog, group_name="participants", group_description="Who is in the workshop"):
    """Who is on the roster, and who has come."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.MODERATOR)
    @app_commands.command(name="list", description="Everybody on the roster and who introduced themselves")
    async def list_all(self, interaction: Interaction) -> None:
        """Everybody."""
        every = self._places()
        joined = sum(place.person is not None for place in every)
        language = self._parts.access.language(interaction)
        await self._hand_over(interaction, text(language, "participants.list", n=len(every), joined=joined), every)

    @needs(Role.MODERATOR)
    @app_commands.command(description="Who is on the roster and has not joined")
    async def missing(self, interaction: Interaction) -> None:
        """Who has not come."""
        absent = [place for place in self._places() if place.person is None]
        language = self._parts.access.language(interaction)
        told = (
            text(language, "participants.missing", n=len(absent)) if absent else text(language, "participants.all_in")
        )
        await self._hand_over(interaction, told, absent)

    def _places(self) -> list[Participant]:
        return participants.in_order(self._parts.store.people.all())

    async def _hand_over(self, interaction: Interaction, told: str, places: Sequence[Participant]) -> None:
        """In a message, or, where there are too many for one, as a file."""
        language = self._parts.access.language(interaction)
        lines = [_line(place, language) for place in places]
        post = Post((f"{DONE} {told}", *(["\n".join(lines)] if lines else [])))
        if post.length <= limits.MESSAGE_TEXT:
            await answer(interaction, post)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Imported here: a bot that starts doesn't need it yet.
        from bot.exporting import files  # noqa: PLC0415
        from bot.exporting.formats import Heading  # noqa: PLC0415
        from bot.exporting.subjects import participants as listing  # noqa: PLC0415
        from bot.exporting.table import whole  # noqa: PLC0415

        made = io.BytesIO()
        plan = self._parts.plan
        heading = Heading("participants", plan.title[plan.languages[0]], "", plan.zone, language, listing.COLUMNS)
        rows = whole(listing.COLUMNS, [listing.listed(plan, place) for place in places])
        await files.write_table(Format.CSV, heading, rows.pages, made)
        made.seek(0)
        file = discord.File(made, filename="participants.csv")
        await interaction.edit_original_response(content=f"{DONE} {told}", attachments=[file])

    @needs(Role.ORGANISER)
    @app_commands.command(description="Free somebody's place, if the wrong person took it")
    @app_commands.describe(person="Who gives the place back")
    async def release(self, interaction: Interaction, person: discord.Member) -> None:
        """Free a place, and take its role away."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = await self._parts.store.people.release(person.id)
        if place is None:
            raise RefusalError("refused.participants.no_place", person=person.mention)
        gone = await self._parts.venue.dismiss(person, place)
        language = self._parts.access.language(interaction)
        lines = [f"{DONE} {text(language, 'participants.released', name=escape(place.name))}"]
        if not gone:
            lines.append(text(language, "participants.role_stays", role=place.role.name.capitalize()))
        await answer(interaction, "\n".join(lines))

    # --- the roster's file -------------------------------------------------------------------------------------

    @needs(Role.ORGANISER)
    @app_commands.command(name="import", description="Take over a roster, once you have seen what changes")
    @app_commands.describe(file="CSV or XLSX: name, administration, country, kind of organisation, language, role")
    async def import_roster(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Show what a file would change; nothing is changed yet."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Imported here: a bot that starts doesn't need it yet.
        from bot.importing import roster as rosters  # noqa: PLC0415

        language = self._parts.access.language(interaction)
        if file.size > rosters.MAX_BYTES:
            raise RefusalError("refused.roster.too_large", limit=rosters.MAX_BYTES // 1024)
        content = await file.read()
        try:
            roster = await asyncio.to_thread(rosters.read, content, file.filename, self._parts.plan.languages)
        except rosters.RosterError as failure:
            heading = text(language, "refused.roster.faults", n=len(failure.faults))
            shown, _ = faults_post(f"{REFUSED} {heading}", failure.faults)
            await answer(interaction, shown)
            return
        packed = rosters.packed(roster)
        digest = hashlib.blake2b(packed.encode(), digest_size=8).hexdigest()
        await self._parts.store.facts.put(_PROPOSED, f"{digest}\n{packed}")
        change = participants.follow(self._parts.store.people.all(), roster)
        confirm = Button(custom_id("roster", digest), text(language, "button.roster"), primary=True)
        await answer(interaction, Post((f"{DONE} {text(language, 'roster.preview', **_counts(change))}",), (confirm,)))

    @pressed("roster", Role.ORGANISER)
    async def confirm(self, interaction: Interaction, digest: str) -> None:
        """Take the previewed roster over."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        from bot.importing import roster as rosters  # noqa: PLC0415 - likewise

        language = self._parts.access.language(interaction)
        proposed, _, packed = (await self._parts.store.facts.get(_PROPOSED) or "").partition("\n")
        if proposed != digest:
            raise RefusalError("refused.roster.stale")
        if not packed:
            await answer(interaction, f"{DONE} {text(language, 'roster.done_already')}")
            return
        change = await self._parts.store.people.follow(rosters.unpacked(packed))
        await self._parts.store.facts.put(_PROPOSED, f"{digest}\n")
        await answer(interaction, f"{DONE} {text(language, 'roster.done', **_counts(change))}")


def _line(place: Participant, language: str) -> str:
    where = (escape(place.administration), country_name(language, place.country) if place.country else "")
    return f"{'✅' if place.person else '▫️'} **{escape(place.name)}** · {' · '.join(filter(None, where))}"


def _counts(change: RosterChange) -> dict[str, int]:
    return {
        "new": len(change.new),
        "changed": len(change.changed),
        "unchanged": len(change.unchanged),
        "gone": len(change.gone),
    }


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Participants(client))
