"""/question: moderators mark questions as asked, answer, assign, merge and hide them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from discord import app_commands
from discord.ext import commands

from bot.domain.announcements import Announcement
from bot.domain.contributions import questions as questions_rules
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.questions import OWNER_LENGTH, PLAIN, REASON_LENGTH, Question, QuestionState, with_outcome
from bot.domain.people.roles import Role
from bot.domain.text import clean
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import questions as questions_messages
from bot.messages.post import Post, custom_id
from bot.platform.answers import DONE
from bot.platform.forms import paragraph
from bot.platform.router import command, pressed, suggests
from bot.store.questions import LED

#: As many as fit in one message.
_LISTED = 10


class QuestionCog(commands.GroupCog, group_name="question", group_description="The questions that participants ask"):
    """The queue of questions."""

    @command(Role.MODERATOR, "The questions that wait, the most wanted first, then the others", name="list")
    @app_commands.describe(unheard="Whether administrations that were not heard yet come first")
    async def list_queue(
        self,
        context: Context,
        unheard: bool = False,  # noqa: FBT001, FBT002 - Discord's own kind of option
    ) -> None:
        """Show the first questions of the queue."""
        plan = context.plan
        voice = partial(_voice, context) if unheard else None
        queue = questions_rules.question_queue(await context.store.questions.all(), voice)
        waiting = sum(question.state is QuestionState.WAITING for question in queue)
        lines = [questions_messages.question_line(plan, question, context.language) for question in queue[:_LISTED]]
        await context.reply(Post((f"{DONE} {context.say('question.list', n=waiting)}", *lines)))

    @command(Role.MODERATOR, "Say what becomes of a question", name="state")
    @app_commands.describe(
        question="Which one: begin to type its text", to="Asked, answered, in writing, or waiting again"
    )
    async def set_state(self, context: Context, question: str, to: str) -> None:
        """Change a question's state; a merged or hidden question is shown again."""
        if to not in PLAIN:
            context.refuse("refused.question.no_such_state")
        await _lead(context, with_outcome(await _found(context, question), QuestionState(to)))

    @command(Role.MODERATOR, "Write the answer to a question, for its card", name="answer")
    @app_commands.describe(question="Which one: begin to type its text")
    async def write_answer(self, context: Context, question: str) -> None:
        """Open the form."""
        found = await _found(context, question)
        field = (
            context.say("question.answer"),
            context.say("question.answer_hint"),
            paragraph("answer", found.answer or ""),
        )
        await context.show_form(custom_id("replied", found.id), context.say("question.answer"), [field])

    @pressed("replied", Role.MODERATOR)
    async def keep_answer(self, context: Context, question_id: str) -> None:
        """Store the answer from the form. If it can't be stored, the moderator gets it back."""
        typed = context.submitted()["answer"]
        async with context.given_back(typed):
            words = tidy(typed, questions_rules.TEXT_LENGTH)
            if words is None:
                context.refuse("refused.question.no_answer")
            question = await _found(context, question_id)
            await _lead(context, with_outcome(question, QuestionState.ANSWERED, answer=words))

    @command(Role.MODERATOR, "Hand a question to somebody who answers it in writing")
    @app_commands.describe(
        question="Which one: begin to type its text",
        owner="Who answers it",
        when="Until when, in the workshop's zone: 2023-02-21 14:30",
    )
    async def write(
        self, context: Context, question: str, owner: app_commands.Range[str, 1, OWNER_LENGTH], when: str
    ) -> None:
        """Show on the card who answers in writing, and until when."""
        due = context.parse_time(when)
        found = await _found(context, question)
        await _lead(context, with_outcome(found, QuestionState.IN_WRITING, owner=clean(owner), due=due))

    @command(Role.MODERATOR, "Make one question of two that ask the same")
    @app_commands.describe(question="The one that goes: begin to type its text", into="The one that stays")
    async def merge(self, context: Context, question: str, into: str) -> None:
        """Give one question's votes to the other."""
        found, other = await _found(context, question), await _found(context, into)
        if found.id == other.id or other.state not in PLAIN:
            context.refuse("refused.question.merge")
        await _lead(context, with_outcome(found, QuestionState.MERGED, merged_into=other.id))

    @command(Role.MODERATOR, "Withdraw a question's card; its author can read why")
    @app_commands.describe(question="Which one: begin to type its text", reason="Why; its author can read it")
    async def hide(self, context: Context, question: str, reason: app_commands.Range[str, 1, REASON_LENGTH]) -> None:
        """Withdraw a question; its text stays with the organisers."""
        await _lead(
            context, with_outcome(await _found(context, question), QuestionState.HIDDEN, hidden_for=clean(reason))
        )

    # --- suggestions -------------------------------------------------------------------------------------------

    @suggests("question", set_state)
    async def suggest_every_question(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the queue, then merged and hidden questions, by state, votes and first words."""
        questions = await context.store.questions.all()
        gone = [question for question in questions if question.state not in PLAIN]
        return _named([*questions_rules.question_queue(questions), *gone])

    @suggests("question", write_answer, write, merge, hide)
    @suggests("into", merge)
    async def suggest_questions(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the questions of the queue, by state, votes and first words."""
        return _named(questions_rules.question_queue(await context.store.questions.all()))

    @suggests("to", set_state)
    async def suggest_states(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the states that a question can be given."""
        return ((str(state), context.say(f"question.state.{state}")) for state in PLAIN)


def _voice(context: Context, question: Question) -> str | int:
    """Return the administration of a question's author, else the author."""
    place = context.store.participants.of(question.author)
    return place.administration if place else question.author


async def _lead(context: Context, after: Question) -> None:
    """Store a question's new state, and confirm."""
    entry = context.audit_entry("question", LED, after.id)
    if not await context.store.questions.lead(after, entry, await _shown(context, after)):
        context.refuse("refused.question.unknown")
    context.workshop.dispatcher.stir()
    await context.done("question.changed", state=context.say(f"question.state.{after.state}"))


async def _shown(context: Context, after: Question) -> list[Announcement]:
    """Return the announcements that show a question: its card, the cards linked with it, and its session's list."""
    plan = context.plan
    questions = await context.store.questions.all()
    touched = [
        other for other in questions if after.id in {other.id, other.merged_into} or other.id == after.merged_into
    ]
    lists = (
        questions_rules.open_questions_announcement(plan, session)
        for session in plan.agenda
        if session.id in {question.session for question in touched}
    )
    return [
        *(questions_rules.card_announcement(plan, question.id, context.now) for question in touched),
        *(announcement for announcement in lists if announcement),
    ]


async def _found(context: Context, question_id: str) -> Question:
    question = await context.store.questions.find(question_id)
    if question is None:
        context.refuse("refused.question.unknown")
    return question


def _named(questions: list[Question]) -> Iterable[tuple[str, str]]:
    """Questions as suggestions name them, by their ids."""
    signs = questions_messages.STATE_SIGN
    return (
        (question.id, f"{signs[question.state]} {question.votes} · {' '.join(question.text.split())}")
        for question in questions
    )


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(QuestionCog())
