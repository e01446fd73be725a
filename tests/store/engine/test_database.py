"""The database: writes that wait together are committed together, and what was acknowledged is on disk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot import store as stores
from bot.store.engine import schema, writer
from bot.store.engine.copies import copy_to, damage_in
from bot.store.engine.database import Database
from bot.store.engine.errors import (
    BusyError,
    DamageError,
    DatabaseDamagedError,
    DatabaseInUseError,
    DatabaseUnusableError,
    SchemaError,
    StoreError,
    TransactionError,
)
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction

ROOT = Path(__file__).resolve().parents[3]
OTHER = Path(__file__).with_name("database_process.py")

Work = Callable[[Transaction], Any]


def put(name: str, value: str = "kept") -> Work:
    def work(transaction: Transaction) -> str:
        transaction.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (name, value))
        return name

    return work


async def names(database: Database) -> set[str]:
    return {name for (name,) in await database.read("SELECT name FROM fact WHERE name <> 'id_secret'")}


async def on_writer(database: Database, work: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ANN401 - whatever the work gives
    """Something on the writer's own connection, outside its transactions."""
    opened = database._writer  # noqa: SLF001 - there is no other way to its connection
    assert opened
    return await opened._connection.run(work)  # noqa: SLF001 - likewise


def look(path: Path, sql: str) -> list[Any]:
    """A query on a connection of the test's own."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def beside(path: Path) -> list[str]:
    """The database's files."""
    return sorted(file.name for file in path.parent.glob(f"{path.name}*"))


