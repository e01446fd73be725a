"""Questions: asked in one form, and shown as cards that everybody can join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from discord import app_commands
from discord.ext import commands

from bot.domain.contributions import questions
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.questions import Question
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.domain.venue import QUESTIONS
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.post import custom_id
from bot.platform.forms import choices, paragraph, radio
from bot.platform.router import command, pressed, suggests
from bot.store.per_person_limits import TooManyError

_NAMED, _ANONYMOUS = "named", "anonymous"


class AskCog(commands.Cog, description="Asking the speakers"):
    """Handles the form for questions, and the buttons of their cards."""

    # --- asking ------------------------------------------------------------------------------------------------

    @command(Role.PARTICIPANT, "Ask the speakers a question")
    @app_commands.describe(session="Which session it is about (the one under way, if you leave it out)")
    async def ask(self, context: Context, session: str | None = None) -> None:
        """Open the form."""
        await _open(context, session or "")

    @suggests("session", ask)
    async def suggest_sessions(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions of every day, without breaks."""
        plan = context.plan
        counted = (session for session in plan.agenda if plan.counts_for_attendance(session))
        return ((session.id, session.title[context.language]) for session in counted)

    @pressed("ask", Role.PARTICIPANT)
    async def press_ask(self, context: Context, _mark: str = "") -> None:
        """Open the form; the button is under the room's opening message and each card."""
        await _open(context, "")

    @pressed("asked", Role.PARTICIPANT)
    async def keep(self, context: Context, question_id: str) -> None:
        """Store a question, then confirm. If it can't be stored, its author gets the text back."""
        typed = context.submitted()
        async with context.given_back(typed["text"]):
            question = _read(context, question_id, typed)
            card = questions.card_announcement(context.plan, question_id, question.written_at)
            most = context.cap(questions.MOST_OPEN)
            try:
                if not await context.store.questions.submit(question, card, most):
                    context.refuse("refused.gone")
            except TooManyError as failure:
                raise UserError("refused.question.too_many", most=failure.most) from None
            context.workshop.dispatcher.stir()
            await context.done("question.kept", channel=context.workshop.channel(QUESTIONS))

    @pressed("too", Role.PARTICIPANT)
    async def join(self, context: Context, question_id: str, _mark: str = "") -> None:
        """Add or remove the person's vote for a question."""
        await _found(context, question_id)
        counted = await context.store.questions.vote(
            question_id, context.person.id, lambda key: questions.card_announcement(context.plan, key, context.now)
        )
        if counted is None:
            context.refuse("refused.question.own")
        context.workshop.dispatcher.stir()
        await context.done("question.counted" if counted else "question.taken_back")

    @pressed("why", Role.PARTICIPANT)
    async def explain(self, context: Context, question_id: str, _mark: str = "") -> None:
        """Tell a question's author why it was withdrawn."""
        question = await _found(context, question_id)
        if question.hidden_for is None:
            context.refuse("refused.question.not_hidden")
        if question.author != context.person.id:
            context.refuse("refused.question.not_own")
        await context.done("question.why", reason=escape(question.hidden_for))


async def _open(context: Context, session: str) -> None:
    """Show the form. Its custom id is the question's id: sent twice, also after a restart, it is the same question."""
    plan = context.plan
    if context.now < plan.questions_open_at:
        context.refuse("refused.question.not_yet", when=post.moment(plan.questions_open_at, "f"))
    offered, likeliest = questions.sessions_to_ask_about(plan, context.now, session)
    titles = [(one.id, one.title[context.language]) for one in offered]
    fields = {"text": paragraph("text"), "session": choices("session", titles, likeliest.id)}
    if plan.questions.anonymous:
        who = [(value, context.say(f"ask.{value}")) for value in (_NAMED, _ANONYMOUS)]
        fields["who"] = radio("who", who, _NAMED)
    named = ((context.say(f"ask.{name}"), context.say(f"ask.{name}_hint"), field) for name, field in fields.items())
    await context.show_form(custom_id("asked", str(context.interaction.id)), context.say("ask.heading"), named)


def _read(context: Context, question_id: str, typed: Mapping[str, str]) -> Question:
    words = tidy(typed["text"], questions.TEXT_LENGTH)
    if words is None:
        context.refuse("refused.question.unreadable")
    if context.plan.agenda.find(typed["session"]) is None:
        context.refuse("refused.question.no_such_session")
    return Question(
        id=question_id,
        author=context.person.id,
        author_name=context.name,
        anonymous=typed.get("who") == _ANONYMOUS,
        session=typed["session"],
        text=words,
        written_at=context.now,
    )


async def _found(context: Context, question_id: str) -> Question:
    question = await context.store.questions.find(question_id)
    if question is None:
        context.refuse("refused.question.unknown")
    return question


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AskCog())
