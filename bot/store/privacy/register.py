"""The register of personal data: for every table and column, whose text or account it holds and how it is removed.

Purges and erasures follow this register, table by table in this order: tables that refer to notes or questions come
before them. A table or column that is missing here fails tests/store/privacy/test_register.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.announcement_kinds import KINDS, Kind, require_rows
from bot.domain.people.direct_messages import DirectMessageKind
from bot.domain.people.retention import RetentionKind

T = TypeVar("T")

#: The audit's word for a purge. Its entry names no person, and stays.
PURGED = "purged"

#: The kind of data that each kind of private message quotes; None: nothing but its recipient.
LETTERS: Mapping[DirectMessageKind, RetentionKind | None] = {
    **dict.fromkeys(
        (DirectMessageKind.CHANGES, DirectMessageKind.PROPOSAL, DirectMessageKind.PUBLISH, DirectMessageKind.CONTACT),
        RetentionKind.NOTES,
    ),
    DirectMessageKind.FOLLOW_UP: RetentionKind.FEEDBACK,
    **dict.fromkeys((DirectMessageKind.NUDGE, DirectMessageKind.CERTIFICATE)),
}

#: The kind of data that audit entries quote, by the first part of their ids; None: the team's own work only.
DEEDS: Mapping[str, RetentionKind | None] = {
    **dict.fromkeys(("correction", "breakout"), RetentionKind.ATTENDANCE),
    "review": RetentionKind.NOTES,
    "question": RetentionKind.QUESTIONS,
    "place": RetentionKind.PARTICIPANTS,
    **dict.fromkeys(
        (
            "announce", "archive", "certificates", "change", "door", "export", "here", "hold", "hold-end", "list",
            "move", "nudge", "panel", "purge", "roles",
        )
    ),
}  # fmt: skip

#: The kind of data that facts hold, by the first part of their names; None: no personal data.
FACTS: Mapping[str, RetentionKind | None] = {
    "proposed roster": RetentionKind.PARTICIPANTS,
    **dict.fromkeys(
        (
            "alive", "certificate_secret", "command_ids", "commands", "follow_up", "guild", "plan", "roster",
            "word_secret",
        )
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the rows that match `where`: `sets` sets columns; if it is empty, the rows are deleted.

    Both are SQL. An erasure has the parameters `:person` (the account), `:named` (a pattern of texts with the account),
    `:nobody` and `:stand_in` (the accounts that replace it).
    """

    where: str
    sets: str = ""

    def statement(self, table: str) -> str:
        """Return the statement for a table."""
        action = f"UPDATE {table} SET {self.sets}" if self.sets else f"DELETE FROM {table}"  # noqa: S608 - conditions of this module only
        return f"{action} WHERE {self.where}"


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    """A table: its columns by whose text or account they hold, and the changes that erasing and purging make."""

    kept: RetentionKind | None = None
    """The kind of data whose purge deletes the rows; None: they are never purged."""
    called: str = ""
    """The name of the rows in a purge's counts."""
    plain: str = ""
    """Columns of keys, states, instants, numbers and fixed words."""
    author: str = ""
    """Columns with the account, name or words of the person who wrote or caused the row."""
    subject: str = ""
    """Columns with the account, name or words of the person that the row is about."""
    both: str = ""
    """Columns of text in which several people may be quoted or named."""
    programme: str = ""
    """Columns of the published programme, which stays as the workshop's own."""
    purged: str = "1"
    """The SQL condition of the rows that a purge deletes."""
    erased: tuple[Change, ...] = ()
    """The changes that erasing a person makes. Places on the roster are also vacated, see `participants.vacate`."""
    traces: Mapping[RetentionKind, Change] = field(default_factory=dict[RetentionKind, Change])
    """The changes that purges of other kinds make. Transcripts also lose messages about to be edited or deleted."""

    @property
    def personal(self) -> frozenset[str]:
        """The columns with a person's account, name or words."""
        return frozenset(f"{self.author} {self.subject} {self.both}".split())

    @property
    def columns(self) -> frozenset[str]:
        """All columns."""
        return self.personal | frozenset(f"{self.plain} {self.programme}".split())


def named(column: str) -> str:
    """Return the condition that a text holds the erased person's account, as a mention or a bare number."""
    return f"' ' || {column} || ' ' GLOB :named"


def pattern(person: int) -> str:
    """Return the value of `:named`."""
    return f"*[^0-9]{person}[^0-9]*"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _traces(of: Mapping[RetentionKind, Sequence[str]], column: str, sets: str = "") -> dict[RetentionKind, Change]:
    return {kept: Change(f"{column} IN ({_listed(names)})", sets) for kept, names in of.items()}


