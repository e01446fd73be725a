"""Notes: experiences that participants share, their audiences, and how their authors are named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from bot.domain import discord_limits
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.text import clean, fold, is_blank

#: Notes that one person may have.
MOST = 100
#: Characters that each part may have: a title that a card shows whole, and all that a form of Discord's takes.
TITLE_LENGTH = 150
PART_LENGTH = discord_limits.TEXT_INPUT
#: Characters of a detail, so that a form that holds five of them again is never too much to send.
DETAIL_LENGTH = 1500


class NoteKind(StrEnum):
    """The kind of lesson that a note holds."""

    WORKED = "worked"
    FAILED = "failed"
    MIXED = "mixed"
    RECOMMENDATION = "recommendation"


class Visibility(StrEnum):
    """Who sees a note; each sees what those after it see."""

    PRIVATE = "private"
    """Its author alone: a draft, or taken back."""
    ORGANISERS = "organisers"
    PARTICIPANTS = "participants"
    """Everybody in the workshop; its card is shown in its topic's channel."""
    SERIES = "series"
    """Also the participants of the other workshops of the series."""
    PUBLIC = "public"
    """Also the readers of the report's public annex."""


class Audience(StrEnum):
    """The readers that notes are selected for."""

    ORGANISERS = "organisers"
    PARTICIPANTS = "participants"
    SERIES = "series"
    PUBLIC = "public"


class Attribution(StrEnum):
    """How a note's author is named; each discloses less than the one before it."""

    NAME = "name"
    ADMINISTRATION = "administration"
    COUNTRY = "country"
    REGION = "region"
    """The region and the kind of organisation."""
    ANONYMOUS = "anonymous"


class Maturity(StrEnum):
    """The maturity of an experience."""

    IDEA = "idea"
    PILOT = "pilot"
    PROMISING = "promising"
    GOOD_PRACTICE = "good_practice"
    INSTITUTIONALISED = "institutionalised"


class Detail(StrEnum):
    """The optional details of a note."""

    RESULTS = "results"
    MATURITY = "maturity"
    SUCCESS = "success"
    CONSTRAINTS = "constraints"
    REPEAT = "repeat"
    PARTNERS = "partners"
    STANDARDS = "standards"
    COST = "cost"
    SUPPORT = "support"
    LINKS = "links"


#: The details in two forms, because a form of Discord's has five fields.
DETAIL_FORMS = {
    "outcome": (Detail.RESULTS, Detail.MATURITY, Detail.SUCCESS, Detail.CONSTRAINTS, Detail.REPEAT),
    "means": (Detail.PARTNERS, Detail.STANDARDS, Detail.COST, Detail.SUPPORT, Detail.LINKS),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One shared experience. `id` is that of the submission: a form that is submitted twice makes one note."""

    id: str
    author: int
    author_name: str
    """The author's name on Discord at the time."""
    topic: str
    kind: NoteKind
    title: str
    did: str
    learned: str
    visibility: Visibility
    written_at: datetime
    """UTC."""
    attribution: Attribution = Attribution.NAME
    details: Mapping[Detail, str] = field(default_factory=dict[Detail, str])
    """Those that were given."""
    confidential: bool = False
    """Whether it was ever under the Chatham House Rule."""

    @property
    def folded(self) -> str:
        """The text that a search looks in."""
        written = (text for detail, text in self.details.items() if detail is not Detail.MATURITY)
        return fold("\n".join((self.title, self.did, self.learned, *written)))


# --- typed text ------------------------------------------------------------------------------------------------


def tidy(typed: str, limit: int) -> str | None:
    """A part of a note as it is kept: cleaned; None if nothing readable is left or it is too long."""
    kept = clean(typed)
    return kept if len(kept) <= limit and not is_blank(kept) else None


@dataclass(frozen=True, slots=True)
class NoteWording:
    """The text of a note, as its author or a moderator words it."""

    title: str
    did: str
    learned: str


def wording_of(typed: Mapping[str, str]) -> NoteWording | None:
    """The text of a note as it was typed into a form, cleaned; None if a part is unreadable or too long."""
    title = tidy(typed["title"], TITLE_LENGTH)
    did, learned = (tidy(typed[part], PART_LENGTH) for part in ("did", "learned"))
    return None if title is None or did is None or learned is None else NoteWording(title, did, learned)


def invalid_links(typed: str) -> list[str]:
    """The parts that are no web address, of a text that should hold only addresses separated by blanks."""
    return [word for word in clean(typed).split() if not re.fullmatch(r"https?://[^\s/@]+\.[^\s/@]+(/\S*)?", word)]


# --- audiences and signatures ----------------------------------------------------------------------------------


@cache
def visibilities_reaching(audience: Audience) -> tuple[Visibility, ...]:
    """The visibilities whose notes an audience sees. Private notes reach none."""
    order = tuple(Visibility)
    return order[order.index(Visibility(audience)) :]


def visible_to(note: Note, audience: Audience) -> bool:
    """Whether a note may be handed to an audience."""
    return note.visibility in visibilities_reaching(audience)


def has_card(note: Note) -> bool:
    """Whether its card is shown in its topic's channel."""
    return visible_to(note, Audience.PARTICIPANTS)


def audience_of(role: Role) -> Audience:
    """The audience that somebody in the workshop belongs to."""
    return Audience.ORGANISERS if role is Role.ORGANISER else Audience.PARTICIPANTS


@dataclass(frozen=True, slots=True)
class Signature:
    """The disclosed facts about a note's author; a fact that is withheld or unknown is empty."""

    person: int | None = None
    name: str = ""
    administration: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    organisation: OrganisationKind | None = None
    region: bool = False
    """Whether the workshop's region is disclosed."""


def signature(note: Note, author: Participant | None) -> Signature:
    """How a note's author is named, as they chose. `author` is their place, if they have taken one.

    Of somebody without a place nothing is known but the name under which Discord shows them. Under the Chatham House
    Rule nothing is disclosed.
    """
    match Attribution.ANONYMOUS if note.confidential else note.attribution:
        case Attribution.NAME:
            if author is None:
                return Signature(note.author, note.author_name)
            return Signature(note.author, author.name, author.administration, author.country, author.organisation)
        case Attribution.ADMINISTRATION if author:
            return Signature(None, "", author.administration, author.country, author.organisation)
        case Attribution.COUNTRY if author:
            return Signature(country=author.country)
        case Attribution.REGION if author:
            return Signature(organisation=author.organisation, region=True)
        case _:
            return Signature()


@dataclass(frozen=True, slots=True)
class Consent:
    """An author's consent, with the wording that they were shown."""

    note: str
    person: int
    visibility: Visibility
    attribution: Attribution
    key: str
    """The sentence's key in the catalogues."""
    language: str
    wording: str
    given_at: datetime
    """UTC."""
