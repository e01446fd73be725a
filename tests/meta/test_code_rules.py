"""What the code must not do. Each rule is also tried on planted violations. Who may import whom: see pyproject.toml."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pytest

from tests.meta.faults import assert_none

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the repository."""

    path: str
    code: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.code)))

    @cached_property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def lies_in(self, *patterns: str) -> bool:
        return any(fnmatchcase(self.path, pattern) for pattern in patterns)

    @property
    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything imported; `from a import b` imports `a.b`, wherever it stands."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = ".".join(part for part in (self._base(node.level), node.module) if part)
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)

    def _base(self, level: int) -> str:
        if not level:
            return ""
        package = self.module.split(".")
        dropped = level - 1 if self.path.endswith("__init__.py") else level
        return ".".join(package[: len(package) - dropped])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the file's own names stand for: `datetime` for `datetime.datetime`."""
        known: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                # `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
                known |= {
                    a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return known

    def spelled(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for, through the file's imports."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.spelled(node.value)
            return f"{owner}.{node.attr}" if owner else None
        return None


Rule = Callable[[Source], Iterator[str]]


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


PROGRAM: Final = ("bot", "cogs")
TESTS: Final = ("tests",)


@cache
def sources(folders: tuple[str, ...] = PROGRAM) -> list[Source]:
    files = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files]


# --- the rules -------------------------------------------------------------------------------------------------


def no_lookup(source: Source) -> Iterator[str]:
    """A cog isn't looked up either."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in {"get_cog", "cogs"}:
            yield f"{source.path}:{node.lineno} looks up a cog (.{node.attr})"


_SQL = re.compile(
    r"\s*(?:(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE|PRAGMA|BEGIN|ATTACH)\s+\w"
    r"|(?i:select\s.+\sfrom\s|(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s"
    r"|create\s+(?:unique\s+)?(?:table|index|view|trigger)\s))",
    re.DOTALL,
)


def sql_in_store(source: Source) -> Iterator[str]:
    """The only SQL is the store's."""
    if source.lies_in("bot/store/*"):
        return
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
            yield f"{source.path}:{node.lineno} holds SQL: {node.value[:40]!r}"
        if isinstance(node, ast.Name | ast.Attribute) and source.spelled(node) == "sqlite3.connect":
            yield f"{source.path}:{node.lineno} opens a database"


_NOW = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "discord.utils.utcnow",
        "time.gmtime",
        "time.localtime",
        "time.monotonic",
        "time.perf_counter",
        "time.time",
        "time.time_ns",
    }
)

#: Who may ask for the time, which time, and why; everything else is given a clock.
TIME_TELLERS = {
    "bot/clock.py": {"datetime.datetime.now": "it is the clock", "time.monotonic": "a rehearsal's time runs along it"},
    "bot/health.py": {"time.time": "the ages of files are in the machine's own time"},
    "bot/rehearsal/*": {"time.monotonic": "Discord's deadlines stay real, and processes share this clock"},
}


def asked_for_time(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            name = source.spelled(node)
            if name in _NOW:
                yield node.lineno, name


def time_from_the_clock(source: Source) -> Iterator[str]:
    """Time comes from the clock that is passed in."""
    allowed = {name for pattern, names in TIME_TELLERS.items() if source.lies_in(pattern) for name in names}
    for line, name in asked_for_time(source):
        if name not in allowed:
            yield f"{source.path}:{line} asks {name} for the time"


def tasks_kept(source: Source) -> Iterator[str]:
    """The loop holds tasks weakly: one that nobody keeps may vanish under way. A task group keeps its own."""
    groups = {
        item.optional_vars.id
        for node in source.nodes
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name)
        and isinstance(item.context_expr, ast.Call)
        and source.spelled(item.context_expr.func) == "asyncio.TaskGroup"
    }
    for node in source.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            owner = (
                function.value.id
                if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
                else ""
            )
            if called in {"create_task", "ensure_future", "run_coroutine_threadsafe"} and owner not in groups:
                yield f"{source.path}:{node.lineno} starts a task and doesn't keep it"


def no_test_in_a_test(source: Source) -> Iterator[str]:
    """Test modules import no other test module and no conftest: what several of them use has a module of its own."""
    for line, name in source.imports:
        parts = name.split(".")
        if parts[0] == "tests" and any(part == "conftest" or part.startswith("test_") for part in parts):
            yield f"{source.path}:{line} imports {name}: move it to a module whose name doesn't begin with test_"