def _by_kept(names: Mapping[T, RetentionKind | None]) -> dict[RetentionKind, list[T]]:
    return {
        kept: [name for name, held in names.items() if held is kept] for kept in RetentionKind if kept in names.values()
    }


_OWN_NOTES = "(SELECT id FROM note WHERE author = :person)"
_OWN_QUESTIONS = "(SELECT id FROM question WHERE author = :person)"
_REVIEWED = "(SELECT subject FROM audit WHERE who = :person AND id LIKE 'review/%')"
_FIRST_PART = "substr(id, 1, instr(id, '/') - 1)"
_UNSHOWN = "unshown = unshown + 1, problem = NULL"

#: The messages whose subjects are text that may name people.
PRIVATE_SUBJECTS = f"kind IN ({_listed(kind for kind, row in KINDS.items() if row.private_subject)})"

_ANY = "TRUE"
_GROUP_OF_PERSON = "subject IN (SELECT breakout || ':' || number FROM breakout_member WHERE person = :person)"

#: Of each kind of message that quotes personal data: those that show a person, as SQL about its subject. Erasing the
#: person edits or deletes these. Private subjects are matched by PRIVATE_SUBJECTS instead.
SHOWN: Mapping[Kind, str] = {
    Kind.DIGEST: _ANY,
    Kind.OPEN: _ANY,
    Kind.FOLLOW_UP: _ANY,
    Kind.CARD: (
        "subject IN (SELECT id FROM note WHERE author = :person"  # noqa: S608 - conditions of this module only
        " UNION SELECT note FROM note_echo WHERE person = :person"
        f" UNION SELECT merged_into FROM note_review WHERE note IN {_OWN_NOTES})"
    ),
    Kind.REQUEST: "subject IN (SELECT message FROM note_request WHERE :person IN (author, asker))",
    Kind.QUESTION: (
        "subject IN (SELECT id FROM question WHERE author = :person"  # noqa: S608 - conditions of this module only
        " UNION SELECT question FROM question_vote WHERE person = :person"
        f" UNION SELECT id FROM question WHERE merged_into IN {_OWN_QUESTIONS})"
    ),
    Kind.GROUP: _GROUP_OF_PERSON,
    Kind.LEFT: _GROUP_OF_PERSON,
    Kind.BACK: _GROUP_OF_PERSON,
}  # fmt: skip

require_rows(
    SHOWN,
    "SHOWN in bot/store/privacy/register.py",
    (kind for kind, row in KINDS.items() if row.shows and not row.private_subject),
)


def _showing(kept: RetentionKind) -> list[Kind]:
    return [kind for kind, row in KINDS.items() if kept in row.shows]


def _shows_person(kind: Kind) -> str:
    return f"(kind = '{kind}' AND {SHOWN[kind]})"


