"""A message becomes a note: one's own at once, somebody else's once its author has agreed."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop
from bot.domain import announcements
from bot.domain.contributions import notes
from bot.domain.contributions.contacts import NoteRequest
from bot.domain.people.access import Role
from bot.domain.text import clean, shorten
from bot.domain.venue import AGENDA, MEETING_ROOM, TEAM, topic_room
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from cogs.note.shared import NoteDesk


class FromMessageCog(commands.Cog):
    """The entry of a message's menu, and the author's answer."""

    def __init__(self, desk: NoteDesk, tree: app_commands.CommandTree[discord.Client]) -> None:
        self._desk = desk
        self._parts: Workshop = desk.parts
        self._tree = tree
        # NOTE: discord.py takes up a cog's commands by itself, but not the entries of menus.
        self._menu = needs(Role.PARTICIPANT)(app_commands.ContextMenu(name="Save as note", callback=self.save))

    async def cog_load(self) -> None:
        """Called by discord.py."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Called by discord.py."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def save(self, interaction: Interaction, message: discord.Message) -> None:
        """Open the form with one's own message, or ask its author."""
        words = notes.tidy(message.content, notes.PART_LENGTH)
        if message.author.bot or words is None:
            raise UserError("refused.save.no_text")
        if message.author.id == interaction.user.id:
            await self._open(interaction, str(message.id), words, message.channel.id)
            return
        await self._ask(interaction, message, words)

    async def _open(self, interaction: Interaction, message: str, words: str, channel: int) -> None:
        """The note's id follows from the message's: saved again, it is the same note, as it is by then."""
        note_id = await self._note_id(message)
        if note := await self._parts.store.notes.find(note_id):
            await self._desk.edit(interaction, note)
            return
        title = shorten(" ".join(words.split()), notes.TITLE_LENGTH)
        await self._desk.open_form(interaction, note_id, {"title": title, "did": words, "topic": self._topic(channel)})

    async def _note_id(self, message: str) -> str:
        """The id of the note that a message is, or will be: the message's own, if it was saved under that."""
        if await self._parts.store.notes.find(message):
            return message
        # A card's buttons hold it, and must not lead from an anonymous note to the message.
        return (await self._parts.store.facts.veil())(message)

    async def _ask(self, interaction: Interaction, message: discord.Message, words: str) -> None:
        room = self._room(message.channel.id)
        if room is None or room in {AGENDA, TEAM} or room.startswith(MEETING_ROOM):
            raise UserError("refused.save.elsewhere")
        if await self._parts.store.notes.find(await self._note_id(str(message.id))):
            raise UserError("refused.save.already")
        now = self._parts.clock.now()
        asked = NoteRequest(str(message.id), message.channel.id, message.author.id, interaction.user.id, words, now)
        question = announcements.request(self._parts.plan, asked.message, room, now)
        await self._parts.store.contacts.request(asked, question)
        self._parts.dispatcher.stir()
        author = f"<@{message.author.id}>"
        await answer(interaction, f"{DONE} {text(self._desk.language(interaction), 'save.asked', author=author)}")

    def _room(self, channel: int) -> str | None:
        return next((key for key, number in self._parts.venue.rooms.items() if number == channel), None)

    def _topic(self, channel: int) -> str:
        room = self._room(channel)
        return next((topic.id for topic in self._parts.plan.topics if topic_room(topic.id) == room), "")

    async def _asked(self, interaction: Interaction, message: str) -> NoteRequest:
        """The question, to the message's author alone."""
        asked = await self._parts.store.contacts.requested(message)
        if asked is None:
            raise UserError("refused.gone")
        if asked.author != interaction.user.id:
            raise UserError("refused.save.not_yours", author=f"<@{asked.author}>")
        return asked

    @pressed("allow", Role.PARTICIPANT)
    async def allow(self, interaction: Interaction, message: str, _mark: str) -> None:
        """The author opens the form with their message; sending it is their consent."""
        asked = await self._asked(interaction, message)
        await self._open(interaction, message, clean(asked.text or ""), asked.channel_id)

    @pressed("decline", Role.PARTICIPANT)
    async def decline(self, interaction: Interaction, message: str, _mark: str) -> None:
        """The author doesn't want it: the message's text is forgotten, and the question goes."""
        asked = await self._asked(interaction, message)
        room = self._room(asked.channel_id) or ""
        question = announcements.request(self._parts.plan, message, room, self._parts.clock.now())
        await self._parts.store.contacts.decline(message, question)
        self._parts.dispatcher.stir()
        await answer(interaction, f"{DONE} {text(self._desk.language(interaction), 'save.declined')}")
