"""The register of personal data has every table, column and kind of text that there is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.people.direct_messages import DirectMessageKind
from bot.domain.people.retention import RetentionKind
from bot.settings import ROOT
from bot.store.engine.database import Database
from bot.store.engine.sqlite import file_transaction
from bot.store.privacy import register
from bot.store.privacy.register import DEEDS, FACTS, LETTERS, TABLES
from tests.store.rows import columns

FILE = Path(register.__file__).relative_to(ROOT)


async def test_every_table_and_column_is_in_the_register(path: Path) -> None:
    database = await Database.open(path)
    await database.close()
    with file_transaction(path) as transaction:
        schema = {(table, name) for table, every in columns(transaction).items() for name, _ in every}
    registered = {(name, column) for name, table in TABLES.items() for column in table.columns}
    assert schema - registered == set(), f"say in {FILE} whose text or account these hold, and what becomes of it"
    assert registered - schema == set(), f"take these out of {FILE}"


@pytest.mark.parametrize("name", TABLES)
def test_a_column_is_registered_once(name: str) -> None:
    table = TABLES[name]
    words = f"{table.plain} {table.author} {table.subject} {table.both} {table.programme}".split()
    assert len(words) == len(set(words))


def test_every_kind_of_text_is_in_the_register() -> None:
    assert LETTERS.keys() == set(DirectMessageKind), f"say in {FILE} what each kind of private message quotes"
    entries = set(_first_parts("AuditEntry", "audit_entry"))
    assert entries == DEEDS.keys(), f"say in {FILE} what each kind of audit entry quotes"
    assert set(_first_parts("put", "once", "write_once")) == FACTS.keys(), f"say in {FILE} what each fact holds"


@pytest.mark.parametrize("kind", RetentionKind)
def test_what_a_purge_counts_has_a_name(kind: RetentionKind) -> None:
    assert all(table.called for table in TABLES.values() if table.kept is kind)


def _first_parts(*functions: str) -> Iterator[str]:
    """The first part of the key that each call of these functions begins with, in the program's source."""
    trees = [ast.parse(path.read_text("utf-8")) for folder in ("bot", "cogs") for path in (ROOT / folder).rglob("*.py")]
    constants = {
        target.id: node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _called(node.func, functions):
                key = node.args[0]
                key = constants.get(key.id, key) if isinstance(key, ast.Name) else key
                key = key.values[0] if isinstance(key, ast.JoinedStr) else key
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value.partition("/")[0]


def _called(function: ast.expr, names: tuple[str, ...]) -> bool:
    """Whether a call is of one of these: `AuditEntry(…)`, `context.audit_entry(…)`, `facts.put(…)`."""
    if isinstance(function, ast.Name):
        return function.id in names
    owner = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in names
        and owner.endswith(("audit", "context", "facts", "direct_messages"))
    )
