"""The unit of work that every driver offers: statements that are committed together or not at all.

Parameters are positional (`?`) or named (`:person`); rows are tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]


class Transaction(Protocol):
    """A transaction under way. Each method raises TransactionError if the database refuses the statement."""

    def execute(self, statement: str, parameters: Parameters = ()) -> int:
        """Run a statement; return the number of rows that it changed."""
        ...

    def execute_many(self, statement: str, parameters: Iterable[Parameters]) -> None:
        """Run a statement once for each set of parameters."""
        ...

    def fetch_all(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return the rows of a query, or of a statement's RETURNING clause."""
        ...

    def fetch_one(self, query: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query, or of a statement's RETURNING clause; None if there is none."""
        ...

    def fetch_value(self, query: str, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - the column's type
        """Return the first column of the row that a query always has, such as a count."""
        ...


#: Something to be done within a transaction. It may be run twice, if the first transaction is rolled back.
Work = Callable[[Transaction], T]
