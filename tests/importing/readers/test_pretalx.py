"""Real schedules from pretalx: read whole, told apart version by version, and refused with the place of the fault."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import discord_limits
from bot.domain.agenda.agenda_changes import Aspect, Changes, apply_changes, diff
from bot.domain.agenda.sessions import SessionKind
from bot.domain.plan import PLENARY
from bot.importing.readers import pretalx
from bot.importing.schedule import Schedule, ScheduleError, guess_kind, schedule_agenda, slug
from bot.messages import agenda_changes

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture(name="versions", scope="module")
def three_versions(schedules: Path) -> list[Schedule]:
    """One conference's schedule as it stood on three dates."""
    return [pretalx.read_pretalx((schedules / f"pretalx-v{n}.json").read_bytes(), PRAGUE) for n in (1, 2, 3)]


def between(one: Schedule, other: Schedule) -> Changes:
    """What changed from one to the other."""
    names = ({room.id: room.name for room in schedule.rooms} for schedule in (one, other))
    changes = diff(schedule_agenda(one, ["en"]), schedule_agenda(other, ["en"]), *names)
    assert apply_changes(schedule_agenda(one, ["en"]), changes) == schedule_agenda(other, ["en"])
    return changes


def test_the_second_version_differs_from_the_first_as_known(versions: list[Schedule]) -> None:
    """Seven cancelled, fifteen new, eight moved, seven in another room; one more is only shorter."""
    changes = between(versions[0], versions[1])
    assert (len(changes.cancelled), len(changes.added), len(changes.moved)) == (7, 15, 8)
    assert (len(changes.having(Aspect.ROOM)), changes.renamed_rooms, changes.swaps) == (7, (), ())
    assert [changed.after.id for changed in changes.having(Aspect.TIME) if not changed.moved] == ["ud3gzd"]


def test_the_third_version_differs_from_the_second_as_known(versions: list[Schedule]) -> None:
    """Four new, one swap of two, and 49 in a room of another name: 35 of them because the room was renamed."""
    changes = between(versions[1], versions[2])
    assert (changes.cancelled, len(changes.added), len(changes.moved)) == ((), 4, 2)
    (swap,) = changes.swaps
    assert {swap.first.after.id, swap.second.after.id} == {"b3mu99", "dt9hxe"}
    (renamed,) = changes.renamed_rooms
    assert (renamed.before, renamed.after) == ({"en": "Forum Hall"}, {"en": "PyCharm (Forum Hall)"})
    assert len(renamed.sessions) == 35
    assert len(changes.having(Aspect.ROOM)) + len(renamed.sessions) == 49


def test_the_notices_of_real_changes_fit_a_message(versions: list[Schedule]) -> None:
    """They tell the swap and the renamed room once each, and count what doesn't fit."""
    names = {room.id: room.name for room in versions[2].rooms}
    changes = between(versions[1], versions[2])
    post = agenda_changes.change(["en"], changes, names, "f" * 24)
    assert post.length <= discord_limits.MESSAGE_TEXT
    told = "\n".join(post.blocks)
    assert told.count("🔀") == 1
    longer = agenda_changes.change(["en"], between(versions[0], versions[2]), names, "f" * 24)
    assert longer.length <= discord_limits.MESSAGE_TEXT
    assert "more changes are not shown here. Type /agenda" in longer.blocks[-1]


def test_a_schedule_is_read_whole(versions: list[Schedule]) -> None:
    """Every talk; a break that every room has is one break for all."""
    assert [len(version.sessions) for version in versions] == [172 + 15, 180 + 15, 184 + 15]
    assert not any(version.remarks for version in versions)
    breaks = [session for session in versions[0].sessions if session.kind is SessionKind.BREAK]
    assert (len(breaks), {pause.room for pause in breaks}) == (15, {PLENARY})
    assert breaks[0].id == "break-20230717-1100"
    talk = next(session for session in versions[0].sessions if session.id == "jhsmmj")
    assert talk.starts_at == datetime(2023, 7, 20, 9, 20, tzinfo=UTC)
    assert (talk.ends_at - talk.starts_at, talk.room, talk.speakers) == (timedelta(minutes=30), "2194", ("Speaker 1",))
    assert Counter(session.kind for session in versions[0].sessions)[SessionKind.PANEL] == 3
    assert schedule_agenda(versions[0], ["en", "fr"]).sessions[0].title.keys() == {"en", "fr"}
    with_links = next(session for session in versions[0].sessions if session.materials)
    assert with_links.materials[0].title == {"en": "sdk-python"}


