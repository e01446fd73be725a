"""Every fault of a plan at once: its line, its place, what was found, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.sessions import SessionKind
from bot.domain.languages import LANGUAGES
from bot.domain.plan import Plan
from bot.importing.plan_file import PlanError, load_plan
from bot.importing.yaml_lines import MAX_BYTES
from bot.settings import ROOT, SettingsError
from tests.importing.small_plans import GOOD, changed, loaded

EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"


def faults(folder: Path, source: str | bytes) -> list[str]:
    """The sentences by which a file is refused, each without the file's name, which all of them begin with."""
    with pytest.raises(PlanError) as refusal:
        loaded(folder, source)
    lines = str(refusal.value).splitlines()
    name = f"{folder / 'plan.yaml'}: "
    assert all(line.startswith(name) for line in lines)
    return [line.removeprefix(name) for line in lines]


# --- the example ----------------------------------------------------------------------------------------------------


def test_the_example_is_a_good_plan_without_warnings() -> None:
    """It is what organisers copy."""
    assert load_plan(EXAMPLE).warnings == ()


def test_the_example_is_the_workshop_that_took_place(example: Plan) -> None:
    """Fifth of five; three days, four topics; opened and closed; in English, French and Arabic."""
    assert example.series is not None
    assert (example.series.number, example.series.of) == (5, 5)
    assert [day.isoformat() for day in example.agenda.days] == ["2023-02-20", "2023-02-21", "2023-02-22"]
    assert [topic.id for topic in example.topics] == [
        "blockchain",
        "artificial-intelligence",
        "internet-of-things",
        "international-standards",
    ]
    kinds = [session.kind for session in example.agenda]
    assert (kinds[0], kinds[-1]) == (SessionKind.OPENING, SessionKind.CLOSING)
    assert set(kinds) == set(SessionKind)
    assert {topic.id for topic in example.topics} == {s.topic for s in example.agenda if s.topic}


def texts(part: object) -> list[Mapping[str, Any]]:
    """Every text of a plan as YAML gives it: the mappings whose keys are languages."""
    if isinstance(part, list):
        return [text for member in part for text in texts(member)]
    if not isinstance(part, dict):
        return []
    if set(part) & set(LANGUAGES):
        return [part]
    return [text for member in part.values() for text in texts(member)]


def test_the_example_says_everything_in_three_languages() -> None:
    """Whatever is translated at all is translated into each."""
    found = texts(yaml.safe_load(EXAMPLE.read_text("utf-8")))
    assert len(found) > 50
    assert [text for text in found if set(text) != {"en", "fr", "ar"} or not all(text.values())] == []


# --- what YAML would get wrong --------------------------------------------------------------------------------------


def test_times_need_no_quotes(tmp_path: Path) -> None:
    """YAML 1.1 would read 09:30 as 570 and 10:00 as 600."""
    day = loaded(tmp_path, GOOD).plan.days[0]
    assert [f"{entry.start:%H:%M}-{entry.end:%H:%M}" for entry in day.sessions] == ["09:30-10:00", "10:00-11:15"]


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    """`no` is a title, and so is 2023."""
    plan = loaded(tmp_path, changed(("title: Welcome", "title: no"), ("title: A talk", "title: 2023"))).plan
    assert [session.title["en"] for session in plan.agenda] == ["no", "2023"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """As Windows editors leave them."""
    assert loaded(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).plan.id == "small"


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "zone:",
            "sponsor: X\nzone:",
            "line 5, sponsor: there is no key 'sponsor' here; remove it or correct its name.",
        ),
        ("organiser: Nobody\n", "", "line 1, organiser: 'organiser' is missing; add it."),
        (
            "kind: panel",
            "kind: lecture",
            "line 20, days[1].sessions[2].kind: found 'lecture'; input should be 'opening', 'presentation', ",
        ),
        ("{en: Small, fr: Petit}", "{en: Small}", "line 2, title: no text in fr; the workshop's languages are en, fr."),
        (
            "{en: Small, fr: Petit}",
            "{en: Small, fr: Petit, ar: x}",
            "line 2, title: text in ar, which the workshop doesn't speak; its languages are en, fr.",
        ),
        (
            "topic: ledgers",
            "topic: ledger",
            "line 23, days[1].sessions[2].topic: no such topic: 'ledger'; the plan has: ledgers.",
        ),
        (
            "kind: opening",
            "kind: opening\n        room: attic",
            "line 16, days[1].sessions[1].room: no such room: 'attic'; the plan has: plenary.",
        ),
        (
            "end: 10:00",
            "end: 09:00",
            "line 17, days[1].sessions[1].end: ends at 09:00, but starts at 09:30; the end must be later that day.",
        ),
        (
            "Europe/Brussels",
            "Brussels",
            "line 5, zone: no such time zone: 'Brussels'; write an IANA name, such as Europe/Brussels.",
        ),
        (
            "start: 09:30",
            "start: half past nine",
            "line 16, days[1].sessions[1].start: 'half past nine' is not a time of day; write hours and minutes, such",
        ),
        (
            "id: small\n",
            "id: &name small\ndonor: *name\n",
            "line 2: '*name': YAML aliases are not read; repeat the text.",
        ),
        ("zone:", "? [a, b]\n: 1\nzone:", "line 5: a key here is a list or a table; write a word."),
        ("zone:", "title: Again\nzone:", "line 5, title: this key is here twice; keep one."),
        (
            "2023-02-20",
            "20.02.2023",
            "line 12, days[1].date: '20.02.2023' is not a date; write year, month and day, such as 2023-02-20.",
        ),
        ("title: Welcome", "title: [Welcome]", "line 18, days[1].sessions[1].title: found something else; "),
    ],
)
def test_a_fault_names_its_line_its_place_and_what_to_do(tmp_path: Path, old: str, new: str, said: str) -> None:
    """One line a fault, counted from 1 as editors and people count; and no other fault because of it."""
    (told,) = faults(tmp_path, changed((old, new)))
    assert told.startswith(said)


