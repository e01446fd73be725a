"""Rows of participants: the file can be imported as a roster."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.documents.export.subject import Format
from bot.documents.export.subjects import participants
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.importing import roster as rosters
from tests.documents.export.readers import written

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


AMINA = Participant("a", "Amina Z", "Douane Z", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, 1)


def test_the_list_of_participants_reads_back_as_the_list(example: Plan) -> None:
    row = participants.participants_rows(example, [replace(AMINA, language="fr", joined_at=NOON)])
    content = written(Format.CSV, participants.COLUMNS, [row])
    (again,) = rosters.read_roster(content, "participants.csv", example.languages)
    assert (again.name, again.administration, again.country) == ("Amina Z", "Douane Z", "TN")
    assert (again.organisation, again.language, again.role) == (OrganisationKind.CUSTOMS, "fr", Role.PARTICIPANT)
