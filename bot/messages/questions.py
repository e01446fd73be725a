"""What the posts say that ask participants for something, or hand out something: questions, pledges, certificates."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.agenda.sessions import Session
from bot.domain.contributions.questions import Question, QuestionState
from bot.domain.plan import Plan
from bot.domain.text import escape, escape_within, shorten
from bot.messages.i18n import every, text
from bot.messages.post import Button, Lines, Post, custom_id, joined, label, left_out, moment, session_heading

STATE_SIGN = {
    QuestionState.WAITING: "⏳",
    QuestionState.ASKED: "🎤",
    QuestionState.IN_WRITING: "✍️",
    QuestionState.ANSWERED: "✅",
    QuestionState.MERGED: "➡️",
    QuestionState.HIDDEN: "🚫",
}
_TITLE = 90
#: Characters of a question that another message quotes, and of how many one message tells.
_QUOTED, _FOLLOWING = 200, 12


# --- what the bot posts: in all the workshop's languages -------------------------------------------------------


def ask_opening(plan: Plan, mark: str) -> Post:
    """The message that opens the room for questions."""
    told = every(plan.languages, "question.line")
    if plan.questions.anonymous:
        told += every(plan.languages, "question.line_anonymous")
    return Post((f"## {joined(plan.languages, 'question.heading')}", "\n".join(told)), (_ask_button(plan, mark),))


def question_card(plan: Plan, question: Question, mark: str, other: Question | None = None) -> Post:
    """A question in the room for them; `other` is the one that it is merged into."""
    if question.state is QuestionState.HIDDEN:
        why = Button(custom_id("why", question.id, mark), label(plan.languages, "button.why"))
        return Post((f"{STATE_SIGN[question.state]} {joined(plan.languages, 'question.withdrawn')}",), (why,))
    unnamed = question.anonymous or question.confidential
    who = joined(plan.languages, "question.nobody") if unnamed else escape(question.author_name)
    session = plan.agenda.find(question.session)
    about = f"-# 🙋 {_titles(plan, session)}" if session else "-# 🙋"
    state = f"{STATE_SIGN[question.state]} {joined(plan.languages, f'question.state.{question.state}')}"
    votes = "" if other else f" · 👥 {question.votes}"
    standing = f"**{state}**{votes}\n-# {who} · {moment(question.written_at, 'f')}"
    if question.owner and question.due:
        standing += f"\n✍️ {escape(question.owner)} · {moment(question.due, 'f')}"
    if other:
        standing += f"\n➡️ {escape_within(' '.join(other.text.split()), _QUOTED)}"
    answered = (f"💬 {escape(question.answer)}",) if question.answer else ()
    too = Button(custom_id("too", question.id, mark), label(plan.languages, "button.too"))
    return Post((f"{about}\n{escape(question.text)}", *answered, standing), (too, _ask_button(plan, mark)))


def open_questions(plan: Plan, session: Session, found: Sequence[Question], mark: str) -> Post:
    """A session is over, and these questions about it are not answered yet; the most wanted, if they are many."""
    heading = session_heading("❓", plan, session)
    told = "\n".join(every(plan.languages, "question.open" if found else "question.none_open"))
    lines = [
        f"{STATE_SIGN[one.state]} 👥 {one.votes} · {escape_within(' '.join(one.text.split()), _QUOTED)}"
        for one in found[:_FOLLOWING]
    ]
    if len(found) > len(lines):
        lines.append(left_out(len(found) - len(lines)))
    blocks = (heading, told, Lines(lines)) if lines else (heading, told)
    return Post(blocks, (_ask_button(plan, mark),))


def _titles(plan: Plan, session: Session) -> str:
    return " · ".join(dict.fromkeys(escape(shorten(session.title[code], _TITLE)) for code in plan.languages))


def _ask_button(plan: Plan, mark: str) -> Button:
    return Button(custom_id("ask", mark), label(plan.languages, "button.ask"), primary=True)


# --- what the bot answers: in one person's language ------------------------------------------------------------


def question_line(plan: Plan, question: Question, language: str) -> str:
    """A question as moderators see it in their list: who asks is told also where the room doesn't see it.

    Under the Chatham House Rule it is told to nobody.
    """
    session = plan.agenda.find(question.session)
    about = f" · {escape(shorten(session.title[language], _TITLE))}" if session else ""
    hidden = f" ({text(language, 'question.hidden')})" if question.anonymous else ""
    who = text(language, "question.nobody") if question.confidential else f"{escape(question.author_name)}{hidden}"
    return (
        f"{STATE_SIGN[question.state]} 👥 {question.votes} · {who}{about}\n"
        f"> {escape_within(' '.join(question.text.split()), 200)}"
    )
