"""The review of notes: moderators look through what waits, and authors answer what they wish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, Unpack

from discord.ext import commands

from bot.app import Workshop
from bot.domain import limits
from bot.domain.contributions import note_reviews as note_reviews_rules
from bot.domain.contributions import notes
from bot.domain.contributions.note_reviews import UNSEEN, NoteWording, Review, ReviewAction, ReviewState
from bot.domain.contributions.notes import Note, has_card, visible_to
from bot.domain.people.access import Role
from bot.domain.people.direct_messages import DirectMessage, DirectMessageKind, direct_message
from bot.domain.text import escape, escape_within, shorten
from bot.messages import note_reviews as note_reviews_messages
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Post
from bot.platform.answers import DONE, answer
from bot.platform.errors import given_back
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from cogs.note import forms
from cogs.note.shared import NoteDesk

#: Characters of what is asked for, escaped: with the sentence around it, a private message holds it.
_ASKED = 1500


class _Changed(TypedDict, total=False):
    """What one deed changes of a review."""

    state: ReviewState
    asked: str
    tags: tuple[str, ...]
    proposal: NoteWording
    wanted: bool


class ReviewCog(commands.Cog):
    """What is pressed and sent under a note by its reviewers, and by its author in turn."""

    def __init__(self, desk: NoteDesk) -> None:
        self._desk = desk
        self._parts: Workshop = desk.parts

    # --- moderators --------------------------------------------------------------------------------------------

    @pressed("review", Role.MODERATOR)
    async def act(self, interaction: Interaction, action: str, note_id: str) -> None:
        """A button under a note that is reviewed: done at once, or a form."""
        note = await self._found(interaction, note_id)
        match action:
            case ReviewAction.NEXT:
                await answer(interaction, await review_of(self._desk, interaction, after=note))
            case ReviewAction.CLEAR:
                deed = self._deed(interaction, "note cleared", note)
                cleared = _with(state=ReviewState.CLEARED, asked="")
                await self._parts.store.note_reviews.change(note.id, cleared, deed)
                await self._go_on(interaction, "review.cleared", title=_bold(note))
            case ReviewAction.PUBLISH:
                await self._publish(interaction, note)
            case ReviewAction.CHANGES | ReviewAction.EDIT | ReviewAction.TAG | ReviewAction.MERGE:
                await self._open(interaction, ReviewAction(action), note)
            case _:
                raise UserError("refused.gone")

    async def _open(self, interaction: Interaction, action: ReviewAction, note: Note) -> None:
        others: list[Note] = []
        if action is ReviewAction.MERGE:
            readable = await readable_by(self._desk, interaction)
            others = [one for one in readable if one.id != note.id and one.topic == note.topic and has_card(one)]
            if not others or not has_card(note):
                raise UserError("refused.review.merge")
        known = await self._parts.store.note_reviews.of(note.id)
        offered = others[-limits.OPTIONS :]
        form = forms.review_form(self._desk.language(interaction), action, note, known, offered)
        await interaction.response.send_modal(form)

    @pressed("reviewed", Role.MODERATOR)
    async def keep(self, interaction: Interaction, action: str, note_id: str) -> None:
        """A form about a note; what can't be kept comes back."""
        typed = submitted(interaction)
        async with given_back(interaction, self._desk.language(interaction), "\n\n".join(typed.values())):
            note = await self._found(interaction, note_id)
            match action:
                case ReviewAction.CHANGES:
                    await self._ask(interaction, note, typed["asked"])
                case ReviewAction.EDIT:
                    await self._propose(interaction, note, typed)
                case ReviewAction.TAG:
                    await self._tag(interaction, note, typed["tags"])
                case _:
                    await self._merge(interaction, note, typed["into"])

    async def _ask(self, interaction: Interaction, note: Note, typed: str) -> None:
        asked = notes.tidy(typed, note_reviews_rules.ASKED_LENGTH)
        if asked is None:
            raise UserError("refused.review.unreadable")
        language = self._parts.language_of(note.author)
        shown = escape_within(asked, _ASKED)
        told = text(language, "letter.changes", title=_title(note), workshop=self._workshop(language), asked=shown)
        letter_of = self._letter(
            DirectMessageKind.CHANGES, f"{note.id}/{interaction.id}", note, told, interaction.user.id
        )
        deed = self._deed(interaction, "note sent back", note)
        change = _with(state=ReviewState.CHANGES, asked=asked)
        await self._parts.store.note_reviews.change(note.id, change, deed, letter=letter_of)
        await self._go_on(interaction, "review.asked", title=_bold(note))

    async def _propose(self, interaction: Interaction, note: Note, typed: dict[str, str]) -> None:
        title = notes.tidy(typed["title"], notes.TITLE_LENGTH)
        did, learned = (notes.tidy(typed[part], notes.PART_LENGTH) for part in ("did", "learned"))
        if title is None or did is None or learned is None:
            raise UserError("refused.review.unreadable")
        wording = NoteWording(title, did, learned)
        if wording == NoteWording(note.title, note.did, note.learned):
            raise UserError("refused.review.same")
        language = self._parts.language_of(note.author)
        told = text(language, "letter.proposal", title=_title(note), workshop=self._workshop(language))
        letter_of = self._letter(DirectMessageKind.PROPOSAL, f"{note.id}/{interaction.id}", note, told)
        deed = self._deed(interaction, "edit proposed", note)
        await self._parts.store.note_reviews.change(note.id, _with(proposal=wording), deed, letter=letter_of)
        await self._go_on(interaction, "review.proposed", title=_bold(note))

    async def _tag(self, interaction: Interaction, note: Note, typed: str) -> None:
        tags = note_reviews_rules.parse_tags(typed)
        if tags is None:
            raise UserError("refused.review.tags", most=note_reviews_rules.TAGS, length=note_reviews_rules.TAG_LENGTH)
        await self._parts.store.note_reviews.change(
            note.id, _with(tags=tags), self._deed(interaction, "note tagged", note)
        )
        told = text(self._desk.language(interaction), "review.tagged", title=_bold(note))
        shown_again = await review_of(self._desk, interaction, note.id)
        await answer(interaction, _led_by(told, shown_again))

    async def _merge(self, interaction: Interaction, note: Note, into: str) -> None:
        other = await self._found(interaction, into)
        deed = self._deed(interaction, "notes merged", note)
        cards = self._desk.card(note), self._desk.card(other)
        if await self._parts.store.note_reviews.merge(note.id, other.id, deed, cards) is None:
            raise UserError("refused.review.merge")
        await self._go_on(interaction, "review.merged", title=_bold(note))

    async def _publish(self, interaction: Interaction, note: Note) -> None:
        """A cleared note whose author allows it has its card; another author is asked."""
        reviewed = self._parts.store.note_reviews
        if (await reviewed.of(note.id)).state is not ReviewState.CLEARED:
            raise UserError("refused.review.not_cleared")
        if has_card(note):
            deed = self._deed(interaction, "note published", note)
            await reviewed.change(note.id, _with(wanted=False), deed, card=self._desk.card(note))
            await self._go_on(interaction, "review.published", title=_bold(note))
            return
        language = self._parts.language_of(note.author)
        told = text(language, "letter.publish", title=_title(note), workshop=self._workshop(language))
        letter_of = self._letter(DirectMessageKind.PUBLISH, note.id, note, told)
        deed = self._deed(interaction, "author asked to publish", note)
        await reviewed.change(note.id, _with(wanted=True), deed, letter=letter_of)
        await self._go_on(interaction, "review.wanted", title=_bold(note))

    async def _found(self, interaction: Interaction, note_id: str) -> Note:
        """A note that the moderator may read. Raises UserError."""
        note = await self._parts.store.notes.find(note_id)
        if note is None or not visible_to(note, notes.audience_of(self._parts.access.role(interaction))):
            raise UserError("refused.review.unknown")
        return note

    async def _go_on(self, interaction: Interaction, key: str, **values: object) -> None:
        """Say what is done, and show the next one."""
        self._parts.dispatcher.stir()
        told = text(self._desk.language(interaction), key, **values)
        await answer(interaction, _led_by(told, await review_of(self._desk, interaction)))

    def _deed(self, interaction: Interaction, what: str, note: Note) -> AuditEntry:
        return AuditEntry(f"review/{interaction.id}", self._parts.clock.now(), interaction.user.id, what, note.id)

    def _letter(
        self, kind: DirectMessageKind, subject: str, note: Note, told: str, by: int | None = None
    ) -> DirectMessage:
        return direct_message(self._parts.plan.id, kind, subject, note.author, told, self._parts.clock.now(), by)

    def _workshop(self, language: str) -> str:
        return escape(self._parts.plan.title[language])

    # --- authors -----------------------------------------------------------------------------------------------

    @pressed("proposed", Role.PARTICIPANT)
    async def decide(self, interaction: Interaction, said: str, note_id: str) -> None:
        """The author takes over another wording, or keeps their own."""
        note = await self._desk.own(interaction, note_id)
        card, now, accepted = self._desk.card(note), self._parts.clock.now(), said == "yes"
        person = interaction.user.id
        if not await self._parts.store.note_reviews.decide(note_id, person, card, now, accepted=accepted):
            raise UserError("refused.review.answered")
        self._parts.dispatcher.stir()
        told = text(self._desk.language(interaction), "mine.accepted" if accepted else "mine.declined")
        await answer(interaction, f"{DONE} {told}")


