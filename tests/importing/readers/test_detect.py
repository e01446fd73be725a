"""Every format is read whole, or refused with what is wrong and where; hostile files get a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.agenda.sessions import SessionKind
from bot.importing.readers import detect
from bot.importing.schedule import Schedule, ScheduledSession, ScheduleError
from tests.importing.hostile_files import HOSTILE, packed
from tests.importing.samples import C3VOC, CALENDAR, FRAB, PRETALX, SAMPLES, TABLE, xlsx_of

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = (2023, 2, 20)


def read(source: str | bytes, zone: str = "Europe/Brussels") -> Schedule:
    """The schedule in a file."""
    return detect.read_schedule(source.encode() if isinstance(source, str) else source, ZoneInfo(zone))


def faults(source: str | bytes) -> list[str]:
    """The sentences with which a file is refused."""
    with pytest.raises(ScheduleError) as refusal:
        read(source)
    return str(refusal.value).splitlines()


# --- real files -----------------------------------------------------------------------------------------------------

#: File to what it holds (sessions, rooms, tracks, speakers named), or to the faults with which it is refused.
REAL: dict[str, tuple[int, int, int, int] | str] = {
    "conference-bot.json": (1, 1, 1, 1),
    "pentabarf.xml": (4, 2, 3, 8),
    "pentabarf-duplicate.xml": "line 30 (E001): the id 'e001' is used already at line 10 (E001); give each session its",
    "pretalx-invalid-slot.json": "slots[1].code is missing; export the schedule again from pretalx.",
    "pretalx-nulls.json": (1, 1, 0, 1),
    "pretalx-v1.json": (187, 13, 21, 174),
    "pretalx-v2.json": (195, 13, 21, 198),
    "pretalx-v3.json": (199, 13, 21, 208),
    "programapi.json": (13, 3, 4, 7),
}


def test_the_table_has_every_real_file(schedules: Path) -> None:
    """Else one that can't be read would go unseen."""
    assert {path.name for path in schedules.iterdir() if path.suffix in {".json", ".xml"}} == set(REAL)


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_read_or_refused_with_the_fault(schedules: Path, name: str) -> None:
    """With nothing lost on the way."""
    source, expected = (schedules / name).read_bytes(), REAL[name]
    if isinstance(expected, str):
        assert faults(source)[0].startswith(expected)
    else:
        found = read(source, "Europe/Prague")
        speakers = sum(len(session.speakers) for session in found.sessions)
        assert (len(found.sessions), len(found.rooms), len(found.tracks), speakers) == expected


# --- every format ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_three_sessions_are_read_from_every_format(name: str) -> None:
    """Instants, titles, speakers, description; whatever the format calls them."""
    welcome, ledgers, coffee = read(SAMPLES[name]).sessions
    instants = [(s.starts_at, s.ends_at) for s in (welcome, ledgers, coffee)]
    assert instants == [
        (datetime(*DAY, 8, 30, tzinfo=UTC), datetime(*DAY, 9, tzinfo=UTC)),
        (datetime(*DAY, 9, tzinfo=UTC), datetime(*DAY, 9, 45, tzinfo=UTC)),
        (datetime(*DAY, 9, 45, tzinfo=UTC), datetime(*DAY, 10, tzinfo=UTC)),
    ]
    assert [s.title for s in (welcome, ledgers, coffee)] == [{"en": "Welcome"}, {"en": "Ledgers"}, {"en": "Coffee"}]
    told = {"icalendar": {"en": "Who writes & who reads\nAll of it"}, "programapi": None}
    assert ledgers.description == told.get(name, {"en": "Who writes & who reads"})
    speakers = {"icalendar": (), "csv": ("Ada (Customs)",), "xlsx": ("Ada (Customs)",)}
    assert welcome.speakers == speakers.get(name, ("Ada",))
    addresses = [material.url for material in ledgers.materials]
    assert all(address.startswith("https://example.org/") for address in addresses)
    assert bool(addresses) is (name != "conference-bot")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("frab", ["101", "102", "103"]),
        ("c3voc", ["101", "102", "103"]),
        ("pretalx", ["welcom", "ledger", "break-20230220-1045"]),
        ("programapi", ["welcom", "ledger", "break-20230220-0945"]),
        ("icalendar", ["welcome", "ledgers", "coffee"]),
        ("csv", ["welcome", "ledgers", "coffee"]),
    ],
)
def test_ids_are_those_of_the_source(name: str, ids: list[str]) -> None:
    """So that the same session is known again, whatever else changes."""
    assert [session.id for session in read(SAMPLES[name]).sessions] == ids


