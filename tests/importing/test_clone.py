"""The plan of the next workshop: each session on its day and at its time on the wall, all else as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain import series
from bot.domain.plan import Plan
from bot.importing import clone, plan_file
from bot.importing.clone import CloneRequest
from bot.importing.plan_file import PlanError
from bot.settings import ROOT, SettingsError

EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
DATES = st.dates(date(1990, 1, 1), date(2090, 1, 1))
# Clocks change by an hour at night, by half an hour, on no date at all, and at midnight.
ZONES = st.sampled_from(("Europe/Brussels", "Australia/Lord_Howe", "Asia/Dubai", "Africa/Cairo", "America/New_York"))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))

PLAN = """\
# By hand.
id: {id}   # its name
title: Tiny 2023 workshop
description: >-
  As small as a workshop
  can be
organiser: Nobody
zone: {zone}
languages: [en]
series: {{title: Ledgers, number: 2, of: 5}}
days:
{days}
attendance: {{percent: 70}} # as ever
"""
DAY = """\
  # Day {number}.
  - date: {date}
    sessions:
      - {{id: s{number}, kind: panel, start: "{start:%H:%M}", end: "23:59", title: T}}
"""


def plan_text(days: Mapping[date, time], zone: str, name: str = "tiny-2023") -> str:
    numbered = enumerate(days.items())
    told = "".join(DAY.format(number=n, date=day, start=start) for n, (day, start) in numbered)
    return PLAN.format(id=name, zone=zone, days=told.rstrip("\n"))


def cloned(text: str, wishes: CloneRequest) -> clone.Clone:
    source = text.encode()
    return clone.clone_plan(source, plan_file.read_plan(source, "old.yaml"), Path("new.yaml"), wishes)


#: Days with the time at which the session of each begins.
AGENDAS = st.dictionaries(DATES, CLOCKS, min_size=1, max_size=4).map(lambda days: dict(sorted(days.items())))


@settings(max_examples=25)
@given(AGENDAS, ZONES, DATES)
@example({date(2023, 3, 24): time(2, 30), date(2023, 3, 26): time(9)}, "Europe/Brussels", date(2023, 10, 29))
@example({date(2023, 3, 24): time(2, 30), date(2023, 3, 26): time(9)}, "Europe/Brussels", date(2023, 10, 27))
def test_every_session_keeps_its_time_on_the_wall_and_its_distance_in_days(
    days: dict[date, time], zone: str, start: date
) -> None:
    """Also where clocks change between; where a time would be skipped or come twice, that is said."""
    text = plan_text(days, zone)
    try:
        before = plan_file.read_plan(text.encode(), "old.yaml").plan
    except PlanError:
        return  # it isn't a plan
    try:
        after = cloned(text, CloneRequest(start)).plan
    except PlanError as fault:
        told = str(fault)
    else:
        told = ""
        assert [day.date - start for day in after.days] == [day - min(days) for day in days]
        assert wall(after) == wall(before)
        assert [session.day for session in after.agenda] == [day.date for day in after.days]
    assert not told or ("clocks change" in told and "--start" in told)


def wall(plan: Plan) -> list[tuple[str, time, time]]:
    """What the clocks of the workshop's zone show."""
    shown = [(one.id, one.starts_at.astimezone(plan.tz), one.ends_at.astimezone(plan.tz)) for one in plan.agenda]
    return [(name, since.time(), until.time()) for name, since, until in shown]


def test_a_time_that_the_new_day_does_not_have_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    path, out = tmp_path / "old.yaml", tmp_path / "new.yaml"
    path.write_text(plan_text({date(2023, 3, 24): time(2, 30)}, "Europe/Brussels"), "utf-8")
    with pytest.raises(PlanError, match=r"02:30 is skipped.*\n.*choose another --start"):
        list(clone.write_clone(path, out, CloneRequest(date(2023, 3, 26))))
    assert not out.exists()


def test_nothing_else_of_the_text_changes() -> None:
    """Comments, quotes, blocks and what stands in one line; a title by wish."""
    days = {date(2023, 12, 30): time(9, 30), date(2024, 1, 2): time(9)}
    moved = {date(2025, 1, 1): time(9, 30), date(2025, 1, 4): time(9)}
    made = cloned(plan_text(days, "Asia/Dubai"), CloneRequest(date(2025, 1, 1), 'It\'s "next": #3'))
    expected = plan_text(moved, "Asia/Dubai", "tiny-2025").replace("number: 2", "number: 3")
    assert made.text.decode() == expected.replace("Tiny 2023 workshop", '"It\'s \\"next\\": #3"')
    assert made.plan.title == {"en": 'It\'s "next": #3'}
    assert made.remarks == ()
    assert [*cloned(plan_text(days, "Asia/Dubai"), CloneRequest(date(2025, 1, 1))).remarks] == [
        "line 3 speaks of 2023 and 2024: title: Tiny 2023 workshop"
    ]


def test_the_example_s_next_workshop_is_a_good_plan(tmp_path: Path) -> None:
    """With one more workshop in its series, and without the participants of this one."""
    out = tmp_path / "next.yaml"
    said = list(clone.write_clone(EXAMPLE, out, CloneRequest(date(2024, 3, 30))))
    loaded, before = plan_file.load_plan(out), plan_file.load_plan(EXAMPLE)
    plan = loaded.plan
    assert (plan.id, plan.roster, loaded.warnings) == ("wco-mena-2024", None, before.warnings)
    assert plan.series
    assert (plan.series.number, plan.series.of) == (6, 6)
    assert len(said) == 3
    comments = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.lstrip().startswith("#")]
    kept = out.read_text("utf-8").splitlines()
    assert [line for line in comments if line not in kept] == []
    unchanged = {"id", "series", "roster", "days"}
    assert plan.model_dump(exclude=unchanged) == before.plan.model_dump(exclude=unchanged)
    with pytest.raises(SettingsError, match="is there already"):
        list(clone.write_clone(EXAMPLE, out, CloneRequest(date(2024, 3, 30))))


@pytest.mark.parametrize(
    ("former", "start", "latter"),
    [
        ("tiny-2023", date(2024, 1, 1), "tiny-2024"),
        ("tiny-2023", date(2023, 9, 1), "tiny-2023-3"),
        ("2023-tiny-2023", date(2025, 1, 1), "2025-tiny-2025"),
        ("tiny12023", date(2024, 1, 1), "tiny12023-3"),
    ],
)
def test_the_next_workshop_has_an_id_of_its_own(former: str, start: date, latter: str) -> None:
    assert series.next_workshop_id(former, date(2023, 2, 20), start, 3) == latter


@pytest.mark.parametrize("wishes", [CloneRequest(date(2024, 1, 1), id="No id"), CloneRequest(date(9999, 12, 31))])
def test_what_makes_no_plan_is_refused(wishes: CloneRequest) -> None:
    with pytest.raises(PlanError, match=r"--id|too late"):
        cloned(plan_text({date(2023, 1, 1): time(9), date(2023, 1, 2): time(9)}, "Asia/Dubai"), wishes)
