"""What the posts say that ask participants for something, or hand out something: questions, pledges, certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.agenda import Session
from bot.domain.feedback import SCALE, WORKSHOP, Summary, form_of
from bot.domain.plan import Plan
from bot.domain.pledges import Pledge, State
from bot.domain.questions import Question, QuestionState
from bot.domain.text import escape, escape_within, shorten
from bot.i18n import every, short_day, text
from bot.posts import Button, Lines, Post, custom_id, joined, label, left_out, moment, session_heading

STATE_SIGN = {
    QuestionState.WAITING: "⏳",
    QuestionState.ASKED: "🎤",
    QuestionState.IN_WRITING: "✍️",
    QuestionState.ANSWERED: "✅",
    QuestionState.MERGED: "➡️",
    QuestionState.HIDDEN: "🚫",
}
PLEDGE_SIGN = {State.DONE: "✅", State.UNDER_WAY: "🔧", State.NOT_YET: "⏳", None: "🤝"}
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


def rate(plan: Plan, session: Session, mark: str) -> Post:
    """A session is over, and was it of use."""
    button = Button(custom_id("rate", session.id, mark), label(plan.languages, "button.rate"), primary=True)
    return Post((session_heading("📝", plan, session), "\n".join(every(plan.languages, "feedback.line"))), (button,))


def evaluation(plan: Plan, mark: str) -> Post:
    """The workshop is over, and did it do what it was for."""
    button = Button(custom_id("rate", WORKSHOP, mark), label(plan.languages, "button.evaluate"), primary=True)
    return _invitation(plan, "feedback.workshop", "feedback.workshop_line", button)


def pledge(plan: Plan, mark: str) -> Post:
    """The workshop is nearly over, and what will be applied."""
    button = Button(custom_id("pledge", mark), label(plan.languages, "button.pledge"), primary=True)
    return _invitation(plan, "pledge.heading", "pledge.line", button)


def certificates(plan: Plan, mark: str) -> Post:
    """The certificates are there to be taken; whose it is decides who presses."""
    button = Button(custom_id("certificate", mark), label(plan.languages, "button.certificate"), primary=True)
    heading = f"## {joined(plan.languages, 'certificate.heading')}"
    return Post((heading, "\n".join(every(plan.languages, "certificate.line"))), (button,))


def follow_up(plan: Plan, months: int, pledged: Sequence[Pledge], mark: str) -> Post:
    """Months after the workshop, what was pledged in it, by nobody; the first due, if they are many."""
    heading = f"## {joined(plan.languages, 'follow_up.heading')}"
    told = "\n".join(every(plan.languages, "follow_up.line", n=months))
    lines = [
        f"{PLEDGE_SIGN[one.progress.state if one.progress else None]} "
        f"{escape_within(' '.join(one.text.split()), _QUOTED)} · {short_day(plan.languages[0], one.by)} {one.by.year}"
        for one in pledged[:_FOLLOWING]
    ]
    if len(pledged) > len(lines):
        lines.append(left_out(len(pledged) - len(lines)))
    button = Button(custom_id("progress", str(months), mark), label(plan.languages, "button.progress"), primary=True)
    return Post((heading, told, Lines(lines)) if lines else (heading, told), (button,))


def _invitation(plan: Plan, heading: str, line: str, button: Button) -> Post:
    return Post((f"## {joined(plan.languages, heading)}", "\n".join(every(plan.languages, line))), (button,))


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


def stars(choice: str) -> str:
    """A choice on the scale, which needs no translation."""
    return "★" * int(choice) + "☆" * (len(SCALE) - int(choice))


def choice(language: str, chosen: str) -> str:
    """What somebody chose in a form."""
    return stars(chosen) if chosen in SCALE else text(language, f"feedback.choice.{chosen}")


def summary(plan: Plan, found: Summary, language: str) -> str:
    """What the answers about a session, or the workshop, add up to."""
    session = plan.agenda.find(found.subject)
    title = escape(shorten(session.title[language], _TITLE)) if session else text(language, "feedback.workshop")
    rate = found.response_rate
    lines = [f"**{title}**"]
    if rate is not None:
        lines.append(text(language, "feedback.rate", answered=found.answered, attended=found.attended, percent=rate))
    if found.counts is None:
        lines.append(text(language, "feedback.few"))
    else:
        lines += [_outcome(found, asked.name, language) for asked in form_of(found.subject) if asked.choices]
    return "\n".join(lines)


def _outcome(found: Summary, name: str, language: str) -> str:
    counts: Mapping[str, int] = (found.counts or {})[name]
    title = text(language, f"feedback.{name}")
    if all(chosen in SCALE for chosen in counts):
        return f"-# {title}: {found.mean(name)} / {len(SCALE)}"
    told = (f"{choice(language, chosen)} {times}" for chosen, times in sorted(counts.items(), key=lambda one: -one[1]))
    return f"-# {title}: {' · '.join(told)}"
