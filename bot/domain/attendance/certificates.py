"""Certificates: who gets one, and the code that proves that it is genuine.

The alphabet of codes is Crockford's base 32 (https://www.crockford.com/base32.html).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role

#: Without letters that are mistaken for digits or for each other.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
#: 60 bits in all: at a million guesses a second, finding one code takes 18,000 years on average.
_GROUPS, _GROUP = 3, 4


class Award(StrEnum):
    """What a certificate certifies."""

    COMPLETION = "completion"
    """They reached the share of the scheduled minutes that the plan asks for."""
    PARTICIPATION = "participation"
    """They attended."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; its code is for the workshop, the person and the award."""

    place: Participant
    award: Award
    minutes: int
    """Whole minutes present."""
    code: str


def award_for(record: AttendanceRecord) -> Award | None:
    """Return what somebody has earned; None if they never attended."""
    if record.complete:
        return Award.COMPLETION
    return Award.PARTICIPATION if record.minutes else None


def issue_certificates(
    workshop: str, secret: str, records: Iterable[AttendanceRecord], places: Iterable[Participant]
) -> Iterator[Certificate]:
    """Yield the participants' certificates in order of `records`; the team and people without a place get none."""
    by_person = {place.person: place for place in places if place.role is Role.PARTICIPANT and place.person is not None}
    for record in records:
        place, award = by_person.get(record.person), award_for(record)
        if place and award:
            yield Certificate(place, award, record.minutes, certificate_code(secret, workshop, record.person, award))


def certificate_code(secret: str, workshop: str, person: int, award: Award) -> str:
    """Return a certificate's code, such as `7K2M-9QXC-04TB`: deterministic, and unguessable without the secret."""
    digest = hmac.digest(secret.encode(), f"certificate/{workshop}/{person}/{award}".encode(), "sha256")
    number = int.from_bytes(digest)
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in range(_GROUPS * _GROUP))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def parse_code(typed: str) -> str | None:
    """Normalise a code as somebody typed it (small letters, blanks, an O for a 0); None if it is no code."""
    signs = "".join(sign for sign in typed.upper().translate(_ALIKE) if sign.isalnum())
    if len(signs) != _GROUPS * _GROUP or not set(signs) <= set(_SIGNS):
        return None
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def find_certificate(typed: str, given: Iterable[Certificate]) -> Certificate | None:
    """Return the certificate of a typed code; None if there is none."""
    wanted = parse_code(typed)
    return next(
        (certificate for certificate in given if wanted and hmac.compare_digest(certificate.code, wanted)), None
    )
