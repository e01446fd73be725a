"""The posts about questions, and a question as moderators see it in a list."""

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
#: Characters of a question that another message quotes, and questions in a list.
_QUOTED, _FOLLOWING = 200, 12


# --- posts: in all the workshop's languages --------------------------------------------------------------------


def ask_opening(plan: Plan, mark: str) -> Post:
    """The message that opens the room for questions."""
    lines = every(plan.languages, "question.line")
    if plan.questions.anonymous:
        lines += every(plan.languages, "question.line_anonymous")
    return Post((f"## {joined(plan.languages, 'question.heading')}", "\n".join(lines)), (_ask_button(plan, mark),))


def question_card(plan: Plan, question: Question, mark: str, other: Question | None = None) -> Post:
    """A question in the room for them; `other`: the question that it is merged into."""
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


def open_questions(plan: Plan, session: Session, unanswered: Sequence[Question], mark: str) -> Post:
    """The unanswered questions about a session that is over; the most wanted, if they are many."""
    heading = session_heading("❓", plan, session)
    status = "\n".join(every(plan.languages, "question.open" if unanswered else "question.none_open"))
    lines = [
        f"{STATE_SIGN[question.state]} 👥 {question.votes} · {escape_within(' '.join(question.text.split()), _QUOTED)}"
        for question in unanswered[:_FOLLOWING]
    ]
    if len(unanswered) > len(lines):
        lines.append(left_out(len(unanswered) - len(lines)))
    blocks = (heading, status, Lines(lines)) if lines else (heading, status)
    return Post(blocks, (_ask_button(plan, mark),))


def _titles(plan: Plan, session: Session) -> str:
    return " · ".join(dict.fromkeys(escape(shorten(session.title[code], _TITLE)) for code in plan.languages))


def _ask_button(plan: Plan, mark: str) -> Button:
    return Button(custom_id("ask", mark), label(plan.languages, "button.ask"), primary=True)


# --- answers: in one person's language -------------------------------------------------------------------------


def question_line(plan: Plan, question: Question, language: str) -> str:
    """A question in the moderators' list: it names the author also where the room doesn't see the name.

    Under the Chatham House Rule it names nobody.
    """
    session = plan.agenda.find(question.session)
    about = f" · {escape(shorten(session.title[language], _TITLE))}" if session else ""
    hidden = f" ({text(language, 'question.hidden')})" if question.anonymous else ""
    who = text(language, "question.nobody") if question.confidential else f"{escape(question.author_name)}{hidden}"
    return (
        f"{STATE_SIGN[question.state]} 👥 {question.votes} · {who}{about}\n"
        f"> {escape_within(' '.join(question.text.split()), 200)}"
    )
