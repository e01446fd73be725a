"""Characters of every kind, at each entry and in each format: nothing fails, and what a file can hold stays."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.documents import typesetting
from bot.documents.export import calendars, frab, personal_data
from bot.documents.export.subject import TABULAR, Format
from bot.documents.pack import archive
from bot.documents.report import charts
from bot.domain.people.personal_data import PersonalDataPart, PersonalRecords
from bot.domain.spreadsheet_formulas import unguard_formulas
from bot.domain.text import clean, one_line, writable
from bot.importing import plan_file, roster
from bot.importing.readers import detect
from bot.messages.errors import UserError
from bot.platform.backpressure import parsed
from bot.platform.interactions import clean_options, submitted
from bot.settings import ROOT
from bot.store.agenda import HeldSession
from tests.characters import (
    DIRECTIONS,
    EVERY,
    LEGITIMATE,
    SURROGATES,
    TEXT,
    UNWRITABLE,
    with_text_everywhere,
)
from tests.documents.export.readers import read_back, written
from tests.documents.workshop import NOW

if TYPE_CHECKING:
    from bot.domain.plan import Plan

ANYTHING = st.text(max_size=40) | st.text(st.sampled_from(EVERY), max_size=20)


# --- what is kept of a text ----------------------------------------------------------------------------------------


def test_what_no_file_can_hold_is_left_out_and_all_else_stays() -> None:
    """In the middle of a text; a carriage return is a line break."""
    for character in EVERY:
        rest = "" if character in UNWRITABLE else "\n" if character == "\r" else character
        assert writable(f"a{character}b") == f"a{rest}b", ascii(character)
        assert clean(f"a{character}b") == f"a{'' if character in DIRECTIONS else rest}b", ascii(character)


@pytest.mark.parametrize("number", range(len(LEGITIMATE)))
def test_text_of_every_language_is_not_changed(number: int) -> None:
    """Joiners, marks, flags, private use and other planes are part of it."""
    text = LEGITIMATE[number]
    assert (clean(text), writable(text)) == (text, text)


@given(ANYTHING)
def test_cleaned_text_can_be_written_anywhere(text: str) -> None:
    """In UTF-8 and in XML; and to clean it again changes nothing."""
    cleaned = clean(text)
    assert clean(cleaned) == writable(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned
    element = ET.Element("a")
    element.text = cleaned
    assert (ET.fromstring(ET.tostring(element)).text or "") == cleaned  # noqa: S314 - it is our own


# --- entries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_discord_sends_is_writable_and_never_refused(*, ascii_only: bool) -> None:
    """Names, messages and REST answers, as escapes or as they are; orjson would raise on a lone surrogate."""
    told = {"name": TEXT, "list": [{"content": f"x{TEXT}"}, 1, None, True]}
    wire = json.dumps(told, ensure_ascii=ascii_only)
    if not ascii_only:
        wire = wire.encode("utf-8", "ignore").decode()  # a socket carries no lone surrogate but as an escape
    received = parsed(wire)
    assert received["name"] == writable(TEXT)
    assert received["list"] == [{"content": f"x{writable(TEXT)}"}, 1, None, True]


@given(
    st.recursive(ANYTHING | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(ANYTHING, inner))
)
def test_any_json_of_discord_is_parsed(told: Any) -> None:  # noqa: ANN401 - any JSON
    """It is what was sent, but for what is not writable."""
    assert json.dumps(parsed(json.dumps(told))).encode()
    assert parsed(json.dumps("plain")) == "plain"


class _Sent:
    """An interaction of which only the data is looked at."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data


def test_what_is_typed_into_a_form_is_cleaned() -> None:
    """Each field, where the forms of all cogs are read; what was chosen in a list too."""
    fields = [{"custom_id": "t", "value": f" {TEXT} "}, {"custom_id": "c", "values": ["x\ud800"]}, {"custom_id": "e"}]
    sent = _Sent({"components": [{"component": field} for field in fields]})
    assert submitted(cast("Any", sent)) == {"t": clean(TEXT), "c": "x", "e": ""}


def test_the_options_of_a_command_are_cleaned_before_they_are_checked() -> None:
    """Also those of commands in groups; numbers and choices stay."""
    options = [{"name": "new", "options": [{"name": "text", "value": f" {TEXT}"}, {"name": "n", "value": 5}]}]
    clean_options(options)
    assert options == [{"name": "new", "options": [{"name": "text", "value": clean(TEXT)}, {"name": "n", "value": 5}]}]


