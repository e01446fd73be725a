"""The database: one file, one writer that commits together what waits together, readers of their own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import aiosqlite

from bot.store.engine.file_modes import close_to_others, files_of
from bot.store.engine.lock import DatabaseDamagedError, DatabaseUnusableError, WriterLock

T = TypeVar("T")
Row = tuple[Any, ...]
Work = Callable[[sqlite3.Connection], T]
Parameters = Sequence[Any] | Mapping[str, Any]

_MIGRATIONS = Path(__file__).with_name("migrations")

#: How the name of a copy ends that is still being made, or that a killed process left behind.
PART = ".part"

# FULL, not NORMAL: with NORMAL a commit survives a kill but not a power cut, and "acknowledged" must mean both.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Another program may hold the file's write lock: a press must still be answered within 3 s (see _PATIENCE).
    "PRAGMA busy_timeout = 250",
    # What is deleted is overwritten.
    "PRAGMA secure_delete = ON",
)


#: Rows read at a time where they may be a million.
_PAGE = 2_000

#: Seconds after which a write that could not begin is withdrawn: Discord wants an answer within 3 s.
_PATIENCE = 2.0
#: Files beside the database that outlive a restored copy. They stand beside the file itself, not beside a link to it.
_KEPT_BESIDE = (".erased", ".exports")


class SchemaError(DatabaseUnusableError):
    """The file was written by a newer version of the program, or by an older one and can't be brought up to date."""


class _Connection(aiosqlite.Connection):
    """A connection on a thread of its own, on which a whole transaction is one hop."""

    async def run(self, work: Work[T]) -> T:
        # NOTE: aiosqlite offers single statements only; each would be a hop of 30 µs to its thread and back.
        hop = cast("Callable[..., Awaitable[T]]", self._execute)  # pyright: ignore[reportUnknownMemberType]
        return await hop(work, self._conn)

    async def ended(self) -> None:
        """Wait for the thread of a connection that could not be opened.

        NOTE: aiosqlite tells it to stop and leaves it; it would report to a loop that may have ended by then.
        """
        await asyncio.to_thread(self._thread.join)

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        # NOTE: aiosqlite hands on names too, and says otherwise.
        return cast("list[Row]", await self.execute_fetchall(sql, cast("Sequence[Any]", parameters)))


def _text(stored: bytes) -> str:
    # A flipped bit in a text must not hide all that stands beside it.
    return stored.decode(errors="replace")


async def _connect(path: Path, *, writable: bool) -> _Connection:
    def open_file() -> sqlite3.Connection:
        mode = "rwc" if writable else "ro"
        # Autocommit: transactions begin and end where the code says so.
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
        connection.text_factory = _text
        for pragma in _PRAGMAS if writable else _PRAGMAS[2:4]:
            connection.execute(pragma)
        return connection

    connection = _Connection(open_file, 64)
    try:
        await connection
    except sqlite3.Error:
        await connection.ended()
        raise
    return connection


def _code(failure: BaseException) -> int:
    """SQLite's primary result code of a failure; 0 if it has none."""
    return getattr(failure, "sqlite_errorcode", 0) & 0xFF


def is_damage(failure: BaseException) -> bool:
    """Whether SQLite says that the file itself is damaged."""
    return _code(failure) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_malformed(failure: BaseException) -> bool:
    """Whether a page of the file makes no sense, though it begins as a database does."""
    return _code(failure) == sqlite3.SQLITE_CORRUPT


def is_locked(failure: BaseException) -> bool:
    """Whether another program holds the file's lock, so that nothing was begun."""
    return _code(failure) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _unusable(path: Path, failure: sqlite3.Error | OSError | RuntimeError) -> DatabaseUnusableError:
    if is_malformed(failure):
        return DatabaseDamagedError(path, failure)
    if is_locked(failure):
        return DatabaseUnusableError(
            f"{path} is locked by another program, such as an SQLite browser. Close it there, then try again."
        )
    return DatabaseUnusableError(
        f"{path} can't be used as the database: {failure}. Check that it is Plenary's file and that this user may "
        "read and write it; to begin again, name another file."
    )


