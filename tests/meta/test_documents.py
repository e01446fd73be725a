"""The documentation holds: commands, settings, keys, columns, sentences, links and files are those of the program."""

from __future__ import annotations

import ast
import io
import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_origin
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from pydantic import BaseModel
from typer.main import get_group

from bot.cli.main import app
from bot.documents.export.subject import Format
from bot.documents.export.subjects import SUBJECTS
from bot.documents.export.table import Source
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.venue import RoomForm
from bot.domain.venue_permissions import DISPENSABLE, NEEDED, PERMISSIONS, permission_bits, permission_words
from bot.hosting.client import WorkshopClient
from bot.messages.i18n import text
from bot.platform.client import DiscordUnreachableError, TokenRevokedError
from bot.settings import Settings, SettingsError
from bot.store.engine.errors import DatabaseDamagedError, DatabaseUnusableError
from tests.entries import COMMANDS, MENUS
from tests.meta.faults import assert_none, assert_same
from tests.pictures.shots import KEPT

ROOT = Path(__file__).resolve().parents[2]


README = "README.md"
PAGES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / README, *sorted((ROOT / "docs").rglob("*.md")))}
OPERATORS, PLAN, EXPORTS = "docs/operators.md", "docs/organisers/plan.md", "docs/organisers/exports.md"
#: Where the commands of a role are explained.
MANUALS = {
    Role.VISITOR: ("docs/participants.md",),
    Role.PARTICIPANT: ("docs/participants.md",),
    Role.MODERATOR: ("docs/moderators.md",),
    Role.ORGANISER: ("docs/organisers/index.md", EXPORTS, "docs/organisers/report.md"),
}


def page(name: str) -> str:
    return PAGES[name].read_text("utf-8")