#: Files that import inside functions, and why. A bot must start fast, and its shell must answer fast.
LATE_IMPORTS = {
    "bot/__main__.py": "the bot starts without the libraries of the command line",
    "bot/cli/main.py": "each command loads what it needs, not what all of them need",
    "bot/cli/series.py": "the same",
    "bot/clock.py": "commands of the shell start without the network",
    "bot/documents/certificates/awards.py": "typst is loaded when somebody asks for a certificate",
    "bot/documents/export/calendars.py": "icalendar is loaded when somebody asks for a calendar",
    "bot/documents/export/formats/xlsx.py": "XlsxWriter is loaded when somebody asks for a spreadsheet",
    "bot/importing/agenda_template.py": "openpyxl is loaded when somebody asks for a spreadsheet to fill in",
    "bot/importing/plan_file.py": "rosters are read only where a plan names one",
    "bot/importing/readers/spreadsheet.py": "openpyxl is loaded when somebody imports a spreadsheet",
    "bot/runtime.py": "uvloop is not made for every system",
    "cogs/export.py": "writers are loaded when somebody asks for a file",
    "cogs/participants.py": "the same",
    "cogs/workshop/schedule_import.py": "readers are loaded when somebody imports a schedule",
}


def late_imports(source: Source) -> Iterator[str]:
    """Imports stand at the top of a file; those inside functions are for the files in LATE_IMPORTS."""
    if source.path in LATE_IMPORTS:
        return
    for function in source.nodes:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{source.path}:{node.lineno} imports in a function: move it up, or add it to LATE_IMPORTS"


#: Each rule, and the folders whose files it is for.
RULES: Mapping[Rule, tuple[str, ...]] = {
    no_lookup: PROGRAM,
    sql_in_store: PROGRAM,
    time_from_the_clock: PROGRAM,
    tasks_kept: PROGRAM,
    late_imports: PROGRAM,
    no_test_in_a_test: TESTS,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    violations = [violation for source in sources(RULES[rule]) for violation in rule(source)]
    assert_none(violations, f"{rule.__doc__}")


# --- the rules themselves --------------------------------------------------------------------------------------

PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (late_imports, "cogs/agenda.py", "def f():\n    import json"),
    (late_imports, "bot/app.py", "async def f():\n    from bot.cli import main"),
    (no_lookup, "cogs/agenda.py", "async def f(client):\n    client.get_cog('Notes')"),
    (no_lookup, "bot/jobs/dispatcher.py", "def f(client):\n    return client.cogs['Notes']"),
    (sql_in_store, "bot/jobs/dispatcher.py", "rows = read('SELECT id FROM note')"),
    (sql_in_store, "cogs/notes.py", "read(f'''\n  DELETE FROM note WHERE id = {1}''')"),
    (sql_in_store, "cogs/notes.py", "read('insert into note values (1)')"),
    (sql_in_store, "cogs/notes.py", "read('update note set title = 1')"),
    (sql_in_store, "bot/app.py", "import sqlite3\nsqlite3.connect('a.db')"),
    (sql_in_store, "bot/app.py", "from sqlite3 import connect as open_it\nopen_it('a.db')"),
    (time_from_the_clock, "bot/jobs/dispatcher.py", "from datetime import datetime, UTC\ndatetime.now(UTC)"),
    (time_from_the_clock, "bot/jobs/dispatcher.py", "import datetime as dt\nnow = dt.datetime.utcnow"),
    (time_from_the_clock, "bot/domain/plan/plan.py", "from datetime import date\ndef f():\n    return date.today()"),
    (time_from_the_clock, "cogs/agenda.py", "from time import time as seconds\nseconds()"),
    (time_from_the_clock, "cogs/agenda.py", "import discord\ndiscord.utils.utcnow()"),
    (time_from_the_clock, "bot/rehearsal/run.py", "import time\ntime.time()"),
    (time_from_the_clock, "bot/platform/rate_limit.py", "import time\ntime.monotonic()"),
    (tasks_kept, "bot/app.py", "import asyncio\nasync def f(c):\n    asyncio.create_task(c)"),
    (tasks_kept, "bot/app.py", "async def f(loop, c):\n    loop.create_task(c)"),
    (tasks_kept, "bot/app.py", "import asyncio\nasync def f(c):\n    asyncio.get_running_loop().create_task(c)"),
    (tasks_kept, "bot/app.py", "from asyncio import ensure_future\nasync def f(c):\n    ensure_future(c)"),
    (no_test_in_a_test, "tests/e2e/test_purge.py", "from tests.e2e.test_reviews import joins"),
    (no_test_in_a_test, "tests/e2e/test_purge.py", "from tests.e2e.conftest import World"),
    (no_test_in_a_test, "tests/e2e/actions.py", "import tests.e2e.test_reviews"),
    (no_test_in_a_test, "tests/e2e/test_purge.py", "from . import test_reviews"),
)


