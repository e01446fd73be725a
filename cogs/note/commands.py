"""/note: share, edit, take back, list and find notes, and see who wants to be in touch."""

from __future__ import annotations

from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop
from bot.domain import limits
from bot.domain.contributions import notes as notes_rules
from bot.domain.contributions.note_reviews import UNSEEN
from bot.domain.contributions.notes import Visibility
from bot.domain.people.access import Role
from bot.domain.text import escape, fold
from bot.messages import note_reviews
from bot.messages import notes as notes_messages
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform.answers import DONE, answer, answer_all, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from cogs.note.contacts import contacts_of
from cogs.note.review import readable_by, review_of
from cogs.note.shared import NoteDesk

#: Notes that a search shows.
_FOUND = 10
#: Notes whose authors are told at once what moderators ask; the next come when these are answered.
_PAGES = 3


class NoteCog(commands.GroupCog, group_name="note", group_description="Experiences, lessons and recommendations"):
    """What is typed about notes."""

    def __init__(self, desk: NoteDesk) -> None:
        self._desk = desk
        self._parts: Workshop = desk.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Share an experience, a lesson or a recommendation")
    @app_commands.describe(topic="What it is about; you can still change it in the form")
    async def share(self, interaction: Interaction, topic: str | None = None) -> None:
        """Open the form."""
        await self._desk.open_form(interaction, str(interaction.id), {"topic": topic or ""})

    @share.autocomplete("topic")
    async def suggest_topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's topics."""
        language = self._desk.language(interaction)
        return suggestions(typed, ((topic.id, topic.title[language]) for topic in self._parts.plan.topics))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Change one of your notes")
    @app_commands.describe(note="Which one: begin to type its title")
    async def edit(self, interaction: Interaction, note: str) -> None:
        """Open the form again, with what the note says."""
        await self._desk.edit(interaction, await self._desk.own(interaction, note))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Take one of your notes back: nobody but you sees it any more")
    @app_commands.describe(note="Which one: begin to type its title")
    async def withdraw(self, interaction: Interaction, note: str) -> None:
        """Make a note its author's alone. It is kept, and can be shown again."""
        language = self._desk.language(interaction)
        own = await self._desk.own(interaction, note)
        taken_back = replace(own, visibility=Visibility.PRIVATE)
        await self._desk.open_to(interaction, taken_back, "consent.withdrawn", language)
        told = text(language, "note.withdrawn", title=f"**{escape(own.title)}**")
        await answer(interaction, f"{DONE} {told}")

    @edit.autocomplete("note")
    @withdraw.autocomplete("note")
    async def suggest_own(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The author's own notes, the latest first."""
        own, words = await self._parts.store.notes.of(interaction.user.id), fold(typed)
        return suggestions("", ((note.id, note.title) for note in own if words in fold(note.title)))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Your notes, who sees them, and where they are shown")
    async def mine(self, interaction: Interaction) -> None:
        """Somebody's own notes."""
        own = await self._parts.store.notes.of(interaction.user.id)
        listed = [await self._desk.listed(note) for note in own[: limits.OPTIONS]]
        language, reviewed = self._desk.language(interaction), await self._parts.store.note_reviews.all()
        asked = [note_reviews.for_author(note, reviewed.get(note.id, UNSEEN), language) for note in own]
        pages = [notes_messages.mine(self._parts.plan, listed, len(own), language), *(page for page in asked if page)]
        await answer_all(interaction, pages[: _PAGES + 1])

    @needs(Role.MODERATOR)
    @app_commands.command(description="Look through the notes that wait, and clear, tag, merge or send them back")
    @app_commands.describe(note="Which one: begin to type its title (the one that waits longest, if you leave it out)")
    async def review(self, interaction: Interaction, note: str | None = None) -> None:
        """The first of the queue, or a certain one."""
        await answer(interaction, await review_of(self._desk, interaction, note))

    @review.autocomplete("note")
    async def suggest_notes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What the moderator may read, the latest first."""
        readable = await readable_by(self._desk, interaction)
        return suggestions(typed, ((note.id, note.title) for note in reversed(readable)))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Find notes by the words in them; accents and case don't matter")
    @app_commands.describe(words="Words that the notes hold, in any language")
    async def search(self, interaction: Interaction, words: app_commands.Range[str, 1, 200]) -> None:
        """Notes that hold the words, of those that the reader may see."""
        if not fold(words):
            raise UserError("refused.note.no_words")
        audience = notes_rules.audience_of(self._parts.access.role(interaction))
        found = await self._parts.store.notes.search(words, interaction.user.id, audience, _FOUND + 1)
        listed = [await self._desk.listed(note) for note in found[:_FOUND]]
        language = self._desk.language(interaction)
        await answer(interaction, notes_messages.found(self._parts.plan, listed, language, more=len(found) > _FOUND))

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Who wants to be in touch with you about a note, and who you are in touch with")
    async def contacts(self, interaction: Interaction) -> None:
        """Both sides of it, and the first request that waits for an answer."""
        await answer(interaction, await contacts_of(self._desk, interaction))
