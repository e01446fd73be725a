"""Feedback: every answer, without its author."""

from __future__ import annotations

from collections.abc import Sequence

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.feedback import EVALUATION, PULSE, WORKSHOP, FeedbackAnswer
from bot.domain.contributions.notes import Audience
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

_QUESTIONS = tuple(question.name for question in (*PULSE, *EVALUATION))
COLUMNS = ("about", "session", *_QUESTIONS)


def feedback_rows(plan: Plan, answers: Sequence[FeedbackAnswer]) -> list[Row]:
    """One row per answer, without author, time, or the session if few people rated it (see domain feedback).

    Sorted by content: the order in which answers came would show who was first.
    """
    order = [WORKSHOP, *(session.id for session in plan.agenda)]
    shown = chatham.nameable_groups((answer.subject, answer.person) for answer in answers if answer.subject != WORKSHOP)
    rows: list[tuple[str, ...]] = []
    for answer in answers:
        subject = answer.subject if answer.subject in order else ""
        values = tuple(answer.values.get(name, "") for name in _QUESTIONS)
        if plan.wholly_confidential or answer.subject in plan.confidential_sessions:
            values = tuple(map(chatham.without_links, values))
        about = "workshop" if subject == WORKSHOP else "session"
        rows.append((about, subject if subject == WORKSHOP or subject in shown else "", *values))
    rows.sort(key=lambda row: (order.index(row[1]) if row[1] else len(order), row))
    return [(about, None if session == WORKSHOP else session or None, *values) for about, session, *values in rows]


async def _table(source: Source) -> Table:
    return whole(COLUMNS, feedback_rows(source.plan, await source.store.feedback.all()))


FEEDBACK = ExportSubject(
    name="feedback",
    description="Every answer about sessions and workshop without its author, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
