"""Caps: how much of something one person may have stored at a time."""

from __future__ import annotations

from bot.store.engine.transaction import Transaction


class TooManyError(Exception):
    """Somebody has `most` of something already, as many as one person may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def require_room(transaction: Transaction, counting: str, person: int, most: int | None) -> None:
    """Raise TooManyError where somebody has as many as they may; no `most`: any number. For work that adds one.

    `counting`: the SQL that counts them, given the person.
    """
    if most is not None and transaction.fetch_value(counting, (person,)) >= most:
        raise TooManyError(most)
