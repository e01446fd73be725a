"""Notes made from messages: one's own at once, another person's once its author has agreed."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import announcements
from bot.domain.contributions import notes
from bot.domain.contributions.contacts import NoteRequest
from bot.domain.people.roles import Role
from bot.domain.text import clean, shorten
from bot.domain.venue import AGENDA, MEETING_ROOM, TEAM
from bot.hosting.context import Context
from bot.platform.router import message_menu, pressed
from cogs.note import shared


class FromMessageCog(commands.Cog):
    """Handles the entry in the menu of messages, and the author's answer."""

    def __init__(self, tree: app_commands.CommandTree[Any]) -> None:
        self._tree = tree
        # NOTE: discord.py adds a cog's commands by itself, but not the entries of menus.
        self._menu = message_menu(Role.PARTICIPANT, "Save as note", self.save)

    async def cog_load(self) -> None:
        """Called by discord.py."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Called by discord.py."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def save(self, context: Context, message: discord.Message) -> None:
        """Open the form with one's own message, or ask its author."""
        words = notes.tidy(message.content, notes.PART_LENGTH)
        if message.author.bot or words is None:
            context.refuse("refused.save.no_text")
        if message.author.id == context.person.id:
            await _open(context, str(message.id), words, message.channel.id)
            return
        await _ask(context, message, words)

    @pressed("allow", Role.PARTICIPANT)
    async def allow(self, context: Context, message: str, _mark: str) -> None:
        """Open the form with the author's message; sending it is their consent."""
        asked = await _asked(context, message)
        await _open(context, message, clean(asked.text or ""), asked.channel_id)

    @pressed("decline", Role.PARTICIPANT)
    async def decline(self, context: Context, message: str, _mark: str) -> None:
        """Handle the author's refusal: drop the message's text and delete the question."""
        asked = await _asked(context, message)
        room = shared.room_of(context, asked.channel_id) or ""
        question = announcements.request(context.plan, message, room, context.now)
        await context.store.contacts.decline(message, question)
        context.workshop.dispatcher.stir()
        await context.done("save.declined")


async def _open(context: Context, message: str, words: str, channel: int) -> None:
    """Open the form. The note's id is derived from the message's: saved again, it is the same note, as it is then."""
    note_id = await _note_id(context, message)
    if note := await context.store.notes.find(note_id):
        await shared.edit(context, note)
        return
    title = shorten(" ".join(words.split()), notes.TITLE_LENGTH)
    await shared.open_form(
        context, note_id, {"title": title, "did": words, "topic": shared.topic_of_room(context, channel)}
    )


async def _note_id(context: Context, message: str) -> str:
    """Return the id of a message's note: the message's own id, if the note was saved under it."""
    if await context.store.notes.find(message):
        return message
    # A card's buttons hold it, and must not lead from an anonymous note to the message.
    return (await context.store.facts.veil())(message)


async def _ask(context: Context, message: discord.Message, words: str) -> None:
    room = shared.room_of(context, message.channel.id)
    if room is None or room in {AGENDA, TEAM} or room.startswith(MEETING_ROOM):
        context.refuse("refused.save.elsewhere")
    if await context.store.notes.find(await _note_id(context, str(message.id))):
        context.refuse("refused.save.already")
    asked = NoteRequest(str(message.id), message.channel.id, message.author.id, context.person.id, words, context.now)
    question = announcements.request(context.plan, asked.message, room, context.now)
    await context.store.contacts.request(asked, question)
    context.workshop.dispatcher.stir()
    await context.done("save.asked", author=message.author.mention)


async def _asked(context: Context, message: str) -> NoteRequest:
    """Ask the message's author, in a message that only they see."""
    asked = await context.store.contacts.requested(message)
    if asked is None:
        context.refuse("refused.gone")
    if asked.author != context.person.id:
        context.refuse("refused.save.not_yours", author=f"<@{asked.author}>")
    return asked
