"""/participants: who is on the roster, who has come, and the roster itself."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.documents.export.kinds import Format
from bot.domain.announcements import Announcement
from bot.domain.people import participants
from bot.domain.people.access import Role
from bot.domain.people.participants import Participant, RosterChange
from bot.domain.text import escape
from bot.messages.errors import UserError
from bot.messages.faults import faults_post
from bot.messages.i18n import country_name, text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from bot.store.participants import RELEASED, held_by

#: The roster that was last shown to be confirmed: its digest, and until it is taken over, its rows.
_PROPOSED = "proposed roster"


class ParticipantsCog(commands.GroupCog, group_name="participants", group_description="Who is in the workshop"):
    """Who is on the roster, and who has come."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts
        self._importing = asyncio.Lock()
        """A list that is confirmed twice at once is taken over and reported once."""

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
        return participants.sorted_places(self._parts.store.participants.all())

    async def _hand_over(self, interaction: Interaction, told: str, places: Sequence[Participant]) -> None:
        """In a message, or, where there are too many for one, as a file."""
        language = self._parts.access.language(interaction)
        lines = [_line(place, language) for place in places]
        post = Post((f"{DONE} {told}", *(["\n".join(lines)] if lines else [])))
        if post.fits:
            await answer(interaction, post)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Imported here: a bot that starts doesn't need it yet.
        from bot.documents.export import files  # noqa: PLC0415
        from bot.documents.export.formats import ColumnHeading  # noqa: PLC0415
        from bot.documents.export.subjects import participants as listing  # noqa: PLC0415
        from bot.documents.export.table import whole  # noqa: PLC0415

        made = io.BytesIO()
        plan = self._parts.plan
        heading = ColumnHeading("participants", plan.title[plan.languages[0]], "", plan.zone, language, listing.COLUMNS)
        rows = whole(listing.COLUMNS, [listing.listed(plan, place) for place in places])
        await files.write_table(Format.CSV, heading, rows.pages, made)
        made.seek(0)
        file = discord.File(made, filename="participants.csv")
        await answer(interaction, f"{DONE} {told}", file)

    @needs(Role.ORGANISER)
    @app_commands.command(description="Free somebody's place, if the wrong person took it")
    @app_commands.describe(person="Who gives the place back; the account's id, if they have left")
    async def release(self, interaction: Interaction, person: discord.User) -> None:
        """Free the place of an account, and take its role away where it is still in the server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = self._parts.store.participants.of(person.id)
        if place is None:
            raise UserError("refused.participants.no_place", person=person.mention)
        name, role = escape(place.name), place.role.name.capitalize()
        released = await self._parts.store.participants.release(
            person.id,
            self._deed(interaction, RELEASED, held_by(place, person.id), role),
            self._parts.team_line(
                "team.released", who=interaction.user.mention, name=name, role=role, person=person.mention
            ),
        )
        if released is None:
            raise UserError("refused.participants.no_place", person=person.mention)
        gone = not isinstance(person, discord.Member) or await self._parts.venue.dismiss(person, place)
        self._parts.dispatcher.stir()
        language = self._parts.access.language(interaction)
        lines = [f"{DONE} {text(language, 'participants.released', name=name)}"]
        if not gone:
            lines.append(text(language, "participants.role_stays", role=role))
        await answer(interaction, "\n".join(lines))

    # --- who asks for a place ----------------------------------------------------------------------------------

    @pressed("approve", Role.ORGANISER)
    async def approve(self, interaction: Interaction, shown: str, request: str) -> None:
        """Let somebody have the place that they asked for, unless the list gives it another role by now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked, person = await self._requested(request)
        if shown != asked.role.name.lower():
            raise UserError("refused.request.changed", name=escape(asked.name), role=asked.role.name.capitalize())
        member, role = await self._member(interaction, person), asked.role.name.capitalize()
        place = await self._parts.store.participants.approve(
            request,
            asked,
            person,
            self._parts.clock.now(),
            self._deed(interaction, "place approved", held_by(asked, person), role),
            self._parts.team_line(
                "team.approved", who=interaction.user.mention, name=escape(asked.name), role=role, person=f"<@{person}>"
            ),
        )
        if place is None:
            raise UserError("refused.request.stale", name=escape(asked.name))
        self._parts.dispatcher.stir()
        language = self._parts.access.language(interaction)
        lines = [f"{DONE} {text(language, 'request.approved', name=escape(place.name), role=role)}"]
        if "role" in await self._parts.venue.admit(member, place):
            lines.append(text(language, "request.role_refused", role=role))
        await answer(interaction, "\n".join(lines))

    @pressed("refuse", Role.ORGANISER)
    async def refuse(self, interaction: Interaction, request: str) -> None:
        """Refuse somebody the place that they asked for."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked, person = await self._requested(request)
        name, role = escape(asked.name), asked.role.name.capitalize()
        refused = await self._parts.store.team_requests.refuse(
            request,
            self._deed(interaction, "place refused", held_by(asked, person), role),
            self._parts.team_line(
                "team.refused", who=interaction.user.mention, name=name, role=role, person=f"<@{person}>"
            ),
        )
        if not refused:
            raise UserError("refused.request.decided")
        self._parts.dispatcher.stir()
        language = self._parts.access.language(interaction)
        await answer(interaction, f"{DONE} {text(language, 'request.refused', name=name)}")

    async def _requested(self, request: str) -> tuple[Participant, int]:
        """The place that a request is about, and who asks. Raises UserError."""
        found = await self._parts.store.team_requests.find(request)
        place = self._parts.store.participants.find(found[0]) if found else None
        if found is None or place is None:
            raise UserError("refused.request.decided")
        return place, found[1]

    @staticmethod
    async def _member(interaction: Interaction, person: int) -> discord.Member:
        """Somebody who is in the server. Raises UserError."""
        if interaction.guild is None:
            raise UserError("refused.not_in_server")
        try:
            return await interaction.guild.fetch_member(person)
        except discord.NotFound:
            raise UserError("refused.request.left", person=f"<@{person}>") from None

    def _deed(self, interaction: Interaction, what: str, subject: str, latter: str) -> AuditEntry:
        now = self._parts.clock.now()
        return AuditEntry(f"place/{interaction.id}", now, interaction.user.id, what, subject, None, latter)

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
            raise UserError("refused.roster.too_large", limit=rosters.MAX_BYTES // 1024)
        content = await file.read()
        try:
            roster = await asyncio.to_thread(rosters.read_roster, content, file.filename, self._parts.plan.languages)
        except rosters.RosterError as failure:
            heading = text(language, "refused.roster.faults", n=len(failure.faults))
            shown, _ = faults_post(f"{REFUSED} {heading}", failure.faults)
            await answer(interaction, shown)
            return
        packed = rosters.pack_roster(roster)
        digest = hashlib.blake2b(packed.encode(), digest_size=8).hexdigest()
        await self._parts.store.facts.put(_PROPOSED, f"{digest}\n{packed}")
        change = participants.roster_change(self._parts.store.participants.all(), roster)
        confirm = Button(custom_id("roster", digest), text(language, "button.roster"), primary=True)
        await answer(interaction, Post((f"{DONE} {text(language, 'roster.preview', **change.counts())}",), (confirm,)))

    @pressed("roster", Role.ORGANISER)
    async def confirm(self, interaction: Interaction, digest: str) -> None:
        """Take the previewed roster over."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._importing:
            await self._take_over(interaction, digest)

    async def _take_over(self, interaction: Interaction, digest: str) -> None:
        from bot.importing import roster as rosters  # noqa: PLC0415 - likewise

        language = self._parts.access.language(interaction)
        proposed, _, packed = (await self._parts.store.facts.get(_PROPOSED) or "").partition("\n")
        if proposed != digest:
            raise UserError("refused.roster.stale")
        if not packed:
            await answer(interaction, f"{DONE} {text(language, 'roster.done_already')}")
            return

        def told(change: RosterChange) -> tuple[AuditEntry, Announcement]:
            deed = self._deed(interaction, "list imported", digest, change.summary)
            return deed, self._parts.team_line("team.list", who=interaction.user.mention, **change.counts())

        change = await self._parts.store.participants.follow(rosters.unpack_roster(packed), told)
        self._parts.dispatcher.stir()
        await self._parts.store.facts.put(_PROPOSED, f"{digest}\n")
        await answer(interaction, f"{DONE} {text(language, 'roster.done', **change.counts())}")


def _line(place: Participant, language: str) -> str:
    where = (escape(place.administration), country_name(language, place.country) if place.country else "")
    return f"{'✅' if place.person else '▫️'} **{escape(place.name)}** · {' · '.join(filter(None, where))}"


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ParticipantsCog(client))
