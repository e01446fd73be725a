"""What a schedule makes of a plan: everything else stays to the letter, and a second time nothing differs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.agenda_changes import Aspect
from bot.importing import plan_file, preview
from bot.importing.plan_file import PlanError
from bot.importing.proposal import Proposal, propose, write_proposal
from bot.importing.schedule import ScheduleError
from bot.settings import ROOT, SettingsError
from tests.importing.samples import PLAN, PRETALX, SAMPLES, csv_of

EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
PATH = Path("plan.yaml")
NOW = datetime(2023, 2, 1, 9, tzinfo=UTC)


def proposed(source: bytes | str, plan: str | bytes | None = PLAN, path: Path = PATH) -> Proposal:
    """What a schedule makes of a plan; `path` is where that would be, beside the roster that it may name."""
    there = plan.encode() if isinstance(plan, str) else plan
    return propose(
        source.encode() if isinstance(source, str) else source, there, path, "" if there else "Europe/Brussels"
    )


# --- importing twice ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [None, PLAN, EXAMPLE.read_bytes()], ids=["none", "small", "example"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_import_changes_nothing(name: str, plan: str | bytes | None) -> None:
    """Nor does it touch the text."""
    first = proposed(SAMPLES[name], plan, EXAMPLE)
    again = proposed(SAMPLES[name], first.text, EXAMPLE)
    assert first.changes
    assert not again.changes
    assert again.text == first.text
    assert list(preview.preview_lines(again)) == ["No changes: the plan already has these 3 sessions."]


@pytest.mark.parametrize(
    "name", ["pretalx-v1.json", "pretalx-nulls.json", "programapi.json", "pentabarf.xml", "conference-bot.json"]
)
def test_a_second_import_of_a_real_file_changes_nothing(schedules: Path, name: str) -> None:
    """And the plan is a good one."""
    source = (schedules / name).read_bytes()
    first = propose(source, None, PATH, "Europe/Prague")
    assert plan_file.read_plan(first.text, "plan").plan.agenda == first.agenda
    assert not propose(source, first.text, PATH).changes


def test_two_versions_of_a_real_schedule_differ_as_known(schedules: Path) -> None:
    """Through the plan as well: 7 cancelled, 15 new, 8 moved, 7 in another room; then a room is renamed."""
    one, two, three = ((schedules / f"pretalx-v{n}.json").read_bytes() for n in (1, 2, 3))
    before = propose(one, None, PATH, "Europe/Prague")
    after = propose(two, before.text, PATH)
    changes = after.changes
    assert (len(changes.cancelled), len(changes.added), len(changes.moved)) == (7, 15, 8)
    assert len(changes.having(Aspect.ROOM)) == 7
    last = propose(three, after.text, PATH).changes
    assert (len(last.cancelled), len(last.added), len(last.swaps), len(last.moved)) == (0, 4, 1, 2)
    (renamed,) = last.renamed_rooms
    assert (len(last.having(Aspect.ROOM)), len(renamed.sessions)) == (14, 35)


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_only_what_differs_is_told() -> None:
    """The kind that the table says, the times, a speaker more, a session less, one new."""
    found = proposed(SAMPLES["csv"])
    assert list(preview.preview_lines(found)) == [
        "+ 2023-02-20 10:45-11:00  Coffee (break, Annex; coffee)",
        "- 2023-02-20 12:00-13:00  Lunch (break, plenary; gone)",
        "~ 2023-02-20 09:30-10:00  Welcome / Bienvenue (opening, Hall / Salle; welcome)",
        "    speakers: nobody -> Ada",
        "    other: kind",
        "~ 2023-02-20 10:00-10:45  Ledgers / Registres (discussion, Hall / Salle; ledgers)",
        "    time: 2023-02-20 10:15-11:00 -> 2023-02-20 10:00-10:45",
        "    speakers: Grace -> Grace, Alan",
        "    other: topic, materials",
        "1 new, 1 cancelled, 1 moved, 2 changed; 3 sessions in all, times in Europe/Brussels.",
    ]


def test_every_other_key_stays_to_the_letter() -> None:
    """With its comments; only among the rooms and the days they go."""
    text = proposed(SAMPLES["csv"]).text.decode()
    begins, ends = PLAN.index("rooms:"), PLAN.index("\n# What is announced.")
    assert text.startswith(PLAN[:begins])
    assert text.endswith(PLAN[ends:])


def test_rooms_stay_to_the_letter_if_none_is_new() -> None:
    """Nor is a plan's own spelling of a time changed."""
    text = proposed(SAMPLES["csv"].replace(b"Annex", b"Hall")).text.decode()
    assert text.startswith(PLAN[: PLAN.index("days:")])
    assert 'start: "9:30"' in text


