"""Feedback: a pulse after each session and an evaluation at the end; each answered once, and changeable."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.attendance import attendance
from bot.domain.contributions import chatham
from bot.domain.contributions import feedback as feedback_rules
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer, FeedbackQuestion
from bot.domain.people.access import Role
from bot.messages import feedback
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Post, custom_id
from bot.platform.answers import DONE, answer
from bot.platform.client import needs
from bot.platform.errors import given_back
from bot.platform.forms import Field, choices, form, paragraph
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed

#: Sessions that fit in one message; the export has them all.
_SHOWN = 11


class FeedbackCog(
    commands.GroupCog, group_name="feedback", group_description="What participants think of the sessions"
):
    """How it was."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @pressed("rate", Role.PARTICIPANT)
    async def open_form(self, interaction: Interaction, subject: str, _mark: str = "") -> None:
        """The button under a session that ended, and under the evaluation; an earlier answer is filled in."""
        self._check(subject)
        language = self._parts.access.language(interaction)
        before = await self._parts.store.feedback.of(subject, interaction.user.id)
        fields = [_field(asked, before, language) for asked in feedback_rules.feedback_form(subject)]
        heading = text(language, "feedback.workshop" if subject == WORKSHOP else "feedback.session")
        await interaction.response.send_modal(form(custom_id("rated", subject), heading, fields))

    def _check(self, subject: str) -> None:
        if subject != WORKSHOP and self._parts.plan.agenda.find(subject) is None:
            raise UserError("refused.gone")

    @pressed("rated", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction, subject: str) -> None:
        """Keep an answer, then say so; answered again, it is changed."""
        language = self._parts.access.language(interaction)
        typed = submitted(interaction)
        async with given_back(interaction, language, "\n\n".join(typed.values())):
            self._check(subject)
            values = feedback_rules.parse_answers(subject, typed)
            if values is None:
                raise UserError("refused.gone")
            mine = FeedbackAnswer(subject, interaction.user.id, values, self._parts.clock.now())
            await self._parts.store.feedback.put(mine)
            await answer(interaction, f"{DONE} {text(language, 'feedback.kept')}")

    @needs(Role.MODERATOR)
    @app_commands.command(description="How many answered, and what they think; nobody is named")
    async def show(self, interaction: Interaction) -> None:
        """The workshop first, then the sessions that were asked about, the latest first."""
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        language = self._parts.access.language(interaction)
        blind = attendance.unwatched_times(plan, await store.presence.watches(), now)
        corrections = await store.corrections.standing()
        records = attendance.attendance_records(
            plan, await store.attendance.all(), await store.presence.all(), blind, corrections
        )
        answers = await store.feedback.all()
        over = [one.id for one in plan.agenda if one.ends_at <= now and one.kind in plan.announcements.feedback.kinds]
        if not over:
            raise UserError("refused.feedback.none_yet")
        subjects = [WORKSHOP] if now >= plan.agenda.ends_at else []
        found = [
            chatham.protected_summary(subject, answers, feedback_rules.attendees(records, subject))
            for subject in [*subjects, *reversed(over[-_SHOWN:])]
        ]
        lines = [feedback.summary(plan, one, language) for one in found]
        await answer(interaction, Post((f"{DONE} {text(language, 'feedback.heading')}", *lines)))


def _field(asked: FeedbackQuestion, before: FeedbackAnswer | None, language: str) -> tuple[str, str, Field]:
    value = before.values.get(asked.name, "") if before else ""
    offered = [(choice, feedback.choice(language, choice)) for choice in asked.choices]
    field = choices(asked.name, offered, value) if offered else paragraph(asked.name, value, required=False)
    return text(language, f"feedback.{asked.name}"), text(language, f"feedback.{asked.name}_hint"), field


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(FeedbackCog(client))
