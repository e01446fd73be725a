"""The definition of an export subject: its table, formats, rule, and the role that may export it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.documents.export.table import Source, Table
from bot.domain.contributions.notes import Audience
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.messages.i18n import text


class Format(StrEnum):
    """A file format; its value is the extension of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    MARKDOWN = "md"
    ICS = "ics"
    """A schedule; so are the next two."""
    FRAB_XML = "frab.xml"
    FRAB_JSON = "frab.json"


#: The formats that every table can be written in.
TABULAR = (Format.CSV, Format.XLSX, Format.JSON, Format.MARKDOWN)


class ChathamRule(StrEnum):
    """What the Chatham House Rule does to a subject; its sentence in the catalogues is `export.rule.VALUE`."""

    NOTHING = "nothing"
    """The subject never names anybody, with or without the rule; so it may be published, and needs no sentence."""
    ANONYMOUS = "chatham"
    """What was said or attended under the rule is exported without its author."""
    ROOMS = "chatham_rooms"
    """Rooms that show who said what are left out."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The content of a schedule file, and how many sessions it holds."""

    content: bytes
    sessions: int


ScheduleWriter = Callable[[Source, str], Schedule]
"""Writes a schedule that states a rule; blocks, so call it in a thread."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportSubject:
    """One subject: `/export NAME` on Discord, `plenary export NAME` in the shell, a file in the closing pack."""

    name: str
    """Also the name of its module in `subjects`, and of its rule in the catalogues: `export.rule.NAME`."""
    description: str
    """Of `/export NAME`, in English: at most 100 characters."""
    role: Role
    """The lowest role that may export it."""
    audiences: tuple[Audience, ...]
    """The audiences that it can be exported for. If several, each has a rule: `export.rule.NAME.AUDIENCE`."""
    chatham: ChathamRule
    table: Callable[[Source], Awaitable[Table]]
    schedules: Mapping[Format, ScheduleWriter] = field(default_factory=dict[Format, ScheduleWriter])
    """The schedule formats that it supports in addition to the table formats."""
    dated: Collection[Format] = ()
    """The formats whose files differ each time, even if nothing has changed."""

    def __str__(self) -> str:
        return self.name

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats that it can be written in."""
        return (*TABULAR, *self.schedules)

    def rule_key(self, audience: Audience) -> str:
        """The key of the rule that it obeys, as the catalogues name it after `export.rule.`."""
        return f"{self.name}.{audience}" if len(self.audiences) > 1 else self.name

    def rule(self, audience: Audience, plan: Plan, language: str) -> str:
        """The rule that it obeys, in words."""
        sentence = text(language, f"export.rule.{self.rule_key(audience)}")
        if plan.confidential_sessions and self.chatham is not ChathamRule.NOTHING:
            sentence += " " + text(language, f"export.rule.{self.chatham}")
        return sentence