def test_translations_stay_while_the_text_does() -> None:
    """A file in one language knows nothing of the others; a text that changed is the same in all, and that is told."""
    kept = proposed(SAMPLES["csv"]).after.agenda.find("ledgers")
    assert kept is not None
    assert kept.title == {"en": "Ledgers", "fr": "Registres"}
    assert kept.description == {"en": "Who writes & who reads", "fr": "Qui écrit"}
    assert kept.speakers[0].organisation == {"en": "Navy", "fr": "Navy"}
    renamed = proposed(SAMPLES["csv"].replace(b'"Welcome"', b'"Hello"'))
    welcome = renamed.after.agenda.find("welcome")
    assert welcome is not None
    assert welcome.title == {"en": "Hello", "fr": "Hello"}
    assert any(warning.startswith("The titles of 'welcome' have changed") for warning in renamed.warnings)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Alan; Alan (Bletchley)", [("Alan", ""), ("Alan", "Bletchley")]),
        ("Alan (Bletchley); Alan", [("Alan", "Bletchley"), ("Alan", "")]),
        ("Alan (Bletchley); Alan (Navy)", [("Alan", "Bletchley"), ("Alan", "Navy")]),
    ],
)
def test_speakers_of_the_same_office_are_told_apart(told: str, expected: list[tuple[str, str]]) -> None:
    """Who is named whole is not taken for the other one: importing it again changes nothing."""
    source = SAMPLES["csv"].replace(b"Grace; Alan (Bletchley)", told.encode())
    first = proposed(source)
    talk = first.after.agenda.find("ledgers")
    assert talk is not None
    assert [(one.office["en"], one.organisation["en"]) for one in talk.speakers] == expected
    assert not proposed(source, first.text).changes


def test_what_a_file_never_says_is_kept() -> None:
    """A table of times and titles alone removes no room, topic, speaker or description."""
    rows = (("id", "date", "start", "end", "title"), ("ledgers", "20/02/2023", "10:15", "11:00", "Ledgers"))
    found = proposed(csv_of(rows))
    assert [session.id for session in found.changes.cancelled] == ["welcome", "gone"]
    assert found.changes.changed == ()


def test_rooms_and_topics_are_known_by_name_and_new_rooms_are_added() -> None:
    """A new topic is not: it would get a channel."""
    found = proposed(SAMPLES["csv"].replace(b"20/02/2023", b"21/02/2023"))
    assert {session.id: (session.room, session.topic) for session in found.agenda} == {
        "welcome": ("main", None),
        "ledgers": ("main", "ledgers"),
        "coffee": ("annex", None),
    }
    assert found.after.room_names["annex"] == {"en": "Annex", "fr": "Annex"}
    other = proposed(SAMPLES["csv"].replace(b"Ledgers in ports", b"Seals"))
    assert "The plan has no topics for Seals. Add them to its topics, if they need channels." in other.warnings


def test_overlaps_and_double_bookings_are_told() -> None:
    """As `plenary check` tells them, with the line in the plan as it would be."""
    source = json.dumps(PRETALX).replace("10:00:00+01:00", "09:45:00+01:00", 1)
    moved = json.loads(json.dumps(PRETALX))
    moved["slots"][1]["slot"]["start"] = "2023-02-20T09:45:00+01:00"
    moved["slots"][1]["speakers"] = [{"name": "Ada"}]
    assert not [told for told in proposed(source).warnings if "overlaps" in told]
    told = [warning.partition(": ")[2] for warning in proposed(json.dumps(moved)).warnings if "overlaps" in warning]
    assert told == [
        "'ledger' overlaps 'welcom' in the room 'main'.",
        "'ledger' overlaps 'welcom' and 'Ada' speaks in both.",
    ]


