"""The review of notes: moderators go through the queue, and authors answer their requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, Unpack

from discord.ext import commands

from bot.domain import discord_limits
from bot.domain.contributions import note_reviews as note_reviews_rules
from bot.domain.contributions import notes
from bot.domain.contributions.note_reviews import UNSEEN, Review, ReviewAction, ReviewState
from bot.domain.contributions.notes import Note, NoteWording, has_card, visible_to
from bot.domain.people.direct_messages import DirectMessage, DirectMessageKind, direct_message
from bot.domain.people.roles import Role
from bot.domain.text import escape, escape_within, shorten
from bot.hosting.context import Context
from bot.messages import note_reviews as note_reviews_messages
from bot.messages.i18n import text
from bot.messages.post import Post
from bot.platform.answers import DONE
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from cogs.note import forms, shared

#: Characters of a request, escaped: with the sentence around it, it fits into a direct message.
_ASKED = 1500


class _Changed(TypedDict, total=False):
    """The changes that one action makes to a review."""

    state: ReviewState
    asked: str
    tags: tuple[str, ...]
    proposal: NoteWording
    wanted: bool


class ReviewCog(commands.Cog):
    """Handles the buttons and forms under a note, of its reviewers and of its author."""

    # --- moderators --------------------------------------------------------------------------------------------

    @pressed("review", Role.MODERATOR)
    async def act(self, context: Context, action: str, note_id: str) -> None:
        """Handle a reviewer's button: act at once, or open a form."""
        note = await _found(context, note_id)
        match action:
            case ReviewAction.NEXT:
                await context.reply(await review_of(context, after=note))
            case ReviewAction.CLEAR:
                entry = _entry(context, "note cleared", note)
                cleared = _with(state=ReviewState.CLEARED, asked="")
                await context.store.note_reviews.change(note.id, cleared, entry)
                await _go_on(context, "review.cleared", title=_bold(note))
            case ReviewAction.PUBLISH:
                await _publish(context, note)
            case ReviewAction.CHANGES | ReviewAction.EDIT | ReviewAction.TAG | ReviewAction.MERGE:
                await _open(context, ReviewAction(action), note)
            case _:
                context.refuse("refused.gone")

    @pressed("reviewed", Role.MODERATOR)
    async def keep(self, context: Context, action: str, note_id: str) -> None:
        """Handle a form about a note; text that can't be stored goes back to the reviewer."""
        typed = context.submitted()
        async with context.given_back("\n\n".join(typed.values())):
            note = await _found(context, note_id)
            match action:
                case ReviewAction.CHANGES:
                    await _ask(context, note, typed["asked"])
                case ReviewAction.EDIT:
                    await _propose(context, note, typed)
                case ReviewAction.TAG:
                    await _tag(context, note, typed["tags"])
                case _:
                    await _merge(context, note, typed["into"])

    # --- authors -----------------------------------------------------------------------------------------------

    @pressed("proposed", Role.PARTICIPANT)
    async def decide(self, context: Context, said: str, note_id: str) -> None:
        """Accept or decline another wording, as the author decides."""
        note = await shared.own(context, note_id)
        card, accepted = shared.card(context, note), said == "yes"
        person = context.person.id
        if not await context.store.note_reviews.decide(note_id, person, card, context.now, accepted=accepted):
            context.refuse("refused.review.answered")
        context.workshop.dispatcher.stir()
        await context.done("mine.accepted" if accepted else "mine.declined")


async def readable_by(context: Context) -> list[Note]:
    """Return the notes that a person's role may read, the earliest first; moderators read what participants do."""
    audience = notes.audience_of(context.role)
    return [note for note in await context.store.notes.all() if visible_to(note, audience)]


async def review_of(context: Context, note_id: str | None = None, *, after: Note | None = None) -> Post:
    """Render a note for its reviewer: the given one, the next in the queue `after` another, or the first."""
    readable, reviewed = await readable_by(context), await context.store.note_reviews.all()
    audience = notes.audience_of(context.role)
    queue = note_reviews_rules.review_queue(readable, reviewed, audience)
    if note_id is not None:
        chosen = next((note for note in readable if note.id == note_id), None)
        if chosen is None:
            context.refuse("refused.review.unknown")
    else:
        place = (after.written_at, after.id) if after else None
        later = (note for note in queue if place is None or (note.written_at, note.id) > place)
        chosen = next(later, queue[0] if queue else None)
    if chosen is None:
        return Post((f"{DONE} {context.say('review.waiting', n=0)}",))
    known = reviewed.get(chosen.id, UNSEEN)
    listed = await shared.listed(context, chosen)
    return note_reviews_messages.entry(context.plan, listed, known, len(queue), context.language)


def _led_by(sentence: str, post: Post) -> Post:
    return Post((f"{DONE} {sentence}", *post.blocks), post.buttons)


def _bold(note: Note) -> str:
    return f"**{escape(note.title)}**"


def _title(note: Note) -> str:
    return f"“{escape(shorten(note.title, 100))}”"


