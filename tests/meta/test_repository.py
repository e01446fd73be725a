"""The repository keeps its own rules: what must not be written, what a module says, which dependencies there are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.meta.faults import assert_none

ROOT = Path(__file__).resolve().parents[2]

# --- what must not be written ----------------------------------------------------------------------------------

TOPS = ("bot", "cogs", "config", "docs", "tests", ".ci", ".github")
WRITTEN = {".md", ".py", ".yaml", ".yml", ".toml", ".sql", ".po", ".txt", ".html", ".css", ".js", ""}


def written() -> Iterator[tuple[str, str]]:
    """Every text file of the project, by its path."""
    nested = (path for top in TOPS for path in (ROOT / top).rglob("*"))
    for path in sorted({*nested, *ROOT.glob("[!.]*"), *ROOT.glob(".*ignore")}):
        if path.is_file() and path.suffix in WRITTEN and "__pycache__" not in path.parts:
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


# Written so that this file doesn't hold them itself.
_OWN_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|tmp/bash_jobs[.\w]*)/")
_UNFINISHED = re.compile(r"\b(?:TO(?:)DO|FIX(?:)ME|X(?:)XX|HA(?:)CK)\b")


def found(pattern: re.Pattern[str], text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"{number}: {line.strip()[:80]}" for number, line in lines if pattern.search(line)]


def test_planted_words_are_found() -> None:
    assert len(found(_OWN_PATHS, "see /wo" + "rk/a\nor '/ro" + "ot/.cache'\nconfig/work/a\n/workshop/a")) == 2
    assert len(found(_UNFINISHED, "# TO" + "DO later\nFIX" + "ME\nmethod to do it")) == 2


def test_many_files_are_read() -> None:
    paths = {path for path, _ in written()}
    assert {"bot/app.py", "config/plenary.toml", "config/locales/ar.po", "Makefile", "pyproject.toml"} <= paths


def test_no_file_names_a_path_of_one_machine() -> None:
    assert_none(
        [f"{path}:{line}" for path, text in written() for line in found(_OWN_PATHS, text)], "write no such path"
    )


def test_nothing_is_left_to_do() -> None:
    assert_none([f"{path}:{line}" for path, text in written() for line in found(_UNFINISHED, text)], "do it now")


# --- modules and dependencies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("top", ["bot", "cogs"])
def test_every_module_says_what_it_is(top: str) -> None:
    files = sorted((ROOT / top).rglob("*.py"))
    assert files
    bare = [path.relative_to(ROOT) for path in files if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert_none(bare, "say in a docstring what each of these is")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def dependencies() -> list[str]:
    return [*project()["project"]["dependencies"], *(d for ds in project()["dependency-groups"].values() for d in ds)]


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_says_what_it_is_for(dependency: str) -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    # The same name may stand among the build's own requirements, which pyproject.toml lists in one line.
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(f'"{dependency}"'))
    beside = lines[at].partition(f'"{dependency}",')[2].strip()
    above = lines[at - 1].strip()
    assert re.match(r"# \S.{5}", beside) or re.match(r"# \S.{5}", above), f"{dependency} has no reason"


LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(file: str) -> dict[str, str]:
    """Requirement to all of its lines."""
    entries = re.findall(r"^(?!#)(\S.*(?:\n[ \t]+.*)*)", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    return {entry.split()[0]: entry for entry in entries}


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_file_pins_everything_by_its_hash_and_names_no_place(file: str) -> None:
    assert len(locked(file)) > 20
    for requirement, entry in locked(file).items():
        assert re.fullmatch(r"[a-z0-9.-]+(\[[a-z,]+\])?==[\w.+!]+", requirement)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), requirement
    text = (ROOT / file).read_text("utf-8")
    assert re.findall(r"\S*(?:https?:|://|git\+|file:| @ |--index-url|--find-links)\S*", text) == []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=~<>;! ]", name)[0]).lower()


def test_every_dependency_is_locked() -> None:
    asked = project()["project"]["dependencies"]
    kept = {file: {normal(name) for name in locked(file)} for file in LOCKS}
    assert {normal(name) for name in asked} <= kept["requirements.lock"]
    assert {normal(name) for name in dependencies()} | kept["requirements.lock"] <= kept["requirements-dev.lock"]


def test_both_lock_files_hold_the_same_versions() -> None:
    run, dev = (dict(name.split("==") for name in locked(file)) for file in LOCKS)
    assert {name: version for name, version in run.items() if dev[name] != version} == {}
