"""Tables as organisers make them: in three languages, with any delimiter, encoding and header."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.importing import agenda_template
from bot.importing.readers import detect, human_time
from bot.importing.readers.headings import NAMES, Column
from bot.importing.schedule import Schedule, ScheduleError
from tests.importing.samples import TABLE, csv_of, xlsx_of

TUNIS = ZoneInfo("Africa/Tunis")

FRENCH = (
    ("Programme provisoire",),
    ("Lundi 20 février 2023",),
    ("Horaire", "Activité", "Salle", "Intervenants"),
    ("9h30 à 10h", "Ouverture", "Plénière", "Directrice (Douanes tunisiennes)"),
    ("10h \u2013 10h45", "La chaîne de blocs", "Plénière", "Chef (Douane) ; économiste"),
    ("Mardi 21 février 2023",),
    ("9h30 à 10h", "L'IA au port", "Plénière", ""),
)
ARABIC = (
    ("التاريخ", "من", "إلى", "عنوان الجلسة", "القاعة"),
    ("٢٠ فبراير ٢٠٢٣", "٩:٣٠ ص", "١٠:٠٠ ص", "الافتتاح", "القاعة الكبرى"),  # noqa: RUF001 - Arabic
    ("٢٠ شباط ٢٠٢٣", "٢:٠٠ م", "٢:٤٥ م", "سلسلة الكتل", "القاعة الكبرى"),  # noqa: RUF001 - Arabic
)

#: Windows' Arabic encoding has no other digits.
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


def read(source: bytes) -> Schedule:
    """The schedule in a table."""
    return detect.read_schedule(source, TUNIS)


def times(schedule: Schedule) -> list[str]:
    """When each session is, on a clock in Tunis."""
    found = [(s.starts_at.astimezone(TUNIS), s.ends_at.astimezone(TUNIS)) for s in schedule.sessions]
    return [f"{start:%d.%m. %H:%M}-{end:%H:%M}" for start, end in found]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1256"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    """French has no letter that Windows' Arabic encoding lacks or has elsewhere."""
    text = csv_of(FRENCH, delimiter).replace("\u2013", "-")
    found = read(text.encode(encoding))
    assert [session.title["fr"] for session in found.sessions] == ["Ouverture", "La chaîne de blocs", "L'IA au port"]
    assert found.sessions[1].speakers == ("Chef (Douane)", "économiste")


@pytest.mark.parametrize("source", [csv_of(FRENCH).encode(), xlsx_of(FRENCH)])
def test_days_may_head_the_rows_below_them(source: bytes) -> None:
    """As in a programme that was made to be printed; and the header stands where it likes."""
    assert times(read(source)) == ["20.02. 09:30-10:00", "20.02. 10:00-10:45", "21.02. 09:30-10:00"]


@pytest.mark.parametrize(
    "source", [csv_of(ARABIC).encode(), csv_of(ARABIC).translate(DIGITS).encode("cp1256"), xlsx_of(ARABIC)]
)
def test_arabic_is_read(source: bytes) -> None:
    """Digits, months of both calendars' names, before and after noon; an id where no Latin letter is."""
    found = read(source)
    assert times(found) == ["20.02. 09:30-10:00", "20.02. 14:00-14:45"]
    assert len({session.id for session in found.sessions}) == 2
    assert all(session.id.startswith("session-") for session in found.sessions)
    assert len(found.rooms) == 1


def test_merged_header_rows_are_one_header() -> None:
    """`Time` over `from` and `to`, `Session` over `title` and `room`: of merged cells the first has the name."""
    rows = (
        ("Date", "Time", "", "Session", ""),
        ("", "from", "to", "title", "room"),
        ("20/02/2023", "09:30", "10:00", "Welcome", "Hall"),
    )
    found = read(xlsx_of(rows))
    assert times(found) == ["20.02. 09:30-10:00"]
    assert (found.sessions[0].title, found.rooms[0].name) == ({"en": "Welcome"}, {"en": "Hall"})


def test_real_days_times_and_lengths_of_a_spreadsheet_are_read() -> None:
    """As spreadsheets keep them; also a time whose cell is not formatted as one."""
    rows = (
        ("date", "start", "duration", "title"),
        (date(2023, 2, 20), time(9, 30), timedelta(minutes=30), "Welcome"),
        (datetime(2023, 2, 20, tzinfo=None), 0.4375, 45, "Talk"),  # noqa: DTZ001 - a spreadsheet has no zones
    )
    assert times(read(xlsx_of(rows))) == ["20.02. 09:30-10:00", "20.02. 10:30-11:15"]


def test_a_title_in_more_languages_is_a_text_in_each() -> None:
    """Whether the header says it in brackets or in its own language."""
    rows = (
        ("date", "start", "end", "title", "titre", "title (ar)", "description_fr"),
        ("2023-02-20", "9:30", "10:00", "Welcome", "Bienvenue", "أهلاً", "Pour tous"),
    )
    (session,) = read(csv_of(rows).encode()).sessions
    assert session.title == {"en": "Welcome", "fr": "Bienvenue", "ar": "أهلاً"}
    assert session.description == {"fr": "Pour tous"}