@contextlib.asynccontextmanager
async def other_process(*arguments: str | Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Another process with the database; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        OTHER,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        # What it said is read to the end, so that its pipe is closed.
        await process.communicate()


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


# --- writes that wait together ---------------------------------------------------------------------------------


async def test_a_thousand_writes_at_once_take_a_few_commits(database: Database) -> None:
    ran: list[str] = []
    await on_writer(database, lambda connection: connection.set_trace_callback(ran.append))
    told = await asyncio.gather(*(database.write(put(f"{n}")) for n in range(1000)))
    await on_writer(database, lambda connection: connection.set_trace_callback(None))
    assert told == [f"{n}" for n in range(1000)]
    assert await names(database) == set(told)
    assert sum(statement.startswith("INSERT") for statement in ran) == 1000
    assert 1 <= ran.count("COMMIT") <= 5


async def test_a_write_is_on_disk_when_its_caller_is_told(database: Database, path: Path) -> None:
    await database.write(put("told"))
    assert look(path, "SELECT value FROM fact WHERE name = 'told'") == [("kept",)]


async def test_writes_are_done_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    order: list[int] = []
    await asyncio.gather(*(database.write(lambda _, n=n: order.append(n)) for n in range(200)))
    assert order == list(range(200))


async def test_work_that_raises_is_undone_alone_and_only_its_caller_hears(database: Database) -> None:
    def half(transaction: Transaction) -> None:
        put("half")(transaction)
        raise ValueError("mine")

    works = [put("before"), half, put("before"), put("after")]
    first, failed, twice, last = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert (first, last) == ("before", "after")
    assert isinstance(failed, ValueError)
    assert isinstance(twice, TransactionError)
    assert "UNIQUE" in str(twice)
    assert await names(database) == {"before", "after"}


async def test_a_cancelled_caller_undoes_nothing(database: Database) -> None:
    tasks = [asyncio.create_task(database.write(put(f"{n}"))) for n in range(10)]
    await asyncio.sleep(0)  # all of them wait now
    tasks[3].cancel()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(told[3], asyncio.CancelledError)
    assert told[:3] + told[4:] == [f"{n}" for n in range(10) if n != 3]
    await database.write(put("next"))
    assert await names(database) == {*(f"{n}" for n in range(10)), "next"}


async def test_a_cancelled_caller_of_failing_work_harms_nobody(database: Database) -> None:
    def fail(_: Transaction) -> None:
        raise ValueError("unheard")

    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    doomed = asyncio.create_task(database.write(fail))
    other = asyncio.create_task(database.write(put("other")))
    await asyncio.sleep(0)
    doomed.cancel()
    assert await other == "other"
    assert isinstance((await asyncio.gather(doomed, return_exceptions=True))[0], asyncio.CancelledError)
    assert unheard == []


async def test_a_full_disk_is_told_to_everyone_who_waits_and_passes(database: Database) -> None:
    await database.write(put("before"))

    def fill(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    await on_writer(database, fill)
    works = [put("small"), put("large", "x" * 100_000), put("late")]
    told = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert all(isinstance(one, TransactionError) and "full" in str(one) for one in told)
    assert await names(database) == {"before"}

    await on_writer(database, lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchall())
    assert await asyncio.gather(*map(database.write, works)) == ["small", "large", "late"]
    assert await names(database) == {"before", "small", "large", "late"}


async def test_a_commit_that_fails_is_told_to_everyone_in_it(database: Database) -> None:
    """A promise that SQLite checks at the commit only."""

    def prepare(transaction: Transaction) -> None:
        transaction.execute("CREATE TABLE one (id INTEGER PRIMARY KEY)")
        transaction.execute("CREATE TABLE other (one INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED)")

    await database.write(prepare)
    works = [put("good"), lambda transaction: transaction.execute("INSERT INTO other VALUES (7)"), put("fine")]
    told = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert [str(one) for one in told] == ["FOREIGN KEY constraint failed"] * 3
    assert await names(database) == set()
    assert await database.write(put("after")) == "after"


async def test_work_that_hides_a_full_disk_ends_nothing_but_itself(database: Database) -> None:
    """SQLite gave up the transaction, and the work raises an error of its own: the writer must live on."""

    def fill(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def hide(transaction: Transaction) -> None:
        try:
            put("large", "x" * 100_000)(transaction)
        except StoreError as failure:
            raise ValueError("no room") from failure

    await on_writer(database, fill)
    async with asyncio.timeout(5):
        told = await asyncio.gather(database.write(hide), database.write(put("other")), return_exceptions=True)
        await on_writer(database, lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchall())
        assert await database.write(put("after")) == "after"
    assert all(isinstance(one, Exception) for one in told)
    assert await names(database) == {"after"}


async def test_closing_finishes_the_writes_that_wait(path: Path) -> None:
    database = await Database.open(path)
    tasks = [asyncio.create_task(database.write(put(f"{n}"))) for n in range(50)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*tasks) == [f"{n}" for n in range(50)]
    assert look(path, "SELECT count(*) FROM fact WHERE name <> 'id_secret'") == [(50,)]


async def test_readers_see_whole_transactions_while_a_write_goes_on(database: Database) -> None:
    def pair(n: int) -> Work:
        def work(transaction: Transaction) -> None:
            put(f"{n}-a")(transaction)
            put(f"{n}-b")(transaction)

        return work

    writing = asyncio.gather(*(database.write(pair(n)) for n in range(300)))
    counts: list[int] = []
    while not writing.done():
        ((count,),) = await database.read("SELECT count(*) FROM fact WHERE name <> 'id_secret'")
        counts.append(count)
    await writing
    assert all(count % 2 == 0 for count in counts)
    assert len(await names(database)) == 600


# --- how the file is opened ------------------------------------------------------------------------------------


async def test_the_file_is_opened_for_power_cuts(database: Database) -> None:
    def pragmas(connection: sqlite3.Connection) -> list[object]:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]

    assert await on_writer(database, pragmas) == ["wal", 2, 1, 250]


async def test_folders_are_made(tmp_path: Path) -> None:
    await write_and_close(tmp_path / "not" / "yet" / "plenary.db", "there")
    assert look(tmp_path / "not" / "yet" / "plenary.db", "SELECT name FROM fact WHERE name <> 'id_secret'") == [
        ("there",)
    ]


async def test_a_path_with_signs_of_an_address_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=memory#b %41 c.db"
    database = await Database.open(path)
    await database.write(put("there"))
    await database.close()
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("there",)]


async def test_a_second_writer_is_told_which_process_has_the_file(database: Database, path: Path) -> None:
    with pytest.raises(DatabaseInUseError, match=rf"process {os.getpid()}\b"):
        await Database.open(path)
    assert await database.write(put("first")) == "first"


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Another program, such as an SQLite browser, has begun to write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        yield


async def test_a_write_that_cannot_begin_is_withdrawn_in_time_and_never_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come later, and those of whole transactions, too; readers don't wait at all."""
    monkeypatch.setattr(writer, "PATIENCE", 0.6)
    with locked(database.path):
        async with asyncio.timeout(2.5):
            first = [asyncio.create_task(database.write(put(f"{n}"))) for n in range(3)]
            await asyncio.sleep(0.4)
            assert await names(database) == set()
            told = await asyncio.gather(*first, database.write(put("late")), database.scrub(), return_exceptions=True)
    assert [type(one) for one in told] == [BusyError] * 5
    assert await database.write(put("after")) == "after"
    assert await names(database) == {"after"}


async def test_a_write_waits_for_a_lock_that_is_short(database: Database) -> None:
    with locked(database.path):
        writing = [asyncio.create_task(database.write(put(f"{n}"))) for n in range(3)]
        await asyncio.sleep(0.6)
    assert await asyncio.gather(*writing) == ["0", "1", "2"]
    assert await names(database) == {"0", "1", "2"}


async def test_a_file_locked_by_another_program_is_a_sentence_at_the_start(path: Path) -> None:
    await write_and_close(path, "there")
    with closing(sqlite3.connect(path, isolation_level=None)) as browser:
        browser.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnusableError, match="locked by another program"):
            await Database.open(path)


