"""The schema: numbered migrations, each in a transaction, after a copy of the file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store.engine.content_folder import copy_contents, folder_of
from bot.store.engine.copies import copy_to
from bot.store.engine.errors import SchemaError

_MIGRATIONS = Path(__file__).with_name("migrations")


def schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the number of a file's newest migration; 0 if it has none. Raises SchemaError if it is not known here."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > (known := len(_scripts())):
        raise SchemaError(
            f"{path} was written by a newer Plenary (schema {version}; this one knows {known}). "
            "Install that version, or give this one a database of its own."
        )
    return version


def require_current(connection: sqlite3.Connection, path: Path) -> None:
    """Raise SchemaError unless a file has the newest schema."""
    if schema_of(connection, path) < len(_scripts()):
        raise SchemaError(f"{path} was written by an older Plenary. Start the bot once: it brings the file up to date.")


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file's schema up to date. Raises SchemaError, and what SQLite and the system raise."""
    scripts = _scripts()
    version = schema_of(connection, path)
    # SQLite opens a read-only file without complaint; a write that changes nothing fails.
    connection.execute(f"PRAGMA user_version = {version}")
    if 0 < version < len(scripts):
        copy = path.with_name(f"{path.name}.before-{version + 1:04}")
        copy_contents(folder_of(path), folder_of(copy))
        copy_to(connection, copy)
    for number, script in enumerate(scripts[version:], version + 1):
        # One transaction with its version: if the process is killed in it, the next start runs it again.
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script.read_text('utf-8')}\nPRAGMA user_version = {number};\nCOMMIT;"
        )


def _scripts() -> list[Path]:
    return sorted(_MIGRATIONS.glob("[0-9]*.sql"))
