"""The table of export subjects: one module and one row each."""

from __future__ import annotations

from collections.abc import Mapping

from bot.documents.export.subject import ExportSubject
from bot.documents.export.subjects.agenda import AGENDA
from bot.documents.export.subjects.attendance import ATTENDANCE
from bot.documents.export.subjects.audit import AUDIT
from bot.documents.export.subjects.feedback import FEEDBACK
from bot.documents.export.subjects.intervals import INTERVALS
from bot.documents.export.subjects.notes import NOTES
from bot.documents.export.subjects.participants import PARTICIPANTS
from bot.documents.export.subjects.people import PEOPLE
from bot.documents.export.subjects.pledges import PLEDGES
from bot.documents.export.subjects.questions import QUESTIONS
from bot.documents.export.subjects.statistics import STATISTICS
from bot.documents.export.subjects.transcripts import TRANSCRIPTS

_ROWS = (
    NOTES,
    ATTENDANCE,
    PEOPLE,
    INTERVALS,
    STATISTICS,
    PARTICIPANTS,
    QUESTIONS,
    FEEDBACK,
    PLEDGES,
    TRANSCRIPTS,
    AGENDA,
    AUDIT,
)

#: Every subject by its name, in the order in which commands and documents list them.
SUBJECTS: Mapping[str, ExportSubject] = {subject.name: subject for subject in _ROWS}
