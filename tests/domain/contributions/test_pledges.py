"""When pledges are followed up: calendar months after the last day, on the workshop's own clocks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import planned_announcements
from bot.domain.contributions import pledges
from bot.domain.contributions.pledges import Pledge, PledgeProgress, PledgeState
from bot.domain.local_time import day_of, instant_or_later, months_after
from bot.domain.plan import Plan
from bot.importing import plan_file
from bot.settings import ROOT

Tiny = Callable[..., Plan]
EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
DAYS = st.dates(date(1971, 1, 1), date(2090, 12, 31))
ZONES = st.sampled_from(["Europe/Brussels", "Asia/Riyadh", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia"])


@given(DAYS, st.integers(0, 24))
def test_a_month_has_a_last_day_and_later_months_come_later(day: date, months: int) -> None:
    after = months_after(day, months)
    assert (12 * after.year + after.month) - (12 * day.year + day.month) == months
    assert after.day == min(day.day, monthrange(after.year, after.month)[1])
    assert months_after(day, months + 1) > after
    assert months_after(day + timedelta(days=1), months) >= after


@given(DAYS, st.times(), ZONES)
def test_there_is_always_an_instant_and_clocks_show_the_time_or_have_skipped_it(day: date, at: time, key: str) -> None:
    zone, clock = ZoneInfo(key), at.replace(second=0, microsecond=0)
    shown = instant_or_later(day, clock, zone).astimezone(zone).replace(tzinfo=None)
    assert datetime.combine(day, clock) <= shown <= datetime.combine(day, clock) + timedelta(days=1)


def test_they_are_asked_for_once_each_and_for_a_week(tiny: Tiny) -> None:
    plan = tiny(pledges={"follow_up": [6, 3, 3]})
    last = plan.agenda.days[-1]
    assert [one.subject for one in planned_announcements.follow_ups(plan)] == ["3", "6"]
    for one in planned_announcements.follow_ups(plan):
        assert day_of(one.due, plan.tz) == months_after(last, int(one.subject))
        assert one.due.astimezone(plan.tz).time() == plan.announcements.agenda.at
        assert one.expires - one.due >= timedelta(days=2)
        assert one in planned_announcements.planned(plan)
    assert planned_announcements.follow_ups(tiny()) == ()


def test_the_end_of_a_long_month_is_the_end_of_a_short_one() -> None:
    assert months_after(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert months_after(date(2022, 11, 30), 3) == date(2023, 2, 28)
    assert months_after(date(2023, 8, 31), 6) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("written", "told"),
    [("0", "greater than or equal to 1"), ("25", "less than or equal to 24"), ("soon", "valid integer")],
)
def test_a_fault_is_told_with_its_line(written: str, told: str) -> None:
    source = EXAMPLE.read_text("utf-8").replace("follow_up: [3, 6]", f"follow_up: [3, {written}]")
    with pytest.raises(plan_file.PlanError, match=rf"line \d+, pledges.follow_up\[2\]: .*{told}"):
        plan_file.read_plan(source.encode(), str(EXAMPLE))


def test_what_everybody_may_read_tells_of_nobody(tiny: Tiny) -> None:
    now = datetime(2023, 5, 22, tzinfo=UTC)
    said = PledgeProgress(42, 3, PledgeState.DONE, "It was Amina", now)
    made = [Pledge(42, "Amina", "See https://x.example/amina", date(2023, 6, 30), True, now, said)]  # noqa: FBT003 - a row
    for rule, text in ((False, "See https://x.example/amina"), (True, "See […]")):
        [shown] = pledges.public_pledges(tiny(chatham_house=rule), made)
        assert (shown.person, shown.name, shown.text) == (0, "", text)
        assert shown.progress == PledgeProgress(0, 3, PledgeState.DONE, "", now)