async def test_a_file_is_one_database_whatever_names_it(database: Database, path: Path) -> None:
    await database.write(put("mine"))
    soft, hard = path.with_name("soft.db"), path.with_name("hard.db")
    soft.symlink_to(path)
    with pytest.raises(DatabaseInUseError, match="in use"):
        await Database.open(soft)
    hard.hardlink_to(path)
    with pytest.raises(DatabaseUnusableError, match="2 names"):
        await Database.open(hard)


async def test_lists_left_beside_a_link_are_not_passed_over(path: Path, tmp_path: Path) -> None:
    """Who was erased must stay erased, by whichever name the file is opened."""
    await write_and_close(path, "there")
    (tmp_path / "soft.db").symlink_to(path)
    (tmp_path / "soft.db.erased").write_text("\nkey 1 2023-02-20T00:00:00Z")
    with pytest.raises(DatabaseUnusableError, match=r"cat .*soft\.db\.erased >> .*plenary\.db\.erased && rm"):
        await Database.open(tmp_path / "soft.db")


async def test_a_damaged_page_is_noted_by_whoever_comes_upon_it(path: Path) -> None:
    await write_and_close(path, "there")
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'note'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    for find in (
        lambda database: database.read("SELECT * FROM note"),
        lambda database: database.write(lambda transaction: transaction.execute("DELETE FROM note")),
    ):
        database = await Database.open(path)
        assert not database.damage.done()
        with pytest.raises(DamageError, match="malformed"):
            await find(database)
        assert database.damage.done()
        await database.close()
    with pytest.raises(DatabaseDamagedError, match="plenary restore FILE"):
        async with stores.opened(path):
            pass


async def test_a_text_with_a_flipped_bit_hides_no_other(path: Path) -> None:
    await write_and_close(path, "there")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE fact SET value = CAST(x'41ff42' AS TEXT) WHERE name = 'there'")
        connection.commit()
    database = await Database.open(path)
    assert await database.read("SELECT value FROM fact WHERE name = 'there'") == [("A\ufffdB",)]
    await database.close()


