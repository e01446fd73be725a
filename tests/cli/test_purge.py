"""Terms by the plan, the command that purges, and the doctor who says when a term has passed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import doctor_machine
from bot.cli import purge as retention
from bot.domain.people import retention as rule
from bot.domain.people.retention import RetentionKind
from bot.domain.plan import Plan
from bot.importing import plan_file
from bot.settings import ROOT, Settings
from bot.store.engine.backup import backup, name_at
from bot.store.engine.database import Database
from bot.store.engine.errors import DatabaseInUseError
from tests.store.rows import files_with, fill_every_kind, word

Tiny = Callable[..., Plan]
EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
BEFORE, AFTER = datetime(2024, 2, 21, 12, tzinfo=UTC), datetime(2024, 2, 23, tzinfo=UTC)


@given(st.dictionaries(st.sampled_from(RetentionKind), st.integers(0, 60)), st.integers(0, 2400))
def test_a_term_passes_once_and_what_has_none_never(tiny: Tiny, months: dict[RetentionKind, int], days: int) -> None:
    plan = tiny(retention={str(kind): n for kind, n in months.items()})
    now = plan.agenda.ends_at + timedelta(days=days)
    overdue = set(rule.overdue_kinds(plan, now))
    assert overdue <= months.keys()
    assert overdue <= set(rule.overdue_kinds(plan, now + timedelta(days=1)))
    assert overdue == {
        kind for kind in months if (rule.last_day_kept(plan, kind) or date.max) < now.astimezone(plan.tz).date()
    }
    assert set(rule.overdue_kinds(plan, now + timedelta(days=4000))) == months.keys()


def test_every_kind_is_a_key_of_the_plan_and_told_of_in_the_manual(tiny: Tiny) -> None:
    assert set(type(tiny().retention).model_fields) == set(RetentionKind)
    manual = (ROOT / "docs/operators.md").read_text("utf-8").split("## Retention")[1].split("\n## ")[0]
    missing = [kind for kind in RetentionKind if f"`{kind}`" not in manual]
    assert missing == [], "docs/operators.md: name these kinds under Retention"


@pytest.fixture
async def chosen(tmp_path: Path) -> Settings:
    """A database with something of every kind, and a plan that keeps some of them for a year."""
    source = re.sub(r"retention:\n(  .*\n)+", "retention:\n  notes: 12\n  letters: 12\n", EXAMPLE.read_text("utf-8"))
    source = re.sub(r"^roster:.*$", "", source, flags=re.MULTILINE)
    (tmp_path / "plan.yaml").write_text(source, "utf-8")
    plan_file.load_plan(tmp_path / "plan.yaml")
    made = Settings(plan=tmp_path / "plan.yaml", database=tmp_path / "plenary.db", backups=tmp_path / "backups")
    database = await Database.open(made.database)
    await database.write(fill_every_kind)
    await database.write(lambda transaction: transaction.execute("DELETE FROM session"))
    await database.write(lambda transaction: transaction.execute("DELETE FROM fact WHERE name = 'plan'"))
    await database.close()
    return made


async def test_it_says_what_it_will_do_and_does_it_after_a_yes(chosen: Settings) -> None:
    for nightly in (True, False):
        backup(chosen.database, chosen.backups / name_at(chosen.database, BEFORE, nightly=nightly))
    told: list[str] = []
    await retention.purge(chosen, BEFORE, told.append, lambda _: True)
    assert told[-1] == "Nothing is to be purged."
    assert files_with(chosen.database, word(RetentionKind.NOTES))

    told.clear()
    await retention.purge(chosen, AFTER, told.append, lambda _: False)
    goes = {line.split()[0]: line for line in told if "GOES" in line}
    assert goes.keys() == {"notes", "letters"}
    assert "until 2024-02-22" in goes["notes"]
    assert "earlier versions: 1" in goes["notes"]
    assert " notes: 1" in goes["notes"]
    assert "private messages: 8" in goes["letters"]
    assert told[-1].startswith("Nothing was purged.")
    assert files_with(chosen.database, word(RetentionKind.NOTES))

    told.clear()
    await retention.purge(chosen, AFTER, told.append, lambda _: True)
    gone = {kind for kind in RetentionKind if not files_with(chosen.database, word(kind))}
    assert gone == {RetentionKind.NOTES, RetentionKind.LETTERS}
    held = told[told.index("It is erased, and recorded in the audit.") + 1 :]
    assert held[0].startswith("These nightly backups still hold it")
    assert sum(str(chosen.backups) in line for line in held) == 2

    told.clear()
    await retention.purge(chosen, AFTER, told.append, lambda _: True)
    assert told[-1] == "Nothing is to be purged."


async def test_it_waits_for_the_bot_to_be_stopped(chosen: Settings) -> None:
    database = await Database.open(chosen.database)
    with pytest.raises(DatabaseInUseError, match="stop that one first"):
        await retention.purge(chosen, AFTER, print, lambda _: True)
    await database.close()


def test_the_doctor_says_when_a_term_has_passed(chosen: Settings) -> None:
    plan = plan_file.load_plan(chosen.plan_file).plan
    assert list(doctor_machine.terms(chosen.database, plan, BEFORE)) == []
    findings = [f"{finding.what} {finding.fix}" for finding in doctor_machine.machine(chosen, plan, AFTER)]
    assert sum("plenary purge" in line for line in findings) == 2
    assert any("records of notes should be kept until 2024-02-22 only" in line for line in findings)
