"""What is written about the program holds: settings, commands, links, dependencies. And what must not be written."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from typer.main import get_group

from bot.app import WorkshopClient
from bot.cli.main import app
from bot.domain.plan import Plan
from bot.domain.venue import DISPENSABLE, NEEDED, PERMISSIONS, RoomForm, permission_bits, permission_words
from bot.messages.i18n import text
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


# --- settings --------------------------------------------------------------------------------------------------

SETTINGS = sorted(Settings.model_fields)


def described(toml: str) -> dict[str, tuple[object, str]]:
    """Each setting in the file, commented out or not: its value, and the comment above it."""
    found: dict[str, tuple[object, str]] = {}
    comment = ""
    for line in toml.splitlines():
        if match := re.fullmatch(r"(?:# )?([a-z_]+ = \S.*)", line):
            ((name, value),) = tomllib.loads(match[1]).items()
            found[name] = (value, comment)
            comment = ""
        else:
            comment = f"{comment}\n{line.removeprefix('# ')}" if line else ""
    return found


def test_settings_in_the_file_are_read_commented_or_not() -> None:
    found = described('# What it is.\n# one = "1"\n\n# The other.\ntwo = 2\n')
    assert found == {"one": ("1", "\nWhat it is."), "two": (2, "\nThe other.")}


def test_the_file_names_every_setting_and_no_other() -> None:
    toml = (ROOT / "config/plenary.toml").read_text("utf-8")
    assert sorted(described(toml)) == SETTINGS


@pytest.mark.parametrize("name", SETTINGS)
def test_the_file_explains_a_setting_and_gives_its_default(name: str) -> None:
    value, comment = described((ROOT / "config/plenary.toml").read_text("utf-8"))[name]
    default = Settings.model_fields[name].default
    assert comment.strip()
    if default is None:
        assert "none by default" in comment
    else:
        assert value == (str(default) if isinstance(default, Path) else default)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_names_a_setting(name: str, readme: str) -> None:
    assert f"`{name}`" in readme or f"PLENARY_{name.upper()}" in readme


# --- commands and keys -----------------------------------------------------------------------------------------


def test_the_readme_names_every_slash_command_and_no_other(client: WorkshopClient, readme: str) -> None:
    there = {c.qualified_name for c in client.tree.walk_commands() if isinstance(c, discord.app_commands.Command)}
    groups = {name.split()[0] for name in there if " " in name}
    named = {
        f"{first} {second}" if first in groups else first
        for first, second in re.findall(r"`/([a-z]+)(?: ([a-z]+))?[^`]*`", readme)
        if second or first not in groups
    }
    assert named == there


def test_the_readme_names_every_command_of_the_command_line_and_no_other(readme: str) -> None:
    assert set(re.findall(r"\bplenary (run|[a-z]+)(?=[ `\n])", commands_in(readme))) == set(get_group(app).commands)


def commands_in(markdown: str) -> str:
    """What is set as code: `inline`, and indented lines that call the program."""
    inline = re.findall(r"`plenary [^`]+`", markdown)
    indented = re.findall(r"^ {4,}.*\bbin/(plenary .*)$", markdown, re.MULTILINE)
    return "\n".join([*inline, *indented, ""])


@pytest.mark.parametrize("key", sorted(Plan.model_fields))
def test_the_readme_names_a_key_of_the_plan(key: str, readme: str) -> None:
    assert re.search(rf"`{key}[.`]", readme)


def test_every_invite_link_asks_for_exactly_what_is_needed(readme: str) -> None:
    links = re.findall(r"https://discord\.com/(?:api/)?oauth2/authorize\?[^\s`)>\"]+", readme)
    assert links
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert query["permissions"] == [str(permission_bits())]
        assert set(query["scope"][0].split()) == {"bot", "applications.commands"}


def test_each_permission_has_one_reason_wherever_it_is_told(readme: str) -> None:
    """In the readme's table, in the invitation of the shell, and in English on Discord."""
    table = re.findall(r"^ {3}\| ([A-Z][\w ]+) \| (.+) \|$", readme, re.MULTILINE)
    without = "; without it, all the rest works"
    told = [(words, reason.removesuffix(without), reason.endswith(without)) for words, reason in table]
    assert told == [(permission_words(name), why, name in DISPENSABLE) for name, (_, why) in PERMISSIONS.items()]
    assert [text("en", f"permission.{name}") for name in PERMISSIONS] == [why for _, why in PERMISSIONS.values()]


def test_whatever_a_room_needs_is_asked_for() -> None:
    assert set(NEEDED) == set(RoomForm)
    assert {name for needed in NEEDED.values() for name in needed} <= set(PERMISSIONS) - DISPENSABLE


def test_files_that_the_readme_names_are_there(readme: str) -> None:
    linked = {link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link}
    named = set(re.findall(r"`((?:bot|cogs|config|docs|tests)/[\w./-]*)`", readme))
    assert [name for name in sorted(linked | named) if not (ROOT / name).exists()] == []


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
    assert {path: lines for path, text in written() if (lines := found(_OWN_PATHS, text))} == {}


def test_nothing_is_left_to_do() -> None:
    assert {path: lines for path, text in written() if (lines := found(_UNFINISHED, text))} == {}


def test_only_the_rehearsal_speaks_of_what_it_is_made_of() -> None:
    allowed = ("bot/rehearsal/", "tests/", "pyproject.toml", "Makefile", "README.md")
    speaking = [path for path, text in written() if "simcord" in text and not path.startswith(allowed)]
    assert speaking == []


def test_the_readme_speaks_of_it_only_where_it_says_how_things_are_built(readme: str) -> None:
    sections = re.split(r"^#+ ", readme, flags=re.MULTILINE)
    titles = {section.splitlines()[0].strip() for section in sections if "simcord" in section}
    assert titles <= {"How it is built"}


# --- modules and dependencies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("top", ["bot", "cogs"])
def test_every_module_says_what_it_is(top: str) -> None:
    files = sorted((ROOT / top).rglob("*.py"))
    assert files
    assert [path.name for path in files if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


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
