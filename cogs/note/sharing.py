"""Sharing a note: stored when the form is sent, extended, and shown as its author wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from discord.ext import commands

from bot.domain.contributions import notes
from bot.domain.contributions.notes import Attribution, Detail, Note, NoteKind, Visibility, has_card
from bot.domain.people.roles import Role
from bot.domain.text import clean, shorten
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.platform.notes import read_note
from bot.platform.router import pressed
from bot.store.per_person_limits import TooManyError
from cogs.note import forms, shared


class SharingCog(commands.Cog):
    """Handles the buttons and forms of a note's author."""

    @pressed("note", Role.PARTICIPANT)
    async def open_form(self, context: Context, topic: str, _mark: str = "") -> None:
        """Open the form; the button is under a topic's opening message, an ended session and each card."""
        await shared.open_form(context, str(context.interaction.id), {}, topic)

    @pressed("noted", Role.PARTICIPANT)
    async def keep(self, context: Context, note_id: str, topic: str = "") -> None:
        """Store a note, then confirm. If it can't be stored, its author gets the text back.

        `topic`: the topic, if the form didn't ask for it.
        """
        typed = {"topic": topic} | context.submitted()
        async with shared.note_given_back(context, typed):
            note = _read(context, note_id, typed)
            try:
                stored = await context.store.notes.submit(note, shared.card(context, note), context.cap(notes.MOST))
            except TooManyError as failure:
                raise UserError("refused.note.too_many", most=failure.most) from None
            if stored is None:
                context.refuse("refused.gone")
            await shared.confirm_stored(context, stored, context.uploaded("files"))

    # --- files -------------------------------------------------------------------------------------------------

    @pressed("files", Role.PARTICIPANT)
    async def open_files(self, context: Context, note_id: str) -> None:
        """Open the form to add and remove files."""
        note = await shared.own(context, note_id)
        await context.show_modal(forms.files_form(context.language, note, await context.store.note_files.of(note.id)))

    @pressed("filed", Role.PARTICIPANT)
    async def keep_files(self, context: Context, note_id: str) -> None:
        """Remove the files that are no longer wanted, and store the new ones."""
        note = await shared.own(context, note_id)
        await context.store.note_files.remove(note.id, context.all_chosen("unwanted"), shared.card(context, note))
        await shared.confirm_stored(context, note, context.uploaded("files"))

    # --- details -----------------------------------------------------------------------------------------------

    @pressed("details", Role.PARTICIPANT)
    async def open_details(self, context: Context, which: str, note_id: str) -> None:
        """Open one of the forms with more parts."""
        note = await shared.own(context, note_id)
        await context.show_modal(forms.details_form(context.language, note, which))

    @pressed("detailed", Role.PARTICIPANT)
    async def keep_details(self, context: Context, which: str, note_id: str) -> None:
        """Store the added parts; an empty part is removed."""
        typed = context.submitted()
        async with shared.note_given_back(context, typed):
            note = await shared.own(context, note_id)
            details = {detail: _readable(typed.get(detail, "")) for detail in notes.DETAIL_FORMS[which]}
            if strange := notes.invalid_links(details.get(Detail.LINKS, "")):
                context.refuse("refused.note.links", found=f"“{shorten(clean(strange[0]), 100)}”")
            card = shared.card(context, note)
            stored = await context.store.notes.add_details(note_id, details, context.now, card)
            if stored is None:
                context.refuse("refused.note.unknown")
            await shared.confirm_stored(context, stored)

    # --- who sees it -------------------------------------------------------------------------------------------

    @pressed("show", Role.PARTICIPANT)
    async def show(self, context: Context, note_id: str) -> None:
        """Show a note in its topic's channel, as its author allows."""
        note = await shared.own(context, note_id)
        wanted = note if has_card(note) else replace(note, visibility=Visibility.PARTICIPANTS)
        await shared.open_to(context, wanted, "consent.show", context.language)
        await context.done("note.shown", channel=shared.channel(context, note))

    @pressed("access", Role.PARTICIPANT)
    async def open_access(self, context: Context, note_id: str) -> None:
        """Open the form in which the author chooses a note's audience and signature."""
        note = await shared.own(context, note_id)
        await context.show_modal(forms.access_form(context.language, note))

    @pressed("seen", Role.PARTICIPANT)
    async def choose_access(self, context: Context, note_id: str, language: str) -> None:
        """Store the choice, with the words of the author's consent."""
        note = await shared.own(context, note_id)
        typed = context.submitted()
        seen, named = Visibility(typed["visibility"]), Attribution(typed["attribution"])
        wanted = replace(note, visibility=seen, attribution=named)
        note = await shared.open_to(context, wanted, "consent.access", language)
        await shared.confirm_stored(context, note)


def _readable(typed: str) -> str:
    return notes.tidy(typed, notes.DETAIL_LENGTH) or ""


def _read(context: Context, note_id: str, typed: Mapping[str, str]) -> Note:
    wording, topic = read_note(typed, context.plan)
    return Note(
        id=note_id,
        author=context.person.id,
        author_name=context.person.display_name,
        topic=topic,
        kind=NoteKind(typed["kind"]),
        title=wording.title,
        did=wording.did,
        learned=wording.learned,
        visibility=Visibility.ORGANISERS,
        written_at=context.now,
    )
