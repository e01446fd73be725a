"""A note's way from the form to its card: kept the moment it is sent, added to, shown as its author wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from discord.ext import commands

from bot.app import Workshop
from bot.domain.contributions import notes
from bot.domain.contributions.notes import Attribution, Detail, Note, NoteKind, Visibility, has_card
from bot.domain.people.access import Role
from bot.domain.text import clean, shorten
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform.answers import DONE, answer
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed
from bot.store.caps import TooManyError
from cogs.note import forms
from cogs.note.shared import NOT_KEPT, NoteDesk


class SharingCog(commands.Cog):
    """What is pressed and sent by a note's author."""

    def __init__(self, desk: NoteDesk) -> None:
        self._desk = desk
        self._parts: Workshop = desk.parts

    @pressed("note", Role.PARTICIPANT)
    async def open_form(self, interaction: Interaction, topic: str, _mark: str = "") -> None:
        """The button under a topic's opening message, under an ended session and under each card."""
        await self._desk.open_form(interaction, str(interaction.id), {"topic": topic})

    @pressed("noted", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction, note_id: str) -> None:
        """Keep a note, then say so. If it can't be kept, its author gets the text back."""
        typed = submitted(interaction)
        try:
            note = self._read(interaction, note_id, typed)
            most = self._parts.access.cap(interaction, notes.MOST)
            try:
                kept = await self._parts.store.notes.submit(note, self._desk.card(note), most)
            except TooManyError as failure:
                raise UserError("refused.note.too_many", most=failure.most) from None
            if kept is None:
                raise UserError("refused.gone")
        except NOT_KEPT as failure:
            await self._desk.give_back(interaction, typed, failure)
            return
        await self._desk.tell_kept(interaction, kept)

    def _read(self, interaction: Interaction, note_id: str, typed: Mapping[str, str]) -> Note:
        title = notes.tidy(typed["title"], notes.TITLE_LENGTH)
        did = notes.tidy(typed["did"], notes.PART_LENGTH)
        learned = notes.tidy(typed["learned"], notes.PART_LENGTH)
        if title is None or did is None or learned is None:
            raise UserError("refused.note.unreadable")
        if self._parts.plan.topic(typed["topic"]) is None:
            raise UserError("refused.note.no_such_topic")
        return Note(
            id=note_id,
            author=interaction.user.id,
            author_name=interaction.user.display_name,
            topic=typed["topic"],
            kind=NoteKind(typed["kind"]),
            title=title,
            did=did,
            learned=learned,
            visibility=Visibility.ORGANISERS,
            written_at=self._parts.clock.now(),
        )

    # --- details -----------------------------------------------------------------------------------------------

    @pressed("details", Role.PARTICIPANT)
    async def open_details(self, interaction: Interaction, which: str, note_id: str) -> None:
        """One of the forms with more parts."""
        note = await self._desk.own(interaction, note_id)
        await interaction.response.send_modal(forms.details_form(self._desk.language(interaction), note, which))

    @pressed("detailed", Role.PARTICIPANT)
    async def keep_details(self, interaction: Interaction, which: str, note_id: str) -> None:
        """Keep what was added; an empty part is taken out."""
        typed = submitted(interaction)
        try:
            note = await self._desk.own(interaction, note_id)
            details = {detail: _readable(typed.get(detail, "")) for detail in notes.DETAIL_FORMS[which]}
            if strange := notes.invalid_links(details.get(Detail.LINKS, "")):
                raise UserError("refused.note.links", found=f"“{shorten(clean(strange[0]), 100)}”")
            card, now = self._desk.card(note), self._parts.clock.now()
            kept = await self._parts.store.notes.add_details(note_id, details, now, card)
            if kept is None:
                raise UserError("refused.note.unknown")
        except NOT_KEPT as failure:
            await self._desk.give_back(interaction, typed, failure)
            return
        await self._desk.tell_kept(interaction, kept)

    # --- who sees it -------------------------------------------------------------------------------------------

    @pressed("show", Role.PARTICIPANT)
    async def show(self, interaction: Interaction, note_id: str) -> None:
        """The author lets a note be shown in its topic's channel."""
        language = self._desk.language(interaction)
        note = await self._desk.own(interaction, note_id)
        wanted = note if has_card(note) else replace(note, visibility=Visibility.PARTICIPANTS)
        await self._desk.open_to(interaction, wanted, "consent.show", language)
        await answer(interaction, f"{DONE} {text(language, 'note.shown', channel=self._desk.channel(note))}")

    @pressed("access", Role.PARTICIPANT)
    async def open_access(self, interaction: Interaction, note_id: str) -> None:
        """The form in which the author chooses who sees a note, and how they are named."""
        note = await self._desk.own(interaction, note_id)
        await interaction.response.send_modal(forms.access_form(self._desk.language(interaction), note))

    @pressed("seen", Role.PARTICIPANT)
    async def choose_access(self, interaction: Interaction, note_id: str, language: str) -> None:
        """Keep the choice, with the words to which its author agreed."""
        note = await self._desk.own(interaction, note_id)
        typed = submitted(interaction)
        seen, named = Visibility(typed["visibility"]), Attribution(typed["attribution"])
        wanted = replace(note, visibility=seen, attribution=named)
        await self._desk.tell_kept(
            interaction, await self._desk.open_to(interaction, wanted, "consent.access", language)
        )


def _readable(typed: str) -> str:
    return notes.tidy(typed, notes.DETAIL_LENGTH) or ""
