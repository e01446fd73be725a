"""Certificates: who gets one, and the code by which it can be told from a forged one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.people.access import Role
from bot.domain.people.participants import Participant

#: Without the letters that are taken for digits or for each other (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
#: 60 bits in all: whoever guesses a million times a second needs longer than anybody waits.
_GROUPS, _GROUP = 3, 4


class Award(StrEnum):
    """What a certificate says of somebody."""

    COMPLETION = "completion"
    """They reached the share of the scheduled minutes that the plan asks for."""
    PARTICIPATION = "participation"
    """They were there."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; its code is for the workshop, the person and the award."""

    place: Participant
    award: Award
    minutes: int
    """Whole minutes present."""
    code: str


def award_for(record: AttendanceRecord) -> Award | None:
    """What somebody has earned; None if they were never there."""
    if record.complete:
        return Award.COMPLETION
    return Award.PARTICIPATION if record.minutes else None


def issue_certificates(
    workshop: str, secret: str, records: Iterable[AttendanceRecord], places: Iterable[Participant]
) -> Iterator[Certificate]:
    """Those of the participants, in order of their names; the team, and whoever has no place, gets none."""
    by_person = {place.person: place for place in places if place.role is Role.PARTICIPANT and place.person is not None}
    for record in records:
        place, award = by_person.get(record.person), award_for(record)
        if place and award:
            yield Certificate(place, award, record.minutes, certificate_code(secret, workshop, record.person, award))


def certificate_code(secret: str, workshop: str, person: int, award: Award) -> str:
    """A certificate's code, such as `7K2M-9QXC-04TB`: always the same, and not to be guessed without the secret."""
    digest = hmac.digest(secret.encode(), f"certificate/{workshop}/{person}/{award}".encode(), "sha256")
    number = int.from_bytes(digest)
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in range(_GROUPS * _GROUP))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def parse_code(typed: str) -> str | None:
    """A code as somebody typed it (small letters, blanks, an O for a 0), as it was written; None if it is none."""
    signs = "".join(sign for sign in typed.upper().translate(_ALIKE) if sign.isalnum())
    if len(signs) != _GROUPS * _GROUP or not set(signs) <= set(_SIGNS):
        return None
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def find_certificate(typed: str, given: Iterable[Certificate]) -> Certificate | None:
    """The certificate of a code; None if there is none."""
    wanted = parse_code(typed)
    return next(
        (certificate for certificate in given if wanted and hmac.compare_digest(certificate.code, wanted)), None
    )
