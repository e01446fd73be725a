"""/participants: who is on the roster, who has come, and the roster itself."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.documents.export.subject import Format
from bot.domain.announcements import Announcement
from bot.domain.people import participants
from bot.domain.people.participants import Participant, RosterChange
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.messages.file_faults import faults_post
from bot.messages.i18n import country_name
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED
from bot.platform.router import command, pressed
from bot.store.audit import AuditEntry
from bot.store.participants import RELEASED, held_by

#: The fact with the roster last previewed: its digest and, until it is imported, its rows.
_PROPOSED = "proposed roster"


class ParticipantsCog(commands.GroupCog, group_name="participants", group_description="Who is in the workshop"):
    """Commands about the roster and the people who joined."""

    @command(Role.MODERATOR, "Everybody on the roster and who introduced themselves", name="list")
    async def list_all(self, context: Context) -> None:
        """List everybody on the roster."""
        places = _places(context)
        joined = sum(place.person is not None for place in places)
        await _hand_over(context, context.say("participants.list", n=len(places), joined=joined), places)

    @command(Role.MODERATOR, "Who is on the roster and has not joined")
    async def missing(self, context: Context) -> None:
        """List the places that nobody has taken."""
        absent = [place for place in _places(context) if place.person is None]
        heading = context.say("participants.missing", n=len(absent)) if absent else context.say("participants.all_in")
        await _hand_over(context, heading, absent)

    @command(Role.ORGANISER, "Free somebody's place, if the wrong person took it")
    @app_commands.describe(person="Who gives the place back; the account's id, if they have left")
    async def release(self, context: Context, person: discord.User) -> None:
        """Free the place of an account, and take its role away if it is still in the server."""
        await context.defer()
        place = context.store.participants.of(person.id)
        if place is None:
            context.refuse("refused.participants.no_place", person=person.mention)
        name, role = escape(place.name), place.role.name.capitalize()
        released = await context.store.participants.release(
            person.id,
            context.audit_entry("place", RELEASED, held_by(place, person.id), None, role),
            context.workshop.team_line(
                "team.released", who=context.person.mention, name=name, role=role, person=person.mention
            ),
        )
        if released is None:
            context.refuse("refused.participants.no_place", person=person.mention)
        gone = not isinstance(person, discord.Member) or await context.workshop.venue.dismiss(person, place)
        context.workshop.dispatcher.stir()
        lines = [f"{DONE} {context.say('participants.released', name=name)}"]
        if not gone:
            lines.append(context.say("participants.role_stays", role=role))
        await context.reply("\n".join(lines))

    # --- who asks for a place ----------------------------------------------------------------------------------

    @pressed("approve", Role.ORGANISER)
    async def approve(self, context: Context, shown: str, request: str) -> None:
        """Approve a request for a place, unless the roster has given the place another role since."""
        await context.defer()
        asked, person = await _requested(context, request)
        if shown != asked.role.name.lower():
            context.refuse("refused.request.changed", name=escape(asked.name), role=asked.role.name.capitalize())
        member, role = await _member(context, person), asked.role.name.capitalize()
        place = await context.store.participants.approve(
            request,
            asked,
            person,
            context.now,
            context.audit_entry("place", "place approved", held_by(asked, person), None, role),
            context.workshop.team_line(
                "team.approved", who=context.person.mention, name=escape(asked.name), role=role, person=f"<@{person}>"
            ),
        )
        if place is None:
            context.refuse("refused.request.stale", name=escape(asked.name))
        context.workshop.dispatcher.stir()
        lines = [f"{DONE} {context.say('request.approved', name=escape(place.name), role=role)}"]
        if "role" in await context.workshop.venue.admit(member, place):
            lines.append(context.say("request.role_refused", role=role))
        await context.reply("\n".join(lines))

    @pressed("refuse", Role.ORGANISER)
    async def refuse(self, context: Context, request: str) -> None:
        """Refuse a request for a place."""
        await context.defer()
        asked, person = await _requested(context, request)
        name, role = escape(asked.name), asked.role.name.capitalize()
        refused = await context.store.team_requests.reject(
            request,
            context.audit_entry("place", "place refused", held_by(asked, person), None, role),
            context.workshop.team_line(
                "team.refused", who=context.person.mention, name=name, role=role, person=f"<@{person}>"
            ),
        )
        if not refused:
            context.refuse("refused.request.decided")
        context.workshop.dispatcher.stir()
        await context.done("request.refused", name=name)

    # --- the roster's file -------------------------------------------------------------------------------------

    @command(Role.ORGANISER, "Take over a roster, once you have seen what changes", name="import")
    @app_commands.describe(file="CSV or XLSX: name, administration, country, kind of organisation, language, role")
    async def import_roster(self, context: Context, file: discord.Attachment) -> None:
        """Preview the changes of a file; nothing is changed yet."""
        await context.defer()
        # Imported here: a bot that starts doesn't need it yet.
        from bot.importing import roster as rosters  # noqa: PLC0415

        if file.size > rosters.MAX_BYTES:
            context.refuse("refused.roster.too_large", limit=rosters.MAX_BYTES // 1024)
        content = await file.read()
        try:
            roster = await asyncio.to_thread(rosters.read_roster, content, file.filename, context.plan.languages)
        except rosters.RosterError as failure:
            heading = context.say("refused.roster.faults", n=len(failure.faults))
            shown, _ = faults_post(f"{REFUSED} {heading}", failure.faults)
            await context.reply(shown)
            return
        packed = rosters.pack_roster(roster)
        digest = hashlib.blake2b(packed.encode(), digest_size=8).hexdigest()
        await context.store.facts.put(_PROPOSED, f"{digest}\n{packed}")
        change = participants.roster_change(context.store.participants.all(), roster)
        confirm = Button(custom_id("roster", digest), context.say("button.roster"), primary=True)
        await context.reply(Post((f"{DONE} {context.say('roster.preview', **change.counts())}",), (confirm,)))

    @pressed("roster", Role.ORGANISER)
    async def confirm(self, context: Context, digest: str) -> None:
        """Import the previewed roster."""
        await context.defer()
        async with context.workshop.importing_roster:  # confirmed twice at once, it is imported and reported once
            await _take_over(context, digest)


def _line(place: Participant, language: str) -> str:
    where = (escape(place.administration), country_name(language, place.country) if place.country else "")
    return f"{'✅' if place.person else '▫️'} **{escape(place.name)}** · {' · '.join(filter(None, where))}"


def _places(context: Context) -> list[Participant]:
    return participants.sorted_places(context.store.participants.all())


async def _hand_over(context: Context, sentence: str, places: Sequence[Participant]) -> None:
    """Answer with the places in a message; as a file, if they don't fit."""
    lines = [_line(place, context.language) for place in places]
    post = Post((f"{DONE} {sentence}", *(["\n".join(lines)] if lines else [])))
    if post.fits:
        await context.reply(post)
        return
    await context.defer()
    # Imported here: a bot that starts doesn't need it yet.
    from bot.documents.export import files  # noqa: PLC0415
    from bot.documents.export.formats import ColumnHeading  # noqa: PLC0415
    from bot.documents.export.subjects import participants as listing  # noqa: PLC0415
    from bot.documents.export.table import whole  # noqa: PLC0415

    made = io.BytesIO()
    plan = context.plan
    heading = ColumnHeading(
        "participants", plan.title[plan.languages[0]], "", plan.zone, context.language, listing.COLUMNS
    )
    rows = whole(listing.COLUMNS, [listing.participant_row(plan, place) for place in places])
    await files.write_table(Format.CSV, heading, rows.pages, made)
    made.seek(0)
    await context.reply(f"{DONE} {sentence}", discord.File(made, filename="participants.csv"))