def _with(**changed: Unpack[_Changed]) -> Callable[[Review], Review]:
    return lambda former: replace(former, **changed)


async def _open(context: Context, action: ReviewAction, note: Note) -> None:
    others: list[Note] = []
    if action is ReviewAction.MERGE:
        readable = await readable_by(context)
        others = [one for one in readable if one.id != note.id and one.topic == note.topic and has_card(one)]
        if not others or not has_card(note):
            context.refuse("refused.review.merge")
    known = await context.store.note_reviews.of(note.id)
    offered = others[-discord_limits.OPTIONS :]
    await context.show_modal(forms.review_form(context.language, action, note, known, offered))


async def _ask(context: Context, note: Note, typed: str) -> None:
    asked = notes.tidy(typed, note_reviews_rules.ASKED_LENGTH)
    if asked is None:
        context.refuse("refused.review.unreadable")
    language = context.workshop.language_of(note.author)
    shown = escape_within(asked, _ASKED)
    workshop = _workshop(context, language)
    wording = text(language, "letter.changes", title=_title(note), workshop=workshop, asked=shown)
    subject = f"{note.id}/{context.interaction.id}"
    message = _message(context, DirectMessageKind.CHANGES, subject, note, wording, by=context.person.id)
    entry = _entry(context, "note sent back", note)
    change = _with(state=ReviewState.CHANGES, asked=asked)
    await context.store.note_reviews.change(note.id, change, entry, letter=message)
    await _go_on(context, "review.asked", title=_bold(note))


async def _propose(context: Context, note: Note, typed: dict[str, str]) -> None:
    wording = notes.wording_of(typed)
    if wording is None:
        context.refuse("refused.review.unreadable")
    if wording == NoteWording(note.title, note.did, note.learned):
        context.refuse("refused.review.same")
    language = context.workshop.language_of(note.author)
    request = text(language, "letter.proposal", title=_title(note), workshop=_workshop(context, language))
    message = _message(context, DirectMessageKind.PROPOSAL, f"{note.id}/{context.interaction.id}", note, request)
    entry = _entry(context, "edit proposed", note)
    await context.store.note_reviews.change(note.id, _with(proposal=wording), entry, letter=message)
    await _go_on(context, "review.proposed", title=_bold(note))


async def _tag(context: Context, note: Note, typed: str) -> None:
    tags = note_reviews_rules.parse_tags(typed)
    if tags is None:
        context.refuse("refused.review.tags", most=note_reviews_rules.TAGS, length=note_reviews_rules.TAG_LENGTH)
    await context.store.note_reviews.change(note.id, _with(tags=tags), _entry(context, "note tagged", note))
    told = context.say("review.tagged", title=_bold(note))
    shown_again = await review_of(context, note.id)
    await context.reply(_led_by(told, shown_again))


async def _merge(context: Context, note: Note, into: str) -> None:
    other = await _found(context, into)
    entry = _entry(context, "notes merged", note)
    cards = shared.card(context, note), shared.card(context, other)
    if await context.store.note_reviews.merge(note.id, other.id, entry, cards) is None:
        context.refuse("refused.review.merge")
    await _go_on(context, "review.merged", title=_bold(note))


async def _publish(context: Context, note: Note) -> None:
    """Show the card of a cleared note if its author allows it; otherwise ask the author."""
    reviewed = context.store.note_reviews
    if (await reviewed.of(note.id)).state is not ReviewState.CLEARED:
        context.refuse("refused.review.not_cleared")
    if has_card(note):
        entry = _entry(context, "note published", note)
        await reviewed.change(note.id, _with(wanted=False), entry, card=shared.card(context, note))
        await _go_on(context, "review.published", title=_bold(note))
        return
    language = context.workshop.language_of(note.author)
    request = text(language, "letter.publish", title=_title(note), workshop=_workshop(context, language))
    message = _message(context, DirectMessageKind.PUBLISH, note.id, note, request)
    entry = _entry(context, "author asked to publish", note)
    await reviewed.change(note.id, _with(wanted=True), entry, letter=message)
    await _go_on(context, "review.wanted", title=_bold(note))


async def _found(context: Context, note_id: str) -> Note:
    """Return a note that the moderator may read. Raises UserError."""
    note = await context.store.notes.find(note_id)
    if note is None or not visible_to(note, notes.audience_of(context.role)):
        context.refuse("refused.review.unknown")
    return note


async def _go_on(context: Context, key: str, **values: object) -> None:
    """Confirm an action, and show the next note."""
    context.workshop.dispatcher.stir()
    told = context.say(key, **values)
    await context.reply(_led_by(told, await review_of(context)))


def _entry(context: Context, action: str, note: Note) -> AuditEntry:
    return context.audit_entry("review", action, note.id)


def _message(  # noqa: PLR0913 - one parameter a part of it
    context: Context, kind: DirectMessageKind, subject: str, note: Note, wording: str, *, by: int | None = None
) -> DirectMessage:
    return direct_message(context.plan.id, kind, subject, note.author, wording, context.now, by)


def _workshop(context: Context, language: str) -> str:
    return escape(context.plan.title[language])
