"""What organisers should check again in a plan that can be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.small_plans import GOOD, changed, loaded


def warnings(folder: Path, source: str) -> list[str]:
    """What the organisers of a good plan should look at again."""
    return [str(warning) for warning in loaded(folder, source).warnings]


def test_the_good_plan_has_no_warnings(tmp_path: Path) -> None:
    """Else the tests below would prove nothing."""
    assert warnings(tmp_path, GOOD) == []


def test_sessions_that_overlap_in_a_room_are_told(tmp_path: Path) -> None:
    """At the later one. Sessions that only touch, as in the good plan, don't overlap."""
    assert warnings(tmp_path, changed(("end: 10:00", "end: 10:15"))) == [
        "line 19, days[1].sessions[2]: 'talk' overlaps 'welcome' in the room 'plenary'."
    ]


def test_sessions_in_two_rooms_may_overlap(tmp_path: Path) -> None:
    """Unless somebody speaks in both."""
    rooms = ("days:", "rooms:\n  - {id: hall, title: Hall}\ndays:")
    moved = ("kind: panel", "kind: panel\n        room: hall")
    longer = ("end: 10:00", "end: 10:15")
    assert warnings(tmp_path, changed(rooms, moved, longer)) == []
    speaker = "\n        speakers: [{office: Chair, organisation: WCO}]"
    both = (("title: Welcome", f"title: Welcome{speaker}"), ("title: A talk", f"title: A talk{speaker}"))
    assert warnings(tmp_path, changed(rooms, moved, longer, *both)) == [
        "line 22, days[1].sessions[2]: 'talk' overlaps 'welcome' and 'Chair' speaks in both."
    ]


def test_a_message_that_is_shortened_is_told(tmp_path: Path) -> None:
    """With by how much, at the part of the plan that makes it so; the plan is good all the same."""
    (told,) = warnings(tmp_path, changed(("Who writes them", "w" * 4000)))
    assert told.startswith("line 8, topics[1]: its message is ")
    assert told.endswith("characters too long for Discord; it is shortened, and a button shows all of it.")


@pytest.mark.parametrize(("topics", "told"), [(43, False), (44, True)])
def test_more_channels_than_a_category_holds_are_told(tmp_path: Path, topics: int, told: bool) -> None:  # noqa: FBT001
    """Fifty: welcome, team, agenda, announcements, questions, plenary, and one a topic."""
    listed = "".join(f"  - {{id: t{number}, title: T, description: D}}\n" for number in range(topics - 1))
    found = warnings(tmp_path, changed(("topics:\n", f"topics:\n{listed}")))
    assert ("line 7, topics: 51 channels; Discord fits 50 in a category: there will be 2." in found) is told


@pytest.mark.parametrize(("topics", "told"), [(25, []), (26, ["line 33, topics[26]: a form's list shows 25 topics"])])
def test_more_topics_than_a_form_offers_are_told(tmp_path: Path, topics: int, told: list[str]) -> None:
    """A select of Discord's holds 25."""
    listed = "".join(f"  - {{id: t{number}, title: T, description: D}}\n" for number in range(topics - 1))
    found = warnings(tmp_path, changed(("topics:\n", f"topics:\n{listed}")))
    assert [warning.partition(";")[0] for warning in found] == told
