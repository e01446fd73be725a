"""What others make of a note: "we do this too", and "put us in touch", where both sides must agree."""

from __future__ import annotations

from datetime import datetime

from discord.ext import commands

from bot.app import Workshop
from bot.domain.contributions import contacts
from bot.domain.contributions.contacts import Contact
from bot.domain.contributions.notes import Note, has_card
from bot.domain.people import direct_messages
from bot.domain.people.access import Role
from bot.domain.people.direct_messages import DirectMessage, DirectMessageKind
from bot.domain.text import escape, shorten
from bot.messages import notes
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.notes import Touch
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, answer
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.caps import TooManyError
from cogs.note.shared import NoteDesk


class ContactsCog(commands.Cog):
    """What is pressed under a card by its readers, and answered by its author."""

    def __init__(self, desk: NoteDesk) -> None:
        self._desk = desk
        self._parts: Workshop = desk.parts

    async def _shown(self, note_id: str) -> Note:
        note = await self._parts.store.notes.find(note_id)
        if note is None or not has_card(note):
            raise UserError("refused.note.hidden")
        return note

    @pressed("echo", Role.PARTICIPANT)
    async def too(self, interaction: Interaction, note_id: str, _mark: str) -> None:
        """Somebody does this too: counted once. Pressed again, nothing changes; the answer has the way back."""
        note = await self._shown(note_id)
        if note.author == interaction.user.id:
            raise UserError("refused.note.own")
        language = self._desk.language(interaction)
        told = text(language, "echo.counted", n=await self._count(note, interaction, too=True))
        back = Button(custom_id("unecho", note.id), text(language, "button.echo_back"))
        await answer(interaction, Post((f"{DONE} {told}",), (back,)))

    @pressed("unecho", Role.PARTICIPANT)
    async def not_too(self, interaction: Interaction, note_id: str) -> None:
        """Somebody takes that back."""
        await self._count(await self._shown(note_id), interaction, too=False)
        await answer(interaction, f"{DONE} {text(self._desk.language(interaction), 'echo.taken_back')}")

    async def _count(self, note: Note, interaction: Interaction, *, too: bool) -> int:
        store, now = self._parts.store.contacts, self._parts.clock.now()
        await store.echo(note.id, interaction.user.id, now, self._desk.card(note), too=too)
        self._parts.dispatcher.stir()
        return len(await store.echoes_of(note.id))

    @pressed("touch", Role.PARTICIPANT)
    async def touch(self, interaction: Interaction, note_id: str, _mark: str) -> None:
        """Somebody wants to be in touch with the author, who will decide."""
        note = await self._shown(note_id)
        if note.author == interaction.user.id:
            raise UserError("refused.note.own")
        asker, now = interaction.user, self._parts.clock.now()
        letter = self._letter(note, asker.id, asker.display_name, now)
        most = self._parts.access.cap(interaction, contacts.MOST_UNANSWERED)
        try:
            await self._parts.store.contacts.ask(note.id, asker.id, asker.display_name, now, letter, most)
        except TooManyError as failure:
            raise UserError("refused.note.too_many_contacts", most=failure.most) from None
        self._parts.dispatcher.stir()
        await answer(interaction, f"{DONE} {text(self._desk.language(interaction), 'touch.asked')}")

    def _letter(self, note: Note, asker: int, name: str, now: datetime) -> DirectMessage:
        """What the author reads of it, in their language."""
        language = self._parts.language_of(note.author)
        told = text(
            language,
            "letter.contact",
            who=_named(self._desk, asker, name),
            title=f"“{escape(shorten(note.title, 100))}”",
            workshop=escape(self._parts.plan.title[language]),
        )
        return direct_messages.direct_message(
            self._parts.plan.id, DirectMessageKind.CONTACT, f"{note.id}/{asker}", note.author, told, now, asker
        )

    @pressed("meet", Role.PARTICIPANT)
    async def meet(self, interaction: Interaction, said: str, note_id: str, asker: str) -> None:
        """The author answers. Only if they agree does either learn how to reach the other."""
        answered = await self._parts.store.contacts.answer(
            note_id, interaction.user.id, int(asker), agreed=said == "yes"
        )
        if answered is None:
            raise UserError("refused.note.unknown")
        await answer(interaction, await contacts_of(self._desk, interaction))


async def contacts_of(desk: NoteDesk, interaction: Interaction) -> Post:
    """Both sides of what somebody has asked, and was asked."""
    store, person = desk.parts.store.contacts, interaction.user.id
    # Who asks is told to the author, who must decide; who the author is, only once they agree.
    asked_of = [_touch(desk, one, one.asker, one.asker_name) for one in await store.asked_of(person)]
    asked_by = [
        _touch(desk, one, one.author, one.author_name) if one.agreed else Touch(one, "")
        for one in await store.asked_by(person)
    ]
    return notes.contacts(asked_of, asked_by, desk.language(interaction))


def _touch(desk: NoteDesk, contact: Contact, other: int, name: str) -> Touch:
    who = _named(desk, other, name)
    return Touch(contact, f"{who} (<@{other}>)" if contact.agreed else who)


def _named(desk: NoteDesk, person: int, name: str) -> str:
    """Somebody's name and administration; of whom there is no place, how Discord shows them."""
    place = desk.parts.store.participants.of(person)
    return escape(f"{place.name} · {place.administration}" if place else name)
