"""/note: share, edit, take back, list and find notes, and see who wants to be in touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from bot.domain import discord_limits
from bot.domain.contributions import notes as notes_rules
from bot.domain.contributions.note_reviews import UNSEEN
from bot.domain.contributions.notes import Visibility
from bot.domain.people.roles import Role
from bot.domain.text import escape, fold
from bot.hosting.context import Context
from bot.messages import note_reviews
from bot.messages import notes as notes_messages
from bot.messages.post import custom_id
from bot.platform.forms import line
from bot.platform.router import command, pressed, suggests
from cogs.note import shared
from cogs.note.contacts import contacts_of
from cogs.note.review import readable_by, review_of

#: Characters of the words of a search.
_WORDS = 200
#: Notes that a search shows.
_FOUND = 10
#: Notes whose authors are told at once what moderators ask; the next come when these are answered.
_PAGES = 3


class NoteCog(commands.GroupCog, group_name="note", group_description="Experiences, lessons and recommendations"):
    """The commands about notes."""

    @command(Role.PARTICIPANT, "Share an experience, a lesson or a recommendation")
    @app_commands.describe(topic="What it is about (the topic of this channel, if you leave it out)")
    async def share(self, context: Context, topic: str | None = None) -> None:
        """Open the form."""
        here = shared.topic_of_room(context, context.interaction.channel_id)
        await shared.open_form(context, str(context.interaction.id), {}, topic or here)

    @suggests("topic", share)
    async def suggest_topics(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the workshop's topics."""
        return ((topic.id, topic.title[context.language]) for topic in context.plan.topics)

    @command(Role.PARTICIPANT, "Change one of your notes")
    @app_commands.describe(note="Which one: begin to type its title")
    async def edit(self, context: Context, note: str) -> None:
        """Open the form again, filled in with the note."""
        await shared.edit(context, await shared.own(context, note))

    @command(Role.PARTICIPANT, "Take one of your notes back: nobody but you sees it any more")
    @app_commands.describe(note="Which one: begin to type its title")
    async def withdraw(self, context: Context, note: str) -> None:
        """Make a note private to its author, as the button does."""
        await self.take_back(context, note)

    @pressed("withdraw", Role.PARTICIPANT)
    async def take_back(self, context: Context, note_id: str) -> None:
        """Make a note private to its author. It stays stored, and can be shown again."""
        own = await shared.own(context, note_id)
        taken_back = replace(own, visibility=Visibility.PRIVATE)
        await shared.open_to(context, taken_back, "consent.withdrawn", context.language)
        await context.done("note.withdrawn", title=f"**{escape(own.title)}**")

    @pressed("rewrite", Role.PARTICIPANT)
    async def rewrite(self, context: Context, note_id: str) -> None:
        """Open the form with the note, by the button in the list of the author's notes."""
        await shared.edit(context, await shared.own(context, note_id))

    @suggests("note", edit, withdraw)
    async def suggest_own(self, context: Context) -> Iterable[tuple[str, str]]:
        """List the author's own notes, the latest first."""
        return ((note.id, note.title) for note in await context.store.notes.of(context.person.id))

    @command(Role.PARTICIPANT, "Your notes, who sees them, and where they are shown")
    async def mine(self, context: Context) -> None:
        """Show the person's own notes."""
        await self.show_mine(context)

    @pressed("mine", Role.PARTICIPANT)
    async def show_mine(self, context: Context) -> None:
        """Show the person's own notes, with buttons that change them, and what moderators ask about them."""
        own = await context.store.notes.of(context.person.id)
        listed = [await shared.listed(context, note) for note in own[: discord_limits.OPTIONS]]
        reviewed = await context.store.note_reviews.all()
        asked = [note_reviews.for_author(note, reviewed.get(note.id, UNSEEN), context.language) for note in own]
        pages = [
            notes_messages.mine(context.plan, listed, len(own), context.language),
            *(page for page in asked if page),
        ]
        await context.reply_all(pages[: _PAGES + 1])

    @command(Role.MODERATOR, "Look through the notes that wait, and clear, tag, merge or send them back")
    @app_commands.describe(note="Which one: begin to type its title (the one that waits longest, if you leave it out)")
    async def review(self, context: Context, note: str | None = None) -> None:
        """Show the first note of the queue, or the chosen one."""
        await context.reply(await review_of(context, note))

    @suggests("note", review)
    async def suggest_notes(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the notes that the moderator may read, the latest first."""
        readable = await readable_by(context)
        return ((note.id, note.title) for note in reversed(readable))

    @command(Role.PARTICIPANT, "Find notes by the words in them; accents and case don't matter")
    @app_commands.describe(words="Words that the notes hold, in any language")
    async def search(self, context: Context, words: app_commands.Range[str, 1, _WORDS]) -> None:
        """Show the notes that contain the words."""
        await self._find(context, words)

    @pressed("search", Role.PARTICIPANT)
    async def open_search(self, context: Context) -> None:
        """Open the form in which the person types the words."""
        field = (context.say("search.words"), None, line("words", _WORDS))
        await context.show_form(custom_id("searched"), context.say("button.search"), [field])

    @pressed("searched", Role.PARTICIPANT)
    async def search_submitted(self, context: Context) -> None:
        """Show the notes that contain the words of the form."""
        await self._find(context, context.submitted()["words"])

    async def _find(self, context: Context, words: str) -> None:
        """Show the notes that contain the words, among those that the reader may see."""
        if not fold(words):
            context.refuse("refused.note.no_words")
        audience = notes_rules.audience_of(context.role)
        found = await context.store.notes.search(words, context.person.id, audience, _FOUND + 1)
        listed = [await shared.listed(context, note) for note in found[:_FOUND]]
        await context.reply(notes_messages.found(context.plan, listed, context.language, more=len(found) > _FOUND))

    @command(Role.PARTICIPANT, "Who wants to be in touch with you about a note, and who you are in touch with")
    async def contacts(self, context: Context) -> None:
        """Show requests made and received."""
        await self.show_contacts(context)

    @pressed("contacts", Role.PARTICIPANT)
    async def show_contacts(self, context: Context) -> None:
        """Show requests made and received, and the first that waits for an answer."""
        await context.reply(await contacts_of(context))
