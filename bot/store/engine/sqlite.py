"""The SQLite driver: connections, transactions, and SQLite's errors as those of the store."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from bot.store.engine.errors import BusyError, DamageError, NotADatabaseError, TransactionError
from bot.store.engine.transaction import Parameters, Row
from bot.virtual_loop import VirtualLoop

T = TypeVar("T")

SQLITE_VERSION = sqlite3.sqlite_version

#: Milliseconds that a statement waits for another program's lock: a press must still be answered within 3 s, see
#: `writer.PATIENCE`.
_BUSY_TIMEOUT = "PRAGMA busy_timeout = 250"
_READER_PRAGMAS = ("PRAGMA foreign_keys = ON", _BUSY_TIMEOUT)
_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # With NORMAL a commit survives a kill but not a power cut; a confirmed write must survive both.
    "PRAGMA synchronous = FULL",
    *_READER_PRAGMAS,
    # Deleted content is overwritten.
    "PRAGMA secure_delete = ON",
)

#: Rows read at a time where there may be a million.
_PAGE = 2_000

_ERRORS = {
    sqlite3.SQLITE_BUSY: BusyError,
    sqlite3.SQLITE_LOCKED: BusyError,
    sqlite3.SQLITE_CORRUPT: DamageError,
    sqlite3.SQLITE_NOTADB: NotADatabaseError,
}


def store_error(failure: sqlite3.Error) -> TransactionError:
    """Return the store's error for one of SQLite's, by its primary result code."""
    code: int = getattr(failure, "sqlite_errorcode", 0) & 0xFF
    return _ERRORS.get(code, TransactionError)(str(failure))


@contextmanager
def store_errors() -> Generator[None]:
    """Raise SQLite's errors as those of the store."""
    try:
        yield
    except sqlite3.Error as failure:
        raise store_error(failure) from failure


class SqliteTransaction:
    """A `Transaction` on an SQLite connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # One `try` a method instead of `store_errors`: a storm calls these 10,000 times, and a context manager costs 1 µs.

    def execute(self, statement: str, parameters: Parameters = ()) -> int:
        try:
            return self._connection.execute(statement, parameters).rowcount
        except sqlite3.Error as failure:
            raise store_error(failure) from failure

    def execute_many(self, statement: str, parameters: Iterable[Parameters]) -> None:
        try:
            self._connection.executemany(statement, parameters)
        except sqlite3.Error as failure:
            raise store_error(failure) from failure

    def fetch_all(self, query: str, parameters: Parameters = ()) -> list[Row]:
        try:
            return self._connection.execute(query, parameters).fetchall()
        except sqlite3.Error as failure:
            raise store_error(failure) from failure

    def fetch_one(self, query: str, parameters: Parameters = ()) -> Row | None:
        try:
            return self._connection.execute(query, parameters).fetchone()
        except sqlite3.Error as failure:
            raise store_error(failure) from failure

    def fetch_value(self, query: str, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - the column's type
        try:
            return self._connection.execute(query, parameters).fetchone()[0]
        except sqlite3.Error as failure:
            raise store_error(failure) from failure

    @property
    def active(self) -> bool:
        """Whether a transaction is open; SQLite itself ends it where the disk is full."""
        return self._connection.in_transaction


class SqliteConnection(aiosqlite.Connection):
    """A connection on a thread of its own, on which a whole transaction is one hop."""

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - aiosqlite's own
        hop: Coroutine[Any, Any, Any] = super()._execute(fn, *args, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        loop = asyncio.get_running_loop()
        # A rehearsal's time must not move on while the thread is at work.
        return await (loop.elsewhere(hop) if isinstance(loop, VirtualLoop) else hop)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run some work on the connection's thread and return its result."""
        # NOTE: aiosqlite offers single statements only; each would be a hop of 30 µs to its thread and back.
        hop = cast("Callable[..., Awaitable[T]]", self._execute)  # pyright: ignore[reportUnknownMemberType]
        with store_errors():
            return await hop(work, self._conn)

    async def ended(self) -> None:
        """Wait for the thread of a connection that could not be opened.

        NOTE: aiosqlite tells it to stop and leaves it; it would report to a loop that may have ended by then.
        """
        await asyncio.to_thread(self._thread.join)

    async def fetch(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return the rows of a query."""
        with store_errors():
            # NOTE: aiosqlite passes mappings on to SQLite too, though its types say otherwise.
            return cast("list[Row]", await self.execute_fetchall(query, cast("Sequence[Any]", parameters)))

    async def pages(self, query: str) -> AsyncGenerator[list[Row], None]:
        """Yield the rows of a query, a page at a time."""
        with store_errors():
            async with self.execute(query) as cursor:
                while page := cast("list[Row]", await cursor.fetchmany(_PAGE)):
                    yield page

    async def scrub(self) -> bool:
        """Leave no byte of deleted content in the file and its log; False if somebody was reading meanwhile."""
        return await self.run(_scrub)


async def connect(path: Path, *, writable: bool) -> SqliteConnection:
    """Open a connection. Raises TransactionError."""
    connection = SqliteConnection(lambda: _open(path, writable=writable), 64)
    try:
        with store_errors():
            await connection
    except TransactionError:
        await connection.ended()
        raise
    return connection


@contextmanager
def read_only(path: Path) -> Generator[sqlite3.Connection]:
    """Open a file to read, also while another process writes to it. Raises SQLite's errors as TransactionError."""
    with (
        store_errors(),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA busy_timeout = 5000")
        yield connection


@contextmanager
def file_transaction(path: Path) -> Generator[SqliteTransaction]:
    """Open a file to read, as `read_only` does, for queries that a `Transaction` offers."""
    with read_only(path) as connection:
        yield SqliteTransaction(connection)


def _open(path: Path, *, writable: bool) -> sqlite3.Connection:
    mode = "rwc" if writable else "ro"
    # Autocommit: transactions begin and end where the code says so.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    connection.text_factory = _text
    for pragma in _WRITER_PRAGMAS if writable else _READER_PRAGMAS:
        connection.execute(pragma)
    return connection


def _text(stored: bytes) -> str:
    # A flipped bit in one text must not make the other columns and rows unreadable.
    return stored.decode(errors="replace")


def _scrub(connection: sqlite3.Connection) -> bool:
    # secure_delete overwrites the cells of deleted rows, but not their copies in pages that were once split.
    connection.execute("VACUUM")
    # Not waiting for a reader: all writes would wait too.
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(_BUSY_TIMEOUT)
    return not busy