def _real(path: Path) -> Path:
    """The file itself, where a link names it. Raises DatabaseUnusableError if lists were left beside the link."""
    try:
        real = path.resolve()
        pairs = [(path.with_name(path.name + ending), real.with_name(real.name + ending)) for ending in _KEPT_BESIDE]
        astray = [(left, there) for left, there in pairs if left.exists() and left.resolve() != there.resolve()]
    except (OSError, RuntimeError) as failure:  # a name that is too long; links in a circle
        raise _unusable(path, failure) from None
    if astray:
        left, there = astray[0]
        raise DatabaseUnusableError(
            f"{path} is a link to {real}, and {left.name} must stand beside the file itself. "
            f"Type: cat {left} >> {there} && rm {left}"
        )
    return real


def require_one_name(path: Path) -> None:
    """Refuse a file with hard links: by another name, another process would write with a log and a lock of its own."""
    names = path.stat().st_nlink if path.exists() else 1
    if names > 1:
        raise DatabaseUnusableError(
            f"{path} has {names} names (hard links), so two programs could write to it without knowing of each other. "
            f"Remove the others; this lists them: find / -xdev -samefile {path}"
        )


@dataclass(slots=True)
class _Waiting:
    work: Work[Any]
    done: asyncio.Future[Any]
    alone: bool
    """Whether it must run outside of any transaction."""
    until: float
    """The loop's time at which it is withdrawn, unless it has begun."""