@pytest.mark.parametrize("name", ["x" * 300, "circle"])
async def test_a_name_that_leads_to_no_file_is_told(path: Path, name: str) -> None:
    path.with_name("circle").symlink_to("circle")
    for opened in (Database.open, Database.open_to_read):
        with pytest.raises(DatabaseUnusableError, match="can't be used as the database"):
            await opened(path.with_name(name))


async def test_the_file_is_free_again_after_closing(path: Path) -> None:
    for name in ("one", "two"):
        database = await Database.open(path)
        await database.write(put(name))
        await database.close()
    assert look(path, "SELECT count(*) FROM fact WHERE name <> 'id_secret'") == [(2,)]


async def test_another_process_is_refused_and_let_in_when_the_holder_is_killed(path: Path) -> None:
    async with other_process("hold", path) as holder:
        assert await said(holder) == "open"
        with pytest.raises(DatabaseInUseError, match=rf"process {holder.pid}\b"):
            await Database.open(path)
        holder.kill()
        await holder.wait()
        database = await Database.open(path)
        assert await database.write(put("mine")) == "mine"
        await database.close()


async def test_this_process_refuses_another(database: Database, path: Path) -> None:
    async with other_process("hold", path) as refused:
        assert await said(refused) == ""
        assert await refused.wait() == 1
    assert await database.write(put("mine")) == "mine"


async def test_a_reader_beside_the_writer_sees_commits_and_cannot_write(database: Database, path: Path) -> None:
    reader = await Database.open_to_read(path)
    try:
        assert await names(reader) == set()
        await database.write(put("new"))
        assert await names(reader) == {"new"}
        with pytest.raises(TransactionError, match="to read"):
            await reader.write(put("mine"))
        with pytest.raises(TransactionError, match="readonly"):
            await reader.read("INSERT INTO fact VALUES ('mine', '') RETURNING name")
    finally:
        await reader.close()
    assert await names(database) == {"new"}


async def test_a_reader_makes_no_file(path: Path) -> None:
    with pytest.raises(DatabaseUnusableError):
        await Database.open_to_read(path)
    assert beside(path) == []


@pytest.fixture
def minutes(path: Path) -> Path:
    """A file that is no database."""
    path.write_text("Minutes of the meeting, " * 100)
    return path


async def test_a_file_that_is_no_database_is_refused_and_left_alone(minutes: Path) -> None:
    before = minutes.read_bytes()  # noqa: ASYNC240 - a small file
    with pytest.raises(DatabaseUnusableError, match=r"plenary\.db"):
        await Database.open(minutes)
    assert minutes.read_bytes() == before  # noqa: ASYNC240 - a small file


async def test_a_refused_opening_leaves_no_thread(minutes: Path, tmp_path: Path) -> None:
    """A thread that is left reports to a loop that may have ended: a traceback after the sentence."""
    left: set[str] = set()
    for _ in range(20):
        with pytest.raises(DatabaseUnusableError):
            await Database.open(minutes)
        with pytest.raises(DatabaseUnusableError):
            await Database.open_to_read(tmp_path / "missing.db")
        left |= {thread.name for thread in threading.enumerate() if "_connection_worker" in thread.name}
    assert left == set()


# --- the schema ------------------------------------------------------------------------------------------------


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one migration, used in place of the program's own."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_one.sql").write_text("CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);")
    monkeypatch.setattr(schema, "_MIGRATIONS", folder)
    return folder


async def write_and_close(path: Path, name: str) -> None:
    database = await Database.open(path)
    await database.write(put(name))
    await database.close()


def version(path: Path) -> int:
    return look(path, "PRAGMA user_version")[0][0]


