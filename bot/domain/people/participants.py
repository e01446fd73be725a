"""Participants: who is in the workshop, and for whom they speak."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import discord_limits
from bot.domain.people.roles import Role, RoleGrant
from bot.domain.text import fold, measure, shorten

#: Characters that a name, and the name of an administration, may have.
NAME_LENGTH = 80
ADMINISTRATION_LENGTH = 150


class OrganisationKind(StrEnum):
    """What kind of organisation somebody speaks for."""

    CUSTOMS = "customs"
    INTERNATIONAL = "international"
    COMPANY = "company"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Participant:
    """A place in the workshop, and who has taken it."""

    id: str
    """That of the roster's row, or `self-…` for somebody who introduced themselves."""
    name: str
    administration: str
    country: str
    """ISO 3166-1 alpha-2, such as TN; empty for an organisation of no country."""
    organisation: OrganisationKind
    language: str | None
    """The one that the roster says they speak; what a person chose themselves wins."""
    role: Role
    person: int | None = None
    """The Discord id of the person who has taken the place."""
    joined_at: datetime | None = None
    """UTC."""
    grant: RoleGrant | None = None
    """The role that the bot last gave them."""

    @property
    def nickname(self) -> str:
        """`Name · TN`: how the server shows them."""
        ending = f" · {self.country}" if self.country else ""
        return shorten(self.name, discord_limits.NICKNAME - measure(ending)) + ending


def roster_id(name: str, administration: str) -> str:
    """The id of a roster's row: the same for as long as its name and administration are spelled alike."""
    return hashlib.blake2b(f"{fold(name)}|{fold(administration)}".encode(), digest_size=8).hexdigest()


def introduced_id(person: int) -> str:
    """The id of the place of somebody who introduced themselves."""
    return f"{_INTRODUCED}{person}"


def is_introduced(place: Participant) -> bool:
    """Whether somebody made the place by introducing themselves."""
    return place.id.startswith(_INTRODUCED)


def vacated_place(place: Participant) -> Participant | None:
    """What stays of a place when nothing of its holder may: the roster's row, free; None if they introduced themselves.

    The name of a substitute goes too: until the roster is read again, the place is called by what it represents.
    """
    if is_introduced(place):
        return None
    theirs = place.id != roster_id(place.name, place.administration)
    name = shorten(place.administration, NAME_LENGTH) if theirs else place.name
    return replace(place, name=name, person=None, joined_at=None, grant=None)


_INTRODUCED = "self-"


def sorted_places(places: Iterable[Participant]) -> list[Participant]:
    """By administration and name."""
    return sorted(places, key=lambda place: (fold(place.administration), fold(place.name), place.id))


def same_name(first: str, second: str) -> bool:
    """Whether two names have the same words, in any order; accents, case and punctuation don't count."""
    return sorted(fold(first).split()) == sorted(fold(second).split())


def matching_places(places: Iterable[Participant], typed: str) -> tuple[Participant, ...]:
    """The places that a typed name may mean: those of that name; else those whose name has fewer or more words.

    See `same_name` for the differences that don't count.
    """
    all_places = tuple(places)
    words = set(fold(typed).split())
    if not words:
        return ()
    same = tuple(place for place in all_places if same_name(place.name, typed))
    return same or tuple(
        place for place in all_places if (name := set(fold(place.name).split())) and (words <= name or name <= words)
    )


@dataclass(frozen=True, slots=True)
class RosterChange:
    """The changes that a roster makes to the existing places."""

    new: tuple[Participant, ...] = ()
    changed: tuple[Participant, ...] = ()
    unchanged: tuple[Participant, ...] = ()
    gone: tuple[Participant, ...] = ()

    def counts(self) -> dict[str, int]:
        """The number of places of each sort."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "gone": len(self.gone),
        }

    @property
    def summary(self) -> str:
        """The same in a line for the audit."""
        return ", ".join(f"{count} {sort}" for sort, count in self.counts().items())


def roster_change(places: Iterable[Participant], roster: Iterable[Participant]) -> RosterChange:
    """The changes that make the places equal to the roster.

    A place that is taken stays taken; it stays also where it is gone from the roster, as does that of somebody who
    introduced themselves. A substitute keeps their name, and gets no other role than a participant's.
    """
    known = {place.id: place for place in places}
    wanted = {row.id: row if row.id not in known else _kept(known[row.id], row) for row in roster}
    return RosterChange(
        new=tuple(row for row in wanted.values() if row.id not in known),
        changed=tuple(row for row in wanted.values() if row.id in known and row != known[row.id]),
        unchanged=tuple(row for row in wanted.values() if row == known.get(row.id)),
        gone=tuple(
            place
            for place in known.values()
            if place.person is None and place.id not in wanted and not is_introduced(place)
        ),
    )


def _kept(place: Participant, row: Participant) -> Participant:
    """A place as its row has it today, with its present holder."""
    held = replace(row, person=place.person, joined_at=place.joined_at, grant=place.grant)
    if place.person is None or fold(place.name) == fold(row.name):
        return held
    return replace(held, name=place.name, role=place.role)
