"""Recommendations of groups: the rapporteur writes them, and they become notes."""

from __future__ import annotations

from collections.abc import Mapping

from discord.ext import commands

from bot.domain import announcements
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup
from bot.domain.contributions import note_files, notes
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.hosting.context import Context
from bot.hosting.note_files import keep_files
from bot.messages.i18n import text
from bot.messages.post import custom_id
from bot.platform.answers import DONE, REFUSED, WAITING
from bot.platform.forms import Field, choices, file_upload, line, paragraph
from bot.platform.notes import read_note
from bot.platform.router import pressed
from cogs.breakout import rooms

_PARTS = ("title", "did", "learned")


class RecommendationCog(commands.Cog):
    """Handles the buttons and forms of a group's members."""

    @pressed("rapporteur", Role.PARTICIPANT)
    async def appoint(self, context: Context, breakout_id: str, number: str, _mark: str = "") -> None:
        """Make the person the rapporteur of their group; the latest press counts."""
        breakout, group = await _own_group(context, breakout_id, number)
        former = str(group.rapporteur) if group.rapporteur else None
        if group.rapporteur != context.person.id:
            deed = rooms.audit_entry(context, "rapporteur", breakout, former, f"{context.person.id}: {number}")
            await context.store.breakouts.appoint(breakout.id, group.number, deed)
            context.workshop.dispatcher.stir()
        await context.done("breakout.appointed", number=group.number)

    @pressed("recommend", Role.PARTICIPANT)
    async def ask(self, context: Context, breakout_id: str, number: str, _mark: str = "") -> None:
        """Open the form for a recommendation. Its custom id is the note's id: sent twice, it is the same note."""
        breakout, _ = await _as_rapporteur(context, breakout_id, number)
        form_id = custom_id("recommended", breakout.id, number, str(context.interaction.id))
        await context.show_form(form_id, context.say("recommend.heading"), _fields(context, breakout))

    @pressed("recommended", Role.PARTICIPANT)
    async def keep(self, context: Context, breakout_id: str, number: str, note_id: str) -> None:
        """Store a recommendation, then confirm. If it can't be stored, the rapporteur gets the text back."""
        typed = context.submitted()
        async with context.given_back("\n\n".join(typed.get(part, "") for part in _PARTS)):
            _, group = await _as_rapporteur(context, breakout_id, number)
            kept = await _submit(context, _note(context, group, note_id, typed))
            await _confirm(context, kept, number)


async def _confirm(context: Context, kept: Note, number: str) -> None:
    """Store the files that came with a recommendation, then confirm it."""
    title, files = f"**{escape(kept.title)}**", context.uploaded("files")
    lines = [f"{DONE} {context.say('recommend.kept', number=number, title=title)}"]
    if files:
        await context.reply(f"{WAITING} {context.say('note.files_coming', title=title, n=len(files))}")
        card = announcements.card(context.plan, kept, context.now)
        lines += [f"{REFUSED} {line}" for line in await keep_files(context, kept.id, files, card)]
    await context.reply("\n".join(lines))


async def _submit(context: Context, note: Note) -> Note:
    card = announcements.card(context.plan, note, context.now)
    kept = await context.store.notes.submit(note, card)
    if kept is None:
        context.refuse("refused.gone")
    return kept


def _fields(context: Context, breakout: Breakout) -> tuple[tuple[str, str, Field], ...]:
    topics = ((topic.id, topic.title[context.language]) for topic in context.plan.topics)
    topic = choices("topic", topics, breakout.topic or "")
    upload = file_upload("files", note_files.MOST, note_files.OFFERED)
    return (
        (context.say("recommend.title"), context.say("recommend.title_hint"), line("title", notes.TITLE_LENGTH)),
        (context.say("form.topic"), context.say("form.topic_hint"), topic),
        (context.say("recommend.learned"), context.say("recommend.learned_hint"), paragraph("learned")),
        (context.say("recommend.did"), context.say("recommend.did_hint"), paragraph("did")),
        (context.say("form.files"), context.say("form.files_hint"), upload),
    )


def _note(context: Context, group: BreakoutGroup, note_id: str, typed: Mapping[str, str]) -> Note:
    wording, topic = read_note(typed, context.plan)
    name = text(context.plan.languages[0], "recommend.author", number=group.number, name=context.person.display_name)
    return Note(
        id=note_id,
        author=context.person.id,
        author_name=name,
        topic=topic,
        kind=NoteKind.RECOMMENDATION,
        title=wording.title,
        did=wording.did,
        learned=wording.learned,
        visibility=Visibility.ORGANISERS,
        written_at=context.now,
    )


async def _own_group(context: Context, breakout_id: str, number: str) -> tuple[Breakout, BreakoutGroup]:
    breakout = await context.store.breakouts.find(breakout_id)
    group = breakout.group(int(number)) if breakout else None
    if breakout is None or group is None:
        context.refuse("refused.gone")
    if not group.has(context.person.id):
        context.refuse("refused.breakout.not_yours", number=group.number)
    return breakout, group


async def _as_rapporteur(context: Context, breakout_id: str, number: str) -> tuple[Breakout, BreakoutGroup]:
    breakout, group = await _own_group(context, breakout_id, number)
    if group.rapporteur != context.person.id:
        context.refuse("refused.breakout.not_rapporteur", number=group.number)
    return breakout, group