def test_every_sheet_is_read_and_one_without_an_agenda_is_told() -> None:
    """A day a sheet is common."""
    second = (TABLE[0], ("more", "21/02/2023", "9:30", "10:00", "", "", "More", "", "", "", "", ""))
    found = read(xlsx_of(TABLE, second, (("Phone list",), ("Ada", "1"))))
    assert [session.id for session in found.sessions] == ["welcome", "ledgers", "coffee", "more"]
    assert found.remarks == ("The sheet 'Sheet 3' has no columns for title and start; it was left out.",)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("", "02/20/2023", "9:30", "10:00"), "'02/20/2023' is no day of the calendar; write the day before the month"),
        (
            ("", "2\n\n0/02/2023", "9:30", "10:00"),
            "'2 0/02/2023' is no day of the calendar; write the day",
        ),
        (("", "20/02/2023", "noon", "10:00"), "'noon' is not a time of day; write hours and minutes, such as 09:30."),
        (("", "20/02/2023", "9:30", ""), "the session has no end; give it an end or a length."),
        (("", "20/02/2023", "9:30", "9:00"), "the session doesn't end after its start; correct its end or its length."),
        (("", "", "9:30", "10:00"), "there is no date; write one such as 20/02/2023, here or in a row above."),
    ],
)
def test_a_fault_names_its_row(row: tuple[str, ...], fault: str) -> None:
    """Counted as the spreadsheet counts."""
    rows = (("Our agenda",), ("id", "date", "start", "end", "title"), (*row, "Talk"))
    for source, place in ((csv_of(rows).encode(), "row 3"), (xlsx_of(rows), "sheet 'Sheet 1', row 3")):
        with pytest.raises(ScheduleError) as refusal:
            read(source)
        assert str(refusal.value).startswith(f"{place}: {fault}")


def test_rows_of_the_same_title_have_ids_of_their_own() -> None:
    """There is coffee every day."""
    rows = (("date", "start", "end", "title"), *((f"2{n}/02/2023", "10:00", "10:15", "Coffee") for n in range(3)))
    ids = [session.id for session in read(csv_of(rows).encode()).sessions]
    assert ids == ["coffee-20230220-0900", "coffee-20230221-0900", "coffee-20230222-0900"]


@pytest.mark.parametrize("source", [agenda_template.template_csv(), agenda_template.template_xlsx()])
def test_the_template_is_an_agenda(source: bytes) -> None:
    """Filled in as its example is, it imports without a word."""
    found = read(source)
    assert [session.id for session in found.sessions] == ["welcome", "first-talk", "coffee-1"]
    assert times(found) == ["20.02. 09:30-10:00", "20.02. 10:00-10:45", "20.02. 10:45-11:00"]
    assert found.remarks == ()


def test_a_column_s_name_is_of_one_column() -> None:
    """In whatever language, else a table would be read as it was not meant."""
    folded = [
        (human_time.fold_letters(name), column)
        for column in Column
        for names in NAMES[column].values()
        for name in names
    ]
    assert {name for name, column in folded if any(n == name and c is not column for n, c in folded)} == set()


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.times())
def test_days_and_times_are_read_as_people_write_them(day: date, clock: time) -> None:
    """In figures and in words."""
    words = (f"{day:%d/%m/%Y}", f"{day.day}.{day.month}.{day.year}", day.isoformat(), f"{day:%A} {day.day} {day:%B %Y}")
    assert {human_time.parse_day(said) for said in words} == {day}
    told = (f"{clock:%H:%M}", f"{clock:%Hh%M}", f"{clock:%H.%M}", f"{clock:%I:%M %p}", f"{clock:%H:%M:%S}")
    assert {human_time.parse_clock(said) for said in told} == {time(clock.hour, clock.minute)}


def test_only_a_year_of_two_digits_is_of_this_century() -> None:
    assert human_time.parse_day("1/2/23") == date(2023, 2, 1)
    assert human_time.parse_day("0023-02-01") == date(23, 2, 1)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2:00 - 3:00 pm", (time(14), time(15))),
        ("11:00 - 1:00 pm", (time(11), time(13))),
        ("9h à 9h30", (time(9), time(9, 30))),
        ("14:00 إلى 15:00", (time(14), time(15))),
        ("12:15 am", (time(0, 15), None)),
    ],
)
def test_a_start_may_hold_the_end_too(said: str, meant: tuple[time, time | None]) -> None:
    """As programmes have it."""
    assert human_time.parse_clock_range(said) == meant


def test_utc_is_told_from_wall_time() -> None:
    """A wall time is of the workshop's zone."""
    assert read(csv_of(TABLE).encode()).sessions[0].starts_at == datetime(2023, 2, 20, 8, 30, tzinfo=UTC)