class _Writer:
    """Commits together what waits together: 5,000 waiting writes then take 0.13 s instead of 2.9 s."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._waiting: list[_Waiting] = []
        self._called = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._serve(), name="database writer")

    async def write(self, work: Work[T], *, alone: bool = False) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Waiting(work, done, alone, loop.time() + _PATIENCE))
        self._called.set()
        # Whoever is cancelled here only stops waiting: the work is done all the same.
        return await done

    async def close(self) -> None:
        self._closing = True
        self._called.set()
        await self._task
        await self._connection.close()

    async def _serve(self) -> None:
        while not self._closing or self._waiting:
            await self._called.wait()
            self._called.clear()
            batch, self._waiting = self._waiting, []
            if together := [one for one in batch if not one.alone]:
                await self._commit(together)
            for one in batch:
                if one.alone:
                    await self._run_alone(one)

    async def _run_alone(self, one: _Waiting) -> None:
        try:
            outcome = await self._connection.run(one.work)
        except Exception as failure:  # noqa: BLE001 - who waits is told, and the writer lives on
            self._fail([one], failure)
        else:
            _settle(one.done, outcome)

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = await self._connection.run(lambda connection: _transact(connection, batch))
        except Exception as failure:  # noqa: BLE001 - everyone who waits is told, and the writer lives on
            self._fail(batch, failure)
            return
        for one, outcome in zip(batch, outcomes, strict=True):
            _settle(one.done, outcome)

    def _fail(self, batch: list[_Waiting], failure: Exception) -> None:
        """Report a failure to everyone who waits; who was only locked out and is not late yet waits on."""
        now = asyncio.get_running_loop().time()
        patient = [one for one in batch if is_locked(failure) and now < one.until]
        for one in batch:
            if one not in patient:
                _settle(one.done, failure)
        if patient:
            self._waiting = patient + self._waiting
            self._called.set()


class Database:
    """An open database. `write` returns after the commit; whoever is told "saved" can rely on it."""

    def __init__(self, path: Path, reader: _Connection, writer: _Writer | None, lock: WriterLock | None) -> None:
        self.path = path
        self.damage: asyncio.Future[sqlite3.DatabaseError] = asyncio.get_running_loop().create_future()
        """Done with SQLite's error once the file is found damaged."""
        self._reader = reader
        self._writer = writer
        self._lock = lock

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the file, or make it, and bring its schema up to date.

        Raises DatabaseUnusableError: DatabaseInUseError if another process writes to it, SchemaError if a newer
        program did, DatabaseDamagedError.
        """
        path = _real(path)
        require_one_name(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = WriterLock.take(path)
        except OSError as failure:
            raise DatabaseUnusableError(
                f"{path} can't be opened: {failure.strerror}. Check the path, and that this user may write there."
            ) from None
        connection = None
        try:
            connection = await _connect(path, writable=True)
            await connection.run(lambda opened: _migrate(opened, path))
            reader = await _connect(path, writable=False)
            await asyncio.to_thread(lambda: close_to_others(files_of(path)))
        except BaseException as failure:
            # A connection left open keeps the process alive for ever.
            if connection is not None:
                await connection.close()
            lock.release()
            if isinstance(failure, sqlite3.Error | OSError):
                raise _unusable(path, failure) from None
            raise
        return cls(path, reader, _Writer(connection), lock)

    @classmethod
    async def open_to_read(cls, path: Path) -> Self:
        """Open a file to read from, beside the process that writes to it. Raises as `open` does."""
        path = _real(path)
        try:
            connection = await _connect(path, writable=False)
        except sqlite3.Error as failure:
            raise _unusable(path, failure) from None
        try:
            await connection.run(lambda opened: _require_current(opened, path))
        except BaseException as failure:
            await connection.close()
            if isinstance(failure, sqlite3.Error):
                raise _unusable(path, failure) from None
            raise
        return cls(path, connection, None, None)

    async def close(self) -> None:
        """Finish the writes that wait, then let go of the file, whose log is then empty: it may be copied alone."""
        # The writer last: only a connection that may write can put what the log holds into the file.
        await self._reader.close()
        if self._writer:
            await self._writer.close()
        if self._lock:
            self._lock.release()

    async def write(self, work: Work[T]) -> T:
        """Run `work` in the next transaction; its result comes after the commit.

        Work that raises is undone alone, and its error is raised here. If the commit itself fails (disk full),
        everyone in it gets that error. Cancelling the caller does not undo the write.
        """
        if self._writer is None:
            raise sqlite3.OperationalError("this database was opened to read from")
        with self._noting_damage():
            return await self._writer.write(work)

    async def scrub(self) -> bool:
        """Leave no byte of what was deleted in the file and its log; False if somebody was reading meanwhile.

        Writes wait for as long as it takes: 0.1 s for each 10 MB or so.
        """
        if self._writer is None:
            raise sqlite3.OperationalError("this database was opened to read from")
        return await self._writer.write(_scrub, alone=True)

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """The rows of a query, as of now; in one hop."""
        with self._noting_damage():
            return await self._reader.fetch(sql, parameters)

    async def pages(self, sql: str) -> AsyncGenerator[list[Row], None]:
        """The rows of a query, as of the first page, a page at a time: for more than should be in memory at once.

        On a connection of its own, because whatever else is read on one meanwhile would be as old.
        """
        connection = await _connect(self.path, writable=False)
        try:
            with self._noting_damage():
                async with connection.execute(sql) as cursor:
                    while page := cast("list[Row]", await cursor.fetchmany(_PAGE)):
                        yield page
        finally:
            await connection.close()

    @contextmanager
    def _noting_damage(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as failure:
            if is_damage(failure) and not self.damage.done():
                self.damage.set_result(failure)
            raise


def _settle(done: asyncio.Future[Any], outcome: object) -> None:
    if done.cancelled():
        return
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)


def _scrub(connection: sqlite3.Connection) -> bool:
    # secure_delete overwrites the cells of deleted rows, but not their copies in pages that were once split.
    connection.execute("VACUUM")
    # A reader is not waited for: everybody's writes would wait too.
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(_PRAGMAS[3])
    return not busy


def _transact(connection: sqlite3.Connection, batch: Sequence[_Waiting]) -> list[Any]:
    try:
        return _in_transaction(connection, lambda: [one.work(connection) for one in batch])
    except Exception as failure:
        if is_locked(failure):
            raise
        if len(batch) == 1:
            return [failure]
    # Somebody's work raised, or the commit did: nothing was kept. So each is tried by itself, which takes longer.
    return _in_transaction(connection, lambda: [_attempt(connection, one.work) for one in batch])


def _in_transaction(connection: sqlite3.Connection, work: Callable[[], list[Any]]) -> list[Any]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = work()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _attempt(connection: sqlite3.Connection, work: Work[Any]) -> object:
    connection.execute("SAVEPOINT one")
    try:
        result = work(connection)
    except Exception as failure:
        if not connection.in_transaction:
            raise  # SQLite itself gave up the transaction (disk full): nobody's work is kept.
        connection.execute("ROLLBACK TO one")
        result = failure
    connection.execute("RELEASE one")
    return result


def _scripts() -> list[Path]:
    return sorted(_MIGRATIONS.glob("[0-9]*.sql"))


def schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """The number of a file's newest migration; 0 if it has none. Raises SchemaError for one that is yet to come."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > (known := len(_scripts())):
        raise SchemaError(
            f"{path} was written by a newer Plenary (schema {version}; this one knows {known}). "
            "Install that version, or give this one a database of its own."
        )
    return version