# --- what can't be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (
            "2023-02-20T23:30:00+01:00",
            "2023-02-21T01:00:00+01:00",
            "'welcom' (Welcome) ends on a later day, ",
        ),
        (
            "2023-10-29T02:30:00+02:00",
            "2023-10-29T04:30:00+01:00",
            "'welcom' (Welcome): 2023-10-29 02:30 comes twice",
        ),
    ],
)
def test_sessions_that_a_plan_cannot_have_are_told(start: str, end: str, said: str) -> None:
    """Each by its name."""
    tree = json.loads(json.dumps(PRETALX))
    tree["slots"][0]["slot"] |= {"start": start, "end": end}
    with pytest.raises(ScheduleError) as refusal:
        proposed(json.dumps(tree))
    assert str(refusal.value).startswith(said)


def test_a_broken_plan_is_refused_with_its_own_faults() -> None:
    """Before anything is made of it."""
    with pytest.raises(PlanError, match=r"^plan.yaml: line 8, zone: no such time zone: 'Brussels'"):
        proposed(SAMPLES["csv"], PLAN.replace("Europe/Brussels", "Brussels"))


def test_a_plan_in_braces_is_refused() -> None:
    """Its days can't be replaced without touching the rest."""
    braces = yaml.safe_dump(yaml.load(PLAN, Loader=yaml.BaseLoader), default_flow_style=True)  # noqa: S506 - our own
    with pytest.raises(PlanError, match="write each of its keys on a line of its own"):
        proposed(SAMPLES["csv"], braces)


def test_a_new_plan_needs_its_zone_and_an_old_one_has_it() -> None:
    """A zone is never guessed."""
    for plan, zone, said in (
        (None, "", "There is no plan yet, so the zone of its times must be told; give an IANA name"),
        (None, "Brussels", "There is no time zone 'Brussels'; give an IANA name: --zone Europe/Brussels"),
        (PLAN.encode(), "Africa/Tunis", "The plan's zone is Europe/Brussels, not Africa/Tunis; leave --zone out"),
    ):
        with pytest.raises(ScheduleError) as refusal:
            propose(SAMPLES["csv"], plan, PATH, zone)
        assert str(refusal.value).startswith(said)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "# the end\n"])
def test_line_ends_and_byte_order_marks_stay(ends: str, mark: str, last: str) -> None:
    """As the organisers' editor writes them; also where the days come last."""
    above, _, below = PLAN.partition("\n# What is announced.")
    plan = f"{mark}{above}\n{last}".replace("\n", ends) if last else f"{mark}{above}\n{below}".replace("\n", ends)
    text = proposed(SAMPLES["csv"], plan).text.decode()
    assert text.startswith(mark + "# Ours.")
    assert text.count("\n") == text.count(ends)
    assert text.endswith((last or below).replace("\n", ends))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(lambda t: t.strip()),
        min_size=1,
        max_size=4,
    )
)
def test_any_title_goes_into_the_plan_and_comes_out(titles: list[str]) -> None:
    """Whatever YAML would take it for."""
    slots = [
        {
            "code": f"T{n}",
            "title": title,
            "slot": {"start": f"2023-02-20T{n + 10}:00:00+01:00", "end": f"2023-02-20T{n + 10}:30:00+01:00"},
        }
        for n, title in enumerate(titles)
    ]
    source = json.dumps({"slots": slots, "breaks": []})
    try:
        found = proposed(source)
    except SettingsError as refusal:  # a title of nothing that can be seen
        assert "title" in str(refusal)  # noqa: PT017 - either way is right
        return
    assert not proposed(source, found.text).changes


# --- the file -------------------------------------------------------------------------------------------------------


def test_what_was_there_is_kept_beside_the_plan(tmp_path: Path) -> None:
    """To the letter, under a name with the time (UTC)."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, "utf-8")
    found = proposed(SAMPLES["csv"])
    kept = write_proposal(plan, found, PLAN.encode(), NOW)
    assert kept is not None
    assert kept.name == "plan.yaml.bak-20230201T090000Z"
    assert (kept.read_text("utf-8"), plan.read_bytes()) == (PLAN, found.text)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.yaml", kept.name]


def test_a_plan_that_changed_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    """Somebody may have it open."""
    plan = tmp_path / "plan.yaml"
    plan.write_text("other", "utf-8")
    with pytest.raises(SettingsError, match="was changed in the meantime; nothing was written"):
        write_proposal(plan, proposed(SAMPLES["csv"]), PLAN.encode(), NOW)
    assert plan.read_text("utf-8") == "other"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """And so is whatever else the system says."""
    with pytest.raises(SettingsError, match="can't be written"):
        write_proposal(tmp_path / "none" / "plan.yaml", proposed(SAMPLES["csv"], None), None, NOW)