def tables(path: Path) -> set[str]:
    return {name for (name,) in look(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


async def test_a_new_file_has_the_newest_schema_and_needs_no_copy(path: Path) -> None:
    await write_and_close(path, "x")
    assert version(path) == len(list((ROOT / "bot/store/engine/migrations").glob("*.sql")))
    assert list(path.parent.glob("*.before-*")) == []


def test_migrations_are_numbered_without_gaps() -> None:
    scripts = sorted((ROOT / "bot/store/engine/migrations").glob("*.sql"))
    assert [int(script.name[:4]) for script in scripts] == list(range(1, len(scripts) + 1))


async def test_a_file_of_a_newer_version_is_refused_in_a_sentence(path: Path) -> None:
    await write_and_close(path, "x")
    known = version(path)
    look(path, "PRAGMA user_version = 99")
    with pytest.raises(SchemaError, match=r"newer Plenary \(schema 99; .*\)\. Install that version"):
        await Database.open(path)
    assert version(path) == 99
    look(path, f"PRAGMA user_version = {known}")
    await write_and_close(path, "y")  # and nothing was left locked


async def test_an_old_file_is_copied_before_it_is_changed(path: Path, migrations: Path) -> None:
    await write_and_close(path, "old")
    (migrations / "0002_two.sql").write_text("CREATE TABLE two (x); DELETE FROM fact;")
    await write_and_close(path, "new")
    copy = path.with_name("plenary.db.before-0002")
    assert (version(path), version(copy)) == (2, 1)
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("new",)]
    assert look(copy, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("old",)]
    assert tables(copy) == {"fact"}


async def test_an_old_file_of_a_killed_process_is_copied_whole(path: Path, migrations: Path) -> None:
    """Its last commits are still in the write-ahead log beside it."""
    async with other_process("write", path, migrations) as other:
        kept = [await said(other) for _ in range(20)][1:]
    (migrations / "0002_two.sql").write_text("DELETE FROM fact;")
    await (await Database.open(path)).close()
    copied = {
        name
        for (name,) in look(path.with_name("plenary.db.before-0002"), "SELECT name FROM fact WHERE name <> 'id_secret'")
    }
    assert set(kept) <= copied
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == []


async def test_a_migration_that_fails_changes_nothing_and_can_be_done_again(path: Path, migrations: Path) -> None:
    await write_and_close(path, "old")
    second = migrations / "0002_two.sql"
    second.write_text("CREATE TABLE two (x);\nDELETE FROM fact;\nINSERT INTO missing VALUES (1);")
    with pytest.raises(DatabaseUnusableError, match="missing"):
        await Database.open(path)
    assert version(path) == 1
    assert tables(path) == {"fact"}
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("old",)]
    second.write_text("CREATE TABLE two (x);")
    await write_and_close(path, "new")
    assert version(path) == 2
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret' ORDER BY name") == [("new",), ("old",)]


async def test_migrations_before_the_one_that_fails_stay_done(path: Path, migrations: Path) -> None:
    await write_and_close(path, "old")
    (migrations / "0002_two.sql").write_text("CREATE TABLE two (x);")
    (migrations / "0003_three.sql").write_text("CREATE TABLE three (x); INSERT INTO missing VALUES (1);")
    with pytest.raises(DatabaseUnusableError):
        await Database.open(path)
    assert version(path) == 2
    assert tables(path) == {"fact", "two"}


async def test_a_migration_that_is_killed_changes_nothing_and_can_be_done_again(path: Path, migrations: Path) -> None:
    await write_and_close(path, "old")
    second = migrations / "0002_two.sql"
    count = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000000) SELECT x FROM n"
    second.write_text(f"CREATE TABLE two (x);\nDELETE FROM fact;\nINSERT INTO two {count};")
    log = path.with_name("plenary.db-wal")
    async with other_process("migrate", path, migrations) as migrating:
        async with asyncio.timeout(20):
            # The log grows when the rows no longer fit in memory: it is in the middle of its work then.
            while size(log) < 1_000_000:
                assert migrating.returncode is None
                await asyncio.sleep(0.01)
        migrating.kill()
        await migrating.wait()
    assert version(path) == 1
    assert tables(path) == {"fact"}
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("old",)]
    second.write_text("CREATE TABLE two (x);")
    await write_and_close(path, "new")
    assert version(path) == 2
    assert look(path.with_name("plenary.db.before-0002"), "SELECT name FROM fact WHERE name <> 'id_secret'") == [
        ("old",)
    ]
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_copy_of_an_open_database_is_whole(database: Database, tmp_path: Path) -> None:
    await asyncio.gather(*(database.write(put(f"{n}")) for n in range(100)))
    copy = tmp_path / "copy.db"
    await on_writer(database, lambda connection: copy_to(connection, copy))
    assert look(copy, "SELECT count(*) FROM fact WHERE name <> 'id_secret'") == [(100,)]


