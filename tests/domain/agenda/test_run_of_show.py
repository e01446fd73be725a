"""What the panel's buttons do to the agenda."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda import run_of_show
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.run_of_show import Hold, ShowError
from bot.domain.plan import Plan
from bot.importing import plan_file

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = plan_file.load_plan(ROOT / "config/workshops/wco-mena-2023.yaml").plan
MINUTES = st.integers(-30, 300)


def at(plan: Plan, minutes: int) -> datetime:
    """So many minutes after the first session's start."""
    return plan.agenda.sessions[0].starts_at + timedelta(minutes=minutes)


@given(MINUTES, st.integers(0, 120))
def test_after_a_hold_nothing_starts_before_it_ends_and_a_day_keeps_its_order(since: int, held: int) -> None:
    hold = Hold("h", at(EXAMPLE, since))
    now = Now(hold.since + timedelta(minutes=held, seconds=1), EXAMPLE.tz)
    after = run_of_show.resume_day(EXAMPLE.agenda, hold, now)
    day = EXAMPLE.agenda.days[0]
    assert [one.id for one in after.on(day)] == [one.id for one in EXAMPLE.agenda.on(day)]
    for one in EXAMPLE.agenda.on(day):
        held_one = after.find(one.id)
        assert held_one
        if one.starts_at > hold.since:
            assert held_one.starts_at > now.at
        if one.ends_at > hold.since:
            assert held_one.ends_at > now.at
        else:
            assert held_one == one


@given(MINUTES)
def test_what_a_button_does_is_seen_in_the_state_that_the_next_one_is_made_for(minutes: int) -> None:
    now = Now(at(EXAMPLE, minutes), EXAMPLE.tz)
    sequences = {one.id: 0 for one in EXAMPLE.agenda}
    before = run_of_show.show_state(EXAMPLE.agenda, sequences.items(), None, now)
    assert before == run_of_show.show_state(EXAMPLE.agenda, reversed(sequences.items()), None, now)
    for change in run_of_show.CHANGES.values():
        try:
            after = change(EXAMPLE.agenda, now)
        except (ChangeError, ShowError):
            continue
        assert after != EXAMPLE.agenda
        counted = {one.id: int(after.find(one.id) != one) for one in EXAMPLE.agenda}
        assert run_of_show.show_state(after, counted.items(), None, now) != before
        # Undone, the agenda is as before, and no button of before is taken for one of after.
        undone = {key: 2 * n for key, n in counted.items()}
        assert run_of_show.show_state(EXAMPLE.agenda, undone.items(), None, now) != before


def test_how_late_the_day_is() -> None:
    now = Now(at(EXAMPLE, 5), EXAMPLE.tz)
    assert run_of_show.lateness(EXAMPLE.agenda, EXAMPLE.agenda, now) == timedelta(0)
    later = run_of_show.delay_day(EXAMPLE.agenda, run_of_show.STEP, now)
    assert run_of_show.lateness(later, EXAMPLE.agenda, now) == run_of_show.STEP
    evening = Now(at(EXAMPLE, 600), EXAMPLE.tz)
    assert run_of_show.lateness(later, EXAMPLE.agenda, evening) is None


def test_a_hold_that_was_forgotten_until_another_day_delays_nothing() -> None:
    hold = Hold("h", at(EXAMPLE, 30))
    assert (
        run_of_show.resume_day(EXAMPLE.agenda, hold, Now(hold.since + timedelta(days=1), EXAMPLE.tz)) == EXAMPLE.agenda
    )


def test_where_nothing_is_meant_nothing_is_done() -> None:
    evening = Now(at(EXAMPLE, 600), EXAMPLE.tz)
    for change in run_of_show.CHANGES.values():
        with pytest.raises(ShowError, match="none"):
            change(EXAMPLE.agenda, evening)
