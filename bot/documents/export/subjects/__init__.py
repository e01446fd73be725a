"""The table of each subject. A new subject is one function here, and one sentence that tells its rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.documents.export.kinds import Subject
from bot.documents.export.subjects import (
    agenda,
    attendance,
    audit,
    feedback,
    notes,
    participants,
    pledges,
    presence,
    questions,
    transcripts,
)
from bot.documents.export.table import Source, Table
from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.messages.i18n import text

_TABLES: Mapping[Subject, Callable[[Source], Awaitable[Table]]] = {
    Subject.NOTES: notes.table,
    Subject.ATTENDANCE: attendance.by_session,
    Subject.PEOPLE: attendance.by_person,
    Subject.INTERVALS: presence.table,
    Subject.STATISTICS: attendance.statistics,
    Subject.PARTICIPANTS: participants.table,
    Subject.QUESTIONS: questions.table,
    Subject.FEEDBACK: feedback.table,
    Subject.PLEDGES: pledges.table,
    Subject.TRANSCRIPTS: transcripts.table,
    Subject.AGENDA: agenda.table,
    Subject.AUDIT: audit.table,
}


async def table(subject: Subject, source: Source) -> Table:
    """A subject's table."""
    return await _TABLES[subject](source)


def rule(subject: Subject, audience: Audience) -> str:
    """Which rule a table obeys, as its sentence is called in the catalogues."""
    return f"{subject}.{audience}" if subject is Subject.NOTES else str(subject)


def rule_told(subject: Subject, audience: Audience, plan: Plan, language: str) -> str:
    """The rule that a table obeys, in words."""
    told = text(language, f"export.rule.{rule(subject, audience)}")
    # The agenda is public, and statistics tell of nobody in any case.
    if plan.confidential_sessions and subject not in {Subject.AGENDA, Subject.STATISTICS}:
        key = "export.rule.chatham_rooms" if subject is Subject.TRANSCRIPTS else "export.rule.chatham"
        told += " " + text(language, key)
    return told
