"""An open database: one writer that commits in groups, and readers of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Self, TypeVar

from bot.store.engine.errors import (
    BusyError,
    DamageError,
    DatabaseDamagedError,
    DatabaseUnusableError,
    NotADatabaseError,
    TransactionError,
)
from bot.store.engine.files import close_to_others, files_of, real_path, require_one_name
from bot.store.engine.lock import WriterLock
from bot.store.engine.schema import migrate, require_current
from bot.store.engine.sqlite import SqliteConnection, connect
from bot.store.engine.transaction import Parameters, Row, Work
from bot.store.engine.writer import Writer

T = TypeVar("T")


class Database:
    """An open database. `write` returns after the commit: a caller that reports "saved" can rely on it."""

    def __init__(self, path: Path, reader: SqliteConnection, writer: Writer | None, lock: WriterLock | None) -> None:
        self.path = path
        self.damage: asyncio.Future[DamageError] = asyncio.get_running_loop().create_future()
        """Done with the error once the file is found damaged."""
        self._reader = reader
        self._writer = writer
        self._lock = lock

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the file, or make it, and bring its schema up to date.

        Raises DatabaseUnusableError: DatabaseInUseError if another process writes to it, SchemaError if a newer
        program did, DatabaseDamagedError.
        """
        path = _resolved(path)
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
            connection = await connect(path, writable=True)
            await connection.run(lambda opened: migrate(opened, path))
            reader = await connect(path, writable=False)
            await asyncio.to_thread(lambda: close_to_others(files_of(path)))
        except BaseException as failure:
            # A connection left open keeps the process alive for ever.
            if connection is not None:
                await connection.close()
            lock.release()
            if isinstance(failure, TransactionError | OSError):
                raise _unusable(path, failure) from None
            raise
        return cls(path, reader, Writer(connection), lock)

    @classmethod
    async def open_to_read(cls, path: Path) -> Self:
        """Open a file to read, also while another process writes to it. Raises as `open` does."""
        path = _resolved(path)
        try:
            connection = await connect(path, writable=False)
        except TransactionError as failure:
            raise _unusable(path, failure) from None
        try:
            await connection.run(lambda opened: require_current(opened, path))
        except BaseException as failure:
            await connection.close()
            if isinstance(failure, TransactionError):
                raise _unusable(path, failure) from None
            raise
        return cls(path, connection, None, None)

    async def close(self) -> None:
        """Finish the writes that wait, then close the file. Its log is then empty: the file may be copied alone."""
        # The writer last: only a connection that may write can move the log's content into the file.
        await self._reader.close()
        if self._writer:
            await self._writer.close()
        if self._lock:
            self._lock.release()

    async def write(self, work: Work[T]) -> T:
        """Run some work in the next transaction; return its result after the commit.

        Work that raises is rolled back alone, and its exception is raised here. If the commit itself fails (disk full),
        every caller gets that error. Cancelling the caller does not undo the write.
        """
        with self._noting_damage():
            return await self._writable().write(work)

    async def scrub(self) -> bool:
        """Leave no byte of deleted content in the file and its log; False if somebody was reading meanwhile.

        Writes wait for as long as it takes: 0.1 s for each 10 MB or so.
        """
        return await self._writable().scrub()

    def _writable(self) -> Writer:
        if self._writer is None:
            raise TransactionError("this database was opened to read from")
        return self._writer

    async def read(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return the rows of a query, in one hop to the reader's thread."""
        with self._noting_damage():
            return await self._reader.fetch(query, parameters)

    async def pages(self, query: str) -> AsyncGenerator[list[Row], None]:
        """Yield the rows of a query, as of the first page, a page at a time: for more than should be in memory at once.

        On a connection of its own, because other queries on it would see the same, older state meanwhile.
        """
        connection = await connect(self.path, writable=False)
        try:
            with self._noting_damage():
                async with aclosing(connection.pages(query)) as pages:
                    async for page in pages:
                        yield page
        finally:
            await connection.close()

    @contextmanager
    def _noting_damage(self) -> Generator[None]:
        try:
            yield
        except DamageError as failure:
            if not self.damage.done():
                self.damage.set_result(failure)
            raise


def _resolved(path: Path) -> Path:
    try:
        return real_path(path)
    except (OSError, RuntimeError) as failure:  # a name that is too long; links in a circle
        raise _unusable(path, failure) from None


def _unusable(path: Path, failure: TransactionError | OSError | RuntimeError) -> DatabaseUnusableError:
    if isinstance(failure, DamageError) and not isinstance(failure, NotADatabaseError):
        return DatabaseDamagedError(path, failure)
    if isinstance(failure, BusyError):
        return DatabaseUnusableError(
            f"{path} is locked by another program, such as an SQLite browser. Close it there, then try again."
        )
    return DatabaseUnusableError(
        f"{path} can't be used as the database: {failure}. Check that it is Plenary's file and that this user may "
        "read and write it; to begin again, name another file."
    )