def test_pretalx_calls_a_talk_by_its_code_in_every_export() -> None:
    """Its XML and its c3voc JSON name it besides the number."""
    tree = json.loads(json.dumps(C3VOC))
    tree["schedule"]["conference"]["days"][0]["rooms"]["Hall"][0]["code"] = "WELCOM"
    assert read(json.dumps(tree)).sessions[0].id == "welcom"
    assert read(FRAB.replace("<date>", "<code>WELCOM</code><date>", 1)).sessions[0].id == "welcom"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["frab", "icalendar", "csv"])
def test_encodings_of_text_are_told_apart(name: str, encoding: str) -> None:
    """As editors on every system leave them."""
    text = SAMPLES[name].decode().replace("Welcome", "أهلاً").replace('encoding="UTF-8"', "")
    assert next(iter(read(text.encode(encoding)).sessions[0].title.values())) == "أهلاً"


# --- what is found out ----------------------------------------------------------------------------------------------


def test_times_of_another_zone_are_told_and_converted() -> None:
    """The instants stay."""
    found = read(json.dumps(PRETALX).replace("+01:00", "-05:00"))
    assert (
        "6 times have the offset of another zone than Europe/Brussels, the plan's; they were converted."
        in found.remarks
    )
    assert found.sessions[0].starts_at == datetime(*DAY, 14, 30, tzinfo=UTC)
    assert read(json.dumps(PRETALX)).remarks == ()


