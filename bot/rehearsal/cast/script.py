"""The cast of a rehearsal: its people and their actions, read from one YAML file."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.domain.local_time import instant
from bot.settings import SettingsError

WallTime = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")]
"""A wall time of the workshop's zone, such as `2023-02-20 09:30`."""


def wall(at: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall time in a zone."""
    day, clock = at.split(" ")
    return instant(date.fromisoformat(day), time.fromisoformat(clock), zone)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Habit(StrEnum):
    """How a person checks in to sessions."""

    PUNCTUAL = "punctual"
    """Presses the button in the minutes around the start."""
    COMMAND = "command"
    """Types /checkin instead."""
    LATE = "late"
    """Arrives long after the start of most sessions."""
    TWICE = "twice"
    """Presses the button twice."""
    SELDOM = "seldom"
    """Attends about half of the sessions."""
    NEVER = "never"
    """Is registered, but never attends."""


class Expected(StrEnum):
    """The expected answer to an action."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class SharedNote(_Part):
    """A note that a person shares during or after a session."""

    after: str
    """The session's id; the note is shared between its start and an hour after its end."""
    by: Annotated[str, Field(pattern="^(command|button)$")] = "command"
    topic: str
    kind: Annotated[str, Field(pattern="^(worked|failed|mixed|recommendation)$")]
    title: str
    did: str
    learned: str
    files: tuple[Annotated[str, Field(pattern=r"\.(gif|pdf)$")], ...] = ()
    """The names of the pictures and PDFs that come with it, if the form asks for files."""
    shown: bool = True
    """Whether its author shows it in the topic's channel."""


class CastMember(_Part):
    """One registered person."""

    id: str
    name: str
    administration: str
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    organisation: Annotated[str, Field(pattern="^(customs|international|company)$")]
    language: Annotated[str, Field(pattern="^(en|fr|ar)$")]
    locale: str = "en-US"
    """The language of their Discord client; Discord has no Arabic."""
    role: Annotated[str, Field(pattern="^(participant|moderator|organiser|visitor)$")] = "participant"
    """A visitor is in the server, but never joins the workshop."""
    replaces: str = ""
    """The name of the person whose place they take, if they are a substitute."""
    checks_in: Habit = Habit.PUNCTUAL
    notes: tuple[SharedNote, ...] = ()


class Step(_Part):
    """One press, and the form and answer that follow it."""

    press: str = ""
    """The beginning of the custom id of the button or select."""
    choose: str = ""
    """The value to choose, if it is a select."""
    fill: dict[str, str] = {}
    """The values for the form that opens, by field; `answer` and `says` are then about the answer to the form."""
    answer: Expected = Expected.ACCEPTED
    says: str = ""
    """Words that the answer must contain."""


class ScriptedAction(Step):
    """One action of one person: a slash command, an entry of a message's menu, a press, or a message."""

    at: WallTime
    who: str
    command: str = ""
    """The command's full name, such as `announce new`, or the menu entry's."""
    write: str = ""
    """The text of a message that the person writes in the channel."""
    options: dict[str, str] = {}
    """`#name` is a channel, `@id` a person of the cast, and `?words` takes the first suggestion for these words; the
    option `file` has the content of a file."""
    channel: str = ""
    """The channel's name; by default the help desk for commands, and announcements for buttons."""
    on: str = ""
    """Words of the message whose menu or button is used; by default the latest message with that button."""
    then: tuple[Step, ...] = ()
    """Further steps; each presses something in the answer before it."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.command, self.press, self.write].count("") != 2:  # noqa: PLR2004 - one of the three is there
            raise ValueError("an action has either a command, or something to press, or something to write")
        return self


class Recommendation(_Part):
    """The recommendation of a group."""

    topic: str
    title: str
    did: str
    learned: str


class GroupWork(_Part):
    """Participants in a session's room move to the rooms of their groups, and each group recommends something."""

    at: WallTime
    session: str
    recommendations: Annotated[tuple[Recommendation, ...], Field(min_length=2)]
    """One per group, in the order of the rooms."""


class Cast(_Part):
    """The people of a rehearsal, and their scripted actions."""

    server: str
    begins: WallTime
    ends: WallTime
    people: Annotated[tuple[CastMember, ...], Field(min_length=1)]
    actions: tuple[ScriptedAction, ...] = ()
    group_work: tuple[GroupWork, ...] = ()

    @model_validator(mode="after")
    def _all_known(self) -> Self:
        names = [person.id for person in self.people]
        unknown = sorted({action.who for action in self.actions} - set(names))
        if unknown:
            raise ValueError(f"actions of people who are not in the cast: {', '.join(unknown)}")
        if len(names) != len(set(names)):
            raise ValueError("two people have the same id")
        return self


def read_cast(path: Path) -> Cast:
    """Read the cast from a YAML file. Raises SettingsError with all faults."""
    try:
        return Cast.model_validate(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader))  # noqa: S506 - text only
    except OSError as failure:
        raise SettingsError(f"{path}: can't be read ({failure.strerror}). Check the path of the cast.") from None
    except yaml.YAMLError as failure:
        raise SettingsError(f"{path}: this is not YAML: {failure}") from None
    except ValidationError as failure:
        faults = [f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in failure.errors()]
        raise SettingsError("\n".join(faults)) from None
