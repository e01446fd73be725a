"""/me: the personal data of the person who asks: shown, exported, and erased."""

from __future__ import annotations

import io

import discord
from discord.ext import commands

from bot.documents.export import personal_data
from bot.domain.attendance import own_attendance as own_attendance_rules
from bot.domain.contributions.notes import Note
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.domain.venue import WELCOME
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import help_desk
from bot.messages import own_attendance as own_attendance_messages
from bot.messages.errors import UserError
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE
from bot.platform.router import command, pressed
from bot.store.privacy.erasures import Erasure


class MeCog(commands.GroupCog, group_name="me", group_description="What the workshop keeps about you"):
    """Handles a person's own data: only they can ask, and only they see it."""

    @pressed("me", Role.VISITOR)
    async def open_page(self, context: Context, _mark: str = "") -> None:
        """Show the person's own page: the buttons for everything about themselves."""
        participant = context.role >= Role.PARTICIPANT or context.place is not None
        await context.reply(help_desk.my_page(context.plan, context.language, participant=participant))

    @command(Role.PARTICIPANT, "Your attendance so far, session by session", name="attendance")
    async def own_attendance(self, context: Context) -> None:
        """Show the person's attendance."""
        await self.show_attendance(context)

    @pressed("attendance", Role.PARTICIPANT)
    async def show_attendance(self, context: Context) -> None:
        """Show the person's attendance with its reasons, against the plan's rule."""
        plan, store = context.plan, context.store
        person = context.person
        checked = await store.attendance.of(person.id)
        own = await context.workshop.awards.record(person.id, person.display_name, context.now)
        doors = store.checkin_doors.by_hand
        await context.reply(
            own_attendance_messages.own_attendance(plan, own, checked, context.now, context.language, doors)
        )

    @command(Role.PARTICIPANT, "Your certificate as a PDF, or what is still missing for it")
    async def certificate(self, context: Context) -> None:
        """Send the certificate, as the button does."""
        await self.take_certificate(context)

    @pressed("certificate", Role.PARTICIPANT)
    async def take_certificate(self, context: Context, _mark: str = "") -> None:
        """Send the certificate if the plan's rule grants it; else say what is missing, and what the person can do."""
        place = context.place
        if place is None:
            context.refuse("refused.certificate.no_place", channel=context.workshop.venue.link(WELCOME))
        if place.role is not Role.PARTICIPANT:
            context.refuse("refused.certificate.team")
        await context.defer()
        try:
            name, content = await context.workshop.awards.file(context.person.id, context.now)
        except LookupError:
            raise await _not_earned(context, place.name) from None
        await context.done("certificate.yours", discord.File(io.BytesIO(content), filename=name))

    # Also for people who are not, or no longer, participants: the store may hold data about them.

    @command(Role.VISITOR, "All that the workshop keeps about you, as files")
    async def export(self, context: Context) -> None:
        """Send the person's data as files."""
        await self.take_export(context)

    @pressed("export", Role.VISITOR)
    async def take_export(self, context: Context) -> None:
        """Send two files: one for people, one for programs."""
        await context.defer()
        kept = await context.store.personal_data.of(context.person.id)
        made = {"me.md": personal_data.as_markdown(kept, context.plan.title[context.language], context.language)}
        made["me.json"] = personal_data.as_json(kept)
        files = [discord.File(io.BytesIO(content), filename=name) for name, content in made.items()]
        await context.done("me.exported", *files, n=sum(len(part.rows) for part in kept))
        for note in await context.store.notes.of(context.person.id):
            await _hand_over(context, note)

    @command(Role.VISITOR, "Erase what the workshop keeps about you, once you have seen what that means")
    async def delete(self, context: Context) -> None:
        """Show what would be erased; nothing is erased yet."""
        await self.ask_to_erase(context)

    @pressed("delete", Role.VISITOR)
    async def ask_to_erase(self, context: Context) -> None:
        """Show what would be erased and what stays, with the button that erases it."""
        parts = (context.say(f"me.delete.{part}") for part in ("erased", "stays", "final"))
        confirm = Button(custom_id("erase", str(context.interaction.id)), context.say("button.erase"), primary=True)
        await context.reply(Post((f"{DONE} {context.say('me.delete.heading')}", *parts), (confirm,)))

    @pressed("erase", Role.VISITOR)
    async def erase(self, context: Context, erasure: str) -> None:
        """Erase the person's data, once for each request; then update cards, and remove role and nickname."""
        await context.defer()
        person, place = context.person, context.place
        done = context.say("me.deleted")  # before the erasure, which removes the language too
        await context.store.erasures.erase(Erasure(erasure, person.id, context.now))
        context.workshop.dispatcher.stir()
        lines = [f"{DONE} {done}"]
        if place and isinstance(person, discord.Member) and context.place is None:
            allowed = await context.workshop.venue.forget(person, place)
            lines += [] if allowed else [context.say("me.role_stays", role=place.role.name.capitalize())]
        await context.reply("\n".join(lines))


async def _hand_over(context: Context, note: Note) -> None:
    """Send the files of a note, in a message of their own: three of them may be all that one takes."""
    stored = context.store.note_files
    if held := await stored.of(note.id):
        files = [
            discord.File(stored.path(file.digest), filename=f"file-{n}.{file.type}") for n, file in enumerate(held, 1)
        ]
        names = ", ".join(f"`{escape(file.name)}`" for file in held)
        await context.interaction.followup.send(f"📎 **{escape(note.title)}**: {names}", files=files, ephemeral=True)


async def _not_earned(context: Context, name: str) -> UserError:
    plan, person = context.plan, context.person.id
    own = await context.workshop.awards.record(person, name, context.now)
    outlook = own_attendance_rules.outlook(plan, own, await context.store.attendance.of(person), context.now)
    return UserError(
        f"refused.certificate.{outlook}",
        n=own_attendance_rules.minutes_missing(plan, own),
        percent=own.whole_percent,
        scheduled=round(own.observed),
        rule=plan.attendance.percent,
    )


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(MeCog())