def table(markdown: str, first_heading: str) -> list[list[str]]:
    """The rows of the first table whose first column has that heading, without the heading."""
    lines = iter(markdown.splitlines())
    next(line for line in lines if line.startswith(f"| {first_heading} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in itertools.islice(rows, 1, None)]


def coded(markdown: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", markdown)


def test_the_pages_are_read() -> None:
    assert set(MANUALS[Role.ORGANISER]) | {README, OPERATORS, PLAN, "docs/developers.md"} <= set(PAGES)


def test_the_readme_is_short() -> None:
    assert len(page(README).splitlines()) <= 150


# --- settings --------------------------------------------------------------------------------------------------

SETTINGS = sorted(Settings.model_fields)


def described(toml: str) -> dict[str, tuple[object, str]]:
    """Each setting in the file, commented out or not: its value, and the comment above it."""
    settings: dict[str, tuple[object, str]] = {}
    comment = ""
    for line in toml.splitlines():
        if match := re.fullmatch(r"(?:# )?([a-z_]+ = \S.*)", line):
            ((name, value),) = tomllib.loads(match[1]).items()
            settings[name] = (value, comment)
            comment = ""
        else:
            comment = f"{comment}\n{line.removeprefix('# ')}" if line else ""
    return settings


def default_of(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default is None else str(default)


def test_settings_in_the_file_are_read_commented_or_not() -> None:
    settings = described('# What it is.\n# one = "1"\n\n# The other.\ntwo = 2\n')
    assert settings == {"one": ("1", "\nWhat it is."), "two": (2, "\nThe other.")}


def test_the_file_names_every_setting_and_no_other() -> None:
    toml = (ROOT / "config/plenary.toml").read_text("utf-8")
    assert_same(SETTINGS, described(toml).keys(), "edit config/plenary.toml")


@pytest.mark.parametrize("name", SETTINGS)
def test_the_file_explains_a_setting_and_gives_its_default(name: str) -> None:
    value, comment = described((ROOT / "config/plenary.toml").read_text("utf-8"))[name]
    default = Settings.model_fields[name].default
    assert comment.strip()
    if default is None:
        assert "none by default" in comment
    else:
        assert value == (str(default) if isinstance(default, Path) else default)


def test_the_table_of_settings_has_each_with_its_default() -> None:
    rows = [
        (*coded(name), *coded(variable), default) for name, variable, default, _ in table(page(OPERATORS), "setting")
    ]
    shown = {"plan": "none", "clock": "empty"}
    assert rows == [
        (name, f"PLENARY_{name.upper()}", shown.get(name, f"`{default_of(name)}`")) for name in Settings.model_fields
    ]


def test_the_example_of_an_env_file_has_every_variable_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    matches = [re.fullmatch(r"(?:# )?([A-Z_]+)=(.*)", line) for line in lines]
    variables = {match[1]: match[2] for match in matches if match}
    given = {"DISCORD_TOKEN": "", "DISCORD_TOKEN_FILE": "/etc/plenary/token", "PLENARY_PLAN": "workshop/plan.yaml"}
    defaults = {f"PLENARY_{name.upper()}": default_of(name) for name in SETTINGS}
    assert_same(defaults | given, variables, "edit .env.example")


def test_no_page_names_a_setting_that_there_is_not() -> None:
    known = {f"PLENARY_{name.upper()}" for name in SETTINGS} | {"PLENARY_PORT"}  # an example of a wrong one
    named = {name: set(re.findall(r"PLENARY_[A-Z_]+", page(name))) - known for name in PAGES}
    assert_none(
        [f"{name}: {word}" for name, unknown in named.items() for word in sorted(unknown)], "correct these pages"
    )


# --- commands and keys -----------------------------------------------------------------------------------------


def slash_commands(markdown: str, known: Iterable[str]) -> set[str]:
    """The commands that a text names in code: of a group, the group's own name is not counted."""
    groups = {name.split()[0] for name in known if " " in name}
    return {
        f"{first} {second}" if first in groups else first
        for first, second in re.findall(r"`/([a-z]+)(?![\w/])(?: ([a-z]+))?[^`]*`", markdown)
        if second or first not in groups
    }


def test_a_planted_command_is_found() -> None:
    text = "Type `/agenda`, `/note mine`, `/note` or `/note lose` (see /nothing)."
    assert slash_commands(text, {"agenda", "note mine"}) == {"agenda", "note mine", "note lose"}


def test_no_page_names_a_slash_command_that_there_is_not() -> None:
    named = {name: slash_commands(page(name), COMMANDS) - set(COMMANDS) for name in PAGES}
    assert_none(
        [f"{name}: {word}" for name, unknown in named.items() for word in sorted(unknown)], "correct these pages"
    )


@pytest.mark.parametrize("role", MANUALS)
def test_every_slash_command_is_explained_to_those_who_may_use_it(role: Role) -> None:
    named = {command for name in MANUALS[role] for command in slash_commands(page(name), COMMANDS)}
    missing = {command for command, lowest in COMMANDS.items() if lowest is role} - named
    assert_none(sorted(missing), f"explain these in {MANUALS[role][0]}")


def shell_commands(markdown: str) -> set[str]:
    """The commands of `plenary` that a text names: in code, and in indented blocks."""
    code = [*re.findall(r"`plenary [^`]+`", markdown), *re.findall(r"^ {4,}.*$", markdown, re.MULTILINE)]
    return set(re.findall(r"(?:^|[`/ ])plenary ([a-z]+)\b", "\n".join(code), re.MULTILINE))


def test_every_command_of_the_shell_is_in_the_table() -> None:
    named = [command for row in table(page(OPERATORS), "command") for command in coded(row[0])]
    expected = [f"plenary {command}" for command in get_group(app).commands]
    assert_same(expected, named, f"edit the table of commands in {OPERATORS}")


def test_no_page_names_a_command_of_the_shell_that_there_is_not() -> None:
    # `docker compose exec plenary plenary health`, `docker build -t plenary`, `useradd … plenary`
    known = {*get_group(app).commands, "plenary"}
    named = {name: shell_commands(page(name)) - known for name in PAGES}
    assert_none(
        [f"{name}: {word}" for name, unknown in named.items() for word in sorted(unknown)], "correct these pages"
    )


def test_no_page_names_a_target_of_make_that_there_is_not() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    calls = re.compile(r"(?:`|^ {4})make ([a-z0-9]+)", re.MULTILINE)
    named = {name: set(calls.findall(page(name))) - targets for name in PAGES}
    assert_none(
        [f"{name}: {word}" for name, unknown in named.items() for word in sorted(unknown)], "correct these pages"
    )


def part_of(annotation: object) -> type[BaseModel] | None:
    """The part of a plan that a key holds, or of which it holds a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := part_of(inner))), None)


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The keys of a part of a plan, with those of its own parts behind a dot; a list of parts is one key."""
    for name, field in model.model_fields.items():
        part = part_of(field.annotation)
        if part is None or get_origin(field.annotation) is tuple:
            yield f"{prefix}{name}"
        else:
            yield from keys_of(part, f"{prefix}{name}.")


def listed_parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Each key that holds a list of parts, also in parts, with what it lists."""
    for name, field in model.model_fields.items():
        if part := part_of(field.annotation):
            if get_origin(field.annotation) is tuple:
                yield name, part
            yield from listed_parts(part)


def test_the_table_of_the_plan_has_every_key_and_no_other() -> None:
    named = [key for row in table(page(PLAN), "key") for key in coded(row[0])]
    assert_same(list(keys_of(Plan)), named, f"edit the table of keys in {PLAN}")


def test_the_table_of_a_session_has_every_key_and_no_other() -> None:
    rows = table(page(PLAN).partition("A session has these keys")[2], "key")
    session = dict(listed_parts(Plan))["sessions"]
    named = [key for row in rows for key in coded(row[0])]
    assert_same(session.model_fields.keys(), named, f"edit the table of a session in {PLAN}")


def test_the_plans_page_names_every_key_of_its_lists() -> None:
    lists = dict(listed_parts(Plan))
    assert {"topics", "rooms", "days", "sessions", "speakers", "materials"} == set(lists)
    named = set(coded(page(PLAN)))
    missing = {key: set(part.model_fields) - named for key, part in lists.items()}
    assert_none(
        [f"{key}: {name}" for key, names in missing.items() for name in sorted(names)], f"explain these in {PLAN}"
    )


# --- exports ---------------------------------------------------------------------------------------------------


def test_the_table_of_subjects_has_each() -> None:
    rows = [(row[0], *coded(row[1])) for row in table(page(EXPORTS), "subject")]
    expected = [(subject, f"/export {subject}") for subject in SUBJECTS]
    assert_same(expected, rows, f"edit the table of subjects in {EXPORTS}")


def test_the_table_of_formats_has_each() -> None:
    assert [coded(row[0]) for row in table(page(EXPORTS), "format")] == [[str(form)] for form in Format]


async def test_the_table_of_columns_has_those_of_each_subject_in_their_order(client: WorkshopClient) -> None:
    source = Source(client.workshop.programme, client.workshop.store, datetime.now(UTC))
    rows = {row[0]: coded(row[1]) for row in table(page(EXPORTS).partition("## Columns")[2], "subject")}
    for name, subject in SUBJECTS.items():
        columns = [re.sub("^title_..$", "title_…", column) for column in (await subject.table(source)).columns]
        assert rows[name] == list(dict.fromkeys(columns)), f"the columns of {name} in {EXPORTS}"


# --- permissions -----------------------------------------------------------------------------------------------


def test_every_invite_link_asks_for_exactly_what_is_needed() -> None:
    links = re.findall(r"https://discord\.com/(?:api/)?oauth2/authorize\?[^\s`)>\"]+", page(OPERATORS))
    assert links
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert query["permissions"] == [str(permission_bits())]
        assert set(query["scope"][0].split()) == {"bot", "applications.commands"}


def test_each_permission_has_one_reason_wherever_it_is_told() -> None:
    """In the operators' table, in the invitation of the shell, and in English on Discord."""
    without = "; without it, all the rest works"
    rows = table(page(OPERATORS), "permission")
    shown = [(words, reason.removesuffix(without), reason.endswith(without)) for words, reason in rows]
    assert shown == [(permission_words(name), why, name in DISPENSABLE) for name, (_, why) in PERMISSIONS.items()]
    assert [text("en", f"permission.{name}") for name in PERMISSIONS] == [why for _, why in PERMISSIONS.values()]


def test_whatever_a_room_needs_is_asked_for() -> None:
    assert set(NEEDED) == set(RoomForm)
    assert {name for needed in NEEDED.values() for name in needed} <= set(PERMISSIONS) - DISPENSABLE


# --- what the bot says -----------------------------------------------------------------------------------------


def english() -> Catalog:
    return read_po(io.BytesIO((ROOT / "config/locales/en.po").read_bytes()))


def said() -> str:
    """Every text in the code and every English sentence, with … for each value that is filled in."""
    texts: list[str] = []
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append(
                    "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    for message in english():
        forms = [message.string] if isinstance(message.string, str) else message.string or ()
        texts += [re.sub(r"\{\w+\}", "…", form) for form in forms]
    return "\n".join(texts)


def test_every_sentence_in_the_troubleshooting_is_one_that_somebody_may_read() -> None:
    rows, all_texts = table(page(OPERATORS), "you read"), said()
    assert len(rows) > 20
    assert_none([row[0] for row in rows if row[0] not in all_texts], f"nobody reads these: correct {OPERATORS}")


def test_every_button_in_the_manuals_is_there() -> None:
    """In these two pages, bold in the middle of a sentence is what somebody presses, or a step's name."""
    labels = {text("en", key) for key in button_keys()} | set(MENUS) | {"+5 min"}
    for name in ("docs/participants.md", "docs/moderators.md"):
        bold = {words for words in re.findall(r"\*\*([^*]+)\*\*", page(name)) if not words.endswith(".")}
        assert bold - labels == {"run of show"} & bold, f"{name} names buttons that are not there"


def button_keys() -> list[str]:
    return [str(message.id) for message in english() if str(message.id).startswith("button.")]


# --- links and files -------------------------------------------------------------------------------------------


def anchors(markdown: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    dead: list[str] = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if "://" not in link:
            file, _, anchor = link.partition("#")
            target = (PAGES[name].parent / file).resolve() if file else PAGES[name]
            if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
                dead.append(link)
    assert_none(dead, f"these links of {name} lead nowhere")


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    named = set(re.findall(r"`((?:bot|cogs|config|docs|tests)/[\w./-]*)`", page(name)))
    named |= set(re.findall(r"\b((?:config|tests)/[\w./-]+\w)", page(name)))
    # What is in capitals stands for any name.
    missing = [file for file in sorted(named) if file.islower() and not (ROOT / file).exists()]
    assert_none(missing, f"{name} names these; correct it")


def test_every_page_is_in_the_menu_of_the_website() -> None:
    menu = set(re.findall(r'"([\w/]+\.md)"', (ROOT / "zensical.toml").read_text("utf-8")))
    assert_same(set(PAGES) - {README}, {f"docs/{name}" for name in menu}, "edit the menu in zensical.toml")


def test_every_picture_that_is_made_is_shown_and_no_other_is_kept() -> None:
    shown = {link for name in PAGES for link in re.findall(r"pictures/(\w+\.png)", page(name))}
    assert shown == {path.name for path in (ROOT / "docs/pictures").iterdir()} == {f"{name}.png" for name in KEPT}


# --- files for servers -----------------------------------------------------------------------------------------


def test_the_compose_file_gives_the_container_what_it_needs() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    variables = services["plenary"]["environment"]
    assert {f"PLENARY_{name.upper()}" for name in SETTINGS} >= set(variables)
    mounted = [volume.split(":")[1] for volume in services["plenary"]["volumes"]]
    assert all(value.startswith(tuple(mounted)) for value in variables.values()), "a path outside of the volumes"


def test_the_service_does_not_start_again_what_a_person_must_fix() -> None:
    unit = (ROOT / "plenary.service").read_text("utf-8")
    never = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    faults = (SettingsError, DatabaseUnusableError, TokenRevokedError, DatabaseDamagedError)
    assert never
    assert sorted(set(never[1].split())) == sorted({str(fault.exit_code) for fault in faults})
    assert str(DiscordUnreachableError.exit_code) not in never[1].split()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
def test_the_service_is_one_that_systemd_understands(tmp_path: Path) -> None:
    unit = (ROOT / "plenary.service").read_text("utf-8").replace("/opt/plenary/.venv/bin/plenary", sys.executable)
    (tmp_path / "plenary.service").write_text(unit, "utf-8")
    run = subprocess.run(  # noqa: S603 - a program of this machine
        [shutil.which("systemd-analyze") or "", "verify", str(tmp_path / "plenary.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
