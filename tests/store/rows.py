"""Rows for tests of erasing and purging: one in every table, and a search for their words in the files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.domain.announcement_kinds import KINDS
from bot.domain.people.retention import RetentionKind
from bot.store.engine.transaction import Transaction
from bot.store.privacy.register import DEEDS, FACTS, LETTERS, TABLES

INSTANT = "2023-02-20T12:00:00.000000Z"


def columns(transaction: Transaction) -> dict[str, list[tuple[str, str]]]:
    """Return the name and type of each column, by table."""
    tables = [name for (name,) in transaction.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        table: [(row[1], row[2]) for row in transaction.fetch_all(f"PRAGMA table_info({table})")] for table in tables
    }


def files_with(path: Path, words: str) -> list[str]:
    """Return the names of a database's files in whose bytes some words are."""
    files = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    return [file.name for file in files if file.exists() and words.encode() in file.read_bytes()]


def insert(transaction: Transaction, table: str, row: Mapping[str, object]) -> None:
    """Insert a row, given by column."""
    marks = ", ".join(f":{name}" for name in row)
    transaction.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608 - names only


def word(kind: RetentionKind | None) -> str:
    """Return the word that `fill_every_kind` writes for a kind of data; None: for what no purge deletes."""
    return f"zebrafish-{kind or 'stays'}"


def fill_every_kind(transaction: Transaction) -> None:
    """Insert a row into every table with its kind's word in each text, and copies where texts are quoted."""
    transaction.execute("PRAGMA defer_foreign_keys = ON")
    for table, types in columns(transaction).items():
        row: dict[str, object] = {name: 1 if kind == "INTEGER" else word(TABLES[table].kept) for name, kind in types}
        row |= {n: INSTANT for n in row if n.endswith("_at") or n in {"at", "due", "since", "until", "expires"}}
        row |= {"breakout": "b", "id": "b"} if table.startswith("breakout") else {}
        row |= {"status": "present"} if table == "correction" else {}
        row |= {"state": "sent", "kind": "start"} if table == "delivery" else {}
        row |= {"kind": "nudge"} if table == "letter" else {}
        row |= {"message": 2, "author": 1} if table == "transcript_message" else {}
        row |= {"organisation": "customs"} if table == "participant" else {}
        insert(transaction, table, {name: row[name] for name, _ in types})
    for name, kind in DEEDS.items():
        texts = dict.fromkeys(("subject", "former", "latter"), word(kind))
        insert(transaction, "audit", {"id": f"{name}/1", "at": INSTANT, "who": 1, "what": "done", **texts})
    for name, kind in FACTS.items():
        insert(transaction, "fact", {"name": name, "value": word(kind)})
    for name, kind in LETTERS.items():
        letter = {"id": name, "person": 1, "kind": name, "text": word(kind), "written_at": INSTANT, "state": "sent"}
        insert(transaction, "letter", letter)
    for number, (name, declared) in enumerate(KINDS.items(), 100):
        # In one text, because the message of several kinds goes with each of them.
        quoted = " ".join(word(kind) for kind in declared.shows) or word(None)
        sent = {"id": name, "kind": name, "room": "team", "state": "sent", "message_id": number, "problem": quoted}
        subject = quoted if declared.private_subject else name
        insert(transaction, "delivery", sent | {"subject": subject, "due": INSTANT, "expires": INSTANT})
        message = {"message": number, "channel": 1, "author": 0, "name": "Plenary", "written_at": INSTANT}
        insert(transaction, "transcript_message", message | {"text": quoted})
