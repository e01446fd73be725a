"""The agenda as frab's XML and JSON: read back into its plan, nothing changes, in whatever language."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.export import frab
from bot.domain.agenda.sessions import Agenda, SessionKind
from bot.domain.languages import LANGUAGES
from bot.domain.plan import Plan
from bot.importing.proposal import propose
from bot.importing.readers import detect
from bot.settings import ROOT

EXAMPLE = (ROOT / "config" / "workshops" / "wco-mena-2023.yaml").read_bytes()
PATH = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
FORMS = (frab.as_xml, frab.as_json)
Form = Callable[[Plan, str, str], bytes]

AWKWARD = ("Tom & <b>Jerry</b>", 'He said "no"', "سلسلة الكتل", "a -- b", "&amp; &lt;", "A; B", "👩‍🔬")
TEXTS = st.sampled_from(AWKWARD) | st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=40
).map(lambda typed: " ".join(typed.split())).filter(bool)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_the_example_reads_back_with_no_change(example: Plan, form: Form, language: str) -> None:
    proposal = propose(form(example, "The rule.", language), EXAMPLE, PATH)
    assert not proposal.changes
    assert proposal.text == EXAMPLE
    assert proposal.warnings == ()


@pytest.mark.parametrize("form", FORMS)
@given(title=TEXTS, told=TEXTS, office=TEXTS, room=TEXTS, kind=st.sampled_from(SessionKind))
def test_whatever_is_in_it_reads_back(  # noqa: PLR0913, PLR0917 - one parameter a text
    form: Form, title: str, told: str, office: str, room: str, kind: SessionKind
) -> None:
    """Quotes, markup, Arabic; any kind of session."""
    session: dict[str, Any] = {
        "id": "one-session", "kind": str(kind), "start": "10:00", "end": "12:30", "room": "hall", "topic": "ledgers",
        "title": title, "description": told, "speakers": [{"office": office, "organisation": "Customs"}],
        "materials": [{"title": title, "url": "https://a.example/b?c=1&d=2"}],
    }  # fmt: skip
    keys: Mapping[str, Any] = {
        "id": "tiny", "title": "T", "description": "D", "organiser": "O", "zone": "Africa/Tunis", "languages": ["en"],
        "topics": [{"id": "ledgers", "title": "Ledgers in the opening workshop", "description": "D"}],
        "rooms": [{"id": "hall", "title": room}], "days": [{"date": "2023-02-20", "sessions": [session]}],
    }  # fmt: skip
    plan = Plan.parse(keys)
    source = yaml.safe_dump(dict(keys), allow_unicode=True).encode()
    proposal = propose(form(plan, "The -- rule -", "en"), source, Path("plan.yaml"))
    assert not proposal.changes
    assert proposal.agenda == plan.agenda


@pytest.mark.parametrize("form", FORMS)
def test_what_was_moved_or_cancelled_is_what_reads_back(example: Plan, form: Form) -> None:
    _, *rest = example.agenda
    held = example.with_agenda(Agenda(tuple(rest)))
    assert propose(form(held, "The rule.", "en"), EXAMPLE, PATH).agenda == held.agenda


def test_both_say_the_same(example: Plan) -> None:
    found = [detect.read_schedule(form(example, "The rule.", "fr"), example.tz) for form in FORMS]
    assert found[0].sessions == found[1].sessions
    assert len(found[0].sessions) == len(example.agenda.sessions)


def test_it_is_as_programs_for_such_schedules_want_it(example: Plan) -> None:
    top = ET.fromstring(frab.as_xml(example, "The -- rule -", "en"))  # noqa: S314 - our own
    assert [child.tag for child in top][:2] == ["version", "conference"]
    assert len(top.findall("day")) == 3
    events = top.findall("day/room/event")
    assert len({event.attrib["guid"] for event in events}) == len(events) == len(example.agenda.sessions)
    assert sorted(int(event.attrib["id"]) for event in events) == list(range(1, len(events) + 1))
    assert events[0].findtext("date") == "2023-02-20T10:00:00+01:00"
    assert (events[0].findtext("start"), events[0].findtext("duration")) == ("10:00", "00:20")
    conference = json.loads(frab.as_json(example, "The rule.", "en"))["schedule"]["conference"]
    assert conference["time_zone_name"] == example.zone
    assert conference["daysCount"] == 3
