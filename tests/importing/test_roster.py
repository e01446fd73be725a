"""The roster's file: however it was saved it is read, and every fault is told at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.languages import LANGUAGES
from bot.domain.people.participants import OrganisationKind, roster_id
from bot.domain.people.roles import Role
from bot.importing import plan_file, roster
from bot.importing.plan_file import PlanError
from bot.importing.roster import RosterError
from bot.settings import ROOT

FRENCH = """Rôle;Langue;Nom;Administration;Pays;Type d'organisation
participante;arabe;Salma Ouazzani;Douanes, Maroc;Maroc;douane
modérateur;français;Rachid Benomar;OMD;;organisation internationale
;;Tristan Moreau;Sandgrouse;ae;Entreprise
"""


def read(source: bytes, name: str = "roster.csv") -> list[tuple[object, ...]]:
    return [
        (one.name, one.administration, one.country, one.organisation, one.language, one.role)
        for one in roster.read_roster(source, name, LANGUAGES)
    ]


EXPECTED = [
    ("Salma Ouazzani", "Douanes, Maroc", "MA", OrganisationKind.CUSTOMS, "ar", Role.PARTICIPANT),
    ("Rachid Benomar", "OMD", "", OrganisationKind.INTERNATIONAL, "fr", Role.MODERATOR),
    ("Tristan Moreau", "Sandgrouse", "AE", OrganisationKind.COMPANY, None, Role.PARTICIPANT),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_csv_file_is_read_in_any_encoding_with_any_delimiter(encoding: str, delimiter: str) -> None:
    assert read(FRENCH.replace(";", delimiter).encode(encoding)) == EXPECTED


def test_arabic_is_read_as_windows_writes_it() -> None:
    found = read("الاسم,الإدارة,البلد,اللغة,الدور\nنورة المري,الجمارك,قطر,العربية,مشاركة\n".encode("cp1256"))
    assert found == [("نورة المري", "الجمارك", "QA", OrganisationKind.OTHER, "ar", Role.PARTICIPANT)]


def workbook(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_a_workbook_is_read_below_its_title() -> None:
    rows = [list[str](line.split(";")) for line in FRENCH.splitlines()]
    assert read(workbook(["Participants"], [], *rows), "roster.xlsx") == EXPECTED


def faults(source: bytes, name: str = "roster.csv") -> list[str]:
    with pytest.raises(RosterError) as failure:
        roster.read_roster(source, name, LANGUAGES)
    return list(failure.value.faults)


def test_every_fault_is_told_with_its_row_and_what_is_allowed() -> None:
    source = """name,administration,country,kind,language,role
Amina,Customs,Atlantis,navy,klingon,boss
,Customs,TN,customs,fr,
Karim,…,DZ,customs,fr,participant

Sami,Customs,TN,customs,fr,participant
sami,CUSTOMS,TN,customs,fr,participant
"""
    country = "a country's name in English, French or Arabic, its code such as TN, or nothing"
    assert faults(source.encode()) == [
        f"row 2, country: found 'Atlantis'; write {country}",
        "row 2, kind of organisation: found 'navy'; write one of: customs, international, company, other",
        "row 2, language: found 'klingon'; write one of the workshop's, en, fr, ar, or nothing",
        "row 2, role: found 'boss'; write one of: participant, moderator, organiser",
        "row 3, name: it is empty; write the name",
        "row 4, administration: found '…', which has no letter; write the administration",
        "row 7: 'sami' of 'CUSTOMS' is in row 6 already; keep one",
    ]


def bomb() -> bytes:
    """16 KiB that unpack to 64 MiB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(64 * 1024 * 1024))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (b"", "roster.csv", "no column is headed 'name' and 'administration'"),
        (b"first,second\n1,2\n", "roster.csv", "no column is headed"),
        (b"name,administration\n", "roster.csv", "there is nobody in it"),
        (b"PK\x03\x04 and nothing", "roster.xlsx", "damaged"),
        (b"name,administration\nA,B\n", "roster.xlsx", "this is no XLSX workbook"),
        (b"x" * (roster.MAX_BYTES + 1), "roster.csv", "a roster may have 1,048,576"),
        (bomb(), "roster.xlsx", "unpacks to more than"),
    ],
)
def test_what_is_no_roster_is_refused_in_a_sentence(source: bytes, name: str, words: str) -> None:
    [fault] = faults(source, name)
    assert words in fault


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(source: bytes) -> None:
    for start in (b"", b"name,administration\n", b"PK"):
        try:
            roster.read_roster(start + source, "roster.csv", LANGUAGES)
        except RosterError as failure:
            assert failure.faults  # noqa: PT017 - a sentence is as good as a roster


def test_a_packed_roster_is_the_same() -> None:
    every = roster.read_roster(FRENCH.encode(), "roster.csv", LANGUAGES)
    assert roster.unpack_roster(roster.pack_roster(every)) == every


# --- the plan's key --------------------------------------------------------------------------------------------


def test_the_example_names_its_roster() -> None:
    loaded = plan_file.load_plan(ROOT / "config/workshops/wco-mena-2023.yaml")
    assert loaded.roster is not None
    assert len(loaded.roster) == 39
    assert {one.language for one in loaded.roster} == set(LANGUAGES)
    assert roster_id("hélène vandermeulen", "wco secretariat") in {one.id for one in loaded.roster}


def test_the_faults_of_plan_and_roster_are_told_together(tmp_path: Path) -> None:
    example = (ROOT / "config/workshops/wco-mena-2023.yaml").read_text("utf-8")
    plan = tmp_path / "plan.yaml"
    plan.write_text(example.replace("zone: Europe/Brussels", "zone: Europe/Nowhere"), "utf-8")
    (tmp_path / "wco-mena-2023.roster.csv").write_text("name,administration,role\nA,B,boss\nC,D,king\n", "utf-8")
    with pytest.raises(PlanError) as failure:
        plan_file.load_plan(plan)
    told = str(failure.value)
    assert "no such time zone: 'Europe/Nowhere'" in told
    assert "roster: wco-mena-2023.roster.csv: row 2, role: found 'boss'; write one of: participant" in told
    assert "row 3, role: found 'king'" in told


def test_a_roster_that_is_not_there_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_bytes((ROOT / "config/workshops/wco-mena-2023.yaml").read_bytes())
    with pytest.raises(PlanError, match=r"roster\.csv: can't be read \(No such file or directory\)"):
        plan_file.load_plan(plan)
