"""Functions that the notes' cogs share: find an author's own note, open its form, confirm it, link to its card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from bot.domain import announcements, discord_limits
from bot.domain.announcements import Announcement
from bot.domain.contributions import note_files
from bot.domain.contributions.note_files import NoteFile
from bot.domain.contributions.notes import Consent, Note, Visibility, has_card, signature
from bot.domain.text import escape, shorten
from bot.domain.venue import topic_room
from bot.hosting.context import Context
from bot.hosting.note_files import keep_files
from bot.messages import notes
from bot.messages.i18n import text
from bot.messages.notes import Listed
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED, WAITING
from bot.platform.interactions import SentFile
from cogs.note import forms


def card(context: Context, note: Note) -> Announcement:
    """Return the announcement that shows a note, if its author wants it shown."""
    return announcements.card(context.plan, note, context.now)


async def own(context: Context, note_id: str) -> Note:
    """Return the person's own note. Raises UserError if there is none of that id."""
    note = await context.store.notes.find(note_id)
    if note is None or note.author != context.person.id:
        context.refuse("refused.note.unknown")
    return note


async def open_form(context: Context, note_id: str, filled: Mapping[str, str], topic: str = "") -> None:
    """Show the quick form; `topic`: the topic, if it is known and stays as it is."""
    if not context.plan.topics:
        context.refuse("refused.note.no_topics")
    known = topic if context.plan.topic(topic) else ""
    await context.show_modal(forms.note_form(context.plan, context.language, note_id, filled, known))


async def edit(context: Context, note: Note) -> None:
    """Show the quick form, filled in with a note's text."""
    filled = {name: str(getattr(note, name)) for name in ("title", "topic", "kind", "did", "learned")}
    await open_form(context, note.id, filled)


def note_given_back(context: Context, typed: Mapping[str, str]) -> AbstractAsyncContextManager[None]:
    """Give the typed parts of a note back to its author, with the reason, if the block can't store them."""
    words = "\n\n".join(words for part, words in typed.items() if part not in forms.CHOSEN)
    return context.given_back(words, "refused.note.not_kept", "note.txt")


async def open_to(context: Context, wanted: Note, key: str, language: str) -> Note:
    """Show a note to those whom its author wants, under the name they want; its card follows.

    Recorded with the words to which the author agreed: the sentence of that key and language.
    """
    person, visibility, attribution = context.person.id, wanted.visibility, wanted.attribution
    wording = text(language, key)
    consent = Consent(wanted.id, person, visibility, attribution, key, language, wording, context.now)
    changed = await context.store.notes.open_to(consent, card(context, wanted))
    if changed is None:
        context.refuse("refused.note.unknown")
    context.workshop.dispatcher.stir()
    return changed


# --- confirmed -------------------------------------------------------------------------------------------------


async def confirm_stored(context: Context, note: Note, files: Sequence[SentFile] = ()) -> None:
    """Confirm that a note is stored, and have its card follow. `files`: those that came with it, which are stored now.

    Fetching them takes longer than Discord waits for an answer, so the first answer says that the note is stored.
    """
    context.workshop.dispatcher.stir()
    refusals: list[str] = []
    if files:
        await context.reply(f"{WAITING} {context.say('note.files_coming', title=_bold(note), n=len(files))}")
        refusals = await keep_files(context, note.id, files, card(context, note))
        context.workshop.dispatcher.stir()
    held = await context.store.note_files.of(note.id)
    more_lines = [*(f"{REFUSED} {refusal}" for refusal in refusals), *_of_files(context, note, held)]
    await context.reply(_confirmation(context, note, more_lines))


def _of_files(context: Context, note: Note, held: Sequence[NoteFile]) -> Iterator[str]:
    """Yield what the author must know of the note's files."""
    if held:
        names = ", ".join(f"`{escape(file.name)}`" for file in held)
        yield f"📎 {names}"
    signed = signature(note, context.store.participants.of(note.author))
    if not all(note_files.shown_to_others(file, signed) for file in held):
        yield context.say("note.pdf_hidden")


def _bold(note: Note) -> str:
    return f"**{escape(note.title)}**"


def _confirmation(context: Context, note: Note, more_lines: Sequence[str]) -> Post:
    """Render a note's audience, and its author's further choices."""
    title, room = _bold(note), channel(context, note)
    if has_card(note):
        sentence = context.say("note.kept_shown", title=title, channel=room)
    elif note.visibility is Visibility.PRIVATE:
        sentence = context.say("note.kept_private", title=title, channel=room)
    else:
        sentence = context.say("note.kept", title=title, channel=room)
    more = (
        Button(custom_id("details", "outcome", note.id), _label(context.say("button.details.outcome"))),
        Button(custom_id("details", "means", note.id), _label(context.say("button.details.means"))),
        Button(custom_id("access", note.id), _label(context.say("button.access"))),
        Button(custom_id("files", note.id), _label(context.say("button.files"))),
    )
    sentence = "\n".join((sentence, *more_lines))
    if has_card(note):
        return Post((f"{DONE} {sentence}",), more)
    show = Button(custom_id("show", note.id), _label(context.say("button.show")), primary=True)
    return Post((f"{DONE} {sentence}", f"-# {context.say('consent.show')}"), (show, *more))


def _label(wording: str) -> str:
    return shorten(wording, discord_limits.BUTTON_LABEL)


# --- where it is shown -----------------------------------------------------------------------------------------


def channel(context: Context, note: Note) -> str:
    """Return a link to the channel of a note's topic."""
    return context.workshop.channel(topic_room(note.topic))


def room_of(context: Context, channel_id: int | None) -> str | None:
    """Return the key of the room that a channel is."""
    return next((key for key, number in context.workshop.venue.rooms.items() if number == channel_id), None)


def topic_of_room(context: Context, channel_id: int | None) -> str:
    """Return the id of the topic that a channel is for; empty if it is for none."""
    room = room_of(context, channel_id)
    return next((topic.id for topic in context.plan.topics if topic_room(topic.id) == room), "")


async def listed(context: Context, note: Note) -> Listed:
    """Return a note with its signature, and the link to its card if it is posted."""
    delivery = await context.store.deliveries.find(card(context, note).id) if has_card(note) else None
    link = None
    if delivery and delivery.channel_id and delivery.message_id:
        link = notes.address(context.workshop.venue.guild_id or 0, delivery.channel_id, delivery.message_id)
    signed = signature(note, context.store.participants.of(note.author))
    own = note.author == context.person.id
    files = [
        file for file in await context.store.note_files.of(note.id) if own or note_files.shown_to_others(file, signed)
    ]
    return Listed(note, signed, link, len(files))
