"""The rules of a plan that doesn't write any."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.agenda.sessions import SessionKind
from bot.domain.plan import Plan

Tiny = Callable[..., Plan]


def test_a_minimal_plan_has_the_defaults_that_the_example_describes(tiny: Tiny) -> None:
    """Ten minutes' notice, agenda at eight, four fifths of all but the breaks."""
    plan = tiny()
    assert (plan.announcements.soon.lead, plan.announcements.agenda.at.isoformat()) == (10, "08:00:00")
    assert (plan.attendance.percent, plan.attendance.excluded, plan.attendance.opens_before) == (
        80,
        (SessionKind.BREAK,),
        10,
    )
    assert SessionKind.BREAK not in plan.announcements.start.kinds
