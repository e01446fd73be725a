"""Invitations to give feedback, and the summary of the answers."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.agenda.sessions import Session
from bot.domain.contributions.feedback import SCALE, WORKSHOP, FeedbackSummary, feedback_form
from bot.domain.plan import Plan
from bot.domain.text import escape, shorten
from bot.messages.i18n import every, text
from bot.messages.post import Button, Post, custom_id, joined, label, session_heading

_TITLE = 90


def rate(plan: Plan, session: Session, mark: str) -> Post:
    """The invitation to rate a session."""
    button = Button(custom_id("rate", session.id, mark), label(plan.languages, "button.rate"), primary=True)
    return Post((session_heading("📝", plan, session), "\n".join(every(plan.languages, "feedback.line"))), (button,))


def evaluation(plan: Plan, mark: str) -> Post:
    """The invitation to evaluate the workshop."""
    button = Button(custom_id("rate", WORKSHOP, mark), label(plan.languages, "button.evaluate"), primary=True)
    heading = f"## {joined(plan.languages, 'feedback.workshop')}"
    return Post((heading, "\n".join(every(plan.languages, "feedback.workshop_line"))), (button,))


def stars(choice: str) -> str:
    """A choice on the scale, which needs no translation."""
    return "★" * int(choice) + "☆" * (len(SCALE) - int(choice))


def choice(language: str, chosen: str) -> str:
    """A choice of a form in words, or as stars."""
    return stars(chosen) if chosen in SCALE else text(language, f"feedback.choice.{chosen}")


def summary(plan: Plan, result: FeedbackSummary, language: str) -> str:
    """The summary of the answers about a session or the workshop."""
    session = plan.agenda.find(result.subject)
    title = escape(shorten(session.title[language], _TITLE)) if session else text(language, "feedback.workshop")
    rate = result.response_rate
    lines = [f"**{title}**"]
    if rate is not None:
        lines.append(text(language, "feedback.rate", answered=result.answered, attended=result.attended, percent=rate))
    if result.counts is None:
        lines.append(text(language, "feedback.few"))
    else:
        lines += [_outcome(result, asked.name, language) for asked in feedback_form(result.subject) if asked.choices]
    return "\n".join(lines)


def _outcome(result: FeedbackSummary, name: str, language: str) -> str:
    counts: Mapping[str, int] = (result.counts or {})[name]
    title = text(language, f"feedback.{name}")
    if all(chosen in SCALE for chosen in counts):
        return f"-# {title}: {result.mean(name)} / {len(SCALE)}"
    tally = (
        f"{choice(language, chosen)} {times}" for chosen, times in sorted(counts.items(), key=lambda pair: -pair[1])
    )
    return f"-# {title}: {' · '.join(tally)}"
