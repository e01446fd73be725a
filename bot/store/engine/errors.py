"""What can go wrong in the store.

StoreError
├── TransactionError              a statement or a commit failed; nothing of that unit of work is kept
│   ├── BusyError                 another program holds the database's lock
│   └── DamageError               a page of the file makes no sense
│       └── NotADatabaseError     not even the file's header makes sense
└── DatabaseUnusableError         the database can't be used; the message says why and what to do
    ├── DatabaseInUseError        another process writes to it
    ├── DatabaseDamagedError      it was found damaged
    ├── SchemaError               another version of Plenary wrote it
    ├── WrongWorkshopError        it holds another workshop
    └── BackupError               no backup was made or restored
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class StoreError(Exception):
    """Anything that the store could not do."""


class TransactionError(StoreError):
    """A statement or a commit failed: nothing of that unit of work is kept. The message is the database's own."""


class BusyError(TransactionError):
    """Another program holds the database's lock, so nothing was begun."""


class DamageError(TransactionError):
    """A page of the file makes no sense: a failing disk, or a program that wrote into the file."""


class NotADatabaseError(DamageError):
    """The file does not begin as a database does: it is another file, or its first page is damaged."""


class DatabaseUnusableError(StoreError):
    """The database can't be used; the message says why and what to do."""

    exit_code: ClassVar[int] = 2


class DatabaseInUseError(DatabaseUnusableError):
    """Another process writes to the database."""


class DatabaseDamagedError(DatabaseUnusableError):
    """The database was found damaged, see `DamageError`."""

    exit_code = 4

    def __init__(self, database: Path, failure: Exception) -> None:
        super().__init__(
            f"{database} is damaged ({failure}). Stop the bot and go back to the newest sound backup: plenary restore "
            "FILE. It checks the backup first, and keeps what is there now. The nightly backups are in the folder "
            "that PLENARY_BACKUPS names."
        )


class SchemaError(DatabaseUnusableError):
    """A newer version of Plenary wrote the database, or an older one wrote it and it is only to be read."""


class WrongWorkshopError(DatabaseUnusableError):
    """The database holds another workshop."""

    def __init__(self, database: Path, held: str, given: str) -> None:
        known = f"the workshop {held}" if held else "another workshop (nothing that it announced is in this plan)"
        super().__init__(
            f"{database} holds {known}, and the plan is that of {given}. Nothing was changed. Set PLENARY_PLAN to the "
            f"plan of {held or 'the workshop in it'}, or PLENARY_DATABASE to the database of {given} (a new file for a "
            "new workshop)."
        )


class BackupError(DatabaseUnusableError):
    """No backup was made, or none was restored."""