def test_nothing_is_read_where_pretalx_left_nulls(schedules: Path) -> None:
    """No track, no duration, no picture: still a session."""
    (session,) = pretalx.read_pretalx((schedules / "pretalx-nulls.json").read_bytes(), PRAGUE).sessions
    assert (session.id, session.track, session.description) == ("alploa", None, None)


def test_a_slot_without_code_is_refused_with_its_place(schedules: Path) -> None:
    """And every other fault with it."""
    with pytest.raises(ScheduleError, match=r"slots\[1\]\.code is missing") as refused:
        pretalx.read_pretalx((schedules / "pretalx-invalid-slot.json").read_bytes(), PRAGUE)
    assert len(str(refused.value).splitlines()) == 3


def export(**slot: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    """An export of one talk, with other keys."""
    time = {"room_id": 1, "room": {"en": "Hall"}, "start": "2023-07-20T10:00:00+02:00"}
    talk = {"code": "ABC", "title": "Talk", "duration": 30, "slot": {**time, **slot.pop("slot", {})}, **slot}
    return json.dumps({"slots": [talk]}).encode()


def test_a_time_without_offset_is_the_workshops() -> None:
    """The end follows from the duration where there is none."""
    (session,) = pretalx.read_pretalx(export(slot={"start": "2023-07-20T10:00:00"}), PRAGUE).sessions
    assert session.starts_at == datetime(2023, 7, 20, 8, tzinfo=UTC)
    assert session.ends_at - session.starts_at == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"{", "this is not JSON"),
        (b"[]", "should be"),
        (b"{}", "slots is missing"),
        (b"[" * 100_000, "this is not JSON"),
        (b" " * (pretalx.MAX_BYTES + 1), "a schedule may have 10,485,760"),
        (export(title="  "), r"slots[1].title of ABC is empty"),
        (export(duration=None), "slots[1].slot of ABC doesn't end after its start"),
        (export(slot={"end": "2023-07-20T09:00:00+02:00"}), "doesn't end after its start"),
        (export(slot={"start": "2023-03-26T02:30:00"}), "clocks change then (skipped)"),
        (export(slot={"start": "soon"}), "slots[1].slot.start"),
        (b'{"slots": [' + b",".join([export()[11:-2]] * 2) + b"]}", "the id 'abc' is used for 2 sessions"),
    ],
    ids=[str(number) for number in range(11)],
)
def test_a_schedule_that_cannot_be_used_is_refused_with_what_and_where(source: bytes, said: str) -> None:
    """And with what to do."""
    with pytest.raises(ScheduleError) as refused:
        pretalx.read_pretalx(source, PRAGUE)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (export(state="withdrawn"), "ABC is withdrawn; it was left out."),
        (export(slot={"start": None}), "ABC has no time yet; it was left out."),
    ],
    ids=["withdrawn", "no time"],
)
def test_what_is_not_held_is_left_out_and_said(source: bytes, said: str) -> None:
    """The rest is read."""
    read = pretalx.read_pretalx(source, PRAGUE)
    assert (read.sessions, read.remarks) == ((), (said,))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda deeper: (
            st.lists(deeper)
            | st.dictionaries(
                st.sampled_from(["slots", "breaks", "slot", "code", "title", "start", "room", "room_id"]), deeper
            )
        ),
    )
)
def test_any_json_is_read_or_refused_in_a_sentence(found: object) -> None:
    """Never with a traceback."""
    with suppress(ScheduleError):
        pretalx.read_pretalx(json.dumps(found).encode(), PRAGUE)


def test_names_become_ids() -> None:
    """Accents go; what has no Latin letter gives nothing."""
    assert slug("Salle des Fêtes (2B)") == "salle-des-fetes-2b"
    assert slug("قاعة") == ""
    assert len(slug("x-" * 40)) <= 40
    assert (guess_kind("Keynote"), guess_kind("Coffee Break")) == (SessionKind.PRESENTATION, SessionKind.BREAK)