@pytest.mark.parametrize("typed", ["\u200e", " ", "\uffff\ud800"])
def test_an_option_in_which_nothing_can_be_read_is_refused(typed: str) -> None:
    """A session without a title can't be found again; what is still being typed may be empty."""
    clean_options([{"name": "title", "value": typed, "focused": True}])
    with pytest.raises(UserError) as refusal:
        clean_options([{"name": "title", "value": typed}])
    assert (refusal.value.key, refusal.value.values) == ("refused.option", {"option": "title"})


def test_the_texts_of_a_plan_are_cleaned() -> None:
    """Written as escapes, which YAML takes for any character; keys and all."""
    text = "".join(f"a{character}" for character in EVERY if character not in SURROGATES)
    path = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
    keys = {key: value for key, value in plan_file.load_plan(path).keys.items() if key != "description"}
    source = json.dumps({**keys, "\x7fdescription": "TEXT"}).replace('"TEXT"', _yaml(text))
    assert plan_file.read_plan(source.encode(), str(path)).plan.description["en"] == clean(text)


def _yaml(text: str) -> str:
    """A text in quotation marks, each character as an escape: YAML has no pairs of surrogates."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def test_the_texts_of_a_roster_and_a_schedule_are_cleaned() -> None:
    """As a table has them, whatever wrote it."""
    held = TEXT.encode("utf-8", "ignore").decode().replace("\x00", "")
    out = io.StringIO()
    csv.writer(out).writerows([["name", "administration"], [held[:60], "Customs"]])
    (place,) = roster.read_roster(out.getvalue().encode(), "r.csv", ["en"])
    assert place.name == one_line(held[:60])
    out = io.StringIO()
    csv.writer(out).writerows([["date", "start", "end", "title"], ["2023-02-20", "09:00", "10:00", held[:200]]])
    (session,) = detect.read_schedule(out.getvalue().encode(), ZoneInfo("Europe/Brussels")).sessions
    assert session.title == {"en": one_line(held[:200])}


# --- formats: what an old database may hold ------------------------------------------------------------------------


@pytest.mark.parametrize("form", TABULAR)
def test_every_table_holds_every_character_that_it_can(form: Format) -> None:
    """A row each, with nothing lost that is writable; titles and rules as well."""
    rows = [[f"a{character}b", character] for character in EVERY]
    content = written(form, ("a", "b"), [rows], title=TEXT, rule=TEXT, zone=TEXT)
    assert b"\xef\xbf\xbf" not in content
    found = read_back(form, content)
    assert len(found) == len(rows)
    if form is Format.JSON:
        assert [list(row.values()) for row in found] == [
            [kept_cell for cell in row if (kept_cell := writable(cell))] for row in rows
        ]
    if form is Format.CSV:
        assert [unguard_formulas(row["a"]) for row in found] == [writable(row[0]) for row in rows]
    if form is Format.XLSX:
        for part in zipfile.ZipFile(io.BytesIO(content)).infolist():
            ET.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(part))  # noqa: S314 - it is our own


def test_the_schedules_hold_them(example: Plan) -> None:
    """XML that is well-formed, JSON in UTF-8, and a calendar that reads back."""
    plan = with_text_everywhere(example, TEXT)
    for language in plan.languages:
        assert len(list(ET.fromstring(frab.as_xml(plan, TEXT, language)).iter("event"))) == len(plan.agenda.sessions)  # noqa: S314 - our own
        assert json.loads(frab.as_json(plan, TEXT, language))["schedule"]
        held = [HeldSession(session, sequence=0, cancelled_at=None) for session in plan.agenda]
        made = calendars.calendar(plan, held, NOW, language, TEXT)
        assert len(Calendar.from_ical(made).walk("VEVENT")) == len(held)


def test_the_files_of_one_person_and_of_the_pack_hold_them() -> None:
    """What is kept about them, and what says what is in the pack."""
    kept = [PersonalRecords(PersonalDataPart.NOTES, ("title", "n"), ((TEXT, 1),))]
    assert json.loads(personal_data.as_json(kept)) == {"notes": [{"title": writable(TEXT), "n": 1}]}
    assert writable(f"# {TEXT}") in personal_data.as_markdown(kept, TEXT, "en").decode()
    filed = archive.Filed("a.csv", TEXT, "public", TEXT, rows=1, dated=False, size=1, sha256="0")
    assert json.loads(archive.manifest({"title": {"en": TEXT}}, [filed]))["title"] == {"en": writable(TEXT)}


def test_a_chart_holds_them() -> None:
    """As SVG, and as the picture that is made of it."""
    drawn = charts.bars([TEXT, "b"], [charts.ChartSeries(TEXT, charts.NAVY, [1, 2])], stacked=True, mirrored=False)
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - it is our own
    assert typesetting.png(drawn, "en").startswith(b"\x89PNG")
