"""The kinds of announcements: `Kind` names them, and `KINDS` holds every decision about each of them.

A kind without a row stops the program when it starts. What a kind says is in bot/jobs/renderers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Flag, StrEnum, auto

from bot.domain.people.retention import RetentionKind
from bot.domain.venue import AGENDA, ANNOUNCEMENTS, HELP_DESK, QUESTIONS, TEAM, WELCOME


class Kind(StrEnum):
    """What an announcement is about. Of two that are due at the same instant, the upper one is sent first."""

    WELCOME = "welcome"
    """The first message in the server. Due from the beginning, so never late."""
    HELP_DESK = "help_desk"
    """The participants' panel: a button for each thing that they can do. Due from the beginning."""
    PANEL = "panel"
    """The moderators' control panel. Subject: the day, or the id of the command that asked for it."""
    AGENDA = "agenda"
    """The agenda of a day. Subject: the day."""
    TOPIC = "topic"
    """The message that opens a topic's channel. Subject: the topic."""
    ASK = "ask"
    """The message that opens the room for questions."""
    WORD = "word"
    """The word that a session's chair says aloud. Subject: the session."""
    END = "end"
    """Sessions have ended. Subject: the sessions."""
    FEEDBACK = "feedback"
    """Asks how the sessions were that have just ended. Subject: the sessions."""
    OPEN = "open"
    """The questions that were not answered in a session. Subject: the session."""
    EVALUATION = "evaluation"
    """Asks how the workshop was."""
    DIGEST = "digest"
    """What happened on a day, for people who missed it. Subject: the day."""
    LADDER = "ladder"
    """Asks the team whether the speakers have arrived. Subject: the sessions."""
    SOON = "soon"
    """Sessions start soon. Subject: the sessions."""
    START = "start"
    """Sessions start now. Subject: the sessions."""
    PLEDGE = "pledge"
    """Asks participants what they will apply, and by when."""
    FOLLOW_UP = "follow_up"
    """Asks what became of the pledges. Subject: the number of months after the workshop."""
    GROUP = "group"
    """Who is in a breakout group. Subject: the breakout's id and the group's number."""
    LEFT = "left"
    """A breakout ends soon. Subject: as for GROUP."""
    BACK = "back"
    """A breakout is over: please come back. Subject: as for GROUP."""
    CHANGE = "change"
    """What moderators changed in the agenda. Subject: the id of the first change that it covers."""
    HOLD = "hold"
    """Moderators hold the day. Subject: the hold's id."""
    CUSTOM = "custom"
    """Written by a moderator. Subject: its id."""
    CARD = "card"
    """A note in its topic's channel. Subject: the note's id."""
    REQUEST = "request"
    """Asks the author of a message for permission to make it a note. Subject: the message's id."""
    QUESTION = "question"
    """A question in the room for questions. Subject: its id."""
    CERTIFICATES = "certificates"
    """Everybody can take their certificate, by a button."""
    TEAM_REQUEST = "team_request"
    """Somebody asks for a place in the team. Subject: the place's id and who asks; empty once it is decided."""
    REPORT = "report"
    """One line for the team. Subject: the line; empty once it is erased."""


class Origin(StrEnum):
    """The origin of a kind's announcements, which decides what may cancel them while they are planned."""

    PLAN = "plan"
    """The plan alone: replanning cancels those that the plan no longer asks for."""
    PLAN_AND_TEAM = "plan and team"
    """The plan and moderators: replanning adds and moves, and cancels none."""
    BREAKOUTS = "breakouts"
    """Open breakouts: those of a breakout that has changed are cancelled."""
    ACTION = "action"
    """Something that a person or the bot has done: replanning leaves them alone."""


class Silence(Flag):
    """The reasons for which a planned announcement may not be sent."""

    NOTHING = 0
    SWITCH = auto()
    """A moderator switches the kind off (`/announce quiet`). Its name is the sentence `kind.NAME` of the catalogues."""
    HOLD = auto()
    """Moderators hold the day."""
    ARRIVAL = auto()
    """The team has said that the speakers of these sessions have arrived."""


