"""What a schedule makes of a workshop that is being held: of its agenda as it stands, whatever its file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.agenda.agenda_changes import Aspect
from bot.domain.agenda.reschedule import Now, cancel_session, edit_session, move_session
from bot.domain.agenda.sessions import Agenda, Session, Speaker
from bot.domain.plan import Plan
from bot.importing import plan_file
from bot.importing.midway_revision import plan_as_text, revise
from bot.importing.schedule import ScheduleError
from bot.settings import ROOT
from tests.importing.samples import PLAN, SAMPLES

BEFORE = datetime(2023, 2, 1, 9, tzinfo=UTC)
TABLE = b"id,date,start,end,title,room\n"


def small() -> Plan:
    """With a room more, which the samples' schedules speak of."""
    return plan_file.read_plan(
        PLAN.replace("rooms:\n", "rooms:\n  - {id: annex, title: Annex}\n").encode(), "plan"
    ).plan


def read_back(plan: Plan) -> Agenda:
    return plan_file.read_plan(plan_as_text(plan), str(Path("agenda"))).plan.agenda


def test_the_plan_as_it_is_held_is_written_and_read_back_without_loss(example: Plan) -> None:
    """Also after changes: a session of yesterday's, a speaker without an organisation, a title with signs of YAML."""
    assert read_back(example) == example.agenda
    day = timedelta(days=1)
    now, first, last = Now(BEFORE, example.tz), example.agenda.sessions[0], example.agenda.sessions[-1]
    changed = move_session(example.agenda, last.id, last.starts_at + day, now)
    changed = cancel_session(changed, example.agenda.sessions[3].id, now)
    nobody = dict.fromkeys(example.languages, "")
    changed = edit_session(
        changed,
        first.id,
        title=dict.fromkeys(example.languages, '- "a: {b} #c\u2019 é \u0645'),
        speakers=(Speaker(dict.fromkeys(example.languages, "Director"), nobody),),
    )
    held = example.with_agenda(changed)
    assert read_back(held) == changed
    own = plan_file.load_plan(ROOT / "config/workshops/wco-mena-2023.yaml").plan
    assert revise(_table(own.with_agenda(changed)), held, BEFORE).changes.having(Aspect.TIME) == ()


def _table(plan: Plan) -> bytes:
    """The plan's sessions as a table with titles and times alone."""
    rows = (
        f"{s.id},{s.day:%d/%m/%Y},{s.starts_at.astimezone(plan.tz):%H:%M},{s.ends_at.astimezone(plan.tz):%H:%M},x,\n"
        for s in plan.agenda
    )
    return TABLE + "".join(rows).encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_import_of_any_format_changes_nothing(name: str) -> None:
    plan = small()
    first = revise(SAMPLES[name], plan, BEFORE)
    assert first.changes
    assert first.left == ()
    again = revise(SAMPLES[name], plan.with_agenda(first.agenda), BEFORE)
    assert not again.changes
    assert list(again.lines("en")) == ["No changes: the plan already has these 3 sessions."]
    assert list(again.lines("fr")) == ["Rien ne change : le programme a déjà ces 3 séances."]


def test_it_goes_by_what_is_held_not_by_what_the_plan_says() -> None:
    """A session that moderators moved is moved back; what they said of it, and the file doesn't, stays."""
    plan = small()
    now = Now(BEFORE, plan.tz)
    welcome = plan.agenda.sessions[0]
    moved = move_session(plan.agenda, "welcome", welcome.starts_at + timedelta(hours=5), now)
    moved = edit_session(moved, "welcome", description={"en": "By hand", "fr": "À la main"})
    schedule = TABLE + b"welcome,20/02/2023,09:30,10:00,Welcome,Hall\n"
    revision = revise(schedule, plan.with_agenda(moved), BEFORE)
    found = revision.agenda.find("welcome")
    assert found == replace(welcome, description={"en": "By hand", "fr": "À la main"})
    assert [one.id for one in revision.changes.cancelled] == ["ledgers", "gone"]


def test_what_has_begun_keeps_its_time_and_is_told() -> None:
    plan = small()
    schedule = TABLE + b"ledgers,20/02/2023,16:00,17:00,Ledgers,Hall\nwelcome,20/02/2023,16:00,17:00,Hello,Hall\n"
    revision = revise(schedule, plan, plan.agenda.sessions[0].ends_at)
    welcome, ledgers = (revision.agenda.find(name) for name in ("welcome", "ledgers"))
    assert isinstance(welcome, Session)
    assert (welcome.starts_at, welcome.title["en"]) == (plan.agenda.sessions[0].starts_at, "Hello")
    assert ledgers
    assert ledgers.starts_at.hour == 15
    assert [one.id for one in revision.left] == ["welcome"]


def test_a_room_that_the_plan_lacks_is_a_fault_and_a_room_called_otherwise_is_told() -> None:
    plan = plan_file.read_plan(PLAN.encode(), "plan").plan
    with pytest.raises(ScheduleError, match=r"The plan has no room 'Annex'\. Add it to the plan's rooms \(id: annex\)"):
        revise(SAMPLES["csv"], plan, BEFORE)
    schedule = TABLE + b"welcome,20/02/2023,09:30,10:00,Welcome,main\n"
    revision = revise(schedule, plan, BEFORE)
    assert "The file calls the room 'main' otherwise (main); a room is renamed in the plan." in revision.remarks
    assert revision.changes.renamed_rooms == ()
