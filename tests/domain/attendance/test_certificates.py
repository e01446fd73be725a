"""Certificates: who earns one, and codes that nobody makes without the secret but anybody can type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import certificates
from bot.domain.attendance.attendance import CheckIn, attendance_records
from bot.domain.attendance.certificates import Award, certificate_code, find_certificate, parse_code
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

SECRETS = st.text(min_size=1)
PERSONS = st.integers(1, 2**63)
Tiny = Callable[..., Plan]


def place(person: int, role: Role = Role.PARTICIPANT) -> Participant:
    return Participant(f"p{person}", f"Name {person}", "Customs", "TN", OrganisationKind.CUSTOMS, "ar", role, person)


@given(SECRETS, PERSONS, st.sampled_from(Award))
def test_a_code_is_read_back_however_it_is_typed(secret: str, person: int, award: Award) -> None:
    made = certificate_code(secret, "workshop", person, award)
    assert len(made) == 14
    assert parse_code(made) == made
    assert parse_code(f" {made.lower().replace('-', ' ')}\n") == made
    assert parse_code(made.replace("-", "").replace("0", "O").replace("1", "l")) == made
    assert certificate_code(secret, "workshop", person, award) == made


@given(SECRETS, SECRETS, PERSONS)
def test_another_secret_person_workshop_or_award_has_another_code(secret: str, other: str, person: int) -> None:
    made = {certificate_code(secret, "workshop", person, Award.COMPLETION)}
    made |= {
        certificate_code(secret, "workshop", person + 1, Award.COMPLETION),
        certificate_code(secret, "other", person, Award.COMPLETION),
    }
    made |= {certificate_code(secret, "workshop", person, Award.PARTICIPATION)}
    made |= {certificate_code(other, "workshop", person, Award.COMPLETION)}
    assert len(made) == 4 + (other != secret)


@given(st.text())
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    made = parse_code(typed)
    assert made is None or parse_code(made) == made


def test_completion_takes_the_plans_share_and_the_team_gets_none(tiny: Tiny) -> None:
    """The two sessions that count last 105 minutes; 84 are 80 %."""
    plan = tiny()
    welcome, _, talk = plan.agenda.sessions
    there = [CheckIn(s.id, person, f"Name {person}", s.starts_at) for s in (welcome, talk) for person in (1, 3)]
    there.append(CheckIn(welcome.id, 2, "Name 2", welcome.starts_at))
    places = [place(1), place(2), place(3, Role.MODERATOR), place(4)]
    given_out = list(certificates.issue_certificates(plan.id, "secret", attendance_records(plan, there), places))
    assert [(one.place.person, one.award, one.minutes) for one in given_out] == [
        (1, Award.COMPLETION, 105),
        (2, Award.PARTICIPATION, 30),
    ]
    assert find_certificate(given_out[0].code.lower(), given_out) == given_out[0]
    assert find_certificate(certificate_code("guess", plan.id, 1, Award.COMPLETION), given_out) is None
    assert find_certificate("", given_out) is None
    assert find_certificate(given_out[0].code, [replace(given_out[1])]) is None
