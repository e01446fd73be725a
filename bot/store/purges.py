"""Purging what the plan keeps no longer: all of a kind at once, in one transaction, to the last byte."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from pathlib import Path

from bot.domain.retention import Kept
from bot.store.audit import Audit, Deed, record
from bot.store.database import Database
from bot.store.erasures import Erasures
from bot.store.transcripts import drop_outdated

#: What a purge is called in the audit. It tells of no person, and stays.
PURGED = "purged"

#: The rows of each kind: what they are called, and where they are.
_ROWS: Mapping[Kept, Mapping[str, str]] = {
    Kept.ATTENDANCE: {
        "check-ins": "presence",
        "stays in rooms": "voice_stay",
        "watches over the rooms": "watch",
        "wrong words": "word_try",
        "corrections": "correction",
        "places in groups": "breakout_member",
    },
    Kept.NOTES: {
        "notes": "note",
        "earlier versions": "note_revision",
        "consents": "note_consent",
        "reactions": "note_echo",
        "reviews": "note_review",
        "requests to be in touch": "contact",
        "requests for a note": "note_request",
    },
    Kept.QUESTIONS: {"votes": "question_vote", "questions": "question"},
    Kept.FEEDBACK: {"answers": "feedback", "pledges": "pledge", "answers about pledges": "pledge_progress"},
    Kept.PARTICIPANTS: {
        "places": "participant",
        "languages": "chosen_language",
        "who wrote when": "transcript_message WHERE author <> 0",
    },
    Kept.LETTERS: {"private messages": "letter"},
    Kept.AUDIT: {"deeds": f"audit WHERE what <> '{PURGED}'"},
}

#: What else tells of it: in texts for the team, in the audit, in private messages; and messages to be looked at again.
_TRACES: Mapping[Kept, tuple[str, ...]] = {
    Kept.ATTENDANCE: (
        "UPDATE audit SET subject = '', former = NULL, latter = NULL WHERE id LIKE 'correction/%'",
        "UPDATE audit SET former = NULL, latter = NULL WHERE id LIKE 'breakout/%'",
        "UPDATE breakout_group SET rapporteur = NULL",
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind IN ('group', 'left', 'back')",
    ),
    Kept.NOTES: (
        "UPDATE audit SET former = NULL, latter = NULL WHERE id LIKE 'review/%'",
        "DELETE FROM letter WHERE kind IN ('changes', 'proposal', 'publish', 'contact')",
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind IN ('card', 'request')",
    ),
    Kept.QUESTIONS: (
        "UPDATE audit SET former = NULL, latter = NULL WHERE id LIKE 'question/%'",
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind IN ('question', 'open')",
    ),
    Kept.FEEDBACK: (
        "DELETE FROM letter WHERE kind = 'follow_up'",
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = 'follow_up'",
    ),
    Kept.PARTICIPANTS: (
        "UPDATE delivery SET subject = '', unshown = unshown + 1 WHERE kind = 'report' AND subject <> ''",
    ),
    Kept.LETTERS: (),
    Kept.AUDIT: (
        "UPDATE custom_announcement SET author = 0",
        "UPDATE agenda_change SET author = 0",
        "UPDATE breakout SET author = 0",
    ),
}

Counts = dict[str, int]


def counted(connection: sqlite3.Connection, kind: Kept) -> Counts:
    """How many rows there are of a kind, by what they are called; of what there is none, nothing."""
    found = {
        name: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]  # noqa: S608 - of this module only
        for name, rows in _ROWS[kind].items()
    }
    return {name: count for name, count in found.items() if count}


def counted_in(path: Path, kinds: Iterable[Kept]) -> Mapping[Kept, int]:
    """How many rows of each kind a database holds, read beside whoever writes to it. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        found = {kind: sum(counted(connection, kind).values()) for kind in kinds}
    return {kind: count for kind, count in found.items() if count}


def may_hold(path: Path, kinds: Iterable[Kept]) -> bool:
    """Whether a copy of the database holds any of it; one that can't be read may."""
    try:
        return bool(counted_in(path, kinds))
    except sqlite3.Error:
        return True


class Purges:
    """All tables, and the deeds beside the database."""

    def __init__(self, database: Database, audit: Audit, erasures: Erasures) -> None:
        self._database = database
        self._audit = audit
        self._erasures = erasures

    async def counts(self) -> Mapping[Kept, Counts]:
        """What there is of each kind. Raises OSError if the deeds beside the database can't be read."""
        found = await self._database.write(lambda connection: {kind: counted(connection, kind) for kind in Kept})
        aside = await self._audit.count_aside()
        return found | {Kept.AUDIT: found[Kept.AUDIT] | ({"deeds of the shell": aside} if aside else {})}

    async def purge(self, kinds: Collection[Kept], deed: Deed) -> None:
        """Erase all of these kinds, and record it. If the process ends in the midst of it, the next start goes on.

        Raises OSError if the deeds beside the database can't be erased; done again, it is made up for.
        """

        def work(connection: sqlite3.Connection) -> None:
            for kind in kinds:
                for rows in _ROWS[kind].values():
                    connection.execute(f"DELETE FROM {rows}")  # noqa: S608 - of this module only
                for statement in _TRACES[kind]:
                    connection.execute(statement)
            drop_outdated(connection)
            record(connection, deed)
            self._erasures.owe_bytes(connection, deed.id)

        await self._database.write(work)
        if Kept.AUDIT in kinds:
            await asyncio.to_thread(self._audit.forget_aside)
        await self._erasures.scrub()