class Upkeep(StrEnum):
    """When a sent message is edited to stay true."""

    ON_CHANGE = "on change"
    """When the store has recorded that what it shows has changed."""
    ALWAYS = "always"
    """Whatever changes, at most once in a few seconds: a storm of votes is not a storm of edits."""
    AT_ONCE = "at once"
    """Whatever changes, without that pause: it shows nothing that participants change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """The decisions about one kind. Fields without a default must be decided for each."""

    room: str | None
    """The key of its room; None: each announcement says its own."""
    lifetime: timedelta
    """How long it is worth sending after its instant, or after the end of its subject, where that has an end."""
    origin: Origin
    shows: tuple[RetentionKind, ...]
    """The personal data that its message quotes. Purging or erasing these edits the message or deletes it. For such a
    kind, SHOWN in bot/store/privacy/register.py says which messages show a person."""
    repeats: bool = False
    """Whether it is sent again for each instant at which it is due: if a session is moved after it was announced,
    it is announced again."""
    of_sessions: bool = False
    """Whether it is about sessions: those that start, or end, at the same instant share a message."""
    silenced_by: Silence = Silence.NOTHING
    marked_late: bool = False
    """Whether it says so when it is late, because it makes sense at its instant only."""
    upkeep: Upkeep = Upkeep.ON_CHANGE
    pinned: bool = False
    """Whether it is pinned in its room, because people write below it."""
    private_subject: bool = False
    """Whether the subject is text that may name participants: it is erased with them, and is not logged."""

    def __post_init__(self) -> None:
        """Raises ValueError if a purge of the participants would leave the subject as it is."""
        if self.private_subject and RetentionKind.PARTICIPANTS not in self.shows:
            raise ValueError("in bot/domain/announcement_kinds.py, a private subject must show PARTICIPANTS")


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Until the end of its subject.
_TO_ITS_END = timedelta(0)

#: One row for each kind, roughly in the order of a day.
KINDS: Mapping[Kind, KindRow] = {
    Kind.WELCOME: KindRow(
        room=WELCOME, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=(), upkeep=Upkeep.AT_ONCE,
    ),
    # Data, certificates and pledges are asked for long after the workshop.
    Kind.HELP_DESK: KindRow(
        room=HELP_DESK, lifetime=365 * _DAY, origin=Origin.PLAN, shows=(), upkeep=Upkeep.AT_ONCE, pinned=True,
    ),
    Kind.PANEL: KindRow(
        room=TEAM, lifetime=_TO_ITS_END, origin=Origin.PLAN_AND_TEAM, shows=(), upkeep=Upkeep.ALWAYS,
    ),
    Kind.AGENDA: KindRow(room=AGENDA, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=(), upkeep=Upkeep.AT_ONCE),
    Kind.TOPIC: KindRow(room=None, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=()),
    Kind.ASK: KindRow(room=QUESTIONS, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=()),
    Kind.WORD: KindRow(room=TEAM, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=()),
    Kind.LADDER: KindRow(
        room=TEAM, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=(), repeats=True, of_sessions=True,
        silenced_by=Silence.SWITCH | Silence.HOLD | Silence.ARRIVAL,
    ),
    Kind.SOON: KindRow(
        room=ANNOUNCEMENTS, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=(), repeats=True, of_sessions=True,
        silenced_by=Silence.SWITCH | Silence.HOLD, marked_late=True,
    ),
    Kind.START: KindRow(
        room=ANNOUNCEMENTS, lifetime=_TO_ITS_END, origin=Origin.PLAN, shows=(), repeats=True, of_sessions=True,
        silenced_by=Silence.SWITCH | Silence.HOLD, marked_late=True,
    ),
    Kind.END: KindRow(
        room=ANNOUNCEMENTS, lifetime=30 * _MINUTE, origin=Origin.PLAN, shows=(), repeats=True, of_sessions=True,
        silenced_by=Silence.SWITCH | Silence.HOLD, marked_late=True,
    ),
    Kind.FEEDBACK: KindRow(
        room=ANNOUNCEMENTS, lifetime=12 * _HOUR, origin=Origin.PLAN, shows=(), repeats=True, of_sessions=True,
        silenced_by=Silence.SWITCH | Silence.HOLD,
    ),
    Kind.OPEN: KindRow(
        room=None, lifetime=12 * _HOUR, origin=Origin.PLAN, shows=(RetentionKind.QUESTIONS,), silenced_by=Silence.HOLD,
    ),
    Kind.EVALUATION: KindRow(room=ANNOUNCEMENTS, lifetime=7 * _DAY, origin=Origin.PLAN, shows=()),
    Kind.DIGEST: KindRow(
        room=ANNOUNCEMENTS, lifetime=12 * _HOUR, origin=Origin.PLAN,
        shows=(RetentionKind.NOTES, RetentionKind.QUESTIONS), silenced_by=Silence.SWITCH | Silence.HOLD,
    ),
    Kind.PLEDGE: KindRow(
        room=ANNOUNCEMENTS, lifetime=7 * _DAY, origin=Origin.PLAN, shows=(), silenced_by=Silence.HOLD,
    ),
    Kind.FOLLOW_UP: KindRow(
        room=ANNOUNCEMENTS, lifetime=7 * _DAY, origin=Origin.PLAN, shows=(RetentionKind.FEEDBACK,),
    ),
    Kind.GROUP: KindRow(room=None, lifetime=_TO_ITS_END, origin=Origin.BREAKOUTS, shows=(RetentionKind.ATTENDANCE,)),
    Kind.LEFT: KindRow(
        room=None, lifetime=_TO_ITS_END, origin=Origin.BREAKOUTS, shows=(RetentionKind.ATTENDANCE,), repeats=True,
    ),
    Kind.BACK: KindRow(
        room=None, lifetime=5 * _MINUTE, origin=Origin.BREAKOUTS, shows=(RetentionKind.ATTENDANCE,), repeats=True,
    ),
    Kind.CHANGE: KindRow(room=ANNOUNCEMENTS, lifetime=12 * _HOUR, origin=Origin.ACTION, shows=()),
    Kind.HOLD: KindRow(room=ANNOUNCEMENTS, lifetime=10 * _MINUTE, origin=Origin.ACTION, shows=()),
    Kind.CUSTOM: KindRow(
        room=None, lifetime=2 * _HOUR, origin=Origin.ACTION, shows=(), marked_late=True,
    ),
    Kind.CARD: KindRow(room=None, lifetime=7 * _DAY, origin=Origin.ACTION, shows=(RetentionKind.NOTES,)),
    Kind.REQUEST: KindRow(room=None, lifetime=7 * _DAY, origin=Origin.ACTION, shows=(RetentionKind.NOTES,)),
    Kind.QUESTION: KindRow(room=QUESTIONS, lifetime=7 * _DAY, origin=Origin.ACTION, shows=(RetentionKind.QUESTIONS,)),
    Kind.CERTIFICATES: KindRow(room=ANNOUNCEMENTS, lifetime=7 * _DAY, origin=Origin.ACTION, shows=()),
    Kind.TEAM_REQUEST: KindRow(
        room=TEAM, lifetime=7 * _DAY, origin=Origin.ACTION, shows=(RetentionKind.PARTICIPANTS,), repeats=True,
        private_subject=True,
    ),
    Kind.REPORT: KindRow(
        room=TEAM, lifetime=7 * _DAY, origin=Origin.ACTION, shows=(RetentionKind.PARTICIPANTS,), repeats=True,
        private_subject=True,
    ),
}  # fmt: skip


def require_rows(table: Iterable[Kind], where: str, wanted: Iterable[Kind] = Kind) -> None:
    """Hold a table to one row for each wanted kind, no more. Raises LookupError that names the table and the kinds."""
    listed, needed = set(table), set(wanted)
    wrong = [*(f"no row for {kind}" for kind in needed - listed), *(f"needless row {kind}" for kind in listed - needed)]
    if wrong:
        raise LookupError(f"Edit {where}: {', '.join(sorted(wrong))}")


require_rows(KINDS, "KINDS in bot/domain/announcement_kinds.py")

#: The kinds that a moderator can switch off.
QUIETABLE = tuple(kind for kind, row in KINDS.items() if Silence.SWITCH in row.silenced_by)


def kinds_of(origin: Origin) -> tuple[Kind, ...]:
    """The kinds whose announcements this origin alone asks for."""
    return tuple(kind for kind, row in KINDS.items() if row.origin is origin)
