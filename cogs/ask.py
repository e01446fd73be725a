"""Questions: asked in one form, and shown as cards that everybody can join."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain.contributions import questions
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.questions import Question
from bot.domain.people.access import Role
from bot.domain.text import escape
from bot.domain.venue import QUESTIONS
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import custom_id
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.errors import given_back
from bot.platform.forms import Field, choices, form, paragraph
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed
from bot.store.caps import TooManyError

_NAMED, _ANONYMOUS = "named", "anonymous"


class AskCog(commands.Cog, description="Asking the speakers"):
    """Asking."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    # --- asking ------------------------------------------------------------------------------------------------

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Ask the speakers a question")
    @app_commands.describe(session="Which session it is about (the one under way, if you leave it out)")
    async def ask(self, interaction: Interaction, session: str | None = None) -> None:
        """Open the form."""
        await self._open(interaction, session or "")

    @ask.autocomplete("session")
    async def suggest_sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions of every day but the breaks."""
        plan, language = self._parts.plan, self._parts.access.language(interaction)
        counted = (session for session in plan.agenda if plan.counts_for_attendance(session))
        return suggestions(typed, ((session.id, session.title[language]) for session in counted))

    @pressed("ask", Role.PARTICIPANT)
    async def press_ask(self, interaction: Interaction, _mark: str = "") -> None:
        """The button under the message that opens the room, and under each card."""
        await self._open(interaction, "")

    async def _open(self, interaction: Interaction, session: str) -> None:
        """The form's custom id is the question's id: sent twice, it is the same question, whatever restarted."""
        plan, now = self._parts.plan, self._parts.clock.now()
        if now < plan.questions_open_at:
            raise UserError("refused.question.not_yet", when=post.moment(plan.questions_open_at, "f"))
        language = self._parts.access.language(interaction)
        offered, likeliest = questions.sessions_to_ask_about(plan, now, session)
        titles = [(one.id, one.title[language]) for one in offered]
        fields = {"text": paragraph("text"), "session": choices("session", titles, likeliest.id)}
        if plan.questions.anonymous:
            who = [(value, text(language, f"ask.{value}")) for value in (_NAMED, _ANONYMOUS)]
            fields["who"] = choices("who", who, _NAMED)
        await interaction.response.send_modal(self._form(str(interaction.id), fields, language))

    def _form(self, question_id: str, fields: Mapping[str, Field], language: str) -> discord.ui.Modal:
        named = ((text(language, f"ask.{n}"), text(language, f"ask.{n}_hint"), field) for n, field in fields.items())
        return form(custom_id("asked", question_id), text(language, "ask.heading"), named)

    @pressed("asked", Role.PARTICIPANT)
    async def keep(self, interaction: Interaction, question_id: str) -> None:
        """Keep a question, then say so. If it can't be kept, its author gets the text back."""
        language = self._parts.access.language(interaction)
        typed = submitted(interaction)
        async with given_back(interaction, language, typed["text"]):
            question = self._read(interaction, question_id, typed)
            card = questions.card_announcement(self._parts.plan, question_id, question.written_at)
            most = self._parts.access.cap(interaction, questions.MOST_OPEN)
            try:
                if not await self._parts.store.questions.submit(question, card, most):
                    raise UserError("refused.gone")
            except TooManyError as failure:
                raise UserError("refused.question.too_many", most=failure.most) from None
            self._parts.dispatcher.stir()
            channel = f"<#{self._parts.venue.rooms.get(QUESTIONS, 0)}>"
            await answer(interaction, f"{DONE} {text(language, 'question.kept', channel=channel)}")

    def _read(self, interaction: Interaction, question_id: str, typed: Mapping[str, str]) -> Question:
        words = tidy(typed["text"], questions.TEXT_LENGTH)
        if words is None:
            raise UserError("refused.question.unreadable")
        if self._parts.plan.agenda.find(typed["session"]) is None:
            raise UserError("refused.question.no_such_session")
        person = interaction.user
        place = self._parts.store.participants.of(person.id)
        return Question(
            id=question_id,
            author=person.id,
            author_name=place.name if place else person.display_name,
            anonymous=typed.get("who") == _ANONYMOUS,
            session=typed["session"],
            text=words,
            written_at=self._parts.clock.now(),
        )

    @pressed("too", Role.PARTICIPANT)
    async def join(self, interaction: Interaction, question_id: str, _mark: str = "") -> None:
        """Somebody has the question too, or has it no longer."""
        language, plan, now = self._parts.access.language(interaction), self._parts.plan, self._parts.clock.now()
        await self._found(question_id)
        counted = await self._parts.store.questions.vote(
            question_id, interaction.user.id, lambda key: questions.card_announcement(plan, key, now)
        )
        if counted is None:
            raise UserError("refused.question.own")
        self._parts.dispatcher.stir()
        await answer(interaction, f"{DONE} {text(language, 'question.counted' if counted else 'question.taken_back')}")

    @pressed("why", Role.PARTICIPANT)
    async def explain(self, interaction: Interaction, question_id: str, _mark: str = "") -> None:
        """Its author asks why a question was withdrawn."""
        language = self._parts.access.language(interaction)
        question = await self._found(question_id)
        if question.hidden_for is None:
            raise UserError("refused.question.not_hidden")
        if question.author != interaction.user.id:
            raise UserError("refused.question.not_own")
        await answer(interaction, f"{DONE} {text(language, 'question.why', reason=escape(question.hidden_for))}")

    async def _found(self, question_id: str) -> Question:
        question = await self._parts.store.questions.find(question_id)
        if question is None:
            raise UserError("refused.question.unknown")
        return question


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AskCog(client))
