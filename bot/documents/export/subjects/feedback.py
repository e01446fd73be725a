"""Feedback: every answer, and of nobody who gave it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.documents.export.table import Row, Source, Table, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.feedback import EVALUATION, PULSE, WORKSHOP, FeedbackAnswer
from bot.domain.plan import Plan

_ASKED = tuple(asked.name for asked in (*PULSE, *EVALUATION))
COLUMNS = ("about", "session", *_ASKED)


async def table(source: Source) -> Table:
    """One row an answer."""
    return whole(COLUMNS, rows(source.plan, await source.store.feedback.all()))


def rows(plan: Plan, answers: Sequence[FeedbackAnswer]) -> list[Row]:
    """One row an answer, without who gave it or when; what few answered about isn't told apart (see feedback.py).

    In the order of what they say, since that of their times would tell who was first.
    """
    order = [WORKSHOP, *(session.id for session in plan.agenda)]
    named = chatham.nameable_groups((answer.subject, answer.person) for answer in answers if answer.subject != WORKSHOP)
    told: list[tuple[str, ...]] = []
    for answer in answers:
        about = answer.subject if answer.subject in order else ""
        known = about == WORKSHOP or about in named
        values = tuple(answer.values.get(name, "") for name in _ASKED)
        if plan.wholly_confidential or answer.subject in plan.confidential_sessions:
            values = tuple(map(chatham.without_links, values))
        told.append(("workshop" if about == WORKSHOP else "session", about if known else "", *values))
    told.sort(key=lambda row: (order.index(row[1]) if row[1] else len(order), row))
    return [(about, None if session == WORKSHOP else session or None, *said) for about, session, *said in told]
