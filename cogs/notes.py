"""Notes: one form, kept the moment it is sent, shown in its topic's channel if its author wants."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import limits, notes
from bot.domain.access import Role
from bot.domain.announcements import CARD_LIFETIME, Announcement, Kind
from bot.domain.notes import Note, NoteKind, Visibility
from bot.domain.text import escape, shorten
from bot.domain.venue import topic_room
from bot.i18n import text
from bot.posts import Button, Post, custom_id
from bot.ui import DONE, Interaction, RefusalError, answer, forgotten, pressed, submitted, suggestions

log = logging.getLogger(__name__)


class Notes(commands.Cog, description="Sharing experience"):
    """Sharing experience."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Share an experience, a lesson or a recommendation")
    @app_commands.describe(topic="What it is about; you can still change it in the form")
    async def note(self, interaction: Interaction, topic: str | None = None) -> None:
        """Open the form."""
        await self.open_form(interaction, topic or "")

    @note.autocomplete("topic")
    async def suggest_topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The workshop's topics."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((topic.id, topic.title[language]) for topic in self._parts.plan.topics))

    @pressed("note", Role.PARTICIPANT)
    async def open_form(self, interaction: Interaction, topic: str, _mark: str = "") -> None:
        """The button under a topic's opening message, under an ended session and under each card.

        The form's custom id is the note's id: sent twice, it is the same note, whatever restarted in between.
        """
        if not self._parts.plan.topics:
            raise RefusalError("refused.note.no_topics")
        form = self._form(self._parts.access.language(interaction), topic, str(interaction.id))
        await interaction.response.send_modal(forgotten(form))

    def _form(self, language: str, topic: str, note_id: str) -> discord.ui.Modal:
        def said(key: str, limit: int) -> str:
            return shorten(text(language, key), limit)

        form = discord.ui.Modal(
            title=said("form.heading", limits.MODAL_TITLE), custom_id=custom_id("noted", note_id), timeout=None
        )
        fields: list[tuple[str, discord.ui.Item[discord.ui.Modal]]] = [
            ("title", discord.ui.TextInput(custom_id="title", max_length=notes.TITLE_LENGTH)),
            ("topic", self._topics(language, topic)),
            ("kind", _kinds(language)),
            ("did", _paragraph("did")),
            ("learned", _paragraph("learned")),
        ]
        for key, field in fields:
            label = discord.ui.Label[discord.ui.Modal](
                text=said(f"form.{key}", limits.MODAL_LABEL),
                description=said(f"form.{key}_hint", limits.MODAL_DESCRIPTION),
                component=field,
            )
            form.add_item(label)
        return form

    def _topics(self, language: str, chosen: str) -> discord.ui.Select[discord.ui.Modal]:
        return discord.ui.Select(
            custom_id="topic",
            options=[
                discord.SelectOption(
                    label=shorten(topic.title[language], limits.OPTION_LABEL),
                    value=topic.id,
                    default=topic.id == chosen,
                )
                for topic in self._parts.plan.topics[: limits.OPTIONS]
            ],
        )

    @pressed("noted", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction, note_id: str) -> None:
        """Keep a note, then say so. If it can't be kept, its author gets the text back."""
        language = self._parts.access.language(interaction)
        typed = submitted(interaction)
        try:
            note = await self._submit(self._read(interaction, note_id, typed))
        except (sqlite3.Error, RefusalError) as failure:
            if isinstance(failure, sqlite3.Error):
                log.exception("A note could not be kept; its author gets the text back")
            await self._give_back(interaction, typed, failure, language)
            return
        await answer(interaction, self._kept(note, language))

    async def _submit(self, note: Note) -> Note:
        kept = await self._parts.store.notes.submit(note)
        if kept is None:
            raise RefusalError("refused.gone")
        return kept

    def _read(self, interaction: Interaction, note_id: str, typed: Mapping[str, str]) -> Note:
        title = notes.tidy(typed["title"], notes.TITLE_LENGTH)
        did = notes.tidy(typed["did"], notes.PART_LENGTH)
        learned = notes.tidy(typed["learned"], notes.PART_LENGTH)
        if title is None or did is None or learned is None:
            raise RefusalError("refused.note.unreadable")
        if self._parts.plan.topic(typed["topic"]) is None:
            raise RefusalError("refused.note.no_such_topic")
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

    def _kept(self, note: Note, language: str) -> Post:
        channel = f"<#{self._parts.venue.rooms.get(topic_room(note.topic), 0)}>"
        told = text(language, "note.kept", title=f"**{escape(note.title)}**", channel=channel)
        label = shorten(text(language, "button.show"), limits.BUTTON_LABEL)
        return Post((f"{DONE} {told}",), (Button(custom_id("show", note.id), label, primary=True),))

    async def _give_back(
        self, interaction: Interaction, typed: Mapping[str, str], failure: Exception, language: str
    ) -> None:
        """Answer with what was typed as a file: it may be too long for a message."""
        if isinstance(failure, RefusalError):
            reason = text(language, failure.key, **failure.values)
        else:
            reason = text(language, "refused.note.not_kept")
        words = "\n\n".join(typed.get(part, "") for part in ("title", "did", "learned"))
        file = discord.File(io.BytesIO(words.encode()), filename="note.txt")
        await interaction.response.send_message(f"⚠️ {reason}", file=file, ephemeral=True)

    @pressed("show", Role.PARTICIPANT)
    async def show(self, interaction: Interaction, note_id: str) -> None:
        """The author lets a note be shown in its topic's channel."""
        language = self._parts.access.language(interaction)
        note = await self._parts.store.notes.find(note_id)
        if note is None or note.author != interaction.user.id:
            raise RefusalError("refused.gone")
        plan, now = self._parts.plan, self._parts.clock.now()
        # A note shared in the evening of the last day still deserves its card.
        expires = max(plan.agenda.ends_at, now) + CARD_LIFETIME
        card = Announcement(plan.id, Kind.CARD, note.id, topic_room(note.topic), now, expires)
        await self._parts.store.notes.show(note, card)
        self._parts.courier.stir()
        channel = f"<#{self._parts.venue.rooms.get(topic_room(note.topic), 0)}>"
        await answer(interaction, f"{DONE} {text(language, 'note.shown', channel=channel)}")


def _paragraph(name: str) -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(custom_id=name, style=discord.TextStyle.paragraph, max_length=notes.PART_LENGTH)


def _kinds(language: str) -> discord.ui.Select[discord.ui.Modal]:
    return discord.ui.Select(
        custom_id="kind",
        options=[discord.SelectOption(label=text(language, f"note.kind.{kind}"), value=kind) for kind in NoteKind],
    )


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Notes(client))