TABLES: Mapping[str, RegisteredTable] = {
    "delivery": RegisteredTable(
        plain="id kind room due expires state begun_at settled_at channel_id message_id shown unshown retracted",
        both="subject problem",
        erased=(
            Change(" OR ".join(_shows_person(kind) for kind in SHOWN), _UNSHOWN),
            Change(f"{PRIVATE_SUBJECTS} AND {named('subject')}", f"subject = '', {_UNSHOWN}"),
        ),
        traces={
            **_traces({kept: _showing(kept) for kept in RetentionKind}, "kind", _UNSHOWN),
            RetentionKind.PARTICIPANTS: Change(
                f"kind IN ({_listed(_showing(RetentionKind.PARTICIPANTS))}) AND subject <> ''",
                f"subject = CASE WHEN {PRIVATE_SUBJECTS} THEN '' ELSE subject END, {_UNSHOWN}",
            ),
        },
    ),
    "transcript_message": RegisteredTable(
        RetentionKind.PARTICIPANTS,
        "who wrote when",
        plain="message channel written_at edited_at",
        author="author name",
        both="text",
        purged="author <> 0",
        erased=(
            Change(
                f"author = :person OR {named('text')}"  # noqa: S608 - conditions of this module only
                " OR message IN (SELECT message_id FROM delivery WHERE unshown > 0)"
            ),
        ),
    ),
    "transcript": RegisteredTable(
        plain="channel room name unsaved ended_at",
        # A transcript that is being saved at this moment may hold erased text, so it is saved again.
        erased=(Change("1", "unsaved = unsaved + 1"),),
    ),
    "fact": RegisteredTable(
        called="lists to be taken over",
        plain="name",
        both="value",
        erased=(Change(f"name IN ({_listed(name for name, kept in FACTS.items() if kept)})"),),
        traces=_traces(_by_kept(FACTS), "name"),
    ),
    "incident": RegisteredTable(plain="key began_at"),
    "contact": RegisteredTable(
        RetentionKind.NOTES,
        "requests to be in touch",
        plain="note asked_at agreed",
        author="asker name",
        erased=(Change(f"asker = :person OR note IN {_OWN_NOTES}"),),
    ),
    "note_echo": RegisteredTable(
        RetentionKind.NOTES,
        "reactions",
        plain="note since",
        author="person",
        erased=(Change(f"person = :person OR note IN {_OWN_NOTES}"),),
    ),
    "note_consent": RegisteredTable(
        RetentionKind.NOTES,
        "consents",
        plain="note number visibility attribution key language wording given_at",
        author="person",
        erased=(Change(f"person = :person OR note IN {_OWN_NOTES}"),),
    ),
    "note_revision": RegisteredTable(
        RetentionKind.NOTES,
        "earlier versions",
        plain="note number revised_at topic kind merged",
        author="title did learned details",
        erased=(Change(f"note IN {_OWN_NOTES} OR merged IN {_OWN_NOTES}"),),
    ),
    "note_review": RegisteredTable(
        RetentionKind.NOTES,
        "reviews",
        plain="note state wanted merged_into",
        author="asked tags folded proposal",
        erased=(
            # A reviewer's words about others' notes are erased too: such a note waits for another reviewer.
            Change(
                "state = 'changes' AND note IN"
                " (SELECT subject FROM audit WHERE who = :person AND what = 'note sent back')",
                "state = 'waiting', asked = ''",
            ),
            Change(
                "note IN (SELECT subject FROM audit WHERE who = :person AND what = 'edit proposed')",
                "proposal = NULL",
            ),
            Change(
                "note IN (SELECT subject FROM audit WHERE who = :person AND what = 'note tagged')",
                "tags = '[]', folded = ''",
            ),
            Change(f"note IN {_OWN_NOTES}"),
            Change(f"merged_into IN {_OWN_NOTES}", "merged_into = NULL"),
        ),
    ),
    "audit": RegisteredTable(
        RetentionKind.AUDIT,
        "deeds",
        plain="id at what",
        author="who",
        both="subject former latter",
        purged=f"what <> '{PURGED}'",
        erased=(
            Change(
                f"who = :person OR subject IN {_OWN_QUESTIONS}"
                f" OR (id LIKE 'review/%' AND (subject IN {_OWN_NOTES} OR subject IN {_REVIEWED}))",
                "former = NULL, latter = NULL",
            ),
            # An entry about the person would reveal which stand-in number replaces them.
            Change(
                " OR ".join(named(f"coalesce({column}, '')") for column in ("subject", "former", "latter")),
                "subject = '', former = NULL, latter = NULL",
            ),
        ),
        traces=_traces(_by_kept(DEEDS), _FIRST_PART, "subject = '', former = NULL, latter = NULL"),
    ),
    "letter": RegisteredTable(
        RetentionKind.LETTERS,
        "private messages",
        plain="id kind written_at state begun_at button label channel_id tries tried_at retry_at",
        author="author",
        subject="person",
        both="text problem",
        erased=(Change(":person IN (person, author)"),),
        traces=_traces(_by_kept(LETTERS), "kind"),
    ),
    "note_request": RegisteredTable(
        RetentionKind.NOTES,
        "requests for a note",
        plain="message channel_id asked_at",
        author="asker",
        subject="author text",
        erased=(Change(":person IN (author, asker)"),),
    ),
    # The contents lie in a folder: `Erasures.scrub` deletes those that no row names.
    "note_file": RegisteredTable(
        RetentionKind.NOTES,
        "files of notes",
        plain="note number digest type size added_at",
        author="name",
        erased=(Change(f"note IN {_OWN_NOTES}"),),
    ),
    "note": RegisteredTable(
        RetentionKind.NOTES,
        "notes",
        plain="id topic kind visibility attribution written_at confidential",
        author="author author_name title did learned details folded",
        erased=(Change("author = :person"),),
    ),
    "question_vote": RegisteredTable(
        RetentionKind.QUESTIONS, "votes", plain="question", author="person", erased=(Change("person = :person"),)
    ),
    "question": RegisteredTable(
        RetentionKind.QUESTIONS,
        "questions",
        plain="id anonymous session written_at state due merged_into confidential",
        author="author author_name text",
        both="answer owner hidden_for",
        erased=(
            Change(f"merged_into IN {_OWN_QUESTIONS}", "merged_into = NULL"),
            Change("author = :person"),
        ),
    ),
    "correction": RegisteredTable(
        RetentionKind.ATTENDANCE,
        "corrections",
        plain="id session status at undone_at",
        author="author author_name reason",
        subject="person name",
        erased=(
            Change("author = :person", "author = :nobody, author_name = '', reason = ''"),
            Change("person = :person", "person = :stand_in, name = '', reason = ''"),
        ),
    ),
    "presence": RegisteredTable(
        RetentionKind.ATTENDANCE,
        "check-ins",
        plain="session since",
        author="person name",
        erased=(Change("person = :person", "person = :stand_in, name = ''"),),
    ),
    "voice_stay": RegisteredTable(
        RetentionKind.ATTENDANCE,
        "stays in rooms",
        plain="room since until",
        author="person name",
        erased=(
            Change(
                "person = :person",
                "person = :stand_in, name = '', until = coalesce(until, (SELECT max(until) FROM watch))",
            ),
        ),
    ),
    "watch": RegisteredTable(RetentionKind.ATTENDANCE, "watches over the rooms", plain="since until"),
    "word_try": RegisteredTable(
        RetentionKind.ATTENDANCE, "wrong words", plain="session tried", author="person",
        erased=(Change("person = :person"),)
    ),
    "breakout_member": RegisteredTable(
        RetentionKind.ATTENDANCE,
        "places in groups",
        plain="breakout number",
        subject="person name administration",
        erased=(Change("person = :person"),),
    ),
    "breakout_group": RegisteredTable(
        plain="breakout number",
        subject="rapporteur",
        erased=(Change("rapporteur = :person", "rapporteur = NULL"),),
        traces={RetentionKind.ATTENDANCE: Change("1", "rapporteur = NULL")},
    ),
    "breakout": RegisteredTable(
        plain="id topic minutes proposed_at opened_at ends_at archived_at",
        author="author",
        erased=(Change("author = :person", "author = :nobody"),),
        traces={RetentionKind.AUDIT: Change("1", "author = 0")},
    ),
    "feedback": RegisteredTable(
        RetentionKind.FEEDBACK,
        "answers",
        plain="subject written_at",
        author="person answers",
        erased=(Change("person = :person"),),
    ),
    "pledge": RegisteredTable(
        RetentionKind.FEEDBACK,
        "pledges",
        plain="by_day follow_up written_at",
        author="person name text",
        erased=(Change("person = :person"),),
    ),
    "pledge_progress": RegisteredTable(
        RetentionKind.FEEDBACK,
        "answers about pledges",
        plain="months state written_at",
        author="person text",
        erased=(Change("person = :person"),),
    ),
    "participant": RegisteredTable(
        RetentionKind.PARTICIPANTS,
        "places",
        plain="id country organisation language role joined_at granted_role server_joined_at",
        subject="name administration person",
    ),
    "chosen_language": RegisteredTable(
        RetentionKind.PARTICIPANTS, "languages", plain="language", author="person", erased=(Change("person = :person"),)
    ),
    # Drafts that were never sent or applied are the author's own; the rest belongs to the workshop.
    "custom_announcement": RegisteredTable(
        plain="id room due zone audience daily written_at",
        author="author",
        programme="text",
        erased=(
            Change("author = :person AND id NOT IN (SELECT subject FROM delivery WHERE kind = 'custom')"),
            Change("author = :person", "author = :nobody"),
        ),
        traces={RetentionKind.AUDIT: Change("1", "author = 0")},
    ),
    "agenda_change": RegisteredTable(
        plain="id proposed_at undoes applied_at notice",
        author="author",
        programme="edits",
        erased=(
            Change("author = :person AND applied_at IS NULL"),
            Change("author = :person", "author = :nobody"),
        ),
        traces={RetentionKind.AUDIT: Change("1", "author = 0")},
    ),
    "session": RegisteredTable(plain="id sequence cancelled_at", programme="planned held"),
    "stamp": RegisteredTable(plain="session topic room since until"),
    "event": RegisteredTable(plain="session discord_id shown"),
    "venue": RegisteredTable(plain="key discord_id"),
    "hold": RegisteredTable(plain="id since until"),
    "speakers_here": RegisteredTable(plain="session since"),
    "quiet_kind": RegisteredTable(plain="kind"),
    "door": RegisteredTable(plain="session is_open"),
    "erasure": RegisteredTable(plain="id scrubbed"),
}  # fmt: skip
