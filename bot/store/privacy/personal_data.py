"""Everything stored about one person, as they may have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.contributions import chatham
from bot.domain.people.personal_data import PersonalDataPart, PersonalRecords
from bot.store.engine.database import Database
from bot.store.facts import Facts
from bot.store.privacy.register import PRIVATE_SUBJECTS, named, pattern

#: The columns and source of each part of a person's data (`:person`; `:named` in texts). Of others: names, no texts.
_PARTS: Mapping[PersonalDataPart, tuple[str, str]] = {
    PersonalDataPart.PLACE: (
        "name, administration, country, organisation, language, joined_at, granted_role, server_joined_at",
        "FROM participant WHERE person = :person",
    ),
    PersonalDataPart.LANGUAGE: ("language", "FROM chosen_language WHERE person = :person"),
    PersonalDataPart.CHECK_INS: ("session, name, since", "FROM presence WHERE person = :person ORDER BY since"),
    PersonalDataPart.WRONG_WORDS: (
        "session, count(*) AS tries",
        "FROM word_try WHERE person = :person GROUP BY session ORDER BY session",
    ),
    PersonalDataPart.CORRECTIONS: (
        "session, at, status, reason, author_name AS said_by, undone_at",
        "FROM correction WHERE person = :person ORDER BY at, id",
    ),
    PersonalDataPart.GROUPS: (
        "breakout, number, name, administration",
        "FROM breakout_member WHERE person = :person ORDER BY breakout",
    ),
    PersonalDataPart.STAYS: ("room, name, since, until", "FROM voice_stay WHERE person = :person ORDER BY since"),
    PersonalDataPart.NOTES: (
        "id, written_at, topic, kind, title, did, learned, details, visibility, attribution, author_name",
        "FROM note WHERE author = :person ORDER BY written_at, id",
    ),
    PersonalDataPart.FILES: (
        "note, name, type, size, added_at",
        "FROM note_file WHERE note IN (SELECT id FROM note WHERE author = :person) ORDER BY note, number",
    ),
    PersonalDataPart.REVISIONS: (
        "note, number, revised_at, topic, kind, title, did, learned, details",
        (
            "FROM note_revision WHERE coalesce(merged, note) IN (SELECT id FROM note WHERE author = :person)"
            " ORDER BY note, number"
        ),
    ),
    PersonalDataPart.REVIEWS: (
        "note, state, asked, tags, proposal, merged_into",
        "FROM note_review WHERE note IN (SELECT id FROM note WHERE author = :person) ORDER BY note",
    ),
    PersonalDataPart.CONSENTS: (
        "note, given_at, visibility, attribution, language, wording",
        "FROM note_consent WHERE person = :person ORDER BY given_at, note",
    ),
    PersonalDataPart.ECHOES: ("note, since", "FROM note_echo WHERE person = :person ORDER BY since"),
    PersonalDataPart.CONTACTS: (
        "note, asked_at, name AS asked_by, agreed",
        "FROM contact WHERE asker = :person OR note IN (SELECT id FROM note WHERE author = :person) ORDER BY asked_at",
    ),
    PersonalDataPart.REQUESTS: (
        "message, asked_at, CASE WHEN author = :person THEN text END AS text",
        "FROM note_request WHERE :person IN (author, asker) ORDER BY asked_at",
    ),
    PersonalDataPart.LETTERS: (
        "written_at, kind, text, state",
        "FROM letter WHERE person = :person ORDER BY written_at, id",
    ),
    PersonalDataPart.MESSAGES: (
        "transcript.name AS channel, written_at",
        (
            "FROM transcript_message JOIN transcript ON transcript.channel = transcript_message.channel"
            " WHERE author = :person ORDER BY written_at, message"
        ),
    ),
    PersonalDataPart.QUESTIONS: (
        "id, written_at, session, text, anonymous, state, author_name",
        "FROM question WHERE author = :person ORDER BY written_at, id",
    ),
    PersonalDataPart.VOTES: ("question", "FROM question_vote WHERE person = :person ORDER BY question"),
    PersonalDataPart.FEEDBACK: (
        "subject, written_at, answers",
        "FROM feedback WHERE person = :person ORDER BY written_at",
    ),
    PersonalDataPart.PLEDGE: ("written_at, name, text, by_day, follow_up", "FROM pledge WHERE person = :person"),
    PersonalDataPart.PROGRESS: (
        "months, state, text, written_at",
        "FROM pledge_progress WHERE person = :person ORDER BY months",
    ),
    PersonalDataPart.ANNOUNCEMENTS: (
        "written_at, due, room, text",
        "FROM custom_announcement WHERE author = :person ORDER BY written_at, id",
    ),
    PersonalDataPart.DEEDS: ("at, what, subject, former, latter", "FROM audit WHERE who = :person ORDER BY at, id"),
    PersonalDataPart.REPORTS: (
        "due, subject AS line",
        f"FROM delivery WHERE {PRIVATE_SUBJECTS} AND {named('subject')} ORDER BY due",
    ),
}


#: Columns that may hold the ids of others' notes, questions and messages: an id may lead to its author.
_REFERRING = frozenset({"note", "question", "merged_into", "message", "subject", "former", "latter"})
_OWN = (
    "SELECT id FROM note WHERE author = :person UNION SELECT id FROM question WHERE author = :person"
    " UNION SELECT message FROM note_request WHERE author = :person"
)


class PersonalData:
    """The rows of every table about one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: int) -> tuple[PersonalRecords, ...]:
        """Return every part, including empty ones."""
        veil, values = await Facts(self._database).veil(), {"person": person}
        own = {key for (key,) in await self._database.read(_OWN, values)}

        def unlinked(column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
            return chatham.veil_ids(value, veil, own) if column in _REFERRING and value else value

        return tuple([await self._part(part, person, unlinked) for part in PersonalDataPart])

    async def _part(self, part: PersonalDataPart, person: int, unlinked: Callable[[str, Any], Any]) -> PersonalRecords:
        columns, source = _PARTS[part]
        rows = await self._database.read(
            f"SELECT {columns} {source}",
            {"person": person, "named": pattern(person)},
        )
        names = tuple(column.rpartition(" AS ")[2] for column in columns.split(", "))
        return PersonalRecords(part, names, tuple(tuple(map(unlinked, names, row)) for row in rows))