async def readable_by(desk: NoteDesk, interaction: Interaction) -> list[Note]:
    """The notes that somebody may read by their role, the earliest first; a moderator reads what participants do."""
    audience = notes.audience_of(desk.parts.access.role(interaction))
    return [note for note in await desk.parts.store.notes.all() if visible_to(note, audience)]


async def review_of(
    desk: NoteDesk, interaction: Interaction, note_id: str | None = None, *, after: Note | None = None
) -> Post:
    """A note as its reviewer reads it: a certain one, the next in the queue `after` another, or the first."""
    language, store = desk.language(interaction), desk.parts.store
    readable, reviewed = await readable_by(desk, interaction), await store.note_reviews.all()
    audience = notes.audience_of(desk.parts.access.role(interaction))
    queue = note_reviews_rules.review_queue(readable, reviewed, audience)
    if note_id is not None:
        chosen = next((note for note in readable if note.id == note_id), None)
        if chosen is None:
            raise UserError("refused.review.unknown")
    else:
        place = (after.written_at, after.id) if after else None
        later = (note for note in queue if place is None or (note.written_at, note.id) > place)
        chosen = next(later, queue[0] if queue else None)
    if chosen is None:
        return Post((f"{DONE} {text(language, 'review.waiting', n=0)}",))
    known = reviewed.get(chosen.id, UNSEEN)
    return note_reviews_messages.entry(desk.parts.plan, await desk.listed(chosen), known, len(queue), language)


def _led_by(told: str, post: Post) -> Post:
    return Post((f"{DONE} {told}", *post.blocks), post.buttons)


def _bold(note: Note) -> str:
    return f"**{escape(note.title)}**"


def _title(note: Note) -> str:
    return f"“{escape(shorten(note.title, 100))}”"


def _with(**changed: Unpack[_Changed]) -> Callable[[Review], Review]:
    return lambda former: replace(former, **changed)
