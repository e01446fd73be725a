"""Invitations to give feedback, and what the answers add up to."""

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
    """A session is over, and was it of use."""
    button = Button(custom_id("rate", session.id, mark), label(plan.languages, "button.rate"), primary=True)
    return Post((session_heading("📝", plan, session), "\n".join(every(plan.languages, "feedback.line"))), (button,))


def evaluation(plan: Plan, mark: str) -> Post:
    """The workshop is over, and did it do what it was for."""
    button = Button(custom_id("rate", WORKSHOP, mark), label(plan.languages, "button.evaluate"), primary=True)
    heading = f"## {joined(plan.languages, 'feedback.workshop')}"
    return Post((heading, "\n".join(every(plan.languages, "feedback.workshop_line"))), (button,))


def stars(choice: str) -> str:
    """A choice on the scale, which needs no translation."""
    return "★" * int(choice) + "☆" * (len(SCALE) - int(choice))


def choice(language: str, chosen: str) -> str:
    """What somebody chose in a form."""
    return stars(chosen) if chosen in SCALE else text(language, f"feedback.choice.{chosen}")


def summary(plan: Plan, found: FeedbackSummary, language: str) -> str:
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
        lines += [_outcome(found, asked.name, language) for asked in feedback_form(found.subject) if asked.choices]
    return "\n".join(lines)


def _outcome(found: FeedbackSummary, name: str, language: str) -> str:
    counts: Mapping[str, int] = (found.counts or {})[name]
    title = text(language, f"feedback.{name}")
    if all(chosen in SCALE for chosen in counts):
        return f"-# {title}: {found.mean(name)} / {len(SCALE)}"
    told = (f"{choice(language, chosen)} {times}" for chosen, times in sorted(counts.items(), key=lambda one: -one[1]))
    return f"-# {title}: {' · '.join(told)}"
