"""/question: what moderators make of the questions: ask, answer, hand to writing, merge and hide them."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.announcements import Announcement
from bot.domain.contributions import questions as questions_rules
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.questions import OWNER_LENGTH, PLAIN, REASON_LENGTH, Question, QuestionState, with_outcome
from bot.domain.people.access import Role
from bot.domain.text import clean
from bot.messages import questions as questions_messages
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Post, custom_id
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.errors import given_back
from bot.platform.forms import form, paragraph
from bot.platform.interactions import Interaction, parse_local_time, submitted
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from bot.store.questions import LED

#: As many as fit in one message.
_LISTED = 10


class QuestionCog(commands.GroupCog, group_name="question", group_description="The questions that participants ask"):
    """The queue of questions."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.MODERATOR)
    @app_commands.command(name="list", description="The questions that wait, the most wanted first, then the others")
    @app_commands.describe(unheard="Whether administrations that were not heard yet come first")
    async def list_queue(
        self,
        interaction: Interaction,
        unheard: bool = False,  # noqa: FBT001, FBT002 - Discord's own kind of option
    ) -> None:
        """The first of the queue."""
        plan, language = self._parts.plan, self._parts.access.language(interaction)
        queue = questions_rules.question_queue(
            await self._parts.store.questions.all(), self._voice if unheard else None
        )
        waiting = sum(one.state is QuestionState.WAITING for one in queue)
        lines = [questions_messages.question_line(plan, one, language) for one in queue[:_LISTED]]
        await answer(interaction, Post((f"{DONE} {text(language, 'question.list', n=waiting)}", *lines)))

    def _voice(self, question: Question) -> str | int:
        """For whom a question speaks: an administration, or its author alone."""
        place = self._parts.store.participants.of(question.author)
        return place.administration if place else question.author

    @needs(Role.MODERATOR)
    @app_commands.command(name="state", description="Say what becomes of a question")
    @app_commands.describe(
        question="Which one: begin to type its text", to="Asked, answered, in writing, or waiting again"
    )
    async def set_state(self, interaction: Interaction, question: str, to: str) -> None:
        """Change what its card shows; what was merged or hidden is shown again."""
        if to not in PLAIN:
            raise UserError("refused.question.no_such_state")
        await self._lead(interaction, with_outcome(await self._found(question), QuestionState(to)))

    @needs(Role.MODERATOR)
    @app_commands.command(name="answer", description="Write the answer to a question, for its card")
    @app_commands.describe(question="Which one: begin to type its text")
    async def write_answer(self, interaction: Interaction, question: str) -> None:
        """Open the form."""
        language = self._parts.access.language(interaction)
        found = await self._found(question)
        field = (
            text(language, "question.answer"),
            text(language, "question.answer_hint"),
            paragraph("answer", found.answer or ""),
        )
        shown = form(custom_id("replied", found.id), text(language, "question.answer"), [field])
        await interaction.response.send_modal(shown)

    @pressed("replied", Role.MODERATOR)
    async def keep_answer(self, interaction: Interaction, question_id: str) -> None:
        """The form, sent. If the answer can't be kept, it goes back."""
        typed = submitted(interaction)["answer"]
        async with given_back(interaction, self._parts.access.language(interaction), typed):
            words = tidy(typed, questions_rules.TEXT_LENGTH)
            if words is None:
                raise UserError("refused.question.no_answer")
            found = await self._found(question_id)
            await self._lead(interaction, with_outcome(found, QuestionState.ANSWERED, answer=words))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Hand a question to somebody who answers it in writing")
    @app_commands.describe(
        question="Which one: begin to type its text",
        owner="Who answers it",
        when="Until when, in the workshop's zone: 2023-02-21 14:30",
    )
    async def write(
        self, interaction: Interaction, question: str, owner: app_commands.Range[str, 1, OWNER_LENGTH], when: str
    ) -> None:
        """Say on its card who answers, and until when."""
        due = parse_local_time(when, self._parts.clock.now(), self._parts.plan)
        found = await self._found(question)
        await self._lead(interaction, with_outcome(found, QuestionState.IN_WRITING, owner=clean(owner), due=due))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Make one question of two that ask the same")
    @app_commands.describe(question="The one that goes: begin to type its text", into="The one that stays")
    async def merge(self, interaction: Interaction, question: str, into: str) -> None:
        """Give one question's votes to the other."""
        found, other = await self._found(question), await self._found(into)
        if found.id == other.id or other.state not in PLAIN:
            raise UserError("refused.question.merge")
        await self._lead(interaction, with_outcome(found, QuestionState.MERGED, merged_into=other.id))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Withdraw a question's card; its author can read why")
    @app_commands.describe(question="Which one: begin to type its text", reason="Why; its author can read it")
    async def hide(
        self, interaction: Interaction, question: str, reason: app_commands.Range[str, 1, REASON_LENGTH]
    ) -> None:
        """Withdraw a question; its text stays with the organisers."""
        await self._lead(
            interaction, with_outcome(await self._found(question), QuestionState.HIDDEN, hidden_for=clean(reason))
        )

    async def _lead(self, interaction: Interaction, after: Question) -> None:
        """Keep what has become of a question, and say so."""
        language, now = self._parts.access.language(interaction), self._parts.clock.now()
        deed = AuditEntry(f"question/{interaction.id}", now, interaction.user.id, LED, after.id)
        if not await self._parts.store.questions.lead(after, deed, await self._shown(after)):
            raise UserError("refused.question.unknown")
        self._parts.dispatcher.stir()
        told = text(language, "question.changed", state=text(language, f"question.state.{after.state}"))
        await answer(interaction, f"{DONE} {told}")

    async def _shown(self, after: Question) -> list[Announcement]:
        """What shows a question: its card, those that point to it or to which it points, and its session's list."""
        plan, now = self._parts.plan, self._parts.clock.now()
        every = await self._parts.store.questions.all()
        touched = [one for one in every if after.id in {one.id, one.merged_into} or one.id == after.merged_into]
        lists = (
            questions_rules.open_questions_announcement(plan, one)
            for one in plan.agenda
            if one.id in {q.session for q in touched}
        )
        return [
            *(questions_rules.card_announcement(plan, one.id, now) for one in touched),
            *(each for each in lists if each),
        ]

    async def _found(self, question_id: str) -> Question:
        question = await self._parts.store.questions.find(question_id)
        if question is None:
            raise UserError("refused.question.unknown")
        return question

    # --- suggestions -------------------------------------------------------------------------------------------

    @set_state.autocomplete("question")
    async def suggest_every_question(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The queue, then what was merged or hidden, by state, votes and first words."""
        every = await self._parts.store.questions.all()
        gone = [one for one in every if one.state not in PLAIN]
        return self._suggested([*questions_rules.question_queue(every), *gone], typed)

    @write_answer.autocomplete("question")
    @write.autocomplete("question")
    @merge.autocomplete("question")
    @merge.autocomplete("into")
    @hide.autocomplete("question")
    async def suggest_questions(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The queue, likewise."""
        return self._suggested(questions_rules.question_queue(await self._parts.store.questions.all()), typed)

    def _suggested(self, found: list[Question], typed: str) -> list[app_commands.Choice[str]]:
        signs = questions_messages.STATE_SIGN
        return suggestions(typed, ((q.id, f"{signs[q.state]} {q.votes} · {' '.join(q.text.split())}") for q in found))

    @set_state.autocomplete("to")
    async def suggest_states(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What can become of a question."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((str(state), text(language, f"question.state.{state}")) for state in PLAIN))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(QuestionCog(client))
