"""Reactions to a note: "we do this too", and "put us in touch", where both sides must agree."""

from __future__ import annotations

from discord.ext import commands

from bot.domain.contributions import contacts
from bot.domain.contributions.contacts import Contact
from bot.domain.contributions.notes import Note, has_card
from bot.domain.people import direct_messages
from bot.domain.people.direct_messages import DirectMessage, DirectMessageKind
from bot.domain.people.roles import Role
from bot.domain.text import escape, shorten
from bot.hosting.context import Context
from bot.messages import notes
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.notes import Touch
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE
from bot.platform.router import pressed
from bot.store.per_person_limits import TooManyError
from cogs.note import shared


class ContactsCog(commands.Cog):
    """Handles the buttons of a card's readers, and its author's answers."""

    @pressed("echo", Role.PARTICIPANT)
    async def too(self, context: Context, note_id: str, _mark: str) -> None:
        """Count a person who does this too, once. Pressing again changes nothing; the answer has an undo button."""
        note = await _shown(context, note_id)
        if note.author == context.person.id:
            context.refuse("refused.note.own")
        told = context.say("echo.counted", n=await _count(context, note, too=True))
        back = Button(custom_id("unecho", note.id), context.say("button.echo_back"))
        await context.reply(Post((f"{DONE} {told}",), (back,)))

    @pressed("unecho", Role.PARTICIPANT)
    async def not_too(self, context: Context, note_id: str) -> None:
        """Undo "we do this too"."""
        await _count(context, await _shown(context, note_id), too=False)
        await context.done("echo.taken_back")

    @pressed("touch", Role.PARTICIPANT)
    async def touch(self, context: Context, note_id: str, _mark: str) -> None:
        """Request contact with the author, who decides."""
        note = await _shown(context, note_id)
        if note.author == context.person.id:
            context.refuse("refused.note.own")
        asker, message = context.person, _message(context, note)
        most = context.cap(contacts.MOST_UNANSWERED)
        try:
            await context.store.contacts.ask(note.id, asker.id, asker.display_name, context.now, message, most)
        except TooManyError as failure:
            raise UserError("refused.note.too_many_contacts", most=failure.most) from None
        context.workshop.dispatcher.stir()
        await context.done("touch.asked")

    @pressed("meet", Role.PARTICIPANT)
    async def meet(self, context: Context, said: str, note_id: str, asker: str) -> None:
        """Record the author's answer. Only if they agree are the two put in touch."""
        answered = await context.store.contacts.answer(note_id, context.person.id, int(asker), agreed=said == "yes")
        if answered is None:
            context.refuse("refused.note.unknown")
        await context.reply(await contacts_of(context))


async def contacts_of(context: Context) -> Post:
    """Return the requests that a person made and received."""
    store, person = context.store.contacts, context.person.id
    # The author sees the asker's name, to decide; the asker sees the author's only once they agree.
    asked_of = [_touch(context, one, one.asker, one.asker_name) for one in await store.asked_of(person)]
    asked_by = [
        _touch(context, one, one.author, one.author_name) if one.agreed else Touch(one, "")
        for one in await store.asked_by(person)
    ]
    return notes.contacts(asked_of, asked_by, context.language)


def _touch(context: Context, contact: Contact, other: int, name: str) -> Touch:
    who = _named(context, other, name)
    return Touch(contact, f"{who} (<@{other}>)" if contact.agreed else who)


def _named(context: Context, person: int, name: str) -> str:
    """Return a person's name and administration; without a place, their name on Discord."""
    place = context.store.participants.of(person)
    return escape(f"{place.name} · {place.administration}" if place else name)


async def _shown(context: Context, note_id: str) -> Note:
    note = await context.store.notes.find(note_id)
    if note is None or not has_card(note):
        context.refuse("refused.note.hidden")
    return note


async def _count(context: Context, note: Note, *, too: bool) -> int:
    store = context.store.contacts
    await store.echo(note.id, context.person.id, context.now, shared.card(context, note), too=too)
    context.workshop.dispatcher.stir()
    return len(await store.echoes_of(note.id))


def _message(context: Context, note: Note) -> DirectMessage:
    """Tell the author, in their language, that somebody wants to be in touch."""
    language, asker = context.workshop.language_of(note.author), context.person
    wording = text(
        language,
        "letter.contact",
        who=_named(context, asker.id, asker.display_name),
        title=f"“{escape(shorten(note.title, 100))}”",
        workshop=escape(context.plan.title[language]),
    )
    subject = f"{note.id}/{asker.id}"
    return direct_messages.direct_message(
        context.plan.id, DirectMessageKind.CONTACT, subject, note.author, wording, context.now, asker.id
    )