async def _requested(context: Context, request: str) -> tuple[Participant, int]:
    """Return the requested place, and the person who asks. Raises UserError."""
    pending = await context.store.team_requests.find(request)
    place = context.store.participants.find(pending[0]) if pending else None
    if pending is None or place is None:
        context.refuse("refused.request.decided")
    return place, pending[1]


async def _member(context: Context, person: int) -> discord.Member:
    """Return a member of the server. Raises UserError."""
    try:
        return await context.guild.fetch_member(person)
    except discord.NotFound:
        raise UserError("refused.request.left", person=f"<@{person}>") from None


async def _take_over(context: Context, digest: str) -> None:
    from bot.importing import roster as rosters  # noqa: PLC0415 - as above

    proposed, _, packed = (await context.store.facts.get(_PROPOSED) or "").partition("\n")
    if proposed != digest:
        context.refuse("refused.roster.stale")
    if not packed:
        await context.done("roster.done_already")
        return

    def report(change: RosterChange) -> tuple[AuditEntry, Announcement]:
        deed = context.audit_entry("place", "list imported", digest, None, change.summary)
        return deed, context.workshop.team_line("team.list", who=context.person.mention, **change.counts())

    change = await context.store.participants.follow(rosters.unpack_roster(packed), report)
    context.workshop.dispatcher.stir()
    await context.store.facts.put(_PROPOSED, f"{digest}\n")
    await context.done("roster.done", **change.counts())


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(ParticipantsCog())
