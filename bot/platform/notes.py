"""Notes typed into a form: parsed, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.contributions.notes import NoteWording, wording_of
from bot.domain.plan import Plan
from bot.messages.errors import UserError


def read_note(typed: Mapping[str, str], plan: Plan) -> tuple[NoteWording, str]:
    """Parse the text and the topic of a note from a form. Raises UserError."""
    wording = wording_of(typed)
    if wording is None:
        raise UserError("refused.note.unreadable")
    if plan.topic(typed["topic"]) is None:
        raise UserError("refused.note.no_such_topic")
    return wording, typed["topic"]
