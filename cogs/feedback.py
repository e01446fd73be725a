"""Feedback: a pulse after each session and an evaluation at the end; each answered once, and changeable."""

from __future__ import annotations

from discord.ext import commands

from bot.domain.attendance import attendance
from bot.domain.contributions import chatham
from bot.domain.contributions import feedback as feedback_rules
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer, FeedbackQuestion
from bot.domain.people.roles import Role
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import feedback
from bot.messages.i18n import text
from bot.messages.post import Post, custom_id
from bot.platform.answers import DONE
from bot.platform.forms import Field, paragraph, radio
from bot.platform.router import command, pressed

#: Sessions that fit in one message; the export has them all.
_SHOWN = 11


class FeedbackCog(
    commands.GroupCog, group_name="feedback", group_description="What participants think of the sessions"
):
    """Handles the forms of feedback, and its summary."""

    @pressed("rate", Role.PARTICIPANT)
    async def open_form(self, context: Context, subject: str, _mark: str = "") -> None:
        """Open the form from the button of an ended session or the evaluation, with an earlier answer filled in."""
        _check(context, subject)
        before = await context.store.feedback.of(subject, context.person.id)
        fields = [_field(asked, before, context.language) for asked in feedback_rules.feedback_form(subject)]
        heading = context.say("feedback.workshop" if subject == WORKSHOP else "feedback.session")
        await context.show_form(custom_id("rated", subject), heading, fields)

    @pressed("rated", Role.PARTICIPANT)
    async def keep(self, context: Context, subject: str) -> None:
        """Store an answer, then confirm; a later answer replaces it."""
        typed = context.submitted()
        async with context.given_back("\n\n".join(typed.values())):
            _check(context, subject)
            values = feedback_rules.parse_answers(subject, typed)
            if values is None:
                context.refuse("refused.gone")
            mine = FeedbackAnswer(subject, context.person.id, values, context.now)
            await context.store.feedback.put(mine)
            await context.done("feedback.kept")

    @command(Role.MODERATOR, "How many answered, and what they think; nobody is named")
    async def show(self, context: Context) -> None:
        """Show the workshop's summary, then those of sessions with feedback, the latest first."""
        plan, store = context.plan, context.store
        blind = attendance.unwatched_times(plan, await store.presence.watches(), context.now)
        corrections = await store.corrections.standing()
        records = attendance.attendance_records(
            plan, await store.attendance.all(), await store.presence.all(), blind, corrections
        )
        answers = await store.feedback.all()
        over = [
            session.id
            for session in plan.agenda
            if session.ends_at <= context.now and session.kind in plan.announcements.feedback.kinds
        ]
        if not over:
            context.refuse("refused.feedback.none_yet")
        subjects = [WORKSHOP] if context.now >= plan.agenda.ends_at else []
        summaries = [
            chatham.protected_summary(subject, answers, feedback_rules.attendees(records, subject))
            for subject in [*subjects, *reversed(over[-_SHOWN:])]
        ]
        lines = [feedback.summary(plan, summary, context.language) for summary in summaries]
        await context.reply(Post((f"{DONE} {context.say('feedback.heading')}", *lines)))


def _field(asked: FeedbackQuestion, before: FeedbackAnswer | None, language: str) -> tuple[str, str, Field]:
    value = before.values.get(asked.name, "") if before else ""
    offered = [(choice, feedback.choice(language, choice)) for choice in asked.choices]
    field = radio(asked.name, offered, value) if offered else paragraph(asked.name, value, required=False)
    return text(language, f"feedback.{asked.name}"), text(language, f"feedback.{asked.name}_hint"), field


def _check(context: Context, subject: str) -> None:
    if subject != WORKSHOP and context.plan.agenda.find(subject) is None:
        context.refuse("refused.gone")


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(FeedbackCog())
