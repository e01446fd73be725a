"""What the sentences of the catalogues have in them."""

from __future__ import annotations

from string import Formatter


def placeholders(sentence: str) -> set[str]:
    """The names in its braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
