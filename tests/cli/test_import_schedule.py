"""`plenary import` as it is typed: a preview, a yes, and nothing written without it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.importing import plan_file
from tests.importing.samples import PLAN, SAMPLES


@pytest.fixture(name="folder")
def folder_with_a_plan(tmp_path: Path) -> Path:
    """A plan and a schedule for it."""
    (tmp_path / "plan.yaml").write_text(PLAN, "utf-8")
    (tmp_path / "agenda.csv").write_bytes(SAMPLES["csv"])
    return tmp_path


def ran(folder: Path, *words: str, terminal: str = "", **environment: str) -> tuple[int, str, str]:
    """Exit code, output and errors; with a terminal, if something is to be typed in it."""
    ours, theirs = pty.openpty() if terminal else (None, subprocess.DEVNULL)
    if ours is not None:
        os.write(ours, terminal.encode())
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", "import", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.getcwd(), **environment},  # noqa: PTH109 - the checkout
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    if ours is not None:
        os.close(ours)
        os.close(theirs)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_without_a_yes_nothing_is_written(folder: Path) -> None:
    """Neither where nobody can answer, nor after a no."""
    for typed in ("", "n\n"):
        code, said, _ = ran(folder, "agenda.csv", "--into", "plan.yaml", terminal=typed)
        assert code == 0
        assert "1 new, 1 cancelled, 1 moved, 2 changed; 3 sessions in all" in said
        assert "Nothing was written." in said
        assert (folder / "plan.yaml").read_text("utf-8") == PLAN
        assert len(list(folder.iterdir())) == 2


def test_after_a_yes_the_plan_is_written_and_the_old_one_kept(folder: Path) -> None:
    """In the terminal; a second import then finds nothing to do."""
    code, said, _ = ran(folder, "agenda.csv", "--into", "plan.yaml", terminal="y\n")
    assert (code, "plan.yaml was written. What was there is kept in plan.yaml.bak-" in said) == (0, True)
    assert len(plan_file.load_plan(folder / "plan.yaml").plan.agenda.sessions) == 3
    code, said, _ = ran(folder, "agenda.csv", "--into", "plan.yaml", "--yes")
    assert (code, said.splitlines()[0]) == (0, "No changes: the plan already has these 3 sessions.")
    assert len(list(folder.iterdir())) == 3


def test_a_session_under_the_chatham_house_rule_keeps_it_under_another_id(folder: Path) -> None:
    """A conference system may number its sessions again; the same title, or the same time, is the same session."""
    ruled = PLAN.replace(
        "        title: {en: Ledgers, fr", "        chatham_house: true\n        title: {en: Ledgers, fr"
    )
    (folder / "plan.yaml").write_text(ruled, "utf-8")
    table = "id,date,start,end,title\nnew-1,2023-02-20,10:15,11:00,Ledgers\nwelcome,2023-02-20,09:30,10:00,Welcome\n"
    (folder / "agenda.csv").write_text(table, "utf-8")
    code, said, _ = ran(folder, "agenda.csv", "--into", "plan.yaml", "--yes")
    assert code == 0
    assert "'new-1' seems to be 'ledgers' under another id, and so is under the Chatham House Rule too" in said
    assert plan_file.load_plan(folder / "plan.yaml").plan.confidential_sessions == {"new-1"}


def test_the_plan_of_the_settings_is_changed_if_none_is_named(folder: Path) -> None:
    """As for every other command."""
    code, said, _ = ran(folder, "agenda.csv", "--yes", PLENARY_PLAN=str(folder / "plan.yaml"))
    assert (code, f"{folder / 'plan.yaml'} was written." in said) == (0, True)


def test_the_template_is_written_and_imports_into_a_new_plan(folder: Path) -> None:
    """From nothing to a good plan in two commands; and nothing is overwritten."""
    for name in ("new.csv", "new.xlsx"):
        code, said, _ = ran(folder, "--template", name)
        assert (code, said) == (0, f"{name} was written. Fill it in, then: plenary import {name} --into PLAN.yaml\n")
        code, said, _ = ran(folder, name, "--into", f"{name}.yaml", "--zone", "Africa/Tunis", "--yes")
        assert (code, f"{name}.yaml was written.\n" in said) == (0, True)
        assert len(plan_file.load_plan(folder / f"{name}.yaml").plan.agenda.sessions) == 3
        code, _, told = ran(folder, "--template", name)
        assert (code, told) == (2, f"{name} is there already; name a file that isn't.\n")


def test_every_fault_is_told_with_the_file(folder: Path) -> None:
    """On standard error, with the exit code for what a person must mend."""
    source = SAMPLES["csv"].replace(b"10:45 - 11:00", b"noon").replace(b'"45"', b'""')
    (folder / "bad.csv").write_bytes(source)
    code, said, told = ran(folder, "bad.csv", "--into", "plan.yaml", "--yes")
    assert (code, said) == (2, "")
    assert told.splitlines() == [
        "bad.csv: row 3: the session has no end; give it an end or a length.",
        "bad.csv: row 4: 'noon' is not a time of day; write hours and minutes, such as 09:30.",
    ]
    assert (folder / "plan.yaml").read_text("utf-8") == PLAN


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name the schedule to import, or a table to write: plenary import --template agenda.xlsx"),
        (("agenda.csv",), "Name the plan to change, or a new one: plenary import FILE --into PLAN.yaml"),
        (("none.csv", "--into", "plan.yaml"), "none.csv: can't be read (No such file or directory). Check the path."),
        ((".", "--into", "plan.yaml"), ".: can't be read (Is a directory). Check the path."),
        (("--template", "agenda.docx"), "agenda.docx: a template is a table; let its name end with .csv or .xlsx."),
        (
            ("--template", "none/agenda.csv"),
            "none/agenda.csv can't be written (No such file or directory). Choose another",
        ),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, words: tuple[str, ...], said: str) -> None:
    """In one line."""
    code, _, told = ran(folder, *words)
    assert code == 2
    assert told.startswith(said)
    assert len(told.splitlines()) == 1
