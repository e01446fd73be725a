"""Participants: who is in the workshop, and for whom they speak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.access import Role


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
    """The Discord id of whoever has taken the place."""
    joined_at: datetime | None = None
    """UTC."""
