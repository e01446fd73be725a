"""The table of kinds: a kind that is incomplete is found, with the name of the file to edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup, GroupMember
from bot.domain.announcement_kinds import KINDS, Kind, Origin, kinds_of, require_rows
from bot.domain.announcements import announce
from bot.domain.plan import Plan
from bot.domain.planned_announcements import planned
from bot.domain.venue import venue_rooms

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
TABLE = "bot/domain/announcement_kinds.py"


def test_the_kinds_of_the_plan_are_those_that_it_asks_for(example: Plan, tiny: Callable[..., Plan]) -> None:
    """Replanning cancels planned announcements of Origin.PLAN, and no others."""
    every = {item.kind for plan in (example, tiny(attendance={"word": True})) for item in planned(plan)}
    marked = {kind for kind, row in KINDS.items() if row.origin in {Origin.PLAN, Origin.PLAN_AND_TEAM}}
    assert every - marked == set(), f"give these the origin PLAN in KINDS in {TABLE}"
    assert marked - every == set(), "bot/domain/planned_announcements.py never asks for these"


def test_the_kinds_of_breakouts_are_those_that_they_ask_for() -> None:
    """A breakout that changes cancels planned announcements of Origin.BREAKOUTS, and no others."""
    group = BreakoutGroup(1, (GroupMember(1, "Amina", "Customs"),), None)
    breakout = Breakout("b", None, 10, 1, NOON, (group,), NOON, NOON + timedelta(minutes=10))
    every = {item.kind for item in breakouts.breakout_announcements("w", breakout)}
    assert every == set(kinds_of(Origin.BREAKOUTS)), f"compare KINDS in {TABLE} with bot/domain/agenda/breakouts.py"


@pytest.mark.parametrize("kind", Kind)
def test_an_announcement_has_its_kinds_room_and_lifetime(kind: Kind, example: Plan) -> None:
    """A kind whose row has no room gets one from its announcement, or is refused."""
    row = KINDS[kind]
    if row.room is None:
        with pytest.raises(ValueError, match=kind):
            announce("w", kind, "s", NOON)
    else:
        assert row.room in {room.key for room in venue_rooms(example)}
    made = announce("w", kind, "s", NOON, ends=NOON + timedelta(hours=1), room=row.room or "cases")
    assert (made.room, made.due, made.again) == (row.room or "cases", NOON, row.repeats)
    assert made.expires == NOON + timedelta(hours=1) + row.lifetime


def test_a_table_without_a_kind_names_the_file_and_the_kind() -> None:
    """So does one with a row too many."""
    with pytest.raises(LookupError, match=r"Edit RENDERERS in bot/jobs/renderers.py: no row for report"):
        require_rows(set(Kind) - {Kind.REPORT}, "RENDERERS in bot/jobs/renderers.py")
    with pytest.raises(LookupError, match="needless row soon"):
        require_rows({Kind.SOON}, "SHOWN", ())
