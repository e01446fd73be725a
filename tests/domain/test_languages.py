"""Each language's record is whole: a fourth one that lacks something fails here, and not in front of people."""

from __future__ import annotations

import re

import pytest

from bot.domain.agenda.sessions import SessionKind
from bot.domain.languages import RECORDS, Language, each_language, is_right_to_left, language_names
from bot.domain.people.participants import OrganisationKind
from bot.domain.people.roles import Role
from bot.importing.readers.headings import Column
from bot.importing.roster import RosterColumn


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_language_names_every_column_and_kind(record: Language) -> None:
    assert record.schedule_columns.keys() == set(Column)
    assert record.session_kinds.keys() == set(SessionKind) - {SessionKind.PRESENTATION}  # what a session is by default
    assert record.roster_columns.keys() == set(RosterColumn)
    assert record.organisations.keys() == set(OrganisationKind)
    assert record.roles.keys() == {role.name.lower() for role in Role if role is not Role.VISITOR}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_language_of_another_script_says_how_windows_writes_it(record: Language) -> None:
    assert bool(record.script) == (record.codepage != "cp1252")
    words = "".join(word for names in record.schedule_columns.values() for word in names)
    assert bool(record.script and re.search(f"[{record.script}]", words)) == bool(record.script)


def test_languages_are_listed_by_their_english_names() -> None:
    assert language_names() == "English, French or Arabic"


def test_words_of_all_languages_are_gathered_by_their_key() -> None:
    assert each_language("session_kinds")["break"] == ("break", "lunch", "coffee", "pause", "déjeuner", "استراحة")


def test_arabic_is_written_from_right_to_left() -> None:
    assert [code for code in RECORDS if is_right_to_left(code)] == ["ar"]
