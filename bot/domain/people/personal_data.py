"""The personal data that the workshop stores about one person, in parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalDataPart(StrEnum):
    """A part of the personal data, in the order in which it is shown."""

    PLACE = "place"
    LANGUAGE = "language"
    CHECK_INS = "check_ins"
    WRONG_WORDS = "wrong_words"
    CORRECTIONS = "corrections"
    GROUPS = "groups"
    STAYS = "stays"
    NOTES = "notes"
    FILES = "files"
    REVISIONS = "revisions"
    REVIEWS = "reviews"
    CONSENTS = "consents"
    ECHOES = "echoes"
    CONTACTS = "contacts"
    REQUESTS = "requests"
    LETTERS = "letters"
    MESSAGES = "messages"
    QUESTIONS = "questions"
    VOTES = "votes"
    FEEDBACK = "feedback"
    PLEDGE = "pledge"
    PROGRESS = "progress"
    ANNOUNCEMENTS = "announcements"
    DEEDS = "deeds"
    REPORTS = "reports"


Value = str | int | None


@dataclass(frozen=True, slots=True)
class PersonalRecords:
    """The records of one part; instants are UTC."""

    part: PersonalDataPart
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
