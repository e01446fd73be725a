"""What can be exported, and as what."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """What can be exported."""

    NOTES = "notes"
    ATTENDANCE = "attendance"
    """Person by person and session by session."""
    PEOPLE = "people"
    """What each person attended in all."""
    INTERVALS = "intervals"
    """What attendance is worked out from: who was where, from when to when."""
    STATISTICS = "statistics"
    PARTICIPANTS = "participants"
    QUESTIONS = "questions"
    FEEDBACK = "feedback"
    PLEDGES = "pledges"
    TRANSCRIPTS = "transcripts"
    """What the channels held when the workshop had ended."""
    AGENDA = "agenda"
    AUDIT = "audit"


class Format(StrEnum):
    """How it can be written; also how the file's name ends."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    MARKDOWN = "md"
    ICS = "ics"
    """The agenda only; so the next two."""
    FRAB_XML = "frab.xml"
    FRAB_JSON = "frab.json"


#: In which tables are written.
TABULAR = (Format.CSV, Format.XLSX, Format.JSON, Format.MARKDOWN)


def takes(subject: Subject, form: Format) -> bool:
    """Whether a subject can be written so."""
    return form in TABULAR or subject is Subject.AGENDA