def test_an_id_that_is_used_twice_is_told_where_it_stands(tmp_path: Path) -> None:
    """At both places, because either may be the wrong one."""
    assert [told.partition(" is used twice")[0] for told in faults(tmp_path, changed(("id: talk", "id: welcome")))] == [
        "line 14, days[1].sessions[1].id: 'welcome'",
        "line 19, days[1].sessions[2].id: 'welcome'",
    ]


def test_a_time_that_the_clocks_skip_names_both_choices(tmp_path: Path) -> None:
    """With their offsets, so that no guess is needed."""
    source = changed(("2023-02-20", "2023-03-26"), ("start: 09:30", "start: 02:30"))
    assert faults(tmp_path, source) == [
        (
            "line 16, days[1].sessions[1].start: clocks change in Europe/Brussels on 2023-03-26, and 02:30 is skipped; "
            "it may mean 01:30 (UTC+0100) or 03:30 (UTC+0200): write a time outside that hour."
        )
    ]


def test_all_faults_are_told_at_once_in_order_of_their_lines(tmp_path: Path) -> None:
    """One fault in one part hides none in another."""
    source = changed(
        ("id: small", "id: Small One"),
        ("zone: Europe/Brussels", "zone: Brussels\nsponsor: Somebody"),
        ("title: Ledgers", "title: {en: Ledgers}"),
        ("kind: opening", "kind: start"),
        ("end: 11:15", "end: 09:15"),
        ("topic: ledgers", "topic: lodgers"),
    )
    places = [told.partition(": ")[0] for told in faults(tmp_path, source)]
    assert places == [
        "line 1, id",
        "line 5, zone",
        "line 6, sponsor",
        "line 10, topics[1].title",
        "line 16, days[1].sessions[1].kind",
        "line 23, days[1].sessions[2].end",
        "line 24, days[1].sessions[2].topic",
    ]


def test_a_skipped_time_is_told_beside_the_other_faults_of_its_day(tmp_path: Path) -> None:
    """Else the organisers correct one fault and meet the next."""
    source = changed(("2023-02-20", "2023-03-26"), ("start: 09:30", "start: 02:30"), ("topic: ledgers", "topic: no"))
    assert len(faults(tmp_path, source)) == 2


def test_a_morning_that_the_clocks_skip_is_a_fault_too(tmp_path: Path) -> None:
    """The agenda of that day could never be posted."""
    source = changed(("2023-02-20", "2023-03-26")) + 'announcements: {agenda: {at: "02:30"}}\n'
    (told,) = faults(tmp_path, source)
    assert "02:30" in told


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_outside_our_time_is_a_fault(tmp_path: Path, day: str) -> None:
    """What is planned months after it would be outside the calendar."""
    source = changed(("2023-02-20", day), ("Europe/Brussels", "Asia/Tokyo"), ("09:30", "00:30"))
    told = f"found {day}; a workshop is held between 1990-01-01 and 2099-12-31."
    assert any(told in fault for fault in faults(tmp_path, source))


def test_a_workshop_that_lasts_for_years_is_a_fault(tmp_path: Path) -> None:
    """Something is planned for each of its days."""
    second = GOOD[GOOD.index("  - date:") :].replace("2023-02-20", "2024-02-21")
    second = second.replace("id: welcome", "id: welcome-2").replace("id: talk", "id: talk-2")
    told = faults(tmp_path, GOOD + second)
    assert any("found 367 days from the first to the last; a workshop may last 366." in fault for fault in told), told


