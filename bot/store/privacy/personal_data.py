"""Everything kept about one person, as they may have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.contributions import chatham
from bot.domain.people.personal_data import Part, Records
from bot.store.engine.database import Database
from bot.store.privacy.register import named, pattern
from bot.store.venue import Facts

#: What is kept of a person (`:person`; `:named` in texts), by part. Of others' texts nothing, but for their names.
_PARTS: Mapping[Part, tuple[str, str]] = {
    Part.PLACE: (
        "name, administration, country, organisation, language, joined_at, granted_role, server_joined_at",
        "FROM participant WHERE person = :person",
    ),
    Part.LANGUAGE: ("language", "FROM chosen_language WHERE person = :person"),
    Part.CHECK_INS: ("session, name, since", "FROM presence WHERE person = :person ORDER BY since"),
    Part.WRONG_WORDS: (
        "session, count(*) AS tries",
        "FROM word_try WHERE person = :person GROUP BY session ORDER BY session",
    ),
    Part.CORRECTIONS: (
        "session, at, status, reason, author_name AS said_by, undone_at",
        "FROM correction WHERE person = :person ORDER BY at, id",
    ),
    Part.GROUPS: (
        "breakout, number, name, administration",
        "FROM breakout_member WHERE person = :person ORDER BY breakout",
    ),
    Part.STAYS: ("room, name, since, until", "FROM voice_stay WHERE person = :person ORDER BY since"),
    Part.NOTES: (
        "id, written_at, topic, kind, title, did, learned, details, visibility, attribution, author_name",
        "FROM note WHERE author = :person ORDER BY written_at, id",
    ),
    Part.REVISIONS: (
        "note, number, revised_at, topic, kind, title, did, learned, details",
        (
            "FROM note_revision WHERE coalesce(merged, note) IN (SELECT id FROM note WHERE author = :person)"
            " ORDER BY note, number"
        ),
    ),
    Part.REVIEWS: (
        "note, state, asked, tags, proposal, merged_into",
        "FROM note_review WHERE note IN (SELECT id FROM note WHERE author = :person) ORDER BY note",
    ),
    Part.CONSENTS: (
        "note, given_at, visibility, attribution, language, wording",
        "FROM note_consent WHERE person = :person ORDER BY given_at, note",
    ),
    Part.ECHOES: ("note, since", "FROM note_echo WHERE person = :person ORDER BY since"),
    Part.CONTACTS: (
        "note, asked_at, name AS asked_by, agreed",
        "FROM contact WHERE asker = :person OR note IN (SELECT id FROM note WHERE author = :person) ORDER BY asked_at",
    ),
    Part.REQUESTS: (
        "message, asked_at, CASE WHEN author = :person THEN text END AS text",
        "FROM note_request WHERE :person IN (author, asker) ORDER BY asked_at",
    ),
    Part.LETTERS: ("written_at, kind, text, state", "FROM letter WHERE person = :person ORDER BY written_at, id"),
    Part.MESSAGES: (
        "transcript.name AS channel, written_at",
        (
            "FROM transcript_message JOIN transcript ON transcript.channel = transcript_message.channel"
            " WHERE author = :person ORDER BY written_at, message"
        ),
    ),
    Part.QUESTIONS: (
        "id, written_at, session, text, anonymous, state, author_name",
        "FROM question WHERE author = :person ORDER BY written_at, id",
    ),
    Part.VOTES: ("question", "FROM question_vote WHERE person = :person ORDER BY question"),
    Part.FEEDBACK: ("subject, written_at, answers", "FROM feedback WHERE person = :person ORDER BY written_at"),
    Part.PLEDGE: ("written_at, name, text, by_day, follow_up", "FROM pledge WHERE person = :person"),
    Part.PROGRESS: ("months, state, text, written_at", "FROM pledge_progress WHERE person = :person ORDER BY months"),
    Part.ANNOUNCEMENTS: (
        "written_at, due, room, text",
        "FROM custom_announcement WHERE author = :person ORDER BY written_at, id",
    ),
    Part.DEEDS: ("at, what, subject, former, latter", "FROM audit WHERE who = :person ORDER BY at, id"),
    Part.REPORTS: (
        "due, subject AS line",
        f"FROM delivery WHERE kind IN ('report', 'team_request') AND {named('subject')} ORDER BY due",
    ),
}


#: The columns that may hold the ids of others' notes, questions and messages: an id may lead to who wrote it.
_REFERRING = frozenset({"note", "question", "merged_into", "message", "subject", "former", "latter"})
_OWN = (
    "SELECT id FROM note WHERE author = :person UNION SELECT id FROM question WHERE author = :person"
    " UNION SELECT message FROM note_request WHERE author = :person"
)


class PersonalData:
    """What every table has of one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: int) -> tuple[Records, ...]:
        """Every part, also those in which nothing is kept."""
        veil, values = await Facts(self._database).veil(), {"person": person}
        own = {key for (key,) in await self._database.read(_OWN, values)}

        def unlinked(column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
            return chatham.unlinked(value, veil, own) if column in _REFERRING and value else value

        return tuple([await self._part(part, person, unlinked) for part in Part])

    async def _part(self, part: Part, person: int, unlinked: Callable[[str, Any], Any]) -> Records:
        columns, source = _PARTS[part]
        rows = await self._database.read(
            f"SELECT {columns} {source}",
            {"person": person, "named": pattern(person)},
        )
        names = tuple(column.rpartition(" AS ")[2] for column in columns.split(", "))
        return Records(part, names, tuple(tuple(map(unlinked, names, row)) for row in rows))
