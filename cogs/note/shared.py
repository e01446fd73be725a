"""What every part of the notes' cogs does with them: find an author's own, say what is kept, lead to a card."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Mapping

import discord

from bot.app import Workshop
from bot.domain import announcements, limits
from bot.domain.announcements import Announcement
from bot.domain.contributions.notes import Consent, Note, Visibility, has_card, signature
from bot.domain.text import escape, shorten
from bot.domain.venue import topic_room
from bot.messages import notes
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.notes import Listed
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED, answer
from bot.platform.interactions import Interaction
from cogs.note import forms

log = logging.getLogger(__name__)


class NoteDesk:
    """The parts of the bot, as notes need them."""

    def __init__(self, parts: Workshop) -> None:
        self.parts = parts

    def language(self, interaction: Interaction) -> str:
        """The reader's."""
        return self.parts.access.language(interaction)

    def card(self, note: Note) -> Announcement:
        """What shows a note, if its author wants it shown."""
        return announcements.card(self.parts.plan, note, self.parts.clock.now())

    async def own(self, interaction: Interaction, note_id: str) -> Note:
        """Somebody's own note. Raises UserError if there is none of that id."""
        note = await self.parts.store.notes.find(note_id)
        if note is None or note.author != interaction.user.id:
            raise UserError("refused.note.unknown")
        return note

    async def open_form(self, interaction: Interaction, note_id: str, filled: Mapping[str, str]) -> None:
        """Show the quick form."""
        if not self.parts.plan.topics:
            raise UserError("refused.note.no_topics")
        form = forms.note_form(self.parts.plan, self.language(interaction), note_id, filled)
        await interaction.response.send_modal(form)

    async def edit(self, interaction: Interaction, note: Note) -> None:
        """Show the quick form with what a note says."""
        filled = {name: str(getattr(note, name)) for name in ("title", "topic", "kind", "did", "learned")}
        await self.open_form(interaction, note.id, filled)

    async def open_to(self, interaction: Interaction, wanted: Note, key: str, language: str) -> Note:
        """Have those see a note whom its author wants, under the name they want; its card follows.

        Recorded with the words to which the author agreed: the sentence of that key and language.
        """
        wording, now = text(language, key), self.parts.clock.now()
        person, seen, named = interaction.user.id, wanted.visibility, wanted.attribution
        consent = Consent(wanted.id, person, seen, named, key, language, wording, now)
        changed = await self.parts.store.notes.open_to(consent, self.card(wanted))
        if changed is None:
            raise UserError("refused.note.unknown")
        self.parts.dispatcher.stir()
        return changed

    # --- what is said ------------------------------------------------------------------------------------------

    def channel(self, note: Note) -> str:
        """The channel of a note's topic, as a link."""
        return f"<#{self.parts.venue.rooms.get(topic_room(note.topic), 0)}>"

    def kept(self, note: Note, language: str) -> Post:
        """A note is kept; who sees it, and what else its author may do."""
        title, channel = f"**{escape(note.title)}**", self.channel(note)
        if has_card(note):
            told = text(language, "note.kept_shown", title=title, channel=channel)
        elif note.visibility is Visibility.PRIVATE:
            told = text(language, "note.kept_private", title=title, channel=channel)
        else:
            told = text(language, "note.kept", title=title, channel=channel)
        more = (
            Button(custom_id("details", "outcome", note.id), _label(text(language, "button.details.outcome"))),
            Button(custom_id("details", "means", note.id), _label(text(language, "button.details.means"))),
            Button(custom_id("access", note.id), _label(text(language, "button.access"))),
        )
        if has_card(note):
            return Post((f"{DONE} {told}",), more)
        show = Button(custom_id("show", note.id), _label(text(language, "button.show")), primary=True)
        return Post((f"{DONE} {told}", f"-# {text(language, 'consent.show')}"), (show, *more))

    async def give_back(self, interaction: Interaction, typed: Mapping[str, str], failure: Exception) -> None:
        """Answer with what was typed as a file: it may be too long for a message."""
        language = self.language(interaction)
        if isinstance(failure, UserError):
            reason = text(language, failure.key, **failure.values)
        else:
            log.error("A note could not be kept; its author gets the text back", exc_info=failure)
            reason = text(language, "refused.note.not_kept")
        words = "\n\n".join(words for part, words in typed.items() if part not in forms.CHOSEN)
        file = discord.File(io.BytesIO(words.encode()), filename="note.txt")
        await answer(interaction, f"{REFUSED} {reason}", file)

    async def tell_kept(self, interaction: Interaction, note: Note) -> None:
        """Say what is kept, and have its card follow."""
        self.parts.dispatcher.stir()
        await answer(interaction, self.kept(note, self.language(interaction)))

    # --- lists -------------------------------------------------------------------------------------------------

    async def listed(self, note: Note) -> Listed:
        """A note with its signature, and the link to its card if that is there."""
        card = await self.parts.store.deliveries.find(self.card(note).id) if has_card(note) else None
        link = None
        if card and card.channel_id and card.message_id:
            link = notes.address(self.parts.venue.guild_id or 0, card.channel_id, card.message_id)
        return Listed(note, signature(note, self.parts.store.participants.of(note.author)), link)


def _label(said: str) -> str:
    return shorten(said, limits.BUTTON_LABEL)


NOT_KEPT = (sqlite3.Error, UserError)
"""Why a note may not be kept: its author gets the text back."""