def test_a_plan_that_is_wrong_everywhere_is_told_in_few_short_lines(tmp_path: Path) -> None:
    """Whatever its keys and values hold; what a person is told goes into a message."""
    wrong = "".join(f"wrong{number}: {'x' * 900}\n" for number in range(300))
    told = faults(tmp_path, GOOD + wrong + f"questions: {{anonymous: {'y' * 20_000}}}\n")
    assert (len(told), told[-1]) == (51, "And 251 more faults.")
    long = faults(tmp_path, GOOD + f"questions: {{anonymous: {'y' * 20_000}}}\n" + f"? {'k' * 20_000}\n: 1\n")
    assert len(long) == 2
    assert all(len(fault) <= 500 for fault in (*told, *long))


def test_missing_languages_are_one_fault(tmp_path: Path) -> None:
    """The texts themselves may be right."""
    assert faults(tmp_path, changed(("languages: [en, fr]\n", ""))) == [
        "line 1, languages: 'languages' is missing; add it."
    ]


def test_a_bare_number_is_no_date(tmp_path: Path) -> None:
    """It would be a workshop in 1970."""
    assert faults(tmp_path, changed(("2023-02-20", "0")))


# --- files that hold no plan ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "line 1: the file holds no keys; start from the example plan."),
        (b"# nothing but a comment\n", "line 1: the file holds no keys; start from the example plan."),
        (b"- id: small\n", "line 1: the file holds no keys; start from the example plan."),
        (b"just words", "line 1: the file holds no keys; start from the example plan."),
        (b"id: small\ntitle: [a\n", "line 3: this is not YAML: "),
        (b"id: small\n\ttitle: a\n", "line 2: this is not YAML: "),
        (b"a: 1\n---\nb: 2\n", "line 2: this is not YAML: "),
        (b"title: caf\xe9\n", "line 1: this is not YAML: "),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1: this is not YAML: "),
        (bytes(range(256)), "line 1: this is not YAML: "),
        (b"[" * 900 + b"]" * 900, "line 1: this is nested deeper than any plan is."),
        (b"- " * 3000 + b"a", "line 1: this is nested deeper than any plan is."),
        (b"#" * (MAX_BYTES + 1), "line 1: the file has 1,048,577 bytes; a plan may have 1,048,576."),
    ],
    ids=["empty", "comment", "list", "words", "open", "tab", "two", "latin", "png", "binary", "deep", "block", "large"],
)
def test_a_file_that_is_no_plan_is_refused_in_a_sentence(tmp_path: Path, source: bytes, said: str) -> None:
    """Never with a traceback, whatever somebody puts there."""
    (told,) = faults(tmp_path, source)
    assert told.startswith(said)


def test_a_file_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """And so is a folder; both name the path."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(SettingsError, match="can't be read") as refusal:
            load_plan(path)
        assert str(path) in str(refusal.value)
        assert "Check the path of the plan." in str(refusal.value)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the files of a property."""
    return tmp_path_factory.mktemp("plans")


SCALARS = st.sampled_from(["", "0", "-1", "true", "09:30", "2023-02-20", "plenary", "en", "x" * 200, "é", "{}"])
NAMES = st.sampled_from(["id", "en", "date"])
PARTS = st.recursive(
    SCALARS, lambda parts: st.lists(parts, max_size=3) | st.dictionaries(NAMES, parts, max_size=3), max_leaves=6
)
KEYS = sorted(yaml.safe_load(EXAMPLE.read_text("utf-8")))


@given(st.sampled_from([*KEYS, "other"]), PARTS)
def test_whatever_stands_at_a_key_is_taken_or_refused_at_that_key(folder: Path, key: str, part: object) -> None:
    """Never with a traceback, and with no fault told at keys that have none."""
    document = {**yaml.load(GOOD, Loader=yaml.BaseLoader), key: part}  # noqa: S506 - our own text
    try:
        loaded(folder, yaml.safe_dump(document, allow_unicode=True))
    except PlanError as refusal:
        told = str(refusal).splitlines()
        # Every text depends on the languages, and sessions refer to topics.
        depends = key in {"languages", "topics"}
        strangers = [line for line in told if f", {key}" not in line]
        assert depends or not strangers


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("t" * 10_000, "10,000 characters in en; shorten it to 500 at most."),
        ('"\\u200b\\u2060"', "nothing of the text in en can be seen; write letters."),
    ],
)
def test_a_title_that_nobody_can_read_is_refused(tmp_path: Path, title: str, fault: str) -> None:
    assert faults(tmp_path, changed(("A talk", title))) == [f"line 24, days[1].sessions[2].title: {fault}"]


def test_a_plan_in_force_is_held_to_no_rule_that_is_newer(tmp_path: Path) -> None:
    """A running workshop goes on, whatever its titles."""
    plan = loaded(tmp_path, GOOD).plan
    long = plan.as_json().replace("A talk", "t" * 10_000)
    assert Plan.from_json(long).agenda.sessions[1].title["en"] == "t" * 10_000
