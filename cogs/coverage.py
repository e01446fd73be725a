"""/coverage: which administration has shared what so far, and a private reminder for those that have shared nothing."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.contributions import coverage, notes
from bot.domain.contributions.coverage import CoverageRow
from bot.domain.contributions.notes import Note
from bot.domain.people.access import Role
from bot.domain.people.direct_messages import DirectMessageKind, DirectMessageState, direct_message
from bot.domain.text import escape
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.interactions import Interaction
from bot.platform.router import pressed
from bot.store.audit import AuditEntry


class CoverageCog(commands.Cog, description="Who has shared what"):
    """While there is time to ask."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.MODERATOR)
    @app_commands.command(
        name="coverage", description="Which administration has shared what, and who has shared nothing"
    )
    async def show(self, interaction: Interaction) -> None:
        """The table, those that have shared nothing first."""
        language, store = self._parts.access.language(interaction), self._parts.store
        audience = notes.audience_of(self._parts.access.role(interaction))
        rows = coverage.coverage_rows(store.participants.all(), await self._shared(), audience)
        silent = sum(not row.notes for row in rows)
        heading = text(language, "coverage.heading", n=silent, of=len(rows))
        nudge = Button(custom_id("nudge"), text(language, "button.nudge"), primary=True)
        lines = "\n".join(self._line(row, language) for row in rows)
        told = "\n".join(await self._nudged(language))
        await answer(interaction, Post((heading, lines, told), (nudge,) if silent else ()))

    async def _shared(self) -> list[Note]:
        store = self._parts.store
        return coverage.as_shared(await store.notes.all(), await store.note_reviews.all())

    def _line(self, row: CoverageRow, language: str) -> str:
        topics = (f"{topic.title[language]} {row.notes[topic.id]}" for topic in self._parts.plan.topics)
        sign = "▫️" if not row.notes else "▪️"
        return f"{sign} **{escape(row.administration)}** · {escape(' · '.join(topics))}"

    async def _nudged(self, language: str) -> list[str]:
        """Who was reminded already, and whom no reminder reached."""
        written = [one for one in await self._parts.store.direct_messages.all() if one.kind is DirectMessageKind.NUDGE]
        refused = [one.person for one in written if one.state is DirectMessageState.REFUSED]
        lines = [
            f"-# {text(language, 'coverage.rule')}",
            text(language, "coverage.reminded", n=len(written) - len(refused)),
        ]
        if refused:
            names = ", ".join(f"<@{person}>" for person in refused[:30])
            lines.append(text(language, "coverage.refused", n=len(refused), names=names))
        return lines

    @pressed("nudge", Role.MODERATOR)
    async def nudge(self, interaction: Interaction) -> None:
        """Remind each who has joined for an administration that has shared nothing; nobody for a second time."""
        store, plan, now = self._parts.store, self._parts.plan, self._parts.clock.now()
        silent = coverage.silent_participants(store.participants.all(), await self._shared())
        letters = [
            direct_message(plan.id, DirectMessageKind.NUDGE, "", person, self._reminder(person), now)
            for person in silent
        ]
        deed = AuditEntry(f"nudge/{interaction.id}", now, interaction.user.id, "participants nudged", "coverage")
        count = await store.direct_messages.write(letters, deed)
        self._parts.dispatcher.stir()
        language = self._parts.access.language(interaction)
        await answer(interaction, f"{DONE} {text(language, 'coverage.nudged', n=count)}")

    def _reminder(self, person: int) -> str:
        language = self._parts.language_of(person)
        return text(language, "letter.nudge", workshop=escape(self._parts.plan.title[language]))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CoverageCog(client))