@pytest.mark.parametrize("name", ["frab", "c3voc", "icalendar"])
def test_a_zone_that_contradicts_the_plan_s_is_told(name: str) -> None:
    """Where the file names its zone, by that name."""
    (remark,) = [told for told in read(SAMPLES[name], "Africa/Tunis").remarks if "the file's zone" in told]
    assert "the file's zone is Europe/Brussels, the plan's is Africa/Tunis" in remark


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (
            FRAB.replace('id="102"', 'id="101"'),
            "line 10 (101): the id '101' is used already at line 6 (101); give each ",
        ),
        (FRAB.replace("<duration>00:45</duration>", ""), "line 10 (102): the session has no end; give it an end or a "),
        (FRAB.replace("00:45", "soon"), "line 10 (102): 'soon' is not a length; write minutes, such as 45, or "),
        (FRAB.replace("<title>Ledgers</title>", ""), "line 10 (102): the session has no title; give it one."),
        (FRAB.replace("10:00<", "noon<"), "line 10 (102): 'noon' is not a time of day; write hours and minutes, such "),
        (
            FRAB.replace('date="2023-02-20"', 'date="20 Feb"'),
            "line 10 (102): its day has the date '20 Feb'; write one ",
        ),
        (FRAB.replace("2023-02-20T09", "9999-99-20T09"), "line 6 (101): '9999-99-20T09:30:00+01:00' is not a time; "),
        (
            FRAB.replace("schedule>", "agenda>"),
            "line 2: found <agenda>, not <schedule>; export the schedule as frab XML.",
        ),
        ("<schedule><day></schedule>", "line 1: this is not XML: mismatched tag."),
        ("<schedule></schedule>", "There is no session in the file; export the schedule once it has sessions with "),
        (CALENDAR.replace("DURATION:PT45M\n", ""), "line 27 (Ledgers): the session has no end; give it an end or a "),
        (CALENDAR.replace("PT45M", "PT45"), "line 27 (Ledgers): 'PT45' is not a length; export the calendar again."),
        (CALENDAR.replace("UID:ledgers@small.example\n", ""), "line 27 (Ledgers): the event has no UID; export the "),
        (
            CALENDAR.replace("UID:coffee@", "UID:welcome@"),
            "line 37 (Coffee): the id 'welcome' is used already at line 15",
        ),
        (
            CALENDAR.replace("Romance Standard", "Noon"),
            "line 37 (Coffee): there is no time zone 'Noon Time'; use an IANA ",
        ),
        (CALENDAR.replace("END:VCALENDAR\n", ""), "line 1: this VCALENDAR doesn't end; export it again."),
        (
            CALENDAR.replace("20230220T090000Z", "20230326T023000"),
            "line 27 (Ledgers): 2023-03-26 02:30 is skipped by the ",
        ),
        (
            '{"rooms": []}',
            "this JSON holds none of slots, schedule, streams, days, so it is no schedule. Readable are ",
        ),
        ('{"days": {"2023-02-20": {}}}', "days.2023-02-20.events is missing; export the schedule again from the "),
        ("[1, 2]", "this JSON is no schedule (Input should be an object); export it again from the conference "),
        ("Dear all,\nplease find the agenda below.", "this is no schedule that can be read. Readable are frab and "),
        (b"%PDF-1.7", "this is a PDF, which can't be read; save the agenda as XLSX or CSV. Readable are "),
        (
            b"\xd0\xcf\x11\xe0",
            "this is an old Excel or Word file, which can't be read; save the agenda as XLSX or CSV.",
        ),
        (b"", "this is no schedule that can be read. Readable are "),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(source: str | bytes, fault: str) -> None:
    """With the line, the number or the name by which the person who made the file finds it."""
    told = faults(source)
    assert any(line.startswith(fault) for line in told) or told[0].startswith(fault), told


def test_all_faults_are_told_at_once() -> None:
    """Else the organisers correct one and meet the next."""
    assert len(faults(FRAB.replace("00:45", "soon").replace("<title>Coffee</title>", ""))) == 2


def test_cancelled_and_whole_day_events_are_left_out_and_told() -> None:
    """A session has times."""
    cancelled = CALENDAR.replace("SUMMARY:Coffee", "SUMMARY:Coffee\nSTATUS:CANCELLED")
    found = read(cancelled)
    assert [session.id for session in found.sessions] == ["welcome", "ledgers"]
    assert [remark.partition(":")[0] for remark in found.remarks] == [
        "line 37 (Coffee)",
        "line 44 (The whole workshop)",
    ]


# --- hostile files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_sentence(name: str) -> None:
    """With nothing fetched, and nothing of it expanded; `make bench ARGS=hostile` measures how soon."""
    make, said = HOSTILE[name]
    told = faults(make())
    assert any(said in line for line in told), told[:3]
    assert all(len(line) < 600 for line in told)


def test_a_sheet_that_says_it_is_huge_is_read_as_far_as_a_table_goes() -> None:
    """A cell in the last row and column of all would be seventeen thousand million cells."""
    sheet = xlsx_of(TABLE)
    far = zipfile.ZipFile(io.BytesIO(sheet)).read("xl/worksheets/sheet1.xml")
    far = far.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert len(read(packed(sheet=far)).sessions) == 3


def test_what_people_typed_is_cleaned() -> None:
    """Nothing that turns a line around, breaks it, or can't be written to a file."""
    found = read(FRAB.replace("Welcome", "Wel\u202ecome\n\tall").replace("Ada", "A\u2066da"))
    session: ScheduledSession = found.sessions[0]
    assert (session.title, session.speakers, session.kind) == ({"en": "Welcome all"}, ("Ada",), SessionKind.OPENING)