def _require_current(connection: sqlite3.Connection, path: Path) -> None:
    if schema_of(connection, path) < len(_scripts()):
        raise SchemaError(f"{path} was written by an older Plenary. Start the bot once: it brings the file up to date.")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    scripts = _scripts()
    version = schema_of(connection, path)
    # SQLite opens a file that may only be read all the same: a write that changes nothing tells.
    connection.execute(f"PRAGMA user_version = {version}")
    if 0 < version < len(scripts):
        copy_to(connection, path.with_name(f"{path.name}.before-{version + 1:04}"))
    for number, script in enumerate(scripts[version:], version + 1):
        # One transaction with its version: killed in between, the next start begins it anew.
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script.read_text('utf-8')}\nPRAGMA user_version = {number};\nCOMMIT;"
        )


def copy_to(connection: sqlite3.Connection, path: Path) -> None:
    """A consistent copy of an open database, in a file of its own without a log; also while others write to it.

    It gets its name only when it is whole, checked and on disk: a process that is killed leaves at most a part
    (see `PART`). Raises sqlite3.Error or OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            _fill(copy, connection)
        sync(part)
        part.replace(path)
    except BaseException:
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)
        raise
    sync(path.parent)


def _fill(copy: sqlite3.Connection, original: sqlite3.Connection) -> None:
    copy.execute("PRAGMA journal_mode = OFF")
    copy.execute("PRAGMA synchronous = OFF")  # the whole file is synced once, at the end
    original.backup(copy)
    # The original's mode was copied too; without a log beside it, the copy can be carried about as one file.
    copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    if damage := damage_in(copy):
        failure = sqlite3.DatabaseError(damage)
        failure.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise failure


def damage_in(connection: sqlite3.Connection, *, quick: bool = False) -> str:
    """The first fault that SQLite finds in a database; empty if it is sound. `quick` leaves out the indexes."""
    found = connection.execute("PRAGMA quick_check(1)" if quick else "PRAGMA integrity_check(1)").fetchone()[0]
    if found == "ok":
        orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
        found = f"a row of {orphans[0]} refers to nothing" if orphans else ""
    return str(found).rpartition("\n")[2]


def sync(path: Path) -> None:
    """Have a file, or a folder's list of names, on disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def iso_utc(moment: datetime) -> str:
    """An instant as the database keeps it: UTC, ISO-8601, microseconds always, so that text sorts as time."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


#: An instant (UTC) from the database.
instant = datetime.fromisoformat
