"""/coverage: the contributions of each administration, and a private reminder for those without any."""

from __future__ import annotations

from discord.ext import commands

from bot.domain.contributions import coverage, notes
from bot.domain.contributions.coverage import CoverageRow
from bot.domain.contributions.notes import Note
from bot.domain.people.direct_messages import DirectMessageKind, DirectMessageState, direct_message
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id
from bot.platform.router import command, pressed


class CoverageCog(commands.Cog, description="Who has shared what"):
    """Shows coverage by administration while there is still time to ask for more."""

    @command(Role.MODERATOR, "Which administration has shared what, and who has shared nothing", name="coverage")
    async def show(self, context: Context) -> None:
        """Show the table, administrations without contributions first."""
        store = context.store
        audience = notes.audience_of(context.role)
        rows = coverage.coverage_rows(store.participants.all(), await _shared(context), audience)
        silent = sum(not row.notes for row in rows)
        heading = context.say("coverage.heading", n=silent, of=len(rows))
        nudge = Button(custom_id("nudge"), context.say("button.nudge"), primary=True)
        lines = "\n".join(_line(context, row) for row in rows)
        reminders = "\n".join(await _nudged(context))
        await context.reply(Post((heading, lines, reminders), (nudge,) if silent else ()))

    @pressed("nudge", Role.MODERATOR)
    async def nudge(self, context: Context) -> None:
        """Remind each participant of an administration without contributions; nobody twice."""
        store, plan = context.store, context.plan
        silent = coverage.silent_participants(store.participants.all(), await _shared(context))
        letters = [
            direct_message(plan.id, DirectMessageKind.NUDGE, "", person, _reminder(context, person), context.now)
            for person in silent
        ]
        entry = context.audit_entry("nudge", "participants nudged", "coverage")
        count = await store.direct_messages.write(letters, entry)
        context.workshop.dispatcher.stir()
        await context.done("coverage.nudged", n=count)


async def _shared(context: Context) -> list[Note]:
    store = context.store
    return coverage.as_shared(await store.notes.all(), await store.note_reviews.all())


def _line(context: Context, row: CoverageRow) -> str:
    topics = (f"{topic.title[context.language]} {row.notes[topic.id]}" for topic in context.plan.topics)
    sign = "▫️" if not row.notes else "▪️"
    return f"{sign} **{escape(row.administration)}** · {escape(' · '.join(topics))}"


async def _nudged(context: Context) -> list[str]:
    """Return the lines on people already reminded, and on those whom no reminder reached."""
    written = [
        message for message in await context.store.direct_messages.all() if message.kind is DirectMessageKind.NUDGE
    ]
    refused = [message.person for message in written if message.state is DirectMessageState.REFUSED]
    lines = [
        f"-# {context.say('coverage.rule')}",
        context.say("coverage.reminded", n=len(written) - len(refused)),
    ]
    if refused:
        names = ", ".join(f"<@{person}>" for person in refused[:30])
        lines.append(context.say("coverage.refused", n=len(refused), names=names))
    return lines


def _reminder(context: Context, person: int) -> str:
    language = context.workshop.language_of(person)
    return text(language, "letter.nudge", workshop=escape(context.plan.title[language]))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CoverageCog())
