"""Caps: how many things of a kind one person may store."""

from __future__ import annotations

from bot.store.engine.transaction import Transaction


class TooManyError(Exception):
    """The person has `most` of a kind already, the most that one person may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def require_room(transaction: Transaction, counting: str, person: int, most: int | None) -> None:
    """Raise TooManyError if a person has `most` of a kind (None: no limit). Called in the transaction that adds one.

    `counting`: the query that counts them; its parameter is the person.
    """
    if most is not None and transaction.fetch_value(counting, (person,)) >= most:
        raise TooManyError(most)
