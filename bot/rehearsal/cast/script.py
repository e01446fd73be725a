"""The cast of a rehearsal: who joins, and what they do, as one YAML file tells it."""

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
"""`2023-02-20 09:30`, on the wall of the workshop's zone."""


def wall(at: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) that a wall time of a cast names."""
    day, clock = at.split(" ")
    return instant(date.fromisoformat(day), time.fromisoformat(clock), zone)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Habit(StrEnum):
    """How somebody checks in to sessions."""

    PUNCTUAL = "punctual"
    """Presses the button in the minutes around the start."""
    COMMAND = "command"
    """Types /checkin instead."""
    LATE = "late"
    """Comes well after the start of most sessions."""
    TWICE = "twice"
    """Presses, and presses again to be sure."""
    SELDOM = "seldom"
    """Attends about half of the sessions."""
    NEVER = "never"
    """Registered, and never comes."""


class Expected(StrEnum):
    """What the answer to an action must be."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class SharedNote(_Part):
    """A note that somebody shares during or after a session."""

    after: str
    """The session's id; the note comes between its start and an hour after its end."""
    by: Annotated[str, Field(pattern="^(command|button)$")] = "command"
    topic: str
    kind: Annotated[str, Field(pattern="^(worked|failed|mixed|recommendation)$")]
    title: str
    did: str
    learned: str
    shown: bool = True
    """Whether its author lets it be shown in the topic's channel."""


class CastMember(_Part):
    """One person, as registered."""

    id: str
    name: str
    administration: str
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    organisation: Annotated[str, Field(pattern="^(customs|international|company)$")]
    language: Annotated[str, Field(pattern="^(en|fr|ar)$")]
    locale: str = "en-US"
    """What their Discord is set to; Discord has no Arabic."""
    role: Annotated[str, Field(pattern="^(participant|moderator|organiser|visitor)$")] = "participant"
    """A visitor is in the server and never joins."""
    replaces: str = ""
    """The name of whose place they take, if they are a substitute."""
    checks_in: Habit = Habit.PUNCTUAL
    notes: tuple[SharedNote, ...] = ()


class Step(_Part):
    """One press, and what comes of it."""

    press: str = ""
    """What the custom id of the button or select begins with."""
    choose: str = ""
    """The value chosen, where it is a select."""
    fill: dict[str, str] = {}
    """What is typed into the form that opens, by field; what comes after is the answer to the form."""
    answer: Expected = Expected.ACCEPTED
    says: str = ""
    """Words that the answer must contain."""


class ScriptedAction(Step):
    """What one person does at one moment: a slash command, an entry of a message's menu, or a press."""

    at: WallTime
    who: str
    command: str = ""
    """The command's full name, such as `announce new`, or the menu entry's."""
    write: str = ""
    """A message of their own, in the channel."""
    options: dict[str, str] = {}
    """`#name` stands for a channel, `@id` for somebody in the cast; `?words` picks the first suggestion that contains
    the words; a `file` is what the file holds."""
    channel: str = ""
    """Where; the announcements, if left out."""
    on: str = ""
    """Words of the message that the menu is opened on, or that has what is pressed; if left out, the latest that has
    it."""
    then: tuple[Step, ...] = ()
    """Each is done with what was answered before."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.command, self.press, self.write].count("") != 2:  # noqa: PLR2004 - one of the three is there
            raise ValueError("an action has either a command, or something to press, or something to write")
        return self


class Recommendation(_Part):
    """What a group recommends."""

    topic: str
    title: str
    did: str
    learned: str


class GroupWork(_Part):
    """Everybody who sits in a session's room goes to the room of their group; in each, somebody speaks for it."""

    at: WallTime
    session: str
    recommendations: Annotated[tuple[Recommendation, ...], Field(min_length=2)]
    """One a group, in the order of the rooms."""


class Cast(_Part):
    """Everyone in a rehearsal, and what they do beyond their habits."""

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


def read(path: Path) -> Cast:
    """The cast in a YAML file. Raises SettingsError with every fault."""
    try:
        return Cast.model_validate(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader))  # noqa: S506 - text only
    except OSError as failure:
        raise SettingsError(f"{path}: can't be read ({failure.strerror}). Check the path of the cast.") from None
    except yaml.YAMLError as failure:
        raise SettingsError(f"{path}: this is not YAML: {failure}") from None
    except ValidationError as failure:
        faults = [f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in failure.errors()]
        raise SettingsError("\n".join(faults)) from None
