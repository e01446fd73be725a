"""The announcement of certificates."""

from __future__ import annotations

from bot.domain.plan import Plan
from bot.messages.i18n import every
from bot.messages.post import Button, Post, custom_id, joined, label


def certificates(plan: Plan, mark: str) -> Post:
    """The announcement of certificates, with one button for all: it answers each person with their own."""
    button = Button(custom_id("certificate", mark), label(plan.languages, "button.certificate"), primary=True)
    heading = f"## {joined(plan.languages, 'certificate.heading')}"
    return Post((heading, "\n".join(every(plan.languages, "certificate.line"))), (button,))
