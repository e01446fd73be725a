"""Errors that a person reads: each carries the key and the values of its sentence."""

from __future__ import annotations

from bot.domain.text import shorten_markdown

#: Characters of one value in a refusal.
_VALUE_LENGTH = 500


class UserError(Exception):
    """An action that can't be taken, and the sentence (a key of the catalogues) that says what to do instead."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        # What others wrote, such as an error's text, may be as long as a page of HTML.
        self.values = {
            name: shorten_markdown(value, _VALUE_LENGTH) if isinstance(value, str) else value
            for name, value in values.items()
        }


class TooOftenError(UserError):
    """Somebody does too much in a short time. What they typed into a form goes back to them."""