# --- acknowledged means on disk --------------------------------------------------------------------------------


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 3, 5, 8, 13, 34, 89, 233])
async def test_what_was_acknowledged_is_there_after_a_kill(path: Path, milliseconds: int) -> None:
    async with other_process("write", path) as other:
        assert await said(other) == "open"
        first = await said(other)
        await asyncio.sleep(milliseconds / 1000)
        other.kill()
        rest, _ = await other.communicate()
    # The last line may be cut off by the kill.
    told = {first, *rest.decode().rpartition("\n")[0].split()}
    database = await Database.open(path)
    kept = await names(database)
    await database.close()
    assert told <= kept
    # What was kept and not yet told is no more than what waited: 20 at a time.
    assert len(kept - told) <= 20
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_file_moved_with_its_log_keeps_what_was_acknowledged(path: Path, tmp_path: Path) -> None:
    """After a crash the folder may be copied to another machine."""
    async with other_process("write", path) as other:
        told = {await said(other) for _ in range(50)} - {"open"}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in path.parent.glob("plenary.db*"):
        shutil.copy(file, elsewhere)
    database = await Database.open(elsewhere / path.name)
    assert told <= await names(database)
    await database.close()


# --- instants --------------------------------------------------------------------------------------------------


def test_instants_are_kept_to_the_microsecond_in_utc() -> None:
    moment = datetime(2023, 2, 20, 10, 30, 0, 1, timezone(timedelta(hours=1)))
    assert iso_utc(moment) == "2023-02-20T09:30:00.000001Z"
    assert instant(iso_utc(moment)) == moment
    assert instant(iso_utc(moment)).tzinfo == UTC


def test_instants_sort_as_text() -> None:
    moments = [datetime(2023, 2, 20, 9, 59, 59, 999999, UTC) + timedelta(microseconds=n) for n in (0, 1, 2, 10**6)]
    assert sorted(map(iso_utc, moments)) == list(map(iso_utc, moments))
    assert len({len(iso_utc(moment)) for moment in moments}) == 1


async def test_where_nobody_may_write_the_path_and_the_reason_are_told() -> None:
    with pytest.raises(DatabaseUnusableError, match=r"can't be opened: .*Check the path, and that this user may write"):
        await Database.open(Path("/proc/nowhere/plenary.db"))


async def test_what_an_older_program_wrote_is_not_read_as_if_it_were_current(path: Path) -> None:
    await write_and_close(path, "x")
    look(path, "PRAGMA user_version = 1")
    with pytest.raises(SchemaError, match=r"written by an older Plenary\. Start the bot once"):
        await Database.open_to_read(path)
    assert look(path, "SELECT name FROM fact WHERE name <> 'id_secret'") == [("x",)]


async def test_a_clean_end_leaves_everything_in_the_one_file(path: Path) -> None:
    """So that it may be copied alone."""
    await write_and_close(path, "x")
    assert beside(path) == ["plenary.db", "plenary.db.lock"]


async def test_a_row_that_refers_to_nothing_is_damage(database: Database, path: Path, tmp_path: Path) -> None:
    assert await on_writer(database, damage_in) == ""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE one (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE other (one INTEGER REFERENCES one)")
        connection.execute("INSERT INTO other VALUES (7)")
        connection.commit()
        assert damage_in(connection) == "a row of other refers to nothing"
        with pytest.raises(DamageError, match="a row of other refers to nothing"):
            copy_to(connection, tmp_path / "copy.db")
    assert beside(tmp_path / "copy.db") == []
