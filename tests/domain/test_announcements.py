"""Announcements: their ids, for ever, and when a moderator's announcement is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, custom
from bot.domain.plan import Plan
from bot.domain.venue import ANNOUNCEMENTS

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
KEYS = st.tuples(
    st.sampled_from(["wco-mena-2023", "tiny"]), st.sampled_from(Kind), st.text("abc-0123456789", min_size=1, max_size=8)
)


def announcement(key: tuple[str, Kind, str], due: datetime = NOON) -> Announcement:
    """An announcement of that key."""
    workshop, kind, subject = key
    return Announcement(workshop, kind, subject, ANNOUNCEMENTS, due, due + timedelta(hours=1))


@given(KEYS, KEYS)
def test_an_id_is_that_of_its_key_and_of_no_other(one: tuple[str, Kind, str], other: tuple[str, Kind, str]) -> None:
    """24 hexadecimal digits."""
    assert (announcement(one).id == announcement(other).id) == (one == other)
    assert re.fullmatch(r"[0-9a-f]{24}", announcement(one).id)


@given(KEYS, st.datetimes(timezones=st.just(UTC), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001 - hypothesis wants it bare
def test_a_moved_announcement_keeps_its_id(key: tuple[str, Kind, str], due: datetime) -> None:
    """So a session that is moved moves its announcements, and adds none."""
    assert announcement(key, due).id == announcement(key).id


@pytest.mark.parametrize(
    ("kind", "subject", "known"),
    [
        (Kind.START, "opening", "f2e578a2430348e2ac2fbd90"),
        (Kind.AGENDA, "2023-02-20", "f2911bf7d2a791dcffd25b80"),
    ],
)
def test_ids_are_for_ever(kind: Kind, subject: str, known: str) -> None:
    """These stand in messages that were sent: another scheme would send them all a second time."""
    assert announcement(("wco-mena-2023", kind, subject)).id == known


def test_a_daily_announcement_keeps_its_wall_time_when_clocks_change(tiny: Callable[..., Plan]) -> None:
    """And an id of its own each day, the same for ever."""
    plan = tiny()
    last = plan.morning(plan.agenda.days[-1])
    first = last - timedelta(days=3)
    sent = custom(plan, "c", ANNOUNCEMENTS, first, first, daily=True)
    assert len({one.id for one in sent}) == len(sent) == 4
    assert len({one.due.astimezone(plan.tz).time() for one in sent}) == 1
    assert custom(plan, "c", ANNOUNCEMENTS, first, last, daily=True) == sent[-1:]
    assert custom(plan, "c", ANNOUNCEMENTS, first, last, daily=False) == ()