@pytest.mark.parametrize(("rule", "path", "code"), PLANTED)
def test_a_planted_violation_is_found(rule: Rule, path: str, code: str) -> None:
    assert len(list(rule(Source(path, code)))) == 1


HARMLESS = (
    ("cogs/agenda.py", "import discord\nfrom bot.app import Parts"),
    ("cogs/notes/form.py", "from cogs.notes.texts import hint\nfrom . import texts"),
    (
        "bot/domain/plan/plan.py",
        "import re\nfrom pydantic import Field\nfrom bot.domain.agenda.sessions import Agenda\nfrom . import text",
    ),
    ("bot/store/notes.py", "import aiosqlite\nread('SELECT id FROM note')"),
    ("bot/rehearsal/run.py", "import simcord, time\nfrom bot.rehearsal import cast\ntime.monotonic()"),
    ("bot/rehearsal/discord/people.py", "send('DELETE', '/channels/1')\nsend('Update the plan')\nsay('CREATE')"),
    (
        "bot/messages/announcements.py",
        "import discordant\nfrom datetime import datetime\ndatetime.fromisoformat('2023-02-20')",
    ),
    ("bot/messages/announcements.py", "def f(clock):\n    return clock.now()"),
    ("tests/e2e/test_purge.py", "from tests.e2e.actions import share_note\nfrom tests.e2e import world"),
    ("bot/app.py", "import asyncio\nasync def f(c):\n    task = asyncio.create_task(c)\n    await task"),
    (
        "bot/app.py",
        "import asyncio\nasync def f(c):\n    async with asyncio.TaskGroup() as all_:\n        all_.create_task(c)",
    ),
)


@pytest.mark.parametrize(("path", "code"), HARMLESS)
def test_what_is_allowed_is_not_refused(path: str, code: str) -> None:
    rules = [rule for rule, folders in RULES.items() if path.partition("/")[0] in folders]
    assert [violation for rule in rules for violation in rule(Source(path, code))] == []


def test_each_rule_has_a_planted_violation() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def test_every_file_of_the_program_is_read() -> None:
    paths = {source.path for source in sources()}
    assert {
        "bot/domain/plan/plan.py",
        "bot/store/engine/database.py",
        "bot/rehearsal/run.py",
        "cogs/note/forms.py",
    } <= paths


@pytest.mark.parametrize(("pattern", "name"), [(p, name) for p, names in TIME_TELLERS.items() for name in names])
def test_an_exemption_is_in_use(pattern: str, name: str) -> None:
    used = {asked for source in sources() if source.lies_in(pattern) for _, asked in asked_for_time(source)}
    assert name in used


@pytest.mark.parametrize("path", LATE_IMPORTS)
def test_a_late_import_is_in_use(path: str) -> None:
    (source,) = (source for source in sources() if source.path == path)
    inside = [
        node
        for function in source.nodes
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside, f"take {path} out of LATE_IMPORTS in this file: it imports nothing inside a function"


#: Folders of tests that are named by behaviour; all others mirror the rooms of bot.
BY_BEHAVIOUR = ("tests/bench", "tests/crash", "tests/e2e", "tests/meta", "tests/pictures")


def test_every_test_is_in_the_folder_of_its_room() -> None:
    folders = {source.path.rpartition("/")[0] for source in sources(TESTS) if "/test_" in source.path}
    assert "tests/domain" in folders
    mirrored = sorted(folder for folder in folders if not folder.startswith(BY_BEHAVIOUR))
    assert_none(
        [folder for folder in mirrored if not (ROOT / "bot" / folder.removeprefix("tests").lstrip("/")).is_dir()],
        "tests/ROOM/test_FILE.py tests bot/ROOM/FILE.py, but these rooms do not exist: move the tests to their room",
    )
